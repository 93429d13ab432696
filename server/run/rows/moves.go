package rows

import (
	"cmp"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/datasets/table"
)

const (
	moveRows   = 2000 // rows that are looked at
	moveBins   = 8    // parts of an input's values at most, each of as many rows
	moveLeast  = 30   // rows of a part, where there are enough for two parts
	moveRounds = 4    // of taking each column's share of the mean in turn
)

// columnMoves returns, of each column that inputs are made of, the share of the variance
// of the noise's logarithm that goes with it, from 0 to 1, and the input of the column along
// which that is seen best. Where the truth is known it is the true standard deviation's
// logarithm, else that of how far a row lies off a sum of curves, one of each column. It
// depends on the rows of the set alone, be they trained on or held out: a seed that splits
// them otherwise changes nothing, nor does what is trained or edited later.
func (d *Data) columnMoves() (moves []float64, inputs []int) {
	n, targets := len(d.Set.Inputs), len(d.Set.Targets)
	rows := Spread(d.Set.Rows(), moveRows)
	sources := d.sources()
	parts := make([][]int, len(sources)) // of each column: in which part of its values each row lies
	values := make([][]float64, len(sources))
	for k := range sources {
		first := sources[:k].Width()
		for _, i := range rows {
			values[k] = append(values[k], d.Set.X[i*n+first])
		}
		parts[k] = quantileParts(values[k])
		if sources[k].Kind == table.OfValues {
			values[k] = make([]float64, len(rows)) // a word has a level, and no slope
			for j, i := range rows {
				parts[k][j] = wordOf(d.Set.X[i*n+first:][:len(sources[k].Values)])
			}
		}
	}
	noise := d.logNoise(rows, targets, values, parts)
	for k, s := range sources {
		share, loudest := explained(noise, parts[k])
		input := sources[:k].Width()
		if s.Kind == table.OfValues {
			input += loudest
		}
		moves, inputs = append(moves, share), append(inputs, input)
	}
	return moves, inputs
}

// logNoise returns the logarithm of each row's noise, the mean of those of the targets.
func (d *Data) logNoise(rows []int, targets int, values [][]float64, parts [][]int) []float64 {
	n := len(d.Set.Inputs)
	noise := make([]float64, len(rows))
	if d.Set.Truth != nil {
		mean, std := make([]float64, targets), make([]float64, targets)
		for j, i := range rows {
			d.truths(mean, std, d.Set.X[i*n:(i+1)*n])
			for k := range targets {
				noise[j] += math.Log(max(std[k], 1e-9*d.Stds[k])) / float64(targets)
			}
		}
		return noise
	}
	for k := range targets {
		left := make([]float64, len(rows))
		for j, i := range rows {
			left[j] = (d.Set.Y[i*targets+k] - d.Centres[k]) / d.Stds[k]
		}
		takeAway(left, values, parts)
		for j, v := range left {
			noise[j] += math.Log(max(math.Abs(v), 0.01)) / float64(targets)
		}
	}
	return noise
}

// takeAway leaves of y what no sum of curves of the columns explains, of each a line in
// each of its parts.
func takeAway(y []float64, values [][]float64, parts [][]int) {
	shares := make([][]float64, len(values))
	for k := range shares {
		shares[k] = make([]float64, len(y))
	}
	for range moveRounds {
		for k := range values {
			for j := range y {
				y[j] += shares[k][j]
			}
			shares[k] = linesOf(y, values[k], parts[k])
			for j := range y {
				y[j] -= shares[k][j]
			}
		}
	}
}

// linesOf returns the least squares lines of y over x in each part, at each row.
func linesOf(y, x []float64, parts []int) []float64 {
	type sums struct{ n, x, y, xx, xy float64 }
	of := make([]sums, slices.Max(append([]int{0}, parts...))+1)
	for j, p := range parts {
		s := &of[p]
		s.n, s.x, s.y = s.n+1, s.x+x[j], s.y+y[j]
	}
	for j, p := range parts {
		s := &of[p]
		dx := x[j] - s.x/s.n
		s.xx, s.xy = s.xx+dx*dx, s.xy+dx*(y[j]-s.y/s.n)
	}
	line := make([]float64, len(y))
	for j, p := range parts {
		s := &of[p]
		line[j] = s.y / s.n
		if s.xx > 0 && s.n > 4 {
			line[j] += s.xy / s.xx * (x[j] - s.x/s.n)
		}
	}
	return line
}

// explained returns the share of v's variance that lies between the parts, less what
// chance would put there, and the part whose mean is farthest from that of all.
func explained(v []float64, parts []int) (share float64, farthest int) {
	of := slices.Max(append([]int{0}, parts...)) + 1
	counts, means := make([]float64, of), make([]float64, of)
	all := 0.0
	for j, p := range parts {
		counts[p]++
		means[p] += v[j]
		all += v[j] / float64(len(v))
	}
	between, within, groups, most := 0.0, 0.0, -1.0, -1.0
	for p := range means {
		if counts[p] == 0 {
			continue
		}
		means[p] /= counts[p]
		groups++
		between += counts[p] * (means[p] - all) * (means[p] - all)
		if off := math.Sqrt(counts[p]) * math.Abs(means[p]-all); off > most {
			most, farthest = off, p
		}
	}
	for j, p := range parts {
		within += (v[j] - means[p]) * (v[j] - means[p])
	}
	free := float64(len(v)) - groups - 1
	if free <= 0 || !(between+within > 0) {
		return 0, farthest
	}
	chance := within / free
	return max(0, (between-groups*chance)/(between+within+chance)), farthest
}

// quantileParts returns in which of up to moveBins parts of about as many rows each value
// lies: of few rows more parts would follow their noise. Equal values lie in one.
func quantileParts(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	bins := min(moveBins, max(2, len(v)/moveLeast))
	parts := make([]int, len(v))
	for rank, i := range order {
		parts[i] = rank * bins / len(v)
		if rank > 0 && v[order[rank-1]] == v[i] {
			parts[i] = parts[order[rank-1]]
		}
	}
	return parts
}

// wordOf returns which of the inputs of a column of words is 1.
func wordOf(marks []float64) int {
	most := 0
	for i, v := range marks {
		if v > marks[most] {
			most = i
		}
	}
	return most
}

// naturalSlice is the input along which a fit is shown that names none: of more than two
// inputs, or of words, the one that moves the standard deviation most.
func (d *Data) naturalSlice() int {
	best := 0
	for k, v := range d.moves {
		if v > d.moves[best] {
			best = k
		}
	}
	return d.moving[best]
}
