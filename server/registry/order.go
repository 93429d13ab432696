package registry

import (
	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An Order says what a run begins with: a model or a copy of a run to continue from, a recipe
// to do over again, or else a spec.
type Order struct {
	Model  *export.Model
	Copy   *run.Copy
	Recipe *wire.Recipe
	Spec   wire.Spec
	Paused bool // with a model it is, whatever this says
}

// make makes the run that was ordered.
func (o *Order) make(id string, options run.Options) (*run.Run, error) {
	switch {
	case o.Model != nil:
		options.Paused = true
		return run.Import(id, o.Model, options)
	case o.Copy != nil:
		options.Paused = o.Paused
		return run.From(id, o.Copy, options)
	case o.Recipe != nil:
		return run.Replay(id, *o.Recipe, options)
	}
	options.Paused = o.Paused
	return run.New(id, o.Spec, options)
}

// Options are those of the limits that a run knows.
func Options(l access.Limits) run.Options {
	return run.Options{
		Idle:   l.Idle,
		Replay: float64(l.ReplayWork) * 1e6,
		Table:  table.Limits{Bytes: int64(l.UploadBytes), Rows: l.Rows, Columns: l.Columns, Field: l.FieldBytes},
		Bounds: lane.Bounds{Lanes: l.Lanes, Layers: l.Layers, Units: l.Units},
	}
}
