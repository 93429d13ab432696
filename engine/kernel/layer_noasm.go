//go:build (!amd64 || purego) && !(goexperiment.simd && (amd64 || arm64 || wasm))

package kernel

// panels are what the assembly packs weights into.
type panels struct{}

func (*panels) pack(*Layer) {}

func (*panels) forwardProduct(*Layer, Matrix, Matrix, float32) bool { return false }

func (*panels) inputGradient(*Layer, Matrix, Matrix) bool { return false }

func weightGradient(_, _ []float32, _, _ Matrix, _ *Matrix) bool { return false }

func peakFMA(loops int) float64 { return peakGeneric(loops) }
