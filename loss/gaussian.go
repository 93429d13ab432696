// Package loss is the Gaussian negative log likelihood, with the semantics of
// PyTorch's torch.nn.functional.gaussian_nll_loss.
//
// For a predicted mean (the input), a target and a predicted variance v, with
// d = input - target:
//
//	0.5 (log max(v, eps) + d²/max(v, eps))   + 0.5 log 2π with Full
//
// Descriptions of this loss disagree about eps: that it is added, that it clips,
// that clamping is the caller's business. PyTorch's behaviour decides here: eps
// clamps the variance, and the gradient with respect to the variance passes
// straight through the clamp, as if it were not there but evaluated at the
// clamped value. A variance below eps so still has a gradient.
//
// Everything here is a pure function of its arguments; any goroutine may call
// it, and none is started.
package loss

import "math"

// HalfLog2Pi is 0.5 log 2π, what Full adds to each element.
const HalfLog2Pi = 0.91893853320467274178032973640561763986139747363778

// Float is what the loss computes with.
type Float interface{ ~float32 | ~float64 }

// GaussianNLL is the Gaussian negative log likelihood. Its zero value has no
// floor under the variance; DefaultGaussianNLL has PyTorch's defaults.
type GaussianNLL struct {
	Full      bool      // add the constant 0.5 log 2π
	Eps       float64   // floor under the variance, at least 0
	Reduction Reduction // of the elements' losses to one number
}

// DefaultGaussianNLL returns PyTorch's defaults: no constant, eps 1e-6, mean.
func DefaultGaussianNLL() GaussianNLL { return GaussianNLL{Eps: 1e-6} }

// Fused returns the reduced loss and, in the same pass, writes its gradients
// with respect to input and variance. A nil gradient is not computed. With
// None it returns the sum, and the gradients are the vector-Jacobian product
// with ones.
//
// All slices that are not nil have one length, and the variances are not
// negative. Each element is rounded to T after each operation, in PyTorch's
// order, and the sum is a float64. Fused does not allocate.
//
//	v := max(variance[i], eps)
//	d := input[i] - target[i]
//	loss += 0.5 * (log(v) + d*d/v)
//	gradInput[i] = scale * d / v
//	gradVariance[i] = scale * 0.5 * (1/v - d*d/v/v)
func Fused[T Float](l GaussianNLL, gradInput, gradVariance, input, target, variance []T) float64 {
	n := len(input)
	target, variance = target[:n], variance[:n]
	scale := T(1)
	if l.Reduction == Mean {
		scale = 1 / T(n)
	}
	eps := T(l.Eps)
	var logs, residuals float64
	for i, x := range input {
		v := max(variance[i], eps)
		d := x - target[i]
		square := d * d / v
		logs += math.Log(float64(v))
		residuals += float64(square)
		if gradInput != nil {
			gradInput[i] = scale * (d / v)
		}
		if gradVariance != nil {
			gradVariance[i] = scale * 0.5 * (1/v - square/v)
		}
	}
	sum := 0.5 * (logs + residuals)
	if l.Full {
		sum += HalfLog2Pi * float64(n)
	}
	if l.Reduction == Mean {
		return sum / float64(n)
	}
	return sum
}

// Gradients is Fused for float32: what a trainer asks a loss for.
func (l GaussianNLL) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return Fused(l, gradMean, gradVariance, mean, target, variance)
}

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
		v := max(variance[i], eps)
		d := x - target[i]
		t.LogVariance += math.Log(float64(v))
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
