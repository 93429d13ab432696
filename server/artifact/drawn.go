//go:build !lean

package artifact

import (
	"io"

	"github.com/gnllviz/gnllviz/server/artifact/chart"
	"github.com/gnllviz/gnllviz/server/artifact/plot"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/web"
)

// Lean says that this program leaves out what makes charts, the report and Parquet, which
// is most of it: see [Format.Here].
const Lean = false

func still(of, kind string) func(io.Writer, *capture.Capture) error {
	return func(w io.Writer, r *capture.Capture) error { return plot.Still(w, of, kind, r) }
}

func animation(w io.Writer, r *capture.Capture) error { return plot.Animation(w, r) }

// report writes the report, whose script is built with the page.
func report(w io.Writer, r *capture.Capture) error {
	script, err := web.Report()
	if err != nil {
		return err
	}
	return chart.Report(w, script, r)
}
