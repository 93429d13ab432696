//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd _asm/elementwise && go run . -out ../../elementwise_amd64.s -stubs ../../elementwise_stubs_amd64.go -pkg kernel"

func hasAVX2() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

// group is the number of float32s in a vector.
const group = 8

// The rest of a slice that is no whole group is computed in a group of its own,
// so that every element is computed in the same way.

func tanh(y, x []float32) {
	if !hasAVX2() {
		tanhGeneric(y, x)
		return
	}
	y = y[:len(x)]
	groups := len(x) / group
	if groups > 0 {
		tanhAVX2(&y[0], &x[0], groups)
	}
	if rest := x[groups*group:]; len(rest) > 0 {
		var last [group]float32
		copy(last[:], rest)
		tanhAVX2(&last[0], &last[0], 1)
		copy(y[groups*group:], last[:])
	}
}

func exp(y, x []float32) { expGeneric(y, x) }

func log1p(y, x []float32) { log1pGeneric(y, x) }
