package export

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"
)

// TestONNXGraphsPredict computes what the graphs say, node by node in double, and
// compares it with Predict: that a scale stands in the right place shows without any
// runtime. What runtimes make of the files the tests behind the tag interop say.
func TestONNXGraphsPredict(t *testing.T) {
	models := kinds()
	for _, name := range sortedKinds() {
		t.Run(name, func(t *testing.T) {
			m, _, x := models[name](t)
			want, err := m.Predict(x)
			if err != nil {
				t.Fatal(err)
			}
			for _, form := range []struct {
				name  string
				write func(*bytes.Buffer) error
				bound float64 // of an error, in standard deviations
			}{
				{"double", func(b *bytes.Buffer) error { return WriteONNX(b, m) }, 1e-6},
				{"float", func(b *bytes.Buffer) error { return WriteONNXFloat(b, m) }, 1e-4},
			} {
				var file bytes.Buffer
				if err := form.write(&file); err != nil {
					t.Fatal(err)
				}
				inputs := len(m.Inputs)
				got := readGraph(t, file.Bytes()).run(t, matrix{rows: len(x) / inputs, columns: inputs, data: x})
				for i, mean := range want.Mean {
					std := math.Sqrt(want.Variance[i])
					if off := math.Abs(got["mean"].data[i]-mean) / std; !(off <= form.bound) {
						t.Errorf("%s: row %d: mean %g, want %g: %g of its std", form.name, i, got["mean"].data[i], mean, off)
					}
					if off := math.Abs(got["std"].data[i]/std - 1); !(off <= form.bound) {
						t.Errorf("%s: row %d: std %g, want %g", form.name, i, got["std"].data[i], std)
					}
					if off := math.Abs(got["variance"].data[i]/want.Variance[i] - 1); !(off <= form.bound) {
						t.Errorf("%s: row %d: variance %g, want %g", form.name, i, got["variance"].data[i], want.Variance[i])
					}
				}
			}
		})
	}
}

// A matrix stands for what ONNX calls a tensor: rows and columns, one row for all rows, or
// one number for all.
type matrix struct {
	rows, columns int
	data          []float64
}

func (x matrix) at(i, j int) float64 {
	if x.rows == 1 {
		i = 0
	}
	if x.columns == 1 {
		j = 0
	}
	return x.data[i*x.columns+j]
}

// A node of a graph, with the integers among its attributes.
type onnxNode struct {
	op         string
	inputs     []string
	output     string
	attributes map[string]int64
}

type onnxGraphRead struct {
	nodes  []onnxNode
	values map[string]matrix
}

