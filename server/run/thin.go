package run

// Thin returns of a curve what a chart of so many pixels shows: of each of that many
// pieces the least and the greatest value, in their order, and all that are not
// finite, at which a line has a gap. A curve of no more values comes back whole.
func Thin(steps []uint64, values []float64, pieces int) (thinSteps []uint64, thinValues []float64) {
	size := max(1, (len(values)+pieces-1)/pieces)
	add := func(i int) {
		thinSteps, thinValues = append(thinSteps, steps[i]), append(thinValues, values[i])
	}
	for from := 0; from < len(values); from += size {
		to := min(from+size, len(values))
		least, most := -1, -1
		for i := from; i < to; i++ {
			switch v := values[i]; {
			case v-v != 0:
			case least < 0:
				least, most = i, i
			case v < values[least]:
				least = i
			case v > values[most]:
				most = i
			}
		}
		for i := from; i < to; i++ {
			if v := values[i]; i == least || i == most || v-v != 0 {
				add(i)
			}
		}
	}
	return thinSteps, thinValues
}
