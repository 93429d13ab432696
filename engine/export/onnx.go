package export

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/gnllviz/gnllviz/engine"
)

// What a file says of itself: runtimes of 2022 and later know both.
const (
	onnxIR    = 8
	onnxOpset = 17
)

const producer = "gnllviz"

// Types of tensors in ONNX.
const (
	onnxFloat  = 1
	onnxInt64  = 7
	onnxDouble = 11
)

// constPrefix is what the names of initializers begin with that are no parameters.
const constPrefix = "const."

func onnxFormat() Format {
	return Format{
		Name: "onnx", File: "model.onnx", Media: "application/octet-stream", Of: "ONNX", Form: "ONNX",
		Help:  "For ONNX Runtime and compatible tools. Takes x in data units; returns mean and variance, in double precision.",
		Load:  "`onnxruntime`: input `x` (N, {{len .Inputs}}), outputs `mean`, `variance`, `std`{{if .Ensemble}}, `aleatoric`, `epistemic`{{end}} (N, {{len .Targets}}), all double",
		Write: WriteONNX, Read: readONNX,
		// The first field, its version, as an integer. The length of a safetensors file's text
		// may be the same byte; a brace follows it.
		Is: func(b []byte) bool { return b[0] == 1<<3 && !isSafetensors(b) },
	}
}

func onnxFloatFormat() Format {
	return Format{
		Name: "onnx-float", File: "model_float.onnx", Media: "application/octet-stream", Of: "ONNX", Form: "float32",
		Help:  "ONNX in single precision, for tools without double. The model card gives the loss of accuracy.",
		Load:  "the same as `model.onnx` in float32 alone, for runtimes that have nothing else{{with .Card.Float}}: {{.Words}}{{end}}",
		Write: WriteONNXFloat,
	}
}

// WriteONNX writes the model as one ONNX graph. Its input x is double (N, inputs),
// in the columns' own units; its outputs are doubles (N, targets), also where there is one
// target: mean, in the target's unit, std, the standard deviation in the same, and variance, its square. An
// ensemble has aleatoric and epistemic, which are variances too. Scales, layers, heads
// and the mixture are inside, and everything is computed in double, from parameters
// that are float.
//
// The metadata have the card, each field as gnllviz.FIELD and all in gnllviz.model. Where
// columns of words are among those of the raw table x has its encoded columns, and
// gnllviz.encoding says which input is which word.
func WriteONNX(w io.Writer, m *Model) error { return writeONNX(w, m, onnxDouble) }

// WriteONNXFloat is WriteONNX with float32 alone, input and outputs included, for
// runtimes that have nothing else. What that costs on the rows that a model was
// trained on its card says: [Model.MeasureFloat].
func WriteONNXFloat(w io.Writer, m *Model) error { return writeONNX(w, m, onnxFloat) }

// writeONNX writes a graph that computes in a type of numbers.
func writeONNX(w io.Writer, m *Model, kind uint64) error {
	if err := m.Check(); err != nil {
		return err
	}
	b, err := appendONNX(nil, m, kind)
	if err != nil {
		return fmt.Errorf("export: ONNX: %w", err)
	}
	if _, err := w.Write(b); err != nil {
		return fmt.Errorf("export: ONNX: %w", err)
	}
	return nil
}

// appendONNX appends a ModelProto. The numbers of fields in this file are those of
// onnx.proto.
func appendONNX(b []byte, m *Model, kind uint64) ([]byte, error) {
	texts, err := onnxTexts(m)
	if err != nil {
		return nil, err
	}
	b = appendInt(b, 1, onnxIR)
	b = appendText(b, 2, producer)
	b = appendText(b, 3, m.Card.Version)
	b = appendText(b, 6, summary(m))
	b = appendPart(b, 7, onnxGraph(m, kind))
	b = appendPart(b, 8, appendInt(appendText(nil, 1, ""), 2, onnxOpset))
	for _, t := range texts {
		b = appendPart(b, 14, appendText(appendText(nil, 1, t.key), 2, t.value))
	}
	return b, nil
}

type text struct{ key, value string }

