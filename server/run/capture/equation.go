package capture

import (
	"github.com/gnllviz/gnllviz/engine/export"
)

// finiteOr returns a number that JSON can have, or nil.
func finiteOr(v float64) *float64 {
	if v-v != 0 {
		return nil
	}
	return &v
}

// equation is that of the lane as training has left it; nil without one.
func (t *Copy) equation() (*export.Equation, error) {
	e, s := t.lane.Ensemble, &t.lane.Settings
	p := e.Physics()
	if p == nil {
		return nil, nil
	}
	look, err := e.PhysicsAt(nil, nil, nil)
	if err != nil {
		return nil, err
	}
	c := &export.Equation{
		Residual: s.Equation, From: p.Points[0], To: p.Points[len(p.Points)-1], Points: len(p.Points), RMS: finiteOr(look.RMS),
		Parameters: []export.Parameter{},
	}
	if p.LearnNoise {
		c.Noise = finiteOr(look.Noise)
	} else {
		c.Weight = &s.EquationWeight
	}
	for i, q := range t.Record.Lane.Parameters {
		c.Parameters = append(c.Parameters, export.Parameter{
			Name: q.Name, Value: look.Parameters[i], Spread: look.Spread[i], Learned: q.Learned, True: q.True,
		})
	}
	return c, nil
}
