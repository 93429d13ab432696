//go:build js

package registry

import (
	"context"
	"time"
)

// stayTime is for runs that are handed to other nodes, of which a page has none.
const stayTime time.Duration = 0

func (g *Registry) tend() {}

// HandOver does nothing: a page has no other nodes.
func (g *Registry) HandOver(context.Context) error { return nil }
