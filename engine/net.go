package engine

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// A NetConfig is the shape of a network and how it begins.
type NetConfig struct {
	Inputs     int        // at least 1
	Outputs    int        // each with a mean and a variance of its own; 0 is 1
	Hidden     []int      // units of each hidden layer; at least one layer of at least 1
	Activation Activation // of every hidden unit
	Separate   bool       // a network for the mean and one for the variance, each of these hidden layers
	Init       Init

	Head        Head
	MinVariance float64 // of SoftplusHead: what it adds to the variance

	// InitialVariance is the variance, of the standardised targets, that the
	// untrained network predicts everywhere, and that Fixed keeps. 0 leaves it
	// as the weights were drawn; for Fixed it is 1 then.
	InitialVariance float64
}

// The largest network that is supported.
const (
	MaxLayers  = 16
	MaxWidth   = 4096
	MaxInputs  = 4096
	MaxOutputs = 256
	MaxParams  = 1 << 24 // a trainer takes some 60 bytes for each
)

func (c *NetConfig) check() error {
	switch {
	case c.Inputs < 1 || c.Inputs > MaxInputs:
		return fmt.Errorf("engine: inputs: %d is out of range 1 to %d", c.Inputs, MaxInputs)
	case c.Outputs < 1 || c.Outputs > MaxOutputs:
		return fmt.Errorf("engine: outputs: %d is out of range 1 to %d", c.Outputs, MaxOutputs)
	case len(c.Hidden) < 1 || len(c.Hidden) > MaxLayers:
		return fmt.Errorf("engine: hidden layers: %d is out of range 1 to %d", len(c.Hidden), MaxLayers)
	case int(c.Activation) >= len(activations):
		return fmt.Errorf("engine: unknown activation %v", c.Activation)
	case int(c.Init) >= len(inits):
		return fmt.Errorf("engine: unknown initialisation %v", c.Init)
	case int(c.Head) >= len(heads):
		return fmt.Errorf("engine: unknown variance head %v", c.Head)
	case c.Separate && !c.Head.perInput():
		return fmt.Errorf("engine: the %v head has no network that could be separate", c.Head)
	case !(c.MinVariance >= 0 && c.MinVariance <= math.MaxFloat32):
		return fmt.Errorf("engine: a minimum variance of %g; it must be 0 or more", c.MinVariance)
	case !(c.InitialVariance >= 0 && c.InitialVariance <= math.MaxFloat32):
		return fmt.Errorf("engine: an initial variance of %g; it must be above 0, or 0 to leave it as it is drawn", c.InitialVariance)
	}
	for i, units := range c.Hidden {
		if units < 1 || units > MaxWidth {
			return fmt.Errorf("engine: hidden layer %d: %d units is out of range 1 to %d", i+1, units, MaxWidth)
		}
	}
	if n := c.params(); n > MaxParams {
		return fmt.Errorf("engine: the network has %d parameters; at most %d are allowed", n, MaxParams)
	}
	if c.InitialVariance > 0 && c.Head != Fixed {
		if _, err := c.Head.raw(c.InitialVariance, c.MinVariance); err != nil {
			return err
		}
	}
	return nil
}

// Params returns the number of parameters of a network, which it does not make;
// the error is the one that NewNet would have.
func (c NetConfig) Params() (int, error) {
	if c.Outputs == 0 {
		c.Outputs = 1
	}
	if err := c.check(); err != nil {
		return 0, err
	}
	return c.params(), nil
}

// params returns the number of parameters.
func (c *NetConfig) params() int {
	n := Net{config: *c}
	n.lay()
	return n.size()
}

// sameTensors says whether networks of both have parameters of the same names
// and shapes.
func (c *NetConfig) sameTensors(o *NetConfig) bool {
	return c.Inputs == o.Inputs && c.Outputs == o.Outputs && slices.Equal(c.Hidden, o.Hidden) &&
		c.Separate == o.Separate && c.Head.perInput() == o.Head.perInput() && (c.Head == Fixed) == (o.Head == Fixed)
}

// A Net is a multilayer perceptron with linear heads on its last hidden layer:
// one for the mean of each output, one for its variance. All of its parameters
// lie in one slice, so that an optimiser is one loop; there each layer has its
// weights, (out, in) row by row, and then its biases, except that the heads of
// one network lie together, so that they are one layer to compute.
type Net struct {
	config  NetConfig
	params  []float32
	tensors []Tensor
	towers  []tower
	// rawBias is the place of a homoscedastic head's log-variances.
	rawBias int
}

