package loss

import (
	"fmt"
	"math"
	"slices"
)

// Float is what the losses compute with.
type Float interface{ ~float32 | ~float64 }

// A Tensor is an array of any number of dimensions, row-major and without
// gaps. An empty Shape is a scalar, which has one value.
type Tensor[T Float] struct {
	Data  []T
	Shape []int
}

// check says whether the data fill the shape.
func (t Tensor[T]) check(name string) error {
	n := 1
	for _, d := range t.Shape {
		if d < 0 {
			return fmt.Errorf("loss: %s has the shape %v, with a negative dimension", name, t.Shape)
		}
		if d > 0 && n > len(t.Data)/d {
			// Stops before n can overflow; an empty dimension may yet follow.
			if !slices.Contains(t.Shape, 0) {
				return fmt.Errorf("loss: %s has %d values, too few for its shape %v", name, len(t.Data), t.Shape)
			}
			n = 0
		}
		n *= d
	}
	if n != len(t.Data) {
		return fmt.Errorf("loss: %s has %d values, not the %d of its shape %v", name, len(t.Data), n, t.Shape)
	}
	return nil
}

// broadcast returns the shape of an operation on a and b, by the rule that
// PyTorch and NumPy share: shapes are aligned at their ends, and a dimension of
// 1 stretches.
func broadcast(a, b []int) (shape []int, clash int, ok bool) {
	if slices.Equal(a, b) {
		return a, 0, true
	}
	if len(a) < len(b) {
		a, b = b, a
	}
	shape = slices.Clone(a)
	lead := len(a) - len(b)
	for i, d := range b {
		switch at := &shape[lead+i]; {
		case *at == d || d == 1:
		case *at == 1:
			*at = d
		default:
			return nil, lead + i, false
		}
	}
	return shape, 0, true
}

// strides returns, for each dimension of out, how far apart neighbours lie in
// data of a shape that broadcasts to it: 0 where it is stretched.
func strides(shape, out []int) []int {
	s := make([]int, len(out))
	lead := len(out) - len(shape)
	step := 1
	for i := len(shape) - 1; i >= 0; i-- {
		if shape[i] != 1 {
			s[lead+i] = step
		}
		step *= shape[i]
	}
	return s
}

// size returns the number of values of a shape, unless an int cannot hold it.
func size(shape []int) (n int, ok bool) {
	if slices.Contains(shape, 0) {
		return 0, true
	}
	n = 1
	for _, d := range shape {
		if n > math.MaxInt/d {
			return 0, false
		}
		n *= d
	}
	return n, true
}
