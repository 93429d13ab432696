//go:build (!amd64 || purego) && !(goexperiment.simd && (amd64 || arm64 || wasm))

package kernel

func add(dst, src []float32) { addGeneric(dst, src) }

func scale(x []float32, factor float32) { scaleGeneric(x, factor) }

func sumSquares(x []float32) float64 { return new(squareSums).generic(x) }

func (a *adamStep) apply(p, g, m, v []float32) { a.generic(p, g, m, v) }

func (s *sgdStep) plain(p, g []float32) { s.plainGeneric(p, g) }

func (s *sgdStep) heavy(p, g, buf []float32) { s.heavyGeneric(p, g, buf) }

func (s *sgdStep) nesterov(p, g, buf []float32) { s.nesterovGeneric(p, g, buf) }

func (r *rmsPropStep) plain(p, g, v []float32) { r.plainGeneric(p, g, v) }

func (r *rmsPropStep) heavy(p, g, v, buf []float32) { r.heavyGeneric(p, g, v, buf) }

func reluGradient(g, y []float32) { reluGradientGeneric(g, y) }

func exp(y, x []float32) { expGeneric(y, x) }

func tanh(y, x []float32) { tanhGeneric(y, x) }

func relu(y, z []float32) { reluGeneric(y, z) }

func leakyReLU(y, z []float32) { leakyReLUGeneric(y, z) }

func leakyReLUGradient(g, y []float32) { leakyReLUGradientGeneric(g, y) }

func tanhGradient(g, y []float32) { tanhGradientGeneric(g, y) }

func sigmoid(y, z []float32) { sigmoidGeneric(y, z) }

func sigmoidGradient(g, y []float32) { sigmoidGradientGeneric(g, y) }

func elu(y, z []float32) { eluGeneric(y, z) }

func eluGradient(g, y []float32) { eluGradientGeneric(g, y) }

func gelu(y, z []float32) { geluGeneric(y, z) }

func geluGradient(g, z []float32) { geluGradientGeneric(g, z) }

func silu(y, z []float32) { siluGeneric(y, z) }

func siluGradient(g, z []float32) { siluGradientGeneric(g, z) }

func softplus(y, z []float32) { softplusGeneric(y, z) }

func softplusGradient(g, y []float32) { softplusGradientGeneric(g, y) }

func sin(y, z []float32) { sinGeneric(y, z) }

func sinGradient(g, z []float32) { sinGradientGeneric(g, z) }
