package table

import "math"

// extremes are the least different values of a column, and how often they stand there.
type extremes struct {
	n      int
	values [4]float64
	counts [4]int
}

func (e *extremes) add(v float64) {
	if e.n == len(e.values) && v > e.values[e.n-1] {
		return
	}
	i := 0
	for i < e.n && e.values[i] < v {
		i++
	}
	if i < e.n && e.values[i] == v {
		e.counts[i]++
		return
	}
	if e.n < len(e.values) {
		e.n++
	}
	copy(e.values[i+1:e.n], e.values[i:])
	copy(e.counts[i+1:e.n], e.counts[i:])
	e.values[i], e.counts[i] = v, 1
}

// far returns up to two of the least and two of the greatest values that stand apart
// from the rest by more than the rest is wide, again and again.
func (s *stat) far() []Far {
	if s.p.Distinct < 6 {
		return nil
	}
	for peeled := 3; peeled > 0; peeled-- {
		for low := min(peeled, 2); low >= 0; low-- {
			if high := peeled - low; high <= 2 && s.apart(low, high) {
				var list []Far
				for i := range low {
					list = append(list, Far{s.lows.values[i], s.lows.counts[i]})
				}
				for i := range high {
					list = append(list, Far{-s.highs.values[i], s.highs.counts[i]})
				}
				return list
			}
		}
	}
	return nil
}

// apart tells whether so many of the least and of the greatest values stand apart.
func (s *stat) apart(low, high int) bool {
	if s.p.Distinct < low+high+4 {
		return false
	}
	rest := -s.highs.values[high] - s.lows.values[low]
	return rest > 0 && s.lows.apart(low, rest, 1) && s.highs.apart(high, rest, -1)
}

func (e *extremes) apart(n int, rest, sign float64) bool {
	if n == 0 {
		return true
	}
	gap := e.values[n] - e.values[n-1]
	for i := range n {
		v := sign * e.values[i]
		switch nine, round := codeLike(v); {
		case nine && gap > rest/2 && e.counts[i] >= 2, nine && math.Abs(v) > 900 && gap > 3*rest:
		case round && gap > rest/2 && e.counts[i] >= 2:
		case gap > rest && e.counts[i] >= 3:
		default:
			return false
		}
	}
	return true
}

// codeLike tells whether a number is one of those that stand for missing values: of
// nines alone, or negative and round, or out of all bounds.
func codeLike(v float64) (nines, round bool) {
	a := math.Abs(v)
	for _, scale := range []float64{1, 10, 100, 1000} {
		x := math.Round(a*scale) + 1
		if e := math.Round(math.Log10(x)); math.Abs(a*scale-math.Round(a*scale)) < 1e-6 && e >= 2 && x == math.Pow(10, e) {
			nines = true
		}
	}
	return nines, v < 0 && a >= 100 && math.Mod(a, 100) == 0 || a >= 1e15
}
