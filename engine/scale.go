package engine

import "math"

// A Scale brings a column to mean 0 and standard deviation 1.
type Scale struct{ Mean, Std float64 }

// FitScale returns the scale of v, with the standard deviation of the values
// themselves (divided by n). A constant column keeps its unit: its Std is 1.
func FitScale(v []float64) Scale {
	var s Scale
	for _, x := range v {
		s.Mean += x
	}
	s.Mean /= float64(len(v))
	for _, x := range v {
		s.Std += (x - s.Mean) * (x - s.Mean)
	}
	s.Std = math.Sqrt(s.Std / float64(len(v)))
	if s.Std == 0 {
		s.Std = 1
	}
	return s
}

// Apply standardises a value.
func (s Scale) Apply(x float64) float32 { return float32((x - s.Mean) / s.Std) }

// Invert takes a standardised value back to the column's unit.
func (s Scale) Invert(x float32) float64 { return float64(x)*s.Std + s.Mean }
