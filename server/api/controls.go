package api

import (
	"context"

	"github.com/gnllviz/gnllviz/server/wire"
)

// controlRoutes are those about the table of controls.
type controlRoutes struct {
	*core
}

func (a controlRoutes) register(to *API) {
	register(to, operation{
		at: "GET /api/controls", id: "listControls", tag: "server", summary: "The table of controls", large: true,
		help: "Every setting there is, in the order in which the page shows them: what it does, what values it takes, whether it is live, and whose it is.",
	}, a.getControls)
}

func (a controlRoutes) getControls(context.Context, *request) (*body[wire.Table], error) {
	return &body[wire.Table]{a.table}, nil
}
