package kernel

import "math"

// Activations are those of torch.nn.functional with its default arguments. Each
// X sets y to the activation of z, which may be the same slice. Each XGradient
// multiplies g by the derivative where the value is y and the sum was z; z may be
// nil except for GELU, SiLU and Sin, y for those. Where PyTorch's formula makes
// infinite sums a NaN, these give the limit.

// ReLU is max(z, 0); a NaN stays.
func ReLU(y, z []float32) { relu(y, z) }

func reluGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = max(v, 0)
	}
}

// ReLUGradient has slope 0 at 0.
func ReLUGradient(g, y, _ []float32) { reluGradient(g, y) }

func reluGradientGeneric(g, y []float32) {
	g = g[:len(y)]
	for i, v := range y {
		if v <= 0 {
			g[i] = 0
		}
	}
}

const leak = 0.01

// LeakyReLU is z, and 0.01 z where that is negative.
func LeakyReLU(y, z []float32) { leakyReLU(y, z) }

func leakyReLUGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = max(v, leak*v)
	}
}

// LeakyReLUGradient has slope 0.01 at 0.
func LeakyReLUGradient(g, y, _ []float32) { leakyReLUGradient(g, y) }

func leakyReLUGradientGeneric(g, y []float32) {
	g = g[:len(y)]
	for i, v := range y {
		slope := float32(1)
		if v <= 0 {
			slope = leak
		}
		g[i] *= slope
	}
}

// Tanh is tanh(z), within 1.1 ULP.
func Tanh(y, z []float32) { tanh(y, z) }

func tanhGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		e := expm1Negative(2 * min(v, -v))
		y[i] = float32(math.Copysign(e/(e+2), float64(v)))
	}
}

// TanhGradient is that of Tanh, told from its value.
func TanhGradient(g, y, _ []float32) { tanhGradient(g, y) }

func tanhGradientGeneric(g, y []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= 1 - float32(v*v)
	}
}

// Sigmoid is 1/(1+exp(-z)), within 2.5 ULP.
func Sigmoid(y, z []float32) { sigmoid(y, z) }

func sigmoidGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = float32(1 / (1 + clampedExp(-v)))
	}
}

// SigmoidGradient is that of Sigmoid, told from its value.
func SigmoidGradient(g, y, _ []float32) { sigmoidGradient(g, y) }

func sigmoidGradientGeneric(g, y []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= v * (1 - v)
	}
}

// ELU is z, and exp(z)-1 where that is negative, within 1 ULP.
func ELU(y, z []float32) { elu(y, z) }

func eluGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		if v < 0 {
			v = float32(expm1Negative(v))
		}
		y[i] = v
	}
}

// ELUGradient has slope 1 at 0.
func ELUGradient(g, y, _ []float32) { eluGradient(g, y) }

func eluGradientGeneric(g, y []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= 1 + min(v, 0)
	}
}

// GELU is z Φ(z), Φ the standard normal's distribution, within 8 ULP, the most
// far below 0, or 1e-43 where it is no normal number.
func GELU(y, z []float32) { gelu(y, z) }

func geluGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		x := max(float64(v), expUnderflow) // 0 times infinity is not a number
		y[i] = float32(0.5 * x * math.Erfc(-x/math.Sqrt2))
	}
}

// GELUGradient is Φ(z) + z φ(z), φ the standard normal's density, within 2e-7.
func GELUGradient(g, _, z []float32) { geluGradient(g, z) }

func geluGradientGeneric(g, z []float32) {
	g = g[:len(z)]
	for i, v := range z {
		x := float64(min(max(v, -15), 15)) // the density is 0 further out
		power, p := expParts(-0.5 * x * x)
		density := (power + power*p) / math.Sqrt(2*math.Pi)
		g[i] *= float32(0.5*math.Erfc(-x/math.Sqrt2) + x*density)
	}
}

// SiLU is z/(1+exp(-z)), within 3.5 ULP.
func SiLU(y, z []float32) { silu(y, z) }

func siluGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		v = max(v, expUnderflow)
		y[i] = float32(float64(v) / (1 + clampedExp(-v)))
	}
}

// SiLUGradient is σ (1 + z (1-σ)), σ the sigmoid of z, within 3e-7.
func SiLUGradient(g, _, z []float32) { siluGradient(g, z) }

func siluGradientGeneric(g, z []float32) {
	g = g[:len(z)]
	for i, v := range z {
		v = min(max(v, expUnderflow), expOverflow)
		sigmoid := 1 / (1 + clampedExp(-v))
		g[i] *= float32(sigmoid * (1 + float64(v)*(1-sigmoid)))
	}
}

// Softplus is log(1+exp(z)), within 2 ULP. PyTorch takes z for it above 20, which
// is what it rounds to.
func Softplus(y, z []float32) { softplus(y, z) }

func softplusGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = float32(float64(max(v, 0)) + log1pUnit(clampedExp(min(v, -v))))
	}
}

// SoftplusGradient is 1 - exp(-y), which is the sigmoid of z, within 1 ULP.
func SoftplusGradient(g, y, _ []float32) { softplusGradient(g, y) }

func softplusGradientGeneric(g, y []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= float32(-expm1Negative(-v))
	}
}

// Sin is sin(z), within 2.2 ULP.
func Sin(y, z []float32) { sin(y, z) }

func sinGeneric(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = float32(math.Sin(float64(v)))
	}
}

// SinGradient is cos(z), within 2.2 ULP.
func SinGradient(g, _, z []float32) { sinGradient(g, z) }

func sinGradientGeneric(g, z []float32) {
	g = g[:len(z)]
	for i, v := range z {
		g[i] *= float32(math.Cos(float64(v)))
	}
}
