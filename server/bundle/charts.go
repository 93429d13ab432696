package bundle

import (
	"io"

	"github.com/gnllviz/gnllviz/server/chart/plot"
	"github.com/gnllviz/gnllviz/server/run"
)

// still is a writer of one chart as one kind of picture.
func still(chart, kind string) func(io.Writer, *run.Record) error {
	return func(w io.Writer, r *run.Record) error { return plot.Still(w, chart, kind, r) }
}
