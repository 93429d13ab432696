package lane

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire"
)

// spread is the share of the rows that lies below the lower and above the upper edge of an
// average's range.
const spread = 0.1

// An average is what a lane looks at for the partial dependence on one input.
type average struct {
	in           []float32 // standardised inputs, (places, rows, inputs)
	places, rows int       // along the input, and at each place
}

// averageFit puts, in a fit frame, what is predicted of the shown target averaged over
// training rows in the place of what is predicted on the slice, at an earlier state unless
// that is nil. It returns the frame of the ranges; nil, and the fit is as it was, where no
// average is shown.
func (l *Lane) averageFit(fit *wire.Frame, at *engine.State, o Objective) (*wire.Frame, error) {
	a := &l.seen.average
	if a.rows == 0 {
		return nil, nil
	}
	targets, target := len(l.seen.of), l.Data.Target
	n := a.places * a.rows
	mean, vari, epistemic := make([]float32, n*targets), make([]float32, n*targets), make([]float32, n*targets)
	if at == nil {
		l.Ensemble.Predict(mean, vari, epistemic, a.in)
	} else if err := l.Ensemble.PredictAt(at, mean, vari, epistemic, a.in); err != nil {
		return nil, err
	}
	for i, v := range epistemic {
		vari[i] += v
	}
	one := func(values []float32) (of []float32) {
		for i := target; i < len(values); i += targets {
			of = append(of, values[i])
		}
		return of
	}
	means, stds := l.InUnits(o, target, one(mean), one(vari))
	origin, places := l.origin(target), l.Data.Places()
	f, seen := &wire.Frame{Kind: wire.FrameAverage}, &wire.Frame{}
	for k, values := range [][]float64{means, stds} {
		from := []float64{origin, 0}[k]
		of := ranges(values, a.rows)
		seen.AddFrom(from, drawn(of[0], places))
		f.AddFrom(from, drawn(of[1], places))
		f.AddFrom(from, drawn(of[2], places))
	}
	if len(l.Ensemble.Members()) > 1 {
		apart := one(epistemic)
		parts := make([]float64, len(apart))
		for i, v := range apart {
			parts[i] = math.Sqrt(float64(v)) * l.Scale(target).Std
		}
		seen.AddFrom(0, drawn(ranges(parts, a.rows)[0], places))
	}
	fit.Columns, fit.Origins = seen.Columns, seen.Origins
	return f, nil
}

// drawn is a column at as many places, on straight lines between its own.
func drawn(column []float64, places int) []float64 {
	wide := make([]float64, places)
	for i := range wide {
		at := float64(i) * float64(len(column)-1) / float64(places-1)
		k := min(int(at), len(column)-2)
		t := at - float64(k)
		wide[i] = (1-t)*column[k] + t*column[k+1]
	}
	return wide
}

// ranges returns, of so many values at each place, their average and the edges of the range
// of those in the middle.
func ranges(values []float64, rows int) (columns [3][]float64) {
	for at := 0; at < len(values); at += rows {
		here := slices.Clone(values[at : at+rows])
		sum := 0.0
		for _, v := range here {
			sum += v
		}
		slices.Sort(here)
		low := int(math.Floor(spread * float64(rows-1)))
		columns[0] = append(columns[0], sum/float64(rows))
		columns[1] = append(columns[1], here[low])
		columns[2] = append(columns[2], here[rows-1-low])
	}
	return columns
}
