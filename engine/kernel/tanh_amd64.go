//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

//go:generate sh -c "cd _asm && go run . -out ../kernel_amd64.s -stubs ../kernel_stubs_amd64.go -pkg kernel"

func hasAVX2() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }

func tanh(x []float32) {
	if !hasAVX2() {
		tanhGeneric(x)
		return
	}
	const group = 8
	groups := len(x) / group
	if groups > 0 {
		tanhAVX2(&x[0], groups)
	}
	if rest := x[groups*group:]; len(rest) > 0 {
		var last [group]float32
		copy(last[:], rest)
		tanhAVX2(&last[0], 1)
		copy(rest, last[:])
	}
}
