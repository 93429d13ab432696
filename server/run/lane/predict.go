package lane

import (
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Prediction is what a lane predicts of one target, in its unit: a mean and a standard
// deviation, clamped as the loss clamps it, for each place.
type Prediction struct {
	Target    wire.Column
	Mean, Std []float64
}
