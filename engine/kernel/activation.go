package kernel

import "math"

// Activations are those of torch.nn.functional with its default arguments. Each
// X sets y to the activation of z, which may be the same slice. Each XGradient
// multiplies g by the derivative where the value is y and the sum was z; z may be
// nil except for GELU, SiLU and Sin.

// ReLU is max(z, 0); a NaN stays.
func ReLU(y, z []float32) {
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
func LeakyReLU(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = max(v, leak*v)
	}
}

// LeakyReLUGradient has slope 0.01 at 0.
func LeakyReLUGradient(g, y, _ []float32) {
	g = g[:len(y)]
	for i, v := range y {
		slope := float32(1)
		if v <= 0 {
			slope = leak
		}
		g[i] *= slope
	}
}

// TanhGradient is that of Tanh.
func TanhGradient(g, y, _ []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= 1 - float32(v*v)
	}
}

// Sigmoid is 1/(1+exp(-z)), within 2 ULP.
func Sigmoid(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = -v
	}
	Exp(y, y)
	for i, e := range y {
		y[i] = 1 / (1 + e)
	}
}

// SigmoidGradient is that of Sigmoid.
func SigmoidGradient(g, y, _ []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= v * (1 - v)
	}
}

// ELU is z, and exp(z)-1 where that is negative, within 1 ULP.
func ELU(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		if v < 0 {
			v = float32(math.Expm1(float64(v)))
		}
		y[i] = v
	}
}

// ELUGradient has slope 1 at 0.
func ELUGradient(g, y, _ []float32) {
	g = g[:len(y)]
	for i, v := range y {
		g[i] *= 1 + min(v, 0)
	}
}

// GELU is z Φ(z), Φ the standard normal's distribution, within 1 ULP.
func GELU(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		x := float64(v)
		y[i] = float32(0.5 * x * math.Erfc(-x/math.Sqrt2))
	}
}

// GELUGradient is Φ(z) + z φ(z), φ the standard normal's density.
func GELUGradient(g, _, z []float32) {
	g = g[:len(z)]
	for i, v := range z {
		x := float64(v)
		slope := 0.5 * math.Erfc(-x/math.Sqrt2)
		if math.Abs(x) < 40 { // beyond, the density is 0, and x may be infinite
			slope += x * math.Exp(-0.5*x*x) / math.Sqrt(2*math.Pi)
		}
		g[i] *= float32(slope)
	}
}

// SiLU is z/(1+exp(-z)), within 3 ULP, and 0 at -Inf.
func SiLU(y, z []float32) {
	var sums [block]float32
	for start := 0; start < len(z); start += block {
		end := min(start+block, len(z))
		s := sums[:copy(sums[:], z[start:end])]
		Sigmoid(y[start:end], s)
		for i, v := range s {
			if sigmoid := y[start+i]; sigmoid != 0 || v != v {
				y[start+i] = v * sigmoid
			}
		}
	}
}

// SiLUGradient is σ (1 + z (1-σ)), σ the sigmoid of z.
func SiLUGradient(g, _, z []float32) {
	var sigmoids [block]float32
	for start := 0; start < len(z); start += block {
		end := min(start+block, len(z))
		s := sigmoids[:end-start]
		Sigmoid(s, z[start:end])
		for i, v := range z[start:end] {
			if s[i] != 0 || v != v {
				s[i] *= 1 + v*(1-s[i])
			}
			g[start+i] *= s[i]
		}
	}
}

// block is how many elements are worked on at a time where a second value of
// each is needed.
const block = 256

// softplusLimit is where PyTorch takes log(1+exp(z)) for z.
const softplusLimit = 20

// Softplus is log(1+exp(z)), and z above 20, within 2 ULP.
func Softplus(y, z []float32) {
	var sums [block]float32
	for start := 0; start < len(z); start += block {
		end := min(start+block, len(z))
		s := sums[:copy(sums[:], z[start:end])]
		part := y[start:end]
		Exp(part, s)
		Log1p(part, part)
		for i, v := range s {
			if v > softplusLimit {
				part[i] = v
			}
		}
	}
}

// SoftplusGradient is 1 - exp(-y), which is the sigmoid of z, and 1 above 20.
func SoftplusGradient(g, y, _ []float32) {
	var slopes [block]float32
	for start := 0; start < len(y); start += block {
		end := min(start+block, len(y))
		s := slopes[:end-start]
		for i, v := range y[start:end] {
			s[i] = float32(-math.Expm1(-float64(v)))
			if v > softplusLimit {
				s[i] = 1
			}
			g[start+i] *= s[i]
		}
	}
}

// Sin is sin(z), within 1 ULP.
func Sin(y, z []float32) {
	y = y[:len(z)]
	for i, v := range z {
		y[i] = float32(math.Sin(float64(v)))
	}
}

// SinGradient is cos(z).
func SinGradient(g, _, z []float32) {
	g = g[:len(z)]
	for i, v := range z {
		g[i] *= float32(math.Cos(float64(v)))
	}
}
