package kernel

// A way is one of those in which the products are computed.
type way struct {
	forward        func(y, x Matrix, floor float32)
	inputGradient  func(dx, dy Matrix)
	weightGradient func(dw, db []float32, dy, x Matrix, scratch *Matrix)
}

// ways returns the products as they are called, by assembly where there is any,
// and the portable ones.
func ways(l *Layer) map[string]way {
	return map[string]way{
		"called": {l.Forward, l.InputGradient, WeightGradient},
		"portable": {l.forwardGeneric, l.inputGradientGeneric, func(dw, db []float32, dy, x Matrix, _ *Matrix) {
			weightGradientGeneric(dw, db, dy, x)
		}},
	}
}
