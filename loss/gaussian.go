// Package loss is the Gaussian negative log likelihood, with the semantics of
// PyTorch's torch.nn.functional.gaussian_nll_loss to the letter, and its family.
//
// For a predicted mean (the input), a target and a predicted variance, with
// d = input - target and v = max(variance, eps):
//
//	0.5 (log v + d²/v)   + 0.5 log 2π with Full
//
// Descriptions of this loss disagree about eps: that it is added to the
// variance, that variances are clipped to it, that clamping is the caller's
// business. PyTorch's behaviour decides here: eps clamps the variance from
// below, and the gradient with respect to the variance ignores the clamp
// the clamp: it is 0.5 (1/v - d²/v²) everywhere, also where the variance is
// below eps and the loss itself no longer depends on it.
//
// NaN and infinities are not errors: they go where IEEE arithmetic takes them,
// element by element in PyTorch's order of operations. Negative variances are
// errors, -0 and NaN are not. Sums are another matter: they are float64 here,
// and so are nearer the truth than PyTorch's, and overflow later.
//
// Functions may be called from any goroutine, on memory that nobody else
// writes. Forward works on large inputs with several goroutines, which have
// ended when it returns; the bits of the result do not depend on how many. They
// do depend on whether the processor has AVX2.
package loss

import (
	"fmt"
	"slices"
	"sync/atomic"
)

// HalfLog2Pi is 0.5 log 2π, what Full adds to each element.
const HalfLog2Pi = 0.91893853320467274178032973640561763986139747363778

var gaussianNLL = Descriptor{
	Name: "gaussian_nll",
	Help: "The negative log likelihood (NLL) of a normal distribution.",
	Formula: Formula{
		Terms: []Term{
			{Of: OfVariance, TeX: logVarianceTerm.TeX, Figure: "log_variance"},
			{Of: OfResidual, TeX: residualTerm.TeX, Figure: "residual"},
			{Of: OfConstant, TeX: constantTerm.TeX, Figure: "constant"},
		},
		Note: floored,
	},
	Source: "Nix & Weigend 1994, “Estimating the Mean and Variance of the Target Probability Distribution”; PyTorch, torch.nn.GaussianNLLLoss and torch.nn.functional.gaussian_nll_loss",
	make:   func(o Options) Loss { return GaussianNLL{Full: o.Full, Eps: o.Eps, Reduction: o.Reduction} },
}

// Its terms, and what is said of them, are those of other losses, too.
var (
	logVarianceTerm = Term{Of: OfVariance, TeX: `\frac{1}{2} \log \sigma^2`}
	residualTerm    = Term{Of: OfResidual, TeX: `\frac{1}{2} \frac{{(y - \mu)}^2}{\sigma^2}`}
	constantTerm    = Term{Of: OfConstant, TeX: `\frac{1}{2} \log 2\pi`}
	gaussianTerms   = []Term{logVarianceTerm, residualTerm, constantTerm}
)

const (
	floored = "σ² is the predicted variance, at least eps"
	held    = "no gradient passes through ⌊ ⌋"
)

// GaussianNLL is the Gaussian negative log likelihood. Its zero value has no
// floor under the variance; DefaultGaussianNLL has PyTorch's defaults.
type GaussianNLL struct {
	Full      bool      // add the constant 0.5 log 2π
	Eps       float64   // floor under the variance; below 0, or NaN, it clamps nothing that is allowed
	Reduction Reduction // of the elements' losses to one number
}

// DefaultGaussianNLL returns PyTorch's defaults: no constant, eps 1e-6, mean.
func DefaultGaussianNLL() GaussianNLL { return GaussianNLL{Eps: 1e-6} }

// Gradients are those of a loss with respect to its arguments, each of its
// argument's shape.
type Gradients[T Float] struct{ Input, Target, Variance Tensor[T] }

// Forward returns the loss: a scalar for Mean and Sum, a tensor of the shape to
// which input, target and variance broadcast for None.
//
// The variance has the input's shape, or the input's without the last
// dimension, or the input's with one dimension replaced by 1, or it is one
// number (a scalar). Input and target may have any shapes that broadcast. The
// mean of no elements is NaN, their sum is 0.
//
// Arguments are checked in PyTorch's order: a negative variance, then the
// variance's shape, the reduction, the target's shape.
func Forward[T Float](l GaussianNLL, input, target, variance Tensor[T]) (Tensor[T], error) {
	p, err := l.plan(input.Shape, target.Shape, variance.Shape)
	if bad := checkData(input, target, variance); bad != nil {
		return Tensor[T]{}, bad
	}
	if err != nil {
		// A negative variance is reported before any other fault.
		if bad := negative(variance.Data); bad != nil {
			return Tensor[T]{}, bad
		}
		return Tensor[T]{}, err
	}
	if p.size == 0 {
		// Nothing will be looked at below.
		if err := negative(variance.Data); err != nil {
			return Tensor[T]{}, err
		}
	}
	eps := T(l.Eps)
	if l.Reduction == None {
		out := Tensor[T]{Data: make([]T, p.size), Shape: slices.Clone(p.shape)}
		var signs atomic.Bool
		parallel(p, func(w *walker[T], start, end int) {
			x, t, v := w.load(start, end, input.Data, target.Data, variance.Data)
			if elements(out.Data[start:end], x, t, v, eps, l.Full) {
				signs.Store(true)
			}
		})
		if signs.Load() { // perhaps only of -0 or NaN
			if err := negative(variance.Data); err != nil {
				return Tensor[T]{}, err
			}
		}
		return out, nil
	}
	sum, err := reduce(p, input.Data, target.Data, variance.Data, eps)
	if err != nil {
		return Tensor[T]{}, err
	}
	return Tensor[T]{Data: []T{T(l.finish(sum, p.size))}, Shape: []int{}}, nil
}

