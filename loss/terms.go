package loss

// Terms are the summands of the loss, each averaged over the elements, in nats.
type Terms struct {
	LogVariance float64 // 0.5 log v
	Residual    float64 // 0.5 d²/v
	Constant    float64 // 0.5 log 2π with Full, else 0
	Clamped     int     // elements whose variance is below eps
}

// Sum returns the mean loss.
func (t Terms) Sum() float64 { return t.LogVariance + t.Residual + t.Constant }

// TermsOf returns the summands of the loss. The reduction plays no part in
// them. Without elements they are NaN, as PyTorch's mean is.
func TermsOf[T Float](l GaussianNLL, input, target, variance []T) Terms {
	var t Terms
	eps := T(l.Eps)
	for i, x := range input {
		if variance[i] < eps {
			t.Clamped++
		}
		v := clamp(variance[i], eps)
		d := x - target[i]
		t.LogVariance += logarithm(float64(v))
		t.Residual += float64(d * d / v)
	}
	n := float64(len(input))
	t.LogVariance *= 0.5 / n
	t.Residual *= 0.5 / n
	if l.Full {
		t.Constant = HalfLog2Pi
	}
	return t
}