// onnxTexts are the metadata: the whole model without its parameters, its settings,
// and each field of the card by itself.
func onnxTexts(m *Model) ([]text, error) {
	model, err := headerText(m)
	if err != nil {
		return nil, err
	}
	list := []text{{modelKey, model}}
	training, err := trainingText(m.Training, false)
	if err != nil {
		return nil, err
	}
	if training != "" {
		list = append(list, text{trainingKey, training})
	}
	// The only two keys that ONNX itself gives a meaning.
	for _, t := range []text{{"model_author", m.Card.Author}, {"model_license", m.Card.Licence}} {
		if t.value != "" {
			list = append(list, t)
		}
	}
	if m.Encoding != nil {
		encoding, err := json.Marshal(m.Encoding)
		if err != nil {
			return nil, err
		}
		list = append(list, text{"gnllviz.encoding", string(encoding)})
	}
	fields, err := m.Card.fields()
	if err != nil {
		return nil, err
	}
	for _, f := range fields {
		list = append(list, text{"gnllviz." + f.key, f.value})
	}
	return list, nil
}

// A graph grows node by node.
type graph struct {
	nodes, initializers []byte

	kind   uint64 // of its numbers: onnxDouble or onnxFloat
	prefix string // of the names of the member that is written
	count  int    // of nodes, for names of their own
	known  map[string]bool
}

// onnxGraph returns a GraphProto.
func onnxGraph(m *Model, kind uint64) []byte {
	g := graph{kind: kind, known: map[string]bool{}}
	z := g.standardise(m)
	var means, variances []string
	for i, t := range m.Members {
		g.prefix = m.memberPrefix("member%d.", i)
		mean, variance := g.network(m, t, z)
		means, variances = append(means, mean), append(variances, variance)
	}
	g.prefix = ""
	outputs := g.mixture(m, means, variances)

	b := g.nodes
	b = appendText(b, 2, producer)
	b = append(b, g.initializers...)
	b = appendPart(b, 11, valueInfo("x", kind, len(m.Inputs), columnsInWords(m.Inputs)))
	for _, o := range outputs {
		b = appendPart(b, 12, valueInfo(o.key, kind, len(m.Targets), o.value))
	}
	return b
}

// standardise returns the standardised inputs. In float their mean is taken off in two
// parts, of which the first leaves no error where x is near it: what is lost is what x
// itself lost on becoming float.
func (g *graph) standardise(m *Model) string {
	var means, rests, stds []float64
	for _, c := range m.Inputs {
		means, rests, stds = append(means, c.Mean), append(rests, c.Mean-float64(float32(c.Mean))), append(stds, c.Std)
	}
	x := g.node("Sub", nil, "x", g.numbers("input.mean", means...))
	if g.kind == onnxFloat {
		x = g.node("Sub", nil, x, g.numbers("input.mean_rest", rests...))
	}
	return g.node("Div", nil, x, g.numbers("input.std", stds...))
}

// network returns mean and variance of the standardised targets.
func (g *graph) network(m *Model, t Tensors, z string) (mean, variance string) {
	for _, tensor := range t {
		g.parameter(tensor)
	}
	stack := func(name string) string {
		x := z
		for i := range m.Net.Hidden {
			x = activations[m.Net.Activation].onnx(g, g.linear(fmt.Sprintf("%s.%d", name, 2*i), x))
		}
		return x
	}
	body, varBody := "body", "body"
	if m.Net.Separate {
		body, varBody = "mean_body", "var_body"
	}
	hidden := stack(body)
	mean = g.linear("mean", hidden)
	raw := func() string {
		if varBody != body {
			hidden = stack(varBody)
		}
		return g.linear("var", hidden)
	}
	switch m.Net.Head {
	case engine.Exp:
		variance = g.guardedExp(raw())
	case engine.SoftplusHead:
		least := g.numbers("min_variance", float64(float32(m.Net.MinVariance)))
		variance = g.node("Add", nil, g.softplus(raw()), least)
	case engine.Natural:
		precision := g.node("Add", nil, g.softplus(raw()), g.numbers("least_precision", engine.LeastPrecision))
		variance = g.node("Div", nil, g.numbers("one", 1), precision)
		mean = g.node("Mul", nil, mean, variance)
	case engine.Homoscedastic:
		variance = g.alike(g.guardedExp(g.wide("var.bias")), mean)
	case engine.Fixed:
		variance = g.alike(g.numbers("fixed_variance", fixedVariance(m)), mean)
	}
	return mean, variance
}

