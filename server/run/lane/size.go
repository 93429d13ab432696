package lane

import (
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// paramBytes is about what a parameter takes in training, with its gradients,
	// moments and what Restore goes back to; placeBytes what a hidden unit takes for each
	// row or place that is predicted at a time; laneBytes what a lane takes besides.
	paramBytes = 64
	placeBytes = 16
	laneBytes  = 256 << 10
)

// Size is about what a lane cannot do without.
func Size(s *wire.LaneSettings, params int, d *rows.Data) int {
	units := 0
	for _, n := range s.Hidden {
		units += n
	}
	rows := min(d.Train.Len()+d.Test.Len(), wire.MaxRowsEvaluated) + d.Places()
	return laneBytes + params*paramBytes + s.Members*units*rows*placeBytes
}
