package kernel

// PeakFMA multiplies and adds in registers, as fast as one core can, and returns
// how many multiplications and additions that were. It is what benchmarks hold
// the products against, and computes nothing.
func PeakFMA(loops int) (flop float64) { return peakFMA(loops) }

func peakGeneric(loops int) float64 {
	var sums [8]float32
	one := float32(loops)
	for range loops {
		for i := range sums {
			sums[i] += one * sums[i]
		}
	}
	if sums[0] != 0 { // what is used is not left out
		panic("kernel: zero times something")
	}
	return float64(loops) * 16
}
