package api

import (
	"context"

	"github.com/gnllviz/gnllviz/server/wire"
)

func (a *API) routeControls() {
	register(a, operation{
		at: "GET /api/controls", id: "listControls", tag: "server", summary: "The table of controls", large: true,
		help: "Every setting there is, in the order in which the page shows them: what it does, what values it takes, whether it is live, and whose it is.",
	}, a.getControls)
}

func (a *API) getControls(context.Context, *request) (*body[wire.Table], error) {
	return &body[wire.Table]{a.table}, nil
}