// mixture makes the outputs of the members' moments, and returns their names and
// what they are.
func (g *graph) mixture(m *Model, means, variances []string) []text {
	mean, total := means[0], variances[0]
	var targetMeans, targetStds []float64
	for _, c := range m.Targets {
		targetMeans, targetStds = append(targetMeans, c.Mean), append(targetStds, c.Std)
	}
	std := g.numbers("target.std", targetStds...)
	output := func(name, value string) {
		g.nodeTo(name, "Mul", nil, g.node("Mul", nil, value, std), std)
	}
	target := targetsInWords(m.Targets)
	outputs := []text{
		{"mean", "predicted mean of " + target},
		{"variance", "predicted variance of " + target + ", in its unit squared"},
		{"std", "predicted standard deviation of " + target},
	}
	if n := len(means); n > 1 {
		members := g.numbers("members", float64(n))
		mean = g.node("Div", nil, g.node("Sum", nil, means...), members)
		aleatoric := g.node("Div", nil, g.node("Sum", nil, variances...), members)
		var squares []string
		for _, v := range means {
			d := g.node("Sub", nil, v, mean)
			squares = append(squares, g.node("Mul", nil, d, d))
		}
		epistemic := g.node("Div", nil, g.node("Sum", nil, squares...), members)
		total = g.node("Add", nil, aleatoric, epistemic)
		output("aleatoric", aleatoric)
		output("epistemic", epistemic)
		outputs = append(
			outputs,
			text{"aleatoric", "the mean of the members' variances"},
			text{"epistemic", "the variance of the members' means"},
		)
	}
	total = g.node("Max", nil, total, g.numbers("eps", m.Eps))
	output("variance", total)
	g.nodeTo("std", "Mul", nil, g.node("Sqrt", nil, total), std)
	mean = g.node("Mul", nil, mean, std)
	g.nodeTo("mean", "Add", nil, mean, g.numbers("target.mean", targetMeans...))
	return outputs
}

// linear is a layer.
func (g *graph) linear(name, x string) string {
	return g.node("Gemm", appendAttribute(nil, "transB", 1), x, g.wide(name+".weight"), g.wide(name+".bias"))
}

// wide is a parameter of the member that is written, which is float, as what the graph
// computes in.
func (g *graph) wide(name string) string { return g.cast(g.prefix+name, onnxFloat, g.kind) }

// guardedExp is the exp of a log-variance that is held within its limit.
func (g *graph) guardedExp(raw string) string {
	const limit = engine.LogVarianceLimit
	return g.node("Exp", nil, g.node("Clip", nil, raw, g.scalar("least", -limit), g.scalar("most", limit)))
}

// softplus is log(1+exp(z)), and z above 20. There is no log1p: with u = 1+e, rounded, it is e log(u)/(u-1), and
// e where u is 1.
func (g *graph) softplus(z string) string {
	threshold, one := g.numbers("threshold", 20), g.numbers("one", 1)
	e := g.node("Exp", nil, g.node("Min", nil, z, threshold))
	u := g.node("Add", nil, e, one)
	d := g.node("Sub", nil, u, one)
	exact := g.node("Div", nil, g.node("Mul", nil, e, g.node("Log", nil, u)), d)
	log1p := g.node("Where", nil, g.node("Equal", nil, d, g.numbers("zero", 0)), e, exact)
	return g.node("Where", nil, g.node("Greater", nil, z, threshold), z, log1p)
}

// alike repeats the values of a row for each row of other, or one for each of its values.
func (g *graph) alike(value, other string) string {
	return g.node("Expand", nil, value, g.node("Shape", nil, other))
}

