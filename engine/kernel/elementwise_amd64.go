//go:build !purego

package kernel

import (
	"math"

	"golang.org/x/sys/cpu"
)

//go:generate sh -c "cd _asm/elementwise && go run . -out ../../elementwise_amd64.s -stubs ../../elementwise_stubs_amd64.go -pkg kernel"

func hasAVX2() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// group is the number of float32s in a vector.
const group = 8

func exp(y, x []float32) {
	if hasAVX2() {
		expAVX2(y[:len(x)], x)
	} else {
		expGeneric(y, x)
	}
}

func tanh(y, x []float32) {
	if hasAVX2() {
		tanhAVX2(y[:len(x)], x)
	} else {
		tanhGeneric(y, x)
	}
}

func relu(y, z []float32) {
	if hasAVX2() {
		reluAVX2(y[:len(z)], z)
	} else {
		reluGeneric(y, z)
	}
}

func leakyReLU(y, z []float32) {
	if hasAVX2() {
		leakyReLUAVX2(y[:len(z)], z)
	} else {
		leakyReLUGeneric(y, z)
	}
}

func leakyReLUGradient(g, y []float32) {
	if hasAVX2() {
		leakyReLUGradientAVX2(g[:len(y)], y)
	} else {
		leakyReLUGradientGeneric(g, y)
	}
}

func tanhGradient(g, y []float32) {
	if hasAVX2() {
		tanhGradientAVX2(g[:len(y)], y)
	} else {
		tanhGradientGeneric(g, y)
	}
}

func sigmoid(y, z []float32) {
	if hasAVX2() {
		sigmoidAVX2(y[:len(z)], z)
	} else {
		sigmoidGeneric(y, z)
	}
}

func sigmoidGradient(g, y []float32) {
	if hasAVX2() {
		sigmoidGradientAVX2(g[:len(y)], y)
	} else {
		sigmoidGradientGeneric(g, y)
	}
}

func elu(y, z []float32) {
	if hasAVX2() {
		eluAVX2(y[:len(z)], z)
	} else {
		eluGeneric(y, z)
	}
}

func eluGradient(g, y []float32) {
	if hasAVX2() {
		eluGradientAVX2(g[:len(y)], y)
	} else {
		eluGradientGeneric(g, y)
	}
}

func gelu(y, z []float32) {
	if hasAVX2() {
		geluAVX2(y[:len(z)], z)
	} else {
		geluGeneric(y, z)
	}
}

func geluGradient(g, z []float32) {
	if hasAVX2() {
		geluGradientAVX2(g[:len(z)], z)
	} else {
		geluGradientGeneric(g, z)
	}
}

func silu(y, z []float32) {
	if hasAVX2() {
		siluAVX2(y[:len(z)], z)
	} else {
		siluGeneric(y, z)
	}
}

func siluGradient(g, z []float32) {
	if hasAVX2() {
		siluGradientAVX2(g[:len(z)], z)
	} else {
		siluGradientGeneric(g, z)
	}
}

func softplus(y, z []float32) {
	if hasAVX2() {
		softplusAVX2(y[:len(z)], z)
	} else {
		softplusGeneric(y, z)
	}
}

func softplusGradient(g, y []float32) {
	if hasAVX2() {
		softplusGradientAVX2(g[:len(y)], y)
	} else {
		softplusGradientGeneric(g, y)
	}
}

// sinLimit is up to where the assembly reduces an angle.
const sinLimit = 1 << 17

func sin(y, z []float32) {
	if !hasAVX2() {
		sinGeneric(y, z)
		return
	}
	y = y[:len(z)]
	if sinAVX2(y, z) == 0 {
		return
	}
	for i, v := range y {
		if !(v >= -sinLimit && v <= sinLimit) {
			y[i] = float32(math.Sin(float64(v)))
		}
	}
}

func sinGradient(g, z []float32) {
	if !hasAVX2() {
		sinGradientGeneric(g, z)
		return
	}
	g = g[:len(z)]
	if sinGradientAVX2(g, z) == 0 {
		return
	}
	for i, v := range z {
		if !(v >= -sinLimit && v <= sinLimit) {
			g[i] *= float32(math.Cos(float64(v)))
		}
	}
}