// parts calls f with each field of a message: its bytes, or its number.
func parts(t *testing.T, b []byte, f func(field protowire.Number, part []byte, value uint64)) {
	t.Helper()
	if err := eachField(b, func(field protowire.Number, v uint64, part []byte) error {
		f(field, part, v)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func readGraph(t *testing.T, model []byte) onnxGraphRead {
	t.Helper()
	g := onnxGraphRead{values: map[string]matrix{}}
	parts(t, model, func(field protowire.Number, graph []byte, _ uint64) {
		if field != 7 {
			return
		}
		parts(t, graph, func(field protowire.Number, part []byte, _ uint64) {
			switch field {
			case 1:
				n := onnxNode{attributes: map[string]int64{}}
				parts(t, part, func(field protowire.Number, part []byte, _ uint64) {
					switch field {
					case 1:
						n.inputs = append(n.inputs, string(part))
					case 2:
						n.output = string(part)
					case 4:
						n.op = string(part)
					case 5:
						var name string
						parts(t, part, func(field protowire.Number, part []byte, value uint64) {
							switch field {
							case 1:
								name = string(part)
							case 3:
								n.attributes[name] = int64(value)
							}
						})
					}
				})
				g.nodes = append(g.nodes, n)
			case 5:
				name, x := readTensor(t, part)
				g.values[name] = x
			}
		})
	})
	return g
}

func readTensor(t *testing.T, part []byte) (string, matrix) {
	t.Helper()
	var (
		name  string
		shape []int
		kind  uint64
		raw   []byte
	)
	parts(t, part, func(field protowire.Number, part []byte, value uint64) {
		switch field {
		case 1:
			shape = append(shape, int(value))
		case 2:
			kind = value
		case 8:
			name = string(part)
		case 9:
			raw = part
		}
	})
	x := matrix{rows: 1, columns: 1}
	switch len(shape) {
	case 1:
		x.columns = shape[0]
	case 2:
		x.rows, x.columns = shape[0], shape[1]
	}
	for len(raw) > 0 {
		if kind == onnxFloat {
			x.data = append(x.data, float64(math.Float32frombits(binary.LittleEndian.Uint32(raw))))
			raw = raw[4:]
		} else {
			x.data = append(x.data, math.Float64frombits(binary.LittleEndian.Uint64(raw)))
			raw = raw[8:]
		}
	}
	if len(x.data) != x.rows*x.columns {
		t.Fatalf("%s of shape %v has %d numbers", name, shape, len(x.data))
	}
	return name, x
}

// run returns all values of the graph, outputs among them.
func (g onnxGraphRead) run(t *testing.T, x matrix) map[string]matrix {
	t.Helper()
	g.values["x"] = x
	for _, n := range g.nodes {
		in := make([]matrix, len(n.inputs))
		for i, name := range n.inputs {
			v, ok := g.values[name]
			if !ok {
				t.Fatalf("%s has an input %q that nothing gives", n.output, name)
			}
			in[i] = v
		}
		out, err := n.compute(in)
		if err != nil {
			t.Fatal(err)
		}
		g.values[n.output] = out
	}
	return g.values
}

func (n onnxNode) compute(in []matrix) (matrix, error) {
	switch n.op {
	case "Gemm":
		x, w, b := in[0], in[1], in[2]
		if n.attributes["transB"] != 1 || x.columns != w.columns {
			return matrix{}, fmt.Errorf("Gemm of %d columns with %d by %d, transB %d", x.columns, w.rows, w.columns, n.attributes["transB"])
		}
		out := matrix{rows: x.rows, columns: w.rows}
		for i := range x.rows {
			for j := range w.rows {
				sum := b.at(0, j)
				for k := range x.columns {
					sum += x.at(i, k) * w.at(j, k)
				}
				out.data = append(out.data, sum)
			}
		}
		return out, nil
	case "Shape":
		return in[0], nil // for Expand, which takes it from there
	case "Cast":
		if n.attributes["to"] == onnxFloat {
			return each(in, func(v ...float64) float64 { return float64(float32(v[0])) }), nil
		}
		return in[0], nil
	}
	f, ok := operators[n.op]
	if !ok {
		return matrix{}, fmt.Errorf("the operator %s is not known", n.op)
	}
	return each(in, f), nil
}

// operators are those that take each element by itself.
var operators = map[string]func(v ...float64) float64{
	"Add":     func(v ...float64) float64 { return v[0] + v[1] },
	"Sub":     func(v ...float64) float64 { return v[0] - v[1] },
	"Mul":     func(v ...float64) float64 { return v[0] * v[1] },
	"Div":     func(v ...float64) float64 { return v[0] / v[1] },
	"Max":     func(v ...float64) float64 { return math.Max(v[0], v[1]) },
	"Min":     func(v ...float64) float64 { return math.Min(v[0], v[1]) },
	"Clip":    func(v ...float64) float64 { return math.Max(v[1], math.Min(v[2], v[0])) },
	"Neg":     func(v ...float64) float64 { return -v[0] },
	"Exp":     func(v ...float64) float64 { return math.Exp(v[0]) },
	"Log":     func(v ...float64) float64 { return math.Log(v[0]) },
	"Sqrt":    func(v ...float64) float64 { return math.Sqrt(v[0]) },
	"Sin":     func(v ...float64) float64 { return math.Sin(v[0]) },
	"Tanh":    func(v ...float64) float64 { return math.Tanh(v[0]) },
	"Erf":     func(v ...float64) float64 { return math.Erf(v[0]) },
	"Relu":    func(v ...float64) float64 { return math.Max(0, v[0]) },
	"Sigmoid": func(v ...float64) float64 { return 1 / (1 + math.Exp(-v[0])) },
	"Less":    func(v ...float64) float64 { return truth(v[0] < v[1]) },
	"Greater": func(v ...float64) float64 { return truth(v[0] > v[1]) },
	"Equal":   func(v ...float64) float64 { return truth(v[0] == v[1]) },
	"Expand":  func(v ...float64) float64 { return v[0] },
	"Where": func(v ...float64) float64 {
		if v[0] != 0 {
			return v[1]
		}
		return v[2]
	},
	"Sum": func(v ...float64) float64 {
		sum := 0.0
		for _, x := range v {
			sum += x
		}
		return sum
	},
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// each computes a function of elements that stand at the same place, where a row or a
// column stands for all.
func each(in []matrix, f func(...float64) float64) matrix {
	out := matrix{rows: 1, columns: 1}
	for _, x := range in {
		out.rows, out.columns = max(out.rows, x.rows), max(out.columns, x.columns)
	}
	v := make([]float64, len(in))
	for i := range out.rows {
		for j := range out.columns {
			for k, x := range in {
				v[k] = x.at(i, j)
			}
			out.data = append(out.data, f(v...))
		}
	}
	return out
}
