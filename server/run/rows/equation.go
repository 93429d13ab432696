package rows

import (
	"math"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire"
)

// tenfold is by how much the noise of an equation begins above the residual of what the
// rows look like: the mean then comes to the rows before the equation holds it. Without
// that it mostly settles where the equation holds of itself, as at 0 everywhere.
const tenfold = 10

// ScaleOf is the log-variance with which the noise of an equation begins: that of tenfold
// its residual where its input, the mean and its derivatives are as large as the rows have
// had them at first and its parameters as they begin. So it does not matter whether both sides of an
// equation are multiplied by something.
func (d *Data) ScaleOf(p *engine.Physics) float64 {
	x, y := d.along, engine.Scale{Mean: d.Centres[0], Std: d.Stds[0]}
	by := make([]float64, 3+len(p.Parameters))
	var values []float64
	for _, q := range p.Parameters {
		values = append(values, q.Start)
	}
	sum, n := 0.0, 0
	for _, at := range []float64{p.Points[0], x.Mean, p.Points[len(p.Points)-1]} {
		for k := range 8 {
			sign := func(bit int) float64 { return float64(2*(k>>bit&1) - 1) }
			u, du, d2u := y.Mean+sign(0)*y.Std, sign(1)*y.Std/x.Std, sign(2)*y.Std/(x.Std*x.Std)
			if r := p.Residual.Gradients(by, at, u, du, d2u, values); r-r == 0 {
				sum, n = sum+r*r, n+1
			}
		}
	}
	if s := math.Log(tenfold * tenfold * sum / float64(n)); s-s == 0 {
		return min(max(s, -40), 40)
	}
	return 0 // of an equation that has no value, or is 0, there
}

// describeEquation is what the set's truth obeys.
func describeEquation(s *datasets.Set) *wire.Equation {
	if s.Equation == "" {
		return nil
	}
	e := &wire.Equation{Text: s.Equation, Parameters: []wire.TrueValue{}}
	residual, err := datasets.ParseEquation(s.Equation)
	if err != nil {
		panic("run: the equation of " + s.Name + ": " + err.Error()) // of the catalogue
	}
	for _, name := range residual.Parameters() {
		e.Parameters = append(e.Parameters, wire.TrueValue{Name: name, Value: s.Parameters[name]})
	}
	return e
}

// Basis is what controls that are left to the program go by on these rows.
func (d *Data) Basis() wire.Basis {
	return wire.Basis{TrainRows: d.Train.Len(), Low: d.lo[0], High: d.hi[0]}
}
