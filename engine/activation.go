package engine

import (
	"strings"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// An Activation is the activation function of hidden units, as torch.nn.functional
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

// An activation is a function and its derivatives. In each, y is the function's value
// and z its argument, the unit's sum.
type activation struct {
	About

	// apply sets y to the function of z, which may be the same slice.
	apply func(y, z []float32)

	// gradient multiplies g by the derivative. z is there only where needsSums says so;
	// the other derivatives are told from the values alone.
	gradient  func(g, y, z []float32)
	needsSums bool

	// second sets f2 and f3 to the second and third derivatives, where f1 is the first.
	// scratch is as long. It is nil where the second is 0 wherever it is.
	second func(f2, f3, f1, y, z, scratch []float32)
}

var activations = [...]activation{
	Tanh: {
		About: About{
			Name: "tanh", Help: "A smooth step from -1 to 1. Gives smooth curves.",
			Formula: `\tanh x`, Source: torchFunction + "tanh",
		},
		apply: kernel.Tanh, gradient: kernel.TanhGradient,
		second: func(f2, f3, f1, y, _, _ []float32) {
			for i, v := range y {
				f2[i] = -2 * v * f1[i]
				f3[i] = 2 * f1[i] * (3*v*v - 1)
			}
		},
	},
	ReLU: {
		About: About{
			Name: "relu", Help: "0 for negative inputs, unchanged above. Gives piecewise linear curves.",
			Formula: `\max (x, 0)`, Source: torchFunction + "relu",
		},
		apply: kernel.ReLU, gradient: kernel.ReLUGradient,
	},
	LeakyReLU: {
		About: About{
			Name: "leaky_relu", Help: "Like relu, but with slope 0.01 below zero, so units cannot get stuck at zero.",
			Formula: `\max (x, 0.01 x)`, Source: torchFunction + "leaky_relu",
		},
		apply: kernel.LeakyReLU, gradient: kernel.LeakyReLUGradient,
	},
	Sigmoid: {
		About: About{
			Name: "sigmoid", Help: "A smooth step from 0 to 1.",
			Formula: `\frac{1}{1 + e^{-x}}`, Source: torchFunction + "sigmoid",
		},
		apply: kernel.Sigmoid, gradient: kernel.SigmoidGradient,
		second: func(f2, f3, f1, y, _, _ []float32) {
			for i, v := range y {
				f2[i] = f1[i] * (1 - 2*v)
				f3[i] = f1[i] * (1 - 6*f1[i])
			}
		},
	},
	ELU: {
		About: About{
			Name: "elu", Help: "Unchanged above zero; below, an exponential that levels out at -1.",
			Formula: `x, \\ e^x - 1 \text{ below 0}`, Source: torchFunction + "elu",
		},
		apply: kernel.ELU, gradient: kernel.ELUGradient,
		second: func(f2, f3, f1, _, z, _ []float32) {
			for i, v := range z {
				f2[i], f3[i] = 0, 0
				if v < 0 {
					f2[i], f3[i] = f1[i], f1[i]
				}
			}
		},
	},
	GELU: {
		About: About{
			Name: "gelu", Help: "x times the normal distribution function: a smooth relu.",
			Formula: `x \Phi (x)`, Source: torchFunction + "gelu",
		},
		apply: kernel.GELU, gradient: kernel.GELUGradient, needsSums: true,
		second: func(f2, f3, _, _, z, scratch []float32) {
			const root = 0.3989422804014327 // of 1/2π
			for i, v := range z {
				scratch[i] = -0.5 * v * v
			}
			kernel.Exp(scratch, scratch)
			for i, v := range z {
				density := root * scratch[i]
				f2[i] = density * (2 - v*v)
				f3[i] = density * v * (v*v - 4)
				if density == 0 { // far out, where v² may be infinite
					f2[i], f3[i] = 0, 0
				}
			}
		},
	},
	SiLU: {
		About: About{
			Name: "silu", Help: "x times sigmoid(x): a smooth relu, also called swish.",
			Formula: `\frac{x}{1 + e^{-x}}`, Source: torchFunction + "silu",
		},
		apply: kernel.SiLU, gradient: kernel.SiLUGradient, needsSums: true,
		second: func(f2, f3, _, _, z, scratch []float32) {
			kernel.Sigmoid(scratch, z)
			for i, s := range scratch {
				d, t := s*(1-s), 1-2*s
				f2[i] = d * (2 + z[i]*t)
				f3[i] = d * (3*t + z[i]*(t*t-2*d))
			}
		},
	},
	Softplus: {
		About: About{
			Name: "softplus", Help: "log(1+exp(x)): a relu with a rounded corner.",
			Formula: `\log (1 + e^x)`, Source: torchFunction + "softplus",
		},
		apply: kernel.Softplus, gradient: kernel.SoftplusGradient,
		second: func(f2, f3, f1, _, _, _ []float32) {
			for i, s := range f1 { // the sigmoid, and 1 where softplus is the identity
				f2[i] = s * (1 - s)
				f3[i] = f2[i] * (1 - 2*s)
			}
		},
	},
	Sin: {
		About: About{Name: "sin", Help: "A sine wave, for periodic data.", Formula: `\sin x`},
		apply: kernel.Sin, gradient: kernel.SinGradient, needsSums: true,
		second: func(f2, f3, f1, y, _, _ []float32) {
			for i, v := range y {
				f2[i], f3[i] = -v, -f1[i]
			}
		},
	},
	Identity: {
		About: About{Name: "identity", Help: "No activation: the network can only fit a straight line.", Formula: "x"},
		apply: func(y, z []float32) {
			if len(y) > 0 && &y[0] != &z[0] {
				copy(y, z)
			}
		},
		gradient: func(_, _, _ []float32) {}, // times 1
	},
}

const torchFunction = "PyTorch, torch.nn.functional."

// String returns PyTorch's name of the activation.
func (a Activation) String() string { return nameOf(activations[:], "Activation", uint8(a)) }

// About returns what there is to say of the activation.
func (a Activation) About() About { return activations[a].About }

// UnmarshalText sets a to the activation with that name.
func (a *Activation) UnmarshalText(name []byte) error { return unmarshal(a, ParseActivation, name) }

// Activations lists the activations.
func Activations() []Activation { return all[Activation](activations[:]) }

// ParseActivation returns the activation with that name.
func ParseActivation(name string) (Activation, error) {
	return parse[Activation](activations[:], "activation", name)
}

// Smooth says whether the activation has a second derivative that is of use: only then
// can an equation hold a network of it.
func (a Activation) Smooth() bool { return activations[a].second != nil }

// smoothNames lists the activations that have one, to choose from.
func smoothNames() string {
	var names []string
	for _, a := range Activations() {
		if a.Smooth() {
			names = append(names, a.String())
		}
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// curves sets f1, f2 and f3 to the first three derivatives of a smooth activation.
func (a Activation) curves(f1, f2, f3, y, z, scratch []float32) {
	for i := range f1 {
		f1[i] = 1
	}
	d := &activations[a]
	d.gradient(f1, y, z)
	d.second(f2, f3, f1, y, z, scratch)
}
