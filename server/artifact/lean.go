//go:build lean

package artifact

import (
	"errors"
	"io"

	"github.com/gnllviz/gnllviz/server/run/capture"
)

// Lean says that this program leaves out what makes charts, the report and Parquet, which
// is most of it: see [Format.Here].
const Lean = true

var errElsewhere = errors.New("this part of the program cannot make it")

func elsewhere(io.Writer, *capture.Capture) error { return errElsewhere }

func still(string, string) func(io.Writer, *capture.Capture) error { return elsewhere }

func animation(io.Writer, *capture.Capture) error { return errElsewhere }

func report(io.Writer, *capture.Capture) error { return errElsewhere }

func (t table) writeParquet(io.Writer, *capture.Capture) error { return errElsewhere }
