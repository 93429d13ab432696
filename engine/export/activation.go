package export

import (
	"math"

	"github.com/gnllviz/gnllviz/engine"
)

// An activation is what an [engine.Activation] of z is here, and in each language that
// a model is written in.
type activation struct {
	of func(z float64) float64

	// onnx adds operators of this opset that are there in double: onnxruntime has neither
	// Elu nor LeakyRelu nor Softplus nor Erf so.
	onnx func(g *graph, z string) string

	goBody     string // of a function of z
	javaScript string
	numPy      string
	torch      string // the module
}

var activations = [...]activation{
	engine.Tanh: {
		of:     math.Tanh,
		onnx:   func(g *graph, z string) string { return g.node("Tanh", nil, z) },
		goBody: "return math.Tanh(z)", javaScript: "Math.tanh(z)", numPy: "np.tanh(z)", torch: "nn.Tanh()",
	},
	engine.ReLU: {
		of:     func(z float64) float64 { return max(z, 0) },
		onnx:   func(g *graph, z string) string { return g.node("Relu", nil, z) },
		goBody: "return max(z, 0)", javaScript: "Math.max(z, 0)", numPy: "np.maximum(z, 0)", torch: "nn.ReLU()",
	},
	engine.LeakyReLU: {
		of: func(z float64) float64 {
			if z < 0 {
				return 0.01 * z
			}
			return z
		},
		onnx: func(g *graph, z string) string {
			return g.node("Max", nil, z, g.node("Mul", nil, z, g.numbers("slope", 0.01)))
		},
		goBody: "if z < 0 {\nreturn 0.01 * z\n}\nreturn z", javaScript: "z < 0 ? 0.01 * z : z",
		numPy: "np.where(z < 0, 0.01 * z, z)", torch: "nn.LeakyReLU(0.01)",
	},
	engine.Sigmoid: {
		of:     sigmoid,
		onnx:   func(g *graph, z string) string { return g.node("Sigmoid", nil, z) },
		goBody: "return 1 / (1 + math.Exp(-z))", javaScript: "1 / (1 + Math.exp(-z))",
		numPy: "1 / (1 + np.exp(-np.maximum(z, -700)))", torch: "nn.Sigmoid()",
	},
	engine.ELU: {
		of: func(z float64) float64 {
			if z < 0 {
				return math.Expm1(z)
			}
			return z
		},
		onnx: func(g *graph, z string) string {
			zero := g.numbers("zero", 0)
			low := g.node("Sub", nil, g.node("Exp", nil, g.node("Min", nil, z, zero)), g.numbers("one", 1))
			return g.node("Where", nil, g.node("Less", nil, z, zero), low, z)
		},
		goBody: "if z < 0 {\nreturn math.Expm1(z)\n}\nreturn z", javaScript: "z < 0 ? Math.expm1(z) : z",
		numPy: "np.where(z < 0, np.expm1(np.minimum(z, 0)), z)", torch: "nn.ELU()",
	},
	engine.GELU: {
		of: func(z float64) float64 { return 0.5 * z * math.Erfc(-z/math.Sqrt2) },
		onnx: func(g *graph, z string) string {
			// In float Erf is off by 1e-7, which is what float has of the engine's own.
			root := g.node("Mul", nil, z, g.numbers("half_root", math.Sqrt2/2))
			e := g.cast(g.node("Erf", nil, g.cast(root, g.kind, onnxFloat)), onnxFloat, g.kind)
			half := g.node("Mul", nil, g.numbers("half", 0.5), z)
			return g.node("Mul", nil, half, g.node("Add", nil, g.numbers("one", 1), e))
		},
		goBody: "return 0.5 * z * math.Erfc(-z/math.Sqrt2)", javaScript: "0.5 * z * erfc(-z / Math.SQRT2)",
		numPy: "0.5 * z * np.vectorize(math.erfc, otypes=[float])(-z / math.sqrt(2))", torch: "nn.GELU()",
	},
	engine.SiLU: {
		of: func(z float64) float64 { return z * sigmoid(z) },
		onnx: func(g *graph, z string) string {
			// Not by Sigmoid: onnxruntime makes of z Sigmoid(z) an operator of its own, which
			// it then lacks in double.
			e := g.node("Exp", nil, g.node("Neg", nil, z))
			return g.node("Div", nil, z, g.node("Add", nil, g.numbers("one", 1), e))
		},
		goBody: "return z * (1 / (1 + math.Exp(-z)))", javaScript: "z * (1 / (1 + Math.exp(-z)))",
		numPy: "z / (1 + np.exp(-np.maximum(z, -700)))", torch: "nn.SiLU()",
	},
	engine.Softplus: {
		of:     softplus,
		onnx:   (*graph).softplus,
		goBody: "return softplus(z)", javaScript: "softplus(z)", numPy: "softplus(z)", torch: "nn.Softplus()",
	},
	engine.Sin: {
		of:     math.Sin,
		onnx:   func(g *graph, z string) string { return g.node("Sin", nil, z) },
		goBody: "return math.Sin(z)", javaScript: "Math.sin(z)", numPy: "np.sin(z)", torch: "Sin()",
	},
	engine.Identity: {
		of:     func(z float64) float64 { return z },
		onnx:   func(_ *graph, z string) string { return z },
		goBody: "return z", javaScript: "z", numPy: "z", torch: "nn.Identity()",
	},
}
