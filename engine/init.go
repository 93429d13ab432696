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
		switch init := n.config.Init; {
		case init == LinearInit:
			for i := range t.Data {
				t.Data[i] = float32((2*r.Float64() - 1) / math.Sqrt(in))
			}
		case init == HeInit && weights:
			fillNormal(t.Data, r, math.Sqrt(2/in))
		case init == LeCunInit && weights:
			fillNormal(t.Data, r, math.Sqrt(1/in))
		}
	}
}

func fillNormal(v []float32, r *rand.Rand, std float64) {
	for i := range v {
		v[i] = float32(r.NormFloat64() * std)
	}
}
