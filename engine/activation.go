package engine

import (
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// An Activation is what a hidden unit does to its sum. The zero value is Tanh.
type Activation uint8

// The activations.
const (
	Tanh Activation = iota // tanh(x)
	ReLU                   // max(x, 0)
)

var activationNames = [...]string{Tanh: "tanh", ReLU: "relu"}

// String returns PyTorch's name of the activation.
func (a Activation) String() string {
	if int(a) < len(activationNames) {
		return activationNames[a]
	}
	return fmt.Sprintf("Activation(%d)", uint8(a))
}

// Activations lists the activations.
func Activations() []Activation { return []Activation{Tanh, ReLU} }

// ParseActivation returns the activation with that name.
func ParseActivation(name string) (Activation, error) {
	for a, n := range activationNames {
		if n == name {
			return Activation(a), nil
		}
	}
	return 0, fmt.Errorf("engine: activation %q is none of %s", name, strings.Join(activationNames[:], ", "))
}

// apply replaces x by the activation of x.
func (a Activation) apply(x []float32) {
	switch a {
	case Tanh:
		kernel.Tanh(x)
	case ReLU:
		for i, v := range x {
			x[i] = max(v, 0)
		}
	default:
		panic("engine: " + a.String())
	}
}

// backward multiplies g by the derivative of the activation, told from its
// value y. As in PyTorch, relu has slope 0 at 0.
func (a Activation) backward(g, y []float32) {
	switch a {
	case Tanh:
		for i, v := range y {
			g[i] *= 1 - v*v
		}
	case ReLU:
		for i, v := range y {
			if v <= 0 {
				g[i] = 0
			}
		}
	default:
		panic("engine: " + a.String())
	}
}
