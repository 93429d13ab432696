package capture

import (
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What follows is of a capture what its charts show, whoever draws them, as
// [wire.PictureSpec] says. The page works out the same of what it is sent.

// A Series is a curve: values over steps, as many as a plot shows.
type Series struct {
	Steps  []uint64
	Values []float64
}

// Thin returns of a curve from step 0 to a last one what a plot of so many pixels shows:
// of each pixel the least and the greatest value and the first that is not finite, at
// which a line has a gap. A curve of no more than two values for each comes back whole.
func (c Series) Thin(last uint64, pixels int) Series {
	if len(c.Values) <= 2*pixels {
		return c
	}
	var thin Series
	least, most, odd, pixel := -1, -1, -1, -1
	end := func() {
		kept := slices.DeleteFunc([]int{least, most, odd}, func(i int) bool { return i < 0 })
		slices.Sort(kept)
		for _, i := range slices.Compact(kept) {
			thin.Steps, thin.Values = append(thin.Steps, c.Steps[i]), append(thin.Values, c.Values[i])
		}
		least, most, odd = -1, -1, -1
	}
	for i, v := range c.Values {
		if at := int(float64(c.Steps[i]) / float64(max(last, 1)) * float64(pixels)); at != pixel {
			end()
			pixel = at
		}
		if v-v != 0 {
			if odd < 0 {
				odd = i
			}
			continue
		}
		if least < 0 || v < c.Values[least] {
			least = i
		}
		if most < 0 || v > c.Values[most] {
			most = i
		}
	}
	end()
	return thin
}

// ShownRows returns the rows of a part that are shown: those that the page has.
func (r *Capture) ShownRows(part string) (list []*Row) {
	shown := make(map[uint32]bool, len(r.Data.IDs))
	for _, id := range r.Data.IDs {
		shown[id] = true
	}
	for i := range r.Rows {
		if r.Rows[i].Part == part && shown[r.Rows[i].ID] {
			list = append(list, &r.Rows[i])
		}
	}
	return list
}

// shownY are the targets of all rows that are shown, training and test rows.
func (r *Capture) shownY() (y []float64) {
	for _, part := range []string{rows.PartTrain, rows.PartTest} {
		for _, row := range r.ShownRows(part) {
			y = append(y, row.Y)
		}
	}
	return y
}

// Edges returns the bounds of an interval that reaches so many standard deviations to
// both sides of the mean.
func Edges(mean, std []float64, reach float64) (low, high []float64) {
	for i, m := range mean {
		low, high = append(low, m-reach*std[i]), append(high, m+reach*std[i])
	}
	return low, high
}

// FitRange is what the target's axis of the fit shows; of a capture without rows that
// stands on the predicted mean. Grid is not nil.
func (r *Capture) FitRange() (low, high float64) {
	p := wire.Pictures()
	y := r.shownY()
	if r.Grid.TrueMean != nil {
		lower, upper := Edges(r.Grid.TrueMean, r.Grid.TrueStds, p.Reach95)
		y = slices.Concat(y, lower, upper)
	}
	low, high, ok := extent(y)
	if !ok {
		low, high, ok = extent(r.Grid.Mean)
	}
	if !ok {
		low, high = 0, 1
	}
	air := p.FitAir * spanOr1(low, high)
	return niceRange(low-air, high+air, p.Ticks)
}

// NoiseRange is what the log axis of the noise shows: what is predicted along the grid and
// what is true there, where it is above 0. Grid is not nil.
func (r *Capture) NoiseRange() (low, high float64) {
	p := wire.Pictures()
	spread := float64(r.Data.TargetStd)
	if !(spread > 0) {
		spread = 1
	}
	values := []float64{spread * p.NoiseLow, spread * p.NoiseHigh}
	for _, v := range slices.Concat(r.Grid.Std, r.Grid.TrueStds) {
		if v > 0 {
			values = append(values, v)
		}
	}
	low, high, _ = extent(values)
	a := math.Floor(math.Log10(low) + 1e-9)
	return math.Pow(10, a), math.Pow(10, max(math.Ceil(math.Log10(high)-1e-9), a+1))
}

// ActualRange is what the axes of the predicted over the actual values show.
func (r *Capture) ActualRange() (left, right, low, high float64) {
	p := wire.Pictures()
	left, right, ok := extent(r.shownY())
	if !ok {
		left, right = 0, 1
	}
	air := p.ActualAir * spanOr1(left, right)
	left, right = left-air, right+air
	var means, lows, highs []float64
	for _, part := range []string{rows.PartTrain, rows.PartTest} {
		for _, row := range r.ShownRows(part) {
			means = append(means, row.Mean)
			lows, highs = append(lows, row.Mean-p.Reach95*row.Std), append(highs, row.Mean+p.Reach95*row.Std)
		}
	}
	low, high, _ = extent(append(means, left, right, quantile(lows, p.ActualLow), quantile(highs, p.ActualHigh)))
	low, high = niceRange(low, high, p.Ticks)
	return left, right, low, high
}

// EquationReach is how far the axis of the equation's residual reaches above and below 0,
// or 0 where there is nothing to show. Beyond its points nothing holds the mean to the
// equation: there the residual may leave the plot. Grid and Equation are not nil.
func (r *Capture) EquationReach() float64 {
	p, e := wire.Pictures(), r.Equation
	most := 0.0
	for i, v := range r.Grid.Residual {
		if e.From <= r.Grid.X[i] && r.Grid.X[i] <= e.To && v-v == 0 {
			most = max(most, math.Abs(v))
		}
	}
	if most == 0 {
		return 0
	}
	if e.Noise != nil && *e.Noise <= p.EquationNoise*most {
		most = max(most, *e.Noise)
	}
	_, reach := niceRange(-most, most, p.EquationTicks)
	return reach
}

// Losses are what the chart of the loss shows.
type Losses struct {
	Train, Test, Batch Series
	Low, High          float64 // of the axis
}

// Losses returns the losses of rows, of the target that is shown, and of batches over all
// steps.
func (r *Capture) Losses() Losses {
	p := wire.Pictures()
	last := max(r.Step, 1)
	of := func(column string) (c Series) {
		for _, point := range r.Points {
			v, _ := point.Value(column)
			c.Steps, c.Values = append(c.Steps, point.Step), append(c.Values, float64(v))
		}
		return c.Thin(last, p.Pixels)
	}
	l := Losses{Train: of("train_loss"), Test: of("test_loss")}
	if len(r.Batches.Values) > 0 {
		all := Series{Steps: r.Batches.Steps, Values: make([]float64, len(r.Batches.Values[0]))}
		for i, v := range r.Batches.Values[0] {
			all.Values[i] = float64(v)
		}
		l.Batch = all.Thin(last, p.Pixels)
	}
	l.Low, l.High = lossRange(last, l.Train, l.Test)
	return l
}

// lossRange is what the axis of the loss shows: neither the first fall nor a spike presses
// the rest flat.
func lossRange(last uint64, curves ...Series) (low, high float64) {
	p := wire.Pictures()
	var seen, late []float64
	for _, c := range curves {
		for i, v := range c.Values {
			if v-v != 0 {
				continue
			}
			seen = append(seen, v)
			if float64(c.Steps[i]) >= p.LossFall*float64(last) {
				late = append(late, v)
			}
		}
	}
	if late == nil {
		late = seen
	}
	if late == nil {
		return 0, 1
	}
	low, high = quantile(late, p.LossLow), quantile(late, p.LossHigh)
	air := max(p.LossAir*(high-low), p.LossLeastAir)
	return niceRange(low-air, high+air, p.LossTicks)
}

// extent returns the least and the greatest of the finite values, and whether there are any.
func extent(values []float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v-v == 0 {
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high, low <= high
}

func spanOr1(low, high float64) float64 {
	if low == high {
		return 1
	}
	return high - low
}

// quantile is the value below which that share of the values lies; it sorts them.
func quantile(values []float64, share float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	slices.Sort(values)
	at := share * float64(len(values)-1)
	below, above := values[int(math.Floor(at))], values[int(math.Ceil(at))]
	return below + (above-below)*(at-math.Floor(at))
}

// niceRange widens a range to whole intervals of 1, 2 or 5 times a power of ten, of which
// it has about n.
func niceRange(low, high float64, n int) (float64, float64) {
	interval := 1.0
	if span := high - low; span > 0 {
		raw := span / float64(n)
		decade := math.Pow(10, math.Floor(math.Log10(raw)))
		switch factor := raw / decade; {
		case factor < 1.5:
			interval = decade
		case factor < 3.5:
			interval = 2 * decade
		case factor < 7.5:
			interval = 5 * decade
		default:
			interval = 10 * decade
		}
	}
	return math.Floor(low/interval+1e-9) * interval, math.Ceil(high/interval-1e-9) * interval
}

// ChangeWords says what was changed, as the page does.
func ChangeWords(c wire.Change) string { return lane.Table().Words(c) }
