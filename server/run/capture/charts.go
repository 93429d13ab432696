package capture

import (
	"math"
	"slices"
)

// What follows is of a record what its charts show, whoever draws them.

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

// RowsOf returns at most so many rows of a part, evenly taken.
func (r *Capture) RowsOf(part string, most int) []*Row {
	var all []*Row
	for i := range r.Rows {
		if r.Rows[i].Part == part {
			all = append(all, &r.Rows[i])
		}
	}
	every := max(1, (len(all)+most-1)/most)
	var rows []*Row
	for i := 0; i < len(all); i += every {
		rows = append(rows, all[i])
	}
	return rows
}

// Edges returns the bounds of an interval that reaches so many standard deviations to
// both sides of the mean.
func Edges(mean, std []float64, reach float64) (low, high []float64) {
	for i, m := range mean {
		low, high = append(low, m-reach*std[i]), append(high, m+reach*std[i])
	}
	return low, high
}

// FitRange is what the target's axis of the fit shows: all rows, and of the interval
// that reaches so many standard deviations what is not further from these than half
// of what they span. Grid is not nil.
func (r *Capture) FitRange(reach float64) (low, high float64) {
	y := make([]float64, len(r.Rows))
	for i := range r.Rows {
		y[i] = r.Rows[i].Y
	}
	if y = finite(y); len(y) == 0 {
		y = finite(r.Grid.Mean) // the rows were left out
	}
	if len(y) == 0 {
		y = []float64{0, 1}
	}
	low, high = room(slices.Min(y), slices.Max(y), 0)
	span := high - low
	lower, upper := Edges(r.Grid.Mean, r.Grid.Std, reach)
	if lower, upper = finite(lower), finite(upper); len(lower) > 0 && len(upper) > 0 {
		low, high = max(min(low, slices.Min(lower)), low-span/2), min(max(high, slices.Max(upper)), high+span/2)
	}
	return room(low, high, 0.04)
}

// LossRange is what the axis of the loss shows: the losses of rows, but not the few
// that are so far from all others that these would be one flat line, and of the
// losses of batches what nine in ten are.
func LossRange(rows, batches []float64) (low, high float64) {
	if rows = finite(rows); len(rows) > 0 {
		low, high = slices.Min(rows), slices.Max(rows)
		a, b := middle(rows)
		if span := max(b-a, 1e-9); high-low > 8*span && len(rows) >= 20 {
			low, high = max(low, a-2*span), min(high, b+2*span)
		}
	}
	if batches = finite(batches); len(batches) > 0 {
		a, b := middle(batches)
		if len(rows) == 0 {
			low, high = a, b
		}
		low, high = min(low, a), max(high, min(b, high+(high-low)))
	}
	return room(low, high, 0.05)
}

// finite returns those values that are.
func finite(values []float64) []float64 {
	return slices.DeleteFunc(slices.Clone(values), func(v float64) bool { return v-v != 0 })
}

// middle returns the bounds of nine in ten values.
func middle(values []float64) (low, high float64) {
	slices.Sort(values)
	at := func(p float64) float64 { return values[int(math.Round(p*float64(len(values)-1)))] }
	return at(0.05), at(0.95)
}

// room widens bounds by a share of what is between them, so that nothing lies on an
// axis, and makes some of none.
func room(low, high, share float64) (float64, float64) {
	if low == high {
		d := max(math.Abs(low)*0.1, 1e-9)
		return low - d, high + d
	}
	d := share * (high - low)
	return low - d, high + d
}
