// Package plot makes still and moving pictures of a record, for papers and slides:
// the fit, its noise, the loss and the calibration as SVG and PNG, the fit over time as GIF,
// and heat maps of a grid of runs.
//
// Everything here is a pure function; any goroutine may call it. The colours are
// those of the page's light theme. Letters that the Liberation fonts do not have
// are boxes in PNG and GIF; in SVG the reader's own fonts draw them.
package plot

// The charts.
const (
	Fit         = "fit"
	Noise       = "noise"
	Loss        = "loss"
	Calibration = "calibration"
)

// The kinds of still.
const (
	SVG = "svg"
	PNG = "png"
)

// A Kind is a kind of still.
type Kind struct{ Name, Media string }

// Kinds lists the kinds of still.
func Kinds() []Kind { return []Kind{{SVG, "image/svg+xml"}, {PNG, "image/png"}} }
