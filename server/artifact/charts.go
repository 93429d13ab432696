package artifact

import (
	"io"

	"github.com/gnllviz/gnllviz/server/artifact/chart"
	"github.com/gnllviz/gnllviz/server/artifact/plot"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/web"
)

// still is a writer of one chart as one kind of picture.
func still(chart, kind string) func(io.Writer, *capture.Capture) error {
	return func(w io.Writer, r *capture.Capture) error { return plot.Still(w, chart, kind, r) }
}

// report writes the report, whose script is built with the page.
func report(w io.Writer, r *capture.Capture) error {
	script, err := web.Report()
	if err != nil {
		return err
	}
	return chart.Report(w, script, r)
}
