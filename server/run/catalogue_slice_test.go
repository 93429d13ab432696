package run

import (
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Of every data set with several inputs the source that is said to move the standard
// deviation most is the one by which the true one moves most, or where that is not known
// the one that a trained model learns; along it the fit begins, unless it is a map.
func TestSlicesOfTheCatalogue(t *testing.T) {
	several := 0
	for _, entry := range datasets.Catalogue() {
		name := entry.Name
		set, err := datasets.Load(name, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Inputs) < 2 {
			continue
		}
		several++
		t.Run(name, func(t *testing.T) {
			var first wire.Data
			sum := make([]float64, len(set.Inputs))
			for seed := 1; seed <= 3; seed++ {
				r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": name, "seed": seed, "speed": "max"})})
				steps(t, r, 1500)
				for k, s := range learned(t, r) {
					sum[k] += s
				}
				d := state(t, r).Data
				if seed == 1 {
					first = d
				}
				if d.Slice != first.Slice {
					t.Errorf("with seed %d the fit is along %d, with another along %d", seed, d.Slice, first.Slice)
				}
			}
			best := 0
			for k, s := range first.Sources {
				if s.Moves > first.Sources[best].Moves {
					best = k
				}
			}
			if most := slices.Max(sum); sum[best] < 0.7*most {
				t.Errorf("%s is said to move the noise most; models learn %.2f", first.Sources[best].Name, sum)
			}
			want := first.Sources[best].First
			if len(set.Inputs) == 2 {
				want = 0 // a map
			}
			if first.Slice != want {
				t.Errorf("the fit is along %d, want %d", first.Slice, want)
			}
		})
	}
	if several < 4 {
		t.Errorf("only %d data sets have several inputs", several)
	}
}

// learned returns of each input the standard deviation, along it, of the average over
// training rows of the logarithm of what the first lane says is the noise.
func learned(t *testing.T, r *Run) (spread []float64) {
	t.Helper()
	if err := r.do(t.Context(), func(l *loop) {
		d, lane := l.present.Data, l.present.Lanes[0]
		n := len(d.Set.Inputs)
		all := rows.Spread(d.Train.Len(), 100)
		for k := range n {
			var means []float64
			for _, at := range rows.Spread(d.Train.Len(), 24) {
				var x []float64
				for _, i := range all {
					x = append(x, d.Train.X[i*n:(i+1)*n]...)
					x[len(x)-n+k] = d.Train.X[at*n+k]
				}
				mean := 0.0
				p := lane.PredictAt(x)[0]
				for _, s := range p.Std {
					mean += math.Log(s) / float64(len(p.Std))
				}
				means = append(means, mean)
			}
			m, v := 0.0, 0.0
			for _, x := range means {
				m += x / float64(len(means))
			}
			for _, x := range means {
				v += (x - m) * (x - m) / float64(len(means))
			}
			spread = append(spread, math.Sqrt(v))
		}
	}); err != nil {
		t.Fatal(err)
	}
	return spread
}
