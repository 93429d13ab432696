// Command elementwise writes the AVX2 vector loops of package kernel. Each stands
// beside the portable loop of its name, which says what it computes.
package main

import (
	"math"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	ConstraintExpr("!purego")
	unary("exp", exponential)
	unary("tanh", tanh)
	unary("relu", relu)
	unary("leakyReLU", leakyReLU)
	gradient("leakyReLUGradient", leakyReLUGradient)
	gradient("tanhGradient", tanhGradient)
	unary("sigmoid", sigmoid)
	gradient("sigmoidGradient", sigmoidGradient)
	unary("elu", elu)
	gradient("eluGradient", eluGradient)
	unary("gelu", gelu)
	gradient("geluGradient", geluGradient)
	unary("silu", silu)
	gradient("siluGradient", siluGradient)
	unary("softplus", softplus)
	gradient("softplusGradient", softplusGradient)
	sin()
	sinGradient()
	Generate()
}

// unary writes a loop that sets y to f(x).
func unary(name string, f func(x vec) vec) {
	TEXT(name+"AVX2", NOSPLIT, "func(y, x []float32)")
	Pragma("noescape")
	Doc(name + "AVX2 is " + name + "Generic within the error that its caller states.")
	walk("x", []string{"y", "x"}, func(at []place) { at[0].store(f(at[1].load())) })
	RET()
}

// gradient writes a loop that multiplies g by slope(x), x being values or sums.
func gradient(name string, slope func(x vec) vec) {
	TEXT(name+"AVX2", NOSPLIT, "func(g, x []float32)")
	Pragma("noescape")
	Doc(name + "AVX2 is " + name + "Generic within the error that its caller states.")
	walk("x", []string{"g", "x"}, func(at []place) {
		at[0].store(product(slope(at[1].load()), at[0].load()))
	})
	RET()
}

func bits(v float64) uint32 { return math.Float32bits(float32(v)) }