// cast returns x of one type as another.
func (g *graph) cast(x string, is, to uint64) string {
	if is == to {
		return x
	}
	return g.node("Cast", appendAttribute(nil, "to", to), x)
}

// node adds a node and returns the name of its output.
func (g *graph) node(op string, attributes []byte, inputs ...string) string {
	g.count++
	name := fmt.Sprintf("%s%s_%d", g.prefix, strings.ToLower(op), g.count)
	g.nodeTo(name, op, attributes, inputs...)
	return name
}

// nodeTo adds a node whose output has a given name, which is the node's too.
// attributes are a NodeProto's.
func (g *graph) nodeTo(name, op string, attributes []byte, inputs ...string) {
	var b []byte
	for _, in := range inputs {
		b = appendText(b, 1, in)
	}
	b = appendText(b, 2, name)
	b = appendText(b, 3, name)
	b = appendText(b, 4, op)
	g.nodes = appendPart(g.nodes, 1, append(b, attributes...))
}

// parameter adds a parameter of the member that is written.
func (g *graph) parameter(t engine.Tensor) {
	g.initializer(g.prefix+t.Name, onnxFloat, t.Shape, appendFloats(nil, t.Data))
}

// numbers adds a constant row of what the graph computes in, once, and returns its name.
func (g *graph) numbers(name string, values ...float64) string {
	return g.constant(name, []int{len(values)}, values)
}

// scalar adds a constant without dimensions, as Clip wants its bounds.
func (g *graph) scalar(name string, value float64) string {
	return g.constant(name, nil, []float64{value})
}

func (g *graph) constant(name string, shape []int, values []float64) string {
	name = constPrefix + name
	if g.known[name] {
		return name
	}
	g.known[name] = true
	if g.kind == onnxDouble {
		g.initializer(name, onnxDouble, shape, appendDoubles(nil, values))
		return name
	}
	narrow := make([]float32, len(values))
	for i, v := range values {
		narrow[i] = float32(v)
	}
	g.initializer(name, onnxFloat, shape, appendFloats(nil, narrow))
	return name
}

// initializer adds a TensorProto.
func (g *graph) initializer(name string, kind uint64, shape []int, data []byte) {
	var b []byte
	for _, d := range shape {
		b = appendInt(b, 1, uint64(d))
	}
	b = appendInt(b, 2, kind)
	b = appendText(b, 8, name)
	b = appendPart(b, 9, data)
	g.initializers = appendPart(g.initializers, 5, b)
}

// valueInfo returns a ValueInfoProto of numbers of a type (N, columns).
func valueInfo(name string, kind uint64, columns int, doc string) []byte {
	shape := appendPart(nil, 1, appendText(nil, 2, "N"))
	shape = appendPart(shape, 1, appendInt(nil, 1, uint64(columns)))
	tensor := appendPart(appendInt(nil, 1, kind), 2, shape)
	b := appendText(nil, 1, name)
	b = appendPart(b, 2, appendPart(nil, 1, tensor))
	return appendText(b, 3, doc)
}

// appendAttribute appends to a NodeProto an attribute that is an integer.
func appendAttribute(b []byte, name string, value uint64) []byte {
	a := appendInt(appendText(nil, 1, name), 3, value)
	return appendPart(b, 5, appendInt(a, 20, 2))
}

func appendInt(b []byte, field protowire.Number, v uint64) []byte {
	return protowire.AppendVarint(protowire.AppendTag(b, field, protowire.VarintType), v)
}

func appendPart(b []byte, field protowire.Number, part []byte) []byte {
	return protowire.AppendBytes(protowire.AppendTag(b, field, protowire.BytesType), part)
}

func appendText(b []byte, field protowire.Number, s string) []byte {
	return appendPart(b, field, []byte(strings.ToValidUTF8(s, "\uFFFD")))
}

func appendDoubles(b []byte, values []float64) []byte {
	b = slices.Grow(b, 8*len(values))
	for _, v := range values {
		b = protowire.AppendFixed64(b, math.Float64bits(v))
	}
	return b
}
