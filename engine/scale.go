package engine

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

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
		s.Std = s.tiny(v)
	}
	return s
}

// tiny is the standard deviation of values whose squared distances from the mean are
// too small for a float64, and 1 where they have none.
func (s Scale) tiny(v []float64) float64 {
	largest, sum := 0.0, 0.0
	for _, x := range v {
		largest = max(largest, math.Abs(x-s.Mean))
	}
	if largest == 0 {
		return 1
	}
	for _, x := range v {
		d := (x - s.Mean) / largest
		sum += d * d
	}
	return largest * math.Sqrt(sum/float64(len(v)))
}

// Apply standardises a value.
func (s Scale) Apply(x float64) float32 { return float32((x - s.Mean) / s.Std) }

// Invert takes a standardised value back to the column's unit.
func (s Scale) Invert(x float32) float64 { return float64(x)*s.Std + s.Mean }

// scales returns the scale of each column, and an error that names the value
// which is none.
func scales(rows []float64, columns int, unscaled bool, kind string) ([]Scale, error) {
	var list []Scale
	for k := range columns {
		column := make([]float64, 0, len(rows)/columns)
		for i := k; i < len(rows); i += columns {
			if v := rows[i]; math.IsNaN(v) || math.Abs(v) > math.MaxFloat32 {
				return nil, fmt.Errorf("engine: %s %d of row %d is %v, which float32 cannot hold", kind, k, i/columns, v)
			}
			column = append(column, rows[i])
		}
		s := Scale{Std: 1}
		if !unscaled {
			s = FitScale(column)
		}
		list = append(list, s)
	}
	return list, nil
}

func fill(m *kernel.Matrix, rows []float32) {
	for r := range m.Rows {
		copy(m.Row(r), rows[r*m.Cols:])
	}
}

func standardise(scales []Scale, rows []float64) []float32 {
	s := make([]float32, len(rows))
	for i, v := range rows {
		s[i] = scales[i%len(scales)].Apply(v)
	}
	return s
}
