//go:build js

package api

// routeDescription adds nothing: programs do not ask a page.
func (a *API) routeDescription() {}
