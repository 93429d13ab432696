package engine

// idleSlope is the derivative of an activation below which a unit counts as idle: the
// gradient that passes it is less than a thousandth.
const idleSlope = 1e-3

// Vitals writes the mean and the variance of each output for each standardised row of
// inputs, as Predict does, and returns how much of the network is idle: of each hidden
// layer the share of its units and rows at which the activation is flat, 0 to 1, and of
// these the largest. A layer at 1 lets neither rows nor gradients through: its units are
// saturated, or dead.
func (t *Trainer) Vitals(mean, variance, x []float32) (idle float64) {
	t.Predict(mean, variance, x)
	p := &t.predictor
	for i := range t.net.towers {
		hidden := p.towers[i].hidden
		for k := range hidden {
			idle = max(idle, t.net.idle(&hidden[k], &t.slopes))
		}
	}
	return idle
}

// idle returns the share of a layer's values at which the activation is flat. slopes is
// scratch.
func (n *Net) idle(l *layerPass, slopes *[]float32) float64 {
	a, flat := &activations[n.config.Activation], 0
	s := grow(*slopes, l.y.Cols)
	*slopes = s
	for r := range l.y.Rows {
		for i := range s {
			s[i] = 1
		}
		var z []float32
		if a.needsSums {
			z = l.sum.Row(r)
		}
		a.gradient(s, l.y.Row(r), z)
		for _, d := range s {
			if d < idleSlope && d > -idleSlope {
				flat++
			}
		}
	}
	return float64(flat) / float64(max(1, l.y.Rows*l.y.Cols))
}
