//go:build !amd64 || purego

package kernel

// panels are what the assembly packs weights into.
type panels struct{}

func (*panels) pack(*Layer) {}

func (*panels) forward(*Layer, Matrix, Matrix, float32) bool { return false }

func (*panels) inputGradient(*Layer, Matrix, Matrix) bool { return false }

func weightGradient([]float32, Matrix, Matrix, *Matrix) bool { return false }