// A Tensor is a named array of parameters. Its names and its layout are those of
// a PyTorch module with the members body (a Sequential of Linear, activation,
// Linear, activation, ...), mean and var (each a Linear); a network whose parts
// are separate has mean_body and var_body in body's place, and a homoscedastic
// head has var.bias, its log-variances, without var.weight.
type Tensor struct {
	Name  string
	Shape []int // (out, in) of weights, (out) of biases
	Data  []float32

	at, size int // its place in the parameters
	part     Part
}

// A tower is a stack of hidden layers with one linear head.
type tower struct {
	hidden []linear
	head   linear
	// The head's outputs: means first, then what makes the variances.
	means, raws int
}

// A linear layer's place in the slice of parameters (or of their gradients), and
// its weights as the products want them.
type linear struct {
	in, out      int
	weight, bias int // where they begin
	packed       kernel.Layer
}

func (l *linear) weights(p []float32) []float32 { return p[l.weight : l.weight+l.in*l.out] }
func (l *linear) biases(p []float32) []float32  { return p[l.bias : l.bias+l.out] }

// NewNet returns a network with the initial parameters that c asks for, drawn by
// chance that comes from seed: tensors of the same name and shape begin the same in
// all networks of one seed.
func NewNet(c NetConfig, seed uint64) (*Net, error) {
	if c.Outputs == 0 {
		c.Outputs = 1
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	n := c.blank()
	n.draw(seed)
	if c.InitialVariance > 0 && c.Head != Fixed {
		raw, err := c.Head.raw(c.InitialVariance, c.MinVariance)
		if err != nil {
			return nil, err
		}
		n.setVariance(float32(raw))
	}
	return n, nil
}

// blank returns a network of zeros.
func (c *NetConfig) blank() *Net {
	n := &Net{config: *c}
	n.config.Hidden = slices.Clone(c.Hidden)
	n.lay()
	n.params = make([]float32, n.size())
	for i := range n.tensors {
		t := &n.tensors[i]
		t.Data = n.params[t.at : t.at+t.size]
	}
	return n
}

// lay gives every tensor its place.
func (n *Net) lay() {
	c := &n.config
	add := func(name string, part Part, shape ...int) int {
		t := Tensor{Name: name, Shape: shape, at: n.size(), size: 1, part: part}
		for _, d := range shape {
			t.size *= d
		}
		n.tensors = append(n.tensors, t)
		return t.at
	}
	stack := func(name string, part Part) tower {
		var t tower
		in := c.Inputs
		for i, out := range c.Hidden {
			// An activation stands between two layers, hence every other number.
			prefix := fmt.Sprintf("%s.%d.", name, 2*i)
			l := linear{in: in, out: out}
			l.weight = add(prefix+"weight", part, out, in)
			l.bias = add(prefix+"bias", part, out)
			t.hidden = append(t.hidden, l)
			in = out
		}
		t.head.in = in
		return t
	}
	if c.Separate {
		for _, p := range []struct {
			body, head string
			part       Part
		}{{"mean_body", "mean", MeanPart}, {"var_body", "var", VariancePart}} {
			t := stack(p.body, p.part)
			t.head.weight = add(p.head+".weight", p.part, c.Outputs, t.head.in)
			t.head.bias = add(p.head+".bias", p.part, c.Outputs)
			t.head.out = c.Outputs
			if p.part == MeanPart {
				t.means = c.Outputs
			} else {
				t.raws = c.Outputs
			}
			n.towers = append(n.towers, t)
		}
		return
	}
	t := stack("body", MeanPart)
	t.means, t.head.out = c.Outputs, c.Outputs
	t.head.weight = add("mean.weight", MeanPart, c.Outputs, t.head.in)
	if c.Head.perInput() {
		t.raws, t.head.out = c.Outputs, 2*c.Outputs
		add("var.weight", VariancePart, c.Outputs, t.head.in)
	}
	t.head.bias = add("mean.bias", MeanPart, c.Outputs)
	if c.Head != Fixed {
		n.rawBias = add("var.bias", VariancePart, c.Outputs)
	}
	n.towers = []tower{t}
}

func (n *Net) size() int {
	if len(n.tensors) == 0 {
		return 0
	}
	last := &n.tensors[len(n.tensors)-1]
	return last.at + last.size
}

// setVariance has the variances be the same at every input: those that raw makes.
func (n *Net) setVariance(raw float32) {
	clear(n.tensor("var.weight"))
	biases := n.tensor("var.bias")
	for i := range biases {
		biases[i] = raw
	}
}

// tensor returns the parameters of that name; nil if there are none.
func (n *Net) tensor(name string) []float32 {
	for i := range n.tensors {
		if n.tensors[i].Name == name {
			return n.tensors[i].Data
		}
	}
	return nil
}

// Config returns what the network was made from.
func (n *Net) Config() NetConfig {
	c := n.config
	c.Hidden = slices.Clone(c.Hidden)
	return c
}

// Params returns the number of parameters.
func (n *Net) Params() int { return len(n.params) }

// Tensors returns copies of all parameters, by PyTorch's names.
func (n *Net) Tensors() []Tensor {
	list := slices.Clone(n.tensors)
	for i := range list {
		list[i].Shape, list[i].Data = slices.Clone(list[i].Shape), slices.Clone(list[i].Data)
	}
	return list
}

// SetTensors gives the parameters the values in data, by PyTorch's names, each
// row by row. Every parameter must be there, with as many finite values as it
// has, and nothing else; otherwise the error says which one is amiss, and the
// network is as it was.
func (n *Net) SetTensors(data map[string][]float32) error {
	for _, t := range n.tensors {
		d, ok := data[t.Name]
		if !ok {
			return fmt.Errorf("engine: parameter %s %v is missing", t.Name, t.Shape)
		}
		if len(d) != len(t.Data) {
			return fmt.Errorf("engine: parameter %s has %d values, not the %d of its shape %v", t.Name, len(d), len(t.Data), t.Shape)
		}
		for i, v := range d {
			if v-v != 0 {
				return fmt.Errorf("engine: parameter %s has a %v at place %d", t.Name, v, i)
			}
		}
	}
	if len(data) != len(n.tensors) {
		for name := range data {
			if !slices.ContainsFunc(n.tensors, func(t Tensor) bool { return t.Name == name }) {
				return fmt.Errorf("engine: the network has no parameter %.60q", name)
			}
		}
	}
	for _, t := range n.tensors {
		copy(t.Data, data[t.Name])
	}
	return nil
}

// TensorNames lists the names of the parameters of such a network, in its order.
func (c NetConfig) TensorNames() ([]string, error) {
	if _, err := c.Params(); err != nil {
		return nil, err
	}
	n := Net{config: c}
	n.config.Outputs = max(c.Outputs, 1)
	n.lay()
	var names []string
	for _, t := range n.tensors {
		names = append(names, t.Name)
	}
	return names, nil
}

// CheckTensors says what is wrong with tensors as the parameters of such a network:
// one that is missing, is there twice, has another shape or a value that is not
// finite, or is not the network's.
func (c NetConfig) CheckTensors(tensors []Tensor) error {
	if _, err := c.Params(); err != nil {
		return err
	}
	if c.Outputs == 0 {
		c.Outputs = 1
	}
	values := make(map[string][]float32, len(tensors))
	n := c.blank()
	for _, t := range tensors {
		if _, ok := values[t.Name]; ok {
			return fmt.Errorf("engine: parameter %.60q is there twice", t.Name)
		}
		values[t.Name] = t.Data
		i := slices.IndexFunc(n.tensors, func(own Tensor) bool { return own.Name == t.Name })
		if i >= 0 && !slices.Equal(n.tensors[i].Shape, t.Shape) {
			return fmt.Errorf("engine: parameter %s has the shape %v, not %v", t.Name, t.Shape, n.tensors[i].Shape)
		}
	}
	return n.SetTensors(values)
}

// pack arranges all weights for the products, as they are now.
func (n *Net) pack() {
	for i := range n.towers {
		t := &n.towers[i]
		for k := range t.hidden {
			t.hidden[k].pack(n.params)
		}
		t.head.pack(n.params)
	}
}

func (l *linear) pack(params []float32) {
	l.packed.Pack(l.weights(params), l.biases(params), l.in, l.out)
}
