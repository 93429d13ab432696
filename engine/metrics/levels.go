package metrics

import "sort"

// scoreLevels is the number of levels, 0.01 to 0.99, over which check score and
// interval score are averaged.
const scoreLevels = 99

// levelScores computes check score and interval score of one row at all levels at
// once, from sums over the levels below and above the row's place.
type levelScores struct {
	// Of the quantiles z at the levels: in order, and the sums of those from
	// each on.
	z       [scoreLevels]float64
	zAbove  [scoreLevels + 1]float64
	weights float64 // Σ level
	moments float64 // Σ level z

	// Of the half widths of central intervals: in order, Σ of all, and of those
	// before each Σ 2/(1-level) and Σ 2/(1-level) half.
	half      [scoreLevels]float64
	halves    float64
	price     [scoreLevels + 1]float64
	priceHalf [scoreLevels + 1]float64
}

func newLevelScores() *levelScores {
	l := new(levelScores)
	for i := range scoreLevels {
		level := 0.01 * float64(i+1)
		l.z[i] = quantile(level)
		l.weights += level
		l.moments += level * l.z[i]
		l.half[i] = halfWidth(level)
		l.halves += l.half[i]
		price := 2 / (1 - level)
		l.price[i+1] = l.price[i] + price
		l.priceHalf[i+1] = l.priceHalf[i] + price*l.half[i]
	}
	for i := scoreLevels - 1; i >= 0; i-- {
		l.zAbove[i] = l.zAbove[i+1] + l.z[i]
	}
	return l
}

// of returns the scores of a row that lies d from a mean with standard deviation
// s.
func (l *levelScores) of(d, s float64) (check, interval float64) {
	if d != d || s != s {
		return d + s, d + s
	}
	// The check score of one quantile is (1{q >= y} - level) (q - y).
	first := sort.Search(scoreLevels, func(i int) bool { return s*l.z[i] >= d })
	check = s*(l.zAbove[first]-l.moments) - d*(float64(scoreLevels-first)-l.weights)
	if d < 0 {
		d = -d
	}
	// The score of one interval is its width, and 2/(1-level) for what the row
	// lies outside.
	outside := sort.Search(scoreLevels, func(i int) bool { return s*l.half[i] >= d })
	interval = 2*s*l.halves + d*l.price[outside] - s*l.priceHalf[outside]
	return check / scoreLevels, interval / scoreLevels
}