// finish turns the sum of 0.5 (log v + d²/v) into the reduced loss.
func (l GaussianNLL) finish(sum float64, n int) float64 {
	if l.Full {
		sum += HalfLog2Pi * float64(n)
	}
	if l.Reduction == Mean {
		return sum / float64(n)
	}
	return sum
}

// Backward returns the gradients of Σ gradOutput · Forward with respect to
// input, target and variance, each summed over the dimensions along which its
// argument was stretched. For Mean and Sum gradOutput is a scalar, for None it
// has the shape of the loss.
func Backward[T Float](l GaussianNLL, gradOutput, input, target, variance Tensor[T]) (Gradients[T], error) {
	p, err := l.plan(input.Shape, target.Shape, variance.Shape)
	if bad := checkData(input, target, variance); bad != nil {
		return Gradients[T]{}, bad
	}
	if bad := negative(variance.Data); bad != nil {
		return Gradients[T]{}, bad
	}
	if err != nil {
		return Gradients[T]{}, err
	}
	if err := gradOutput.check("gradOutput"); err != nil {
		return Gradients[T]{}, err
	}
	want := p.shape
	if l.Reduction != None {
		want = nil
	}
	if !slices.Equal(gradOutput.Shape, want) {
		return Gradients[T]{}, fmt.Errorf("loss: gradOutput has the shape %v, not the loss's %v", gradOutput.Shape, want)
	}
	scale := T(1)
	if l.Reduction != None {
		scale = gradOutput.Data[0]
		if l.Reduction == Mean {
			scale /= T(p.size)
		}
	}
	g := Gradients[T]{
		Input:    Tensor[T]{make([]T, len(input.Data)), slices.Clone(input.Shape)},
		Target:   Tensor[T]{make([]T, len(target.Data)), slices.Clone(target.Shape)},
		Variance: Tensor[T]{make([]T, len(variance.Data)), slices.Clone(variance.Shape)},
	}
	eps := T(l.Eps)
	w := newWalker[T](p)
	into := [3]*gatherer[T]{newGatherer(g.Input.Data, p.size), newGatherer(g.Target.Data, p.size), newGatherer(g.Variance.Data, p.size)}
	gradInput, gradTarget, gradVariance := make([]T, blockSize), make([]T, blockSize), make([]T, blockSize)
	for start := 0; start < p.size; start += blockSize {
		end := min(start+blockSize, p.size)
		x, t, v := w.load(start, end, input.Data, target.Data, variance.Data)
		gi, gt, gv := gradInput[:len(x)], gradTarget[:len(x)], gradVariance[:len(x)]
		if l.Reduction == None {
			gradientsGeneric(gi, gv, x, t, v, gradOutput.Data[start:end], eps, scale)
		} else {
			gradients(gi, gv, x, t, v, eps, scale)
		}
		for i, g := range gi {
			gt[i] = -g
		}
		for k, g := range [3][]T{gi, gt, gv} {
			into[k].add(p, k, start, g)
		}
	}
	for _, i := range into {
		i.finish()
	}
	return g, nil
}

// maxElements bounds what small tensors can be stretched to.
const maxElements = 1 << 31

// plan checks shapes and reduction, and says how the arguments are walked.
func (l GaussianNLL) plan(input, target, variance []int) (*plan, error) {
	variance, err := varianceShape(input, variance)
	if err != nil {
		return nil, err
	}
	if int(l.Reduction) >= len(reductionNames) {
		return nil, fmt.Errorf("loss: %v is none of mean, sum, none", l.Reduction)
	}
	shape, clash, ok := broadcast(input, target)
	if !ok {
		return nil, fmt.Errorf("loss: input of shape %v and target of shape %v do not broadcast: they clash in dimension %d", input, target, clash)
	}
	out, clash, ok := broadcast(shape, variance)
	if !ok {
		return nil, fmt.Errorf("loss: variance of shape %v does not broadcast to %v: they clash in dimension %d", variance, shape, clash)
	}
	if n, ok := size(out); !ok || n > maxElements {
		return nil, fmt.Errorf("loss: input of shape %v, target of shape %v and variance of shape %v broadcast to more than %d elements", input, target, variance, maxElements)
	}
	return newPlan(out, input, target, variance), nil
}

// varianceShape returns the shape with which the variance broadcasts against
// the input, by PyTorch's rules, which are narrower than those of broadcasting:
// with an input of (n, n), a variance of (n) belongs to the rows.
func varianceShape(input, variance []int) ([]int, error) {
	n := len(input)
	switch {
	case slices.Equal(input, variance):
		return variance, nil
	case n > 0 && slices.Equal(input[:n-1], variance):
		return append(slices.Clone(variance), 1), nil
	case len(variance) == 0: // one number for all
		return variance, nil
	case n == len(variance):
		stretched := 0
		for i, d := range variance {
			if d != input[i] {
				stretched += d
				if d != 1 {
					stretched += 2
				}
			}
		}
		if stretched == 1 {
			return variance, nil
		}
	}
	return nil, fmt.Errorf("loss: variance of shape %v does not go with input of shape %v: "+
		"it must have the same shape, or lack its last dimension, or have one dimension 1, or be a scalar", variance, input)
}

func checkData[T Float](input, target, variance Tensor[T]) error {
	for _, a := range []struct {
		name string
		t    Tensor[T]
	}{{"input", input}, {"target", target}, {"variance", variance}} {
		if err := a.t.check(a.name); err != nil {
			return err
		}
	}
	return nil
}

// negative reports the first negative variance.
func negative[T Float](variance []T) error {
	for i, v := range variance {
		if v < 0 {
			return fmt.Errorf("loss: variance has negative entry %v at index %d", v, i)
		}
	}
	return nil
}
