package history

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// naive keeps every row.
type naive struct {
	steps   []uint64
	columns [][]float32
}

func newNaive(columns int) *naive { return &naive{columns: make([][]float32, columns)} }

func (n *naive) clone() *naive {
	c := newNaive(len(n.columns))
	c.steps = slices.Clone(n.steps)
	for k := range n.columns {
		c.columns[k] = slices.Clone(n.columns[k])
	}
	return c
}

// both appends the same row to s and n.
func both(t testing.TB, s *Series, n *naive, step uint64, values []float32) {
	t.Helper()
	if err := s.Append(step, values...); err != nil {
		t.Fatal(err)
	}
	n.steps = append(n.steps, step)
	for k, v := range values {
		n.columns[k] = append(n.columns[k], v)
	}
}

// A keptPoint is one that a query may return; odd is how many not-finite values
// it stands for.
type keptPoint struct {
	point
	odd int
}

// standOut returns those of some points that stand out, at most the first
// smallest, the first largest and the first not-finite one, by ascending step.
func standOut(points []keptPoint) []keptPoint {
	smallest, largest, odd := -1, -1, -1
	count := 0
	for i, p := range points {
		if v := float64(p.value); math.IsNaN(v) || math.IsInf(v, 0) {
			if odd < 0 {
				odd = i
			}
			count += p.odd
			continue
		}
		if smallest < 0 || p.value < points[smallest].value {
			smallest = i
		}
		if largest < 0 || p.value > points[largest].value {
			largest = i
		}
	}
	var out []keptPoint
	for i, p := range points {
		switch i {
		case odd:
			p.odd = count
			out = append(out, p)
		case smallest, largest:
			out = append(out, p)
		}
	}
	return out
}

// kept returns what s should have kept of a column of n: what stands out in each
// of its buckets, and every row after those. It fails if the buckets and chunks
// are not all rows in their order.
func (n *naive) kept(t testing.TB, s *Series, column int) (points []keptPoint, fullFrom int) {
	t.Helper()
	all := make([]keptPoint, len(n.steps))
	for i, step := range n.steps {
		all[i] = keptPoint{point{step, n.columns[column][i]}, 1}
	}
	row := 0
	for g := range s.folded() {
		for _, sp := range g.spans {
			end := row + int(sp.rows)
			if n.steps[row] != sp.first || n.steps[end-1] != sp.last {
				t.Fatalf("a bucket of rows %d to %d has steps %d to %d", row, end, sp.first, sp.last)
			}
			points = append(points, standOut(all[row:end])...)
			row = end
		}
	}
	return append(points, all[row:]...), row
}

// query is what Query should answer, from what is kept.
func (n *naive) query(points []keptPoint, fullFrom int, from, to uint64, pixels int) Curve {
	in := func(step uint64) bool { return step >= from && step <= to }
	c := Curve{Full: true}
	for i, step := range n.steps {
		if in(step) {
			c.Of++
			c.Full = c.Full && i >= fullFrom
		}
	}
	points = slices.DeleteFunc(slices.Clone(points), func(p keptPoint) bool { return !in(p.step) })
	pixels = max(pixels, 1)
	if len(points) > 2*pixels {
		c.Full = false
		length := (min(to, n.steps[len(n.steps)-1])-max(from, n.steps[0]))/uint64(pixels) + 1
		if length == 0 {
			length = math.MaxUint64
		}
		var out []keptPoint
		for i := 0; i < len(points); {
			j := i
			for j < len(points) && points[j].step/length == points[i].step/length {
				j++
			}
			out = append(out, standOut(points[i:j])...)
			i = j
		}
		points = out
	}
	for _, p := range points {
		c.Steps = append(c.Steps, p.step)
		c.Values = append(c.Values, p.value)
		if !finite(p.value) {
			c.NotFinite += p.odd
		}
	}
	return c
}

func sameBits(a, b float32) bool { return math.Float32bits(a) == math.Float32bits(b) }

// checkQuery compares one query with the naive one.
func checkQuery(t testing.TB, s *Series, n *naive, points []keptPoint, fullFrom, column int, from, to uint64, pixels int) {
	t.Helper()
	got, want := s.Query(column, from, to, pixels), n.query(points, fullFrom, from, to, pixels)
	cut := fullFrom > 0 && from <= n.steps[fullFrom-1] // through buckets, perhaps
	gaps := len(n.steps) > 0 && n.steps[len(n.steps)-1]-n.steps[0] != uint64(len(n.steps)-1)
	if got.Of != want.Of && !(cut && gaps) {
		t.Errorf("%d..%d at %d pixels: of %d points, want %d", from, to, pixels, got.Of, want.Of)
	}
	if got.Full != want.Full && want.Of > 0 || got.NotFinite != want.NotFinite {
		t.Errorf("%d..%d at %d pixels: full %v and %d not finite, want %v and %d",
			from, to, pixels, got.Full, got.NotFinite, want.Full, want.NotFinite)
	}
	if !slices.Equal(got.Steps, want.Steps) || !slices.EqualFunc(got.Values, want.Values, sameBits) {
		t.Errorf("%d..%d at %d pixels: %d points, want %d, or others", from, to, pixels, len(got.Steps), len(want.Steps))
	}
}

// check compares all that s says with n, at random queries.
func check(t testing.TB, s *Series, n *naive, random *rand.Rand, queries int) {
	t.Helper()
	if s.Len() != len(n.steps) {
		t.Fatalf("%d rows, want %d", s.Len(), len(n.steps))
	}
	rows := 0
	for c := range s.unfolded() {
		rows += c.rows
	}
	if want := min(s.full*chunkRows, len(n.steps)); rows < want {
		t.Errorf("%d rows at full resolution, want %d", rows, want)
	}
	for column := range n.columns {
		points, fullFrom := n.kept(t, s, column)
		checkQuery(t, s, n, points, fullFrom, column, 0, math.MaxUint64, 1)
		checkQuery(t, s, n, points, fullFrom, column, 0, math.MaxUint64, math.MaxInt/4)
		for range queries {
			if len(n.steps) == 0 {
				break
			}
			first, last := n.steps[0], n.steps[len(n.steps)-1]
			from := first + random.Uint64N(max(1, last-first))
			to := from + uint64(float64(last-from)*math.Pow(random.Float64(), 3))
			checkQuery(t, s, n, points, fullFrom, column, from, to, int(math.Pow(4000, random.Float64())))
		}
	}
}
