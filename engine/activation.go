package engine

import (
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// An Activation is what a hidden unit does to its sum, as torch.nn.functional
// defines it with its default arguments. The zero value is Tanh.
type Activation uint8

// The activations.
const (
	Tanh      Activation = iota // tanh(x)
	ReLU                        // max(x, 0)
	LeakyReLU                   // x, and 0.01 x below 0
	Sigmoid                     // 1/(1+exp(-x))
	ELU                         // x, and exp(x)-1 below 0
	GELU                        // x Φ(x), with the normal distribution itself
	SiLU                        // x/(1+exp(-x))
	Softplus                    // log(1+exp(x)), and x above 20
	Sin                         // sin(x)
	Identity                    // x
)

var activationNames = [...]string{
	Tanh: "tanh", ReLU: "relu", LeakyReLU: "leaky_relu", Sigmoid: "sigmoid", ELU: "elu",
	GELU: "gelu", SiLU: "silu", Softplus: "softplus", Sin: "sin", Identity: "identity",
}

// String returns PyTorch's name of the activation.
func (a Activation) String() string { return nameOf(activationNames[:], "Activation", uint8(a)) }

// Activations lists the activations.
func Activations() []Activation { return all[Activation](activationNames[:]) }

// ParseActivation returns the activation with that name.
func ParseActivation(name string) (Activation, error) {
	return parse[Activation](activationNames[:], "activation", name)
}

// apply sets y to the activation of z, which may be the same slice.
func (a Activation) apply(y, z []float32) {
	switch a {
	case Tanh:
		kernel.Tanh(y, z)
	case ReLU:
		kernel.ReLU(y, z)
	case LeakyReLU:
		kernel.LeakyReLU(y, z)
	case Sigmoid:
		kernel.Sigmoid(y, z)
	case ELU:
		kernel.ELU(y, z)
	case GELU:
		kernel.GELU(y, z)
	case SiLU:
		kernel.SiLU(y, z)
	case Softplus:
		kernel.Softplus(y, z)
	case Sin:
		kernel.Sin(y, z)
	case Identity:
		if len(y) > 0 && &y[0] != &z[0] {
			copy(y, z)
		}
	default:
		panic("engine: " + a.String())
	}
}

// needsSums says whether backward asks for z; the other derivatives are told
// from the values alone.
func (a Activation) needsSums() bool { return a == GELU || a == SiLU || a == Sin }

// backward multiplies g by the derivative of the activation where its value is y
// and its sum, if it needs that, is z.
func (a Activation) backward(g, y, z []float32) {
	switch a {
	case Tanh:
		kernel.TanhGradient(g, y, z)
	case ReLU:
		kernel.ReLUGradient(g, y, z)
	case LeakyReLU:
		kernel.LeakyReLUGradient(g, y, z)
	case Sigmoid:
		kernel.SigmoidGradient(g, y, z)
	case ELU:
		kernel.ELUGradient(g, y, z)
	case GELU:
		kernel.GELUGradient(g, y, z)
	case SiLU:
		kernel.SiLUGradient(g, y, z)
	case Softplus:
		kernel.SoftplusGradient(g, y, z)
	case Sin:
		kernel.SinGradient(g, y, z)
	case Identity:
	default:
		panic("engine: " + a.String())
	}
}

// The enumerations of this package are small numbers with names that PyTorch or
// the field gives them.

func nameOf(names []string, kind string, i uint8) string {
	if int(i) < len(names) {
		return names[i]
	}
	return fmt.Sprintf("%s(%d)", kind, i)
}

func all[E ~uint8](names []string) []E {
	list := make([]E, len(names))
	for i := range list {
		list[i] = E(i)
	}
	return list
}

func parse[E ~uint8](names []string, kind, name string) (E, error) {
	for i, n := range names {
		if n == name {
			return E(i), nil
		}
	}
	return 0, fmt.Errorf("engine: %s %.40q is none of %s", kind, name, strings.Join(names, ", "))
}
