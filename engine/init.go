package engine

import (
	"math"
	"math/rand/v2"
)

// An Init says how the first weights are drawn. The zero value is LinearInit.
type Init uint8

// The initialisations. n is the number of a layer's inputs.
const (
	// LinearInit draws weights and biases as PyTorch's Linear does by default:
	// uniform within ±1/√n.
	LinearInit Init = iota

	// HeInit draws weights from a normal distribution of variance 2/n; biases
	// are 0 (He et al. 2015). It suits relu and its kin.
	HeInit

	// LeCunInit draws weights from a normal distribution of variance 1/n;
	// biases are 0 (LeCun et al. 1998). It suits tanh and its kin.
	LeCunInit
)

var initNames = [...]string{LinearInit: "linear", HeInit: "he", LeCunInit: "lecun"}

// String returns the initialisation's name.
func (i Init) String() string { return nameOf(initNames[:], "Init", uint8(i)) }

// Inits lists the initialisations.
func Inits() []Init { return all[Init](initNames[:]) }

// ParseInit returns the initialisation with that name.
func ParseInit(name string) (Init, error) { return parse[Init](initNames[:], "initialisation", name) }

// draw sets all parameters. A homoscedastic head begins with a log-variance of 0.
func (n *Net) draw(r *rand.Rand) {
	for i := range n.towers {
		t := &n.towers[i]
		for k := range t.hidden {
			n.drawLinear(&t.hidden[k], r)
		}
		n.drawLinear(&t.head, r)
	}
}

func (n *Net) drawLinear(l *linear, r *rand.Rand) {
	weights, biases := l.weights(n.params), l.biases(n.params)
	in := float64(l.in)
	switch n.config.Init {
	case LinearInit:
		for _, p := range [][]float32{weights, biases} {
			for i := range p {
				p[i] = float32((2*r.Float64() - 1) / math.Sqrt(in))
			}
		}
	case HeInit:
		for i := range weights {
			weights[i] = float32(r.NormFloat64() * math.Sqrt(2/in))
		}
	case LeCunInit:
		for i := range weights {
			weights[i] = float32(r.NormFloat64() / math.Sqrt(in))
		}
	}
}
