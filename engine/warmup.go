package engine

// endWarmup sets the variance head's bias to what makes the mean squared error
// of the training rows.
func (t *Trainer) endWarmup() {
	c := &t.net.config
	if c.Head == Fixed {
		return
	}
	t.net.predict(&t.predictor, t.x)
	biases := t.net.tensor("var.bias")
	t.undo.beforeEnd(biases)
	for k := range biases {
		sum := 0.0
		for i := k; i < len(t.y); i += c.Outputs {
			d := float64(t.predictor.mean[i] - t.y[i])
			sum += d * d
		}
		mse := sum / float64(t.x.Rows)
		// A head that cannot make it keeps what it has.
		if raw, err := c.Head.raw(max(mse, 1e-12), c.MinVariance); err == nil {
			biases[k] = float32(raw)
		}
	}
}
