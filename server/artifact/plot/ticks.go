//go:build !lean

package plot

import (
	"math"
	"strconv"

	"gonum.org/v1/plot"
)

// ticks are about that many round figures, evenly spaced: multiples of 1, 2 or 5
// times a power of ten.
type ticks int

func (n ticks) Ticks(low, high float64) []plot.Tick {
	step := roundStep((high - low) / float64(n))
	if !(step > 0) || !finite(step) {
		return nil
	}
	digits := max(0, int(-math.Floor(math.Log10(step)+1e-9)))
	format, precision := byte('f'), digits
	if most := max(math.Abs(low), math.Abs(high)); most >= 1e6 || digits > 6 {
		format, precision = 'g', max(0, int(math.Ceil(math.Log10(most/step))))+1
	}
	var list []plot.Tick
	for i := math.Ceil(low/step - 1e-9); i*step <= high+1e-9*step && len(list) < 50; i++ {
		v := i * step
		if i == 0 {
			v = 0 // not -0
		}
		list = append(list, plot.Tick{Value: v, Label: strconv.FormatFloat(v, format, precision, 64)})
	}
	return list
}

func roundStep(least float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(least)))
	for _, m := range []float64{1, 2, 5} {
		if m*power >= least*(1-1e-9) {
			return m * power
		}
	}
	return 10 * power
}
