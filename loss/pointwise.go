package loss

// A Pointwise is a loss of one element and its derivatives, in float64. Unless their
// comments say otherwise, v is the variance, at least Eps, with a gradient that passes
// straight through that clamp, d is mean - target, and formulas are those of one
// element.
//
// One that has a method IgnoresVariance or DetachesVariance, which returns true, tells
// a trainer so: that it trains the mean alone, or that the variance head is not to move
// the layers that it shares with the mean.
type Pointwise interface {
	At(mean, target, variance float64) (loss, gradMean, gradVariance float64)
}

// Of returns the loss of many elements, of which one is p's, rounded to float32.
func Of[P Pointwise](p P, r Reduction) Loss {
	ignores, _ := any(p).(interface{ IgnoresVariance() bool })
	detaches, _ := any(p).(interface{ DetachesVariance() bool })
	return reduced[P]{
		of: p, reduction: r,
		ignores:  ignores != nil && ignores.IgnoresVariance(),
		detaches: detaches != nil && detaches.DetachesVariance(),
	}
}

// reduced is the loss of many elements.
type reduced[P Pointwise] struct {
	of                P
	reduction         Reduction
	ignores, detaches bool
}

// Gradients is as Loss says.
func (l reduced[P]) Gradients(gradMean, gradVariance, mean, target, variance []float32) float64 {
	return fuse(l.of, l.reduction, gradMean, gradVariance, mean, target, variance)
}

// Elements is as Loss says.
func (l reduced[P]) Elements(loss, mean, target, variance []float32) {
	checkLengths(len(mean), len(target), len(variance), loss)
	for i, m := range mean {
		v, _, _ := l.of.At(float64(m), float64(target[i]), float64(variance[i]))
		loss[i] = float32(v)
	}
}

// IgnoresVariance tells a trainer whether the mean alone is trained.
func (l reduced[P]) IgnoresVariance() bool { return l.ignores }

// DetachesVariance tells a trainer whether the variance head is not to move the layers
// that it shares with the mean.
func (l reduced[P]) DetachesVariance() bool { return l.detaches }

// fuse returns the reduced loss and writes its gradients, as Fused does for the
// Gaussian NLL.
func fuse[T Float, P Pointwise](p P, r Reduction, gradMean, gradVariance, mean, target, variance []T) float64 {
	n := len(mean)
	checkLengths(n, len(target), len(variance), gradMean, gradVariance)
	scale := 1.0
	if r == Mean {
		scale /= float64(n)
	}
	sum := 0.0
	for i, m := range mean {
		loss, gm, gv := p.At(float64(m), float64(target[i]), float64(variance[i]))
		sum += loss
		if gradMean != nil {
			gradMean[i] = T(scale * gm)
		}
		if gradVariance != nil {
			gradVariance[i] = T(scale * gv)
		}
	}
	if r == Mean {
		return sum / float64(n)
	}
	return sum
}
