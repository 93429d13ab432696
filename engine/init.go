package engine

import (
	"hash/fnv"
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
	// are 0 (He et al. 2015). It suits relu and similar activations.
	HeInit

	// LeCunInit draws weights from a normal distribution of variance 1/n;
	// biases are 0 (LeCun et al. 1998). It suits tanh and similar activations.
	LeCunInit
)

// An initialisation draws one tensor: weights or biases of a layer of so many inputs.
type initialisation struct {
	About
	draw func(v []float32, r *rand.Rand, inputs float64, weights bool)
}

var inits = [...]initialisation{
	LinearInit: {
		About: About{
			Name: "linear", Help: "As PyTorch's Linear: uniform within ±1/√n, where n is the number of inputs of the layer.",
			Formula: `w, b \sim U \left(-\frac{1}{\sqrt{n}}, \frac{1}{\sqrt{n}}\right)`, Source: "PyTorch, torch.nn.Linear",
		},
		draw: func(v []float32, r *rand.Rand, inputs float64, _ bool) {
			for i := range v {
				v[i] = float32((2*r.Float64() - 1) / math.Sqrt(inputs))
			}
		},
	},
	HeInit: {
		About: About{
			Name: "he", Help: "Normal with variance 2/n, where n is the number of inputs of the layer. For relu and similar activations.",
			Formula: `w \sim N \left(0, \frac{2}{n}\right), \\ b = 0`, Source: "He et al. 2015, “Delving Deep into Rectifiers”",
		},
		draw: normalWeights(2),
	},
	LeCunInit: {
		About: About{
			Name: "lecun", Help: "Normal with variance 1/n, where n is the number of inputs of the layer. For tanh and similar activations.",
			Formula: `w \sim N \left(0, \frac{1}{n}\right), \\ b = 0`, Source: "LeCun, Bottou, Orr & Müller 1998, “Efficient BackProp”",
		},
		draw: normalWeights(1),
	},
}

// normalWeights draws weights of a variance of that over the layer's inputs, and leaves
// biases as they are.
func normalWeights(variance float64) func([]float32, *rand.Rand, float64, bool) {
	return func(v []float32, r *rand.Rand, inputs float64, weights bool) {
		if !weights {
			return
		}
		std := math.Sqrt(variance / inputs)
		for i := range v {
			v[i] = float32(r.NormFloat64() * std)
		}
	}
}

// String returns the initialisation's name.
func (i Init) String() string { return nameOf(inits[:], "Init", uint8(i)) }

// About returns what there is to say of the initialisation.
func (i Init) About() About { return inits[i].About }

// UnmarshalText sets i to the initialisation with that name.
func (i *Init) UnmarshalText(name []byte) error { return unmarshal(i, ParseInit, name) }

// Inits lists the initialisations.
func Inits() []Init { return all[Init](inits[:]) }

// ParseInit returns the initialisation with that name.
func ParseInit(name string) (Init, error) { return parse[Init](inits[:], "initialisation", name) }

// draw sets all parameters, each tensor by chance of its own that comes from the
// seed and its name. So networks of one seed begin with the same values in every
// tensor whose name and shape they share, whatever else they have: a comparison of
// two heads, or of a layer more, starts from one place. (Only biases that
// LinearInit draws for layers of different numbers of inputs are those of each
// other's scaled to their bounds.) A homoscedastic head begins with a log-variance
// of 0.
func (n *Net) draw(seed uint64) {
	in := 0.0 // of the layer: its biases come after its weights
	for _, t := range n.tensors {
		weights := len(t.Shape) == 2
		if weights {
			in = float64(t.Shape[1])
		}
		if t.Name == "var.bias" && n.config.Head == Homoscedastic {
			continue
		}
		h := fnv.New64a()
		h.Write([]byte(t.Name))
		r := rand.New(rand.NewPCG(seed^streamInit, h.Sum64()))
		inits[n.config.Init].draw(t.Data, r, in, weights)
	}
}
