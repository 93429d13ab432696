package history

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// A source makes rows as a run might: noise on a slope, flat parts, spikes, and
// parts that are not finite.
type source struct {
	random *rand.Rand
	gap    int // one step in so many is followed by missing ones; 0 for none
	odd    int // one value in so many is not finite; 0 for none
	step   uint64
	flat   bool
	values []float32
}

func (s *source) next() (step uint64, values []float32) {
	s.step++
	if s.gap > 0 && s.random.IntN(s.gap) == 0 {
		s.step += s.random.Uint64N(1000)
	}
	if s.random.IntN(300) == 0 {
		s.flat = !s.flat
	}
	for k := range s.values {
		if !s.flat {
			s.values[k] = float32(s.random.NormFloat64() - float64(s.step)/1000)
		}
		if s.random.IntN(1000) == 0 {
			s.values[k] *= 1000
		}
		if s.odd > 0 && s.random.IntN(s.odd) == 0 {
			inf := math.Inf(1)
			s.values[k] = float32([]float64{math.NaN(), inf, -inf}[s.random.IntN(3)])
		} else if !finite(s.values[k]) {
			s.values[k] = 0
		}
	}
	return s.step, s.values
}

// small returns a series that folds early: every chunk but one, and each four
// groups.
func small(columns int) *Series {
	s := NewSeries(columns, 1)
	s.groups = 4
	return s
}

func TestQueryAgreesWithKeepingEverything(t *testing.T) {
	for name, series := range map[string]func() *Series{
		"full":   func() *Series { return NewSeries(2, 0) },
		"folded": func() *Series { return small(2) },
		"some":   func() *Series { return NewSeries(2, 50_000) },
	} {
		for kind, src := range map[string]source{
			"finite":    {},
			"odd":       {odd: 500},
			"mostly":    {odd: 1},
			"rare gaps": {gap: 3000, odd: 5000},
			"gaps":      {gap: 2, odd: 100},
		} {
			t.Run(name+"/"+kind, func(t *testing.T) {
				src.random = rand.New(rand.NewPCG(1, 2))
				src.values = make([]float32, 2)
				s, n := series(), newNaive(2)
				for _, rows := range []int{0, 1, 2, 63, 64, 65, 4095, 4096, 4097, 9000, 12288, 12289, 60_000, 150_000} {
					for s.Len() < rows {
						step, values := src.next()
						both(t, s, n, step, values)
					}
					check(t, s, n, src.random, 5)
					if t.Failed() {
						t.Fatalf("at %d rows", rows)
					}
				}
			})
		}
	}
}

// At the edges of what a step can be, nothing overflows.
func TestLargeSteps(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for _, stride := range []uint64{1, math.MaxUint64 / 20_001} {
		s, n := small(1), newNaive(1)
		first := math.MaxUint64 - 20_000*stride
		if stride > 1 {
			both(t, s, n, 0, []float32{1})
		}
		for i := range uint64(20_001) {
			both(t, s, n, first+i*stride, []float32{random.Float32()})
		}
		check(t, s, n, random, 100)
		if c := s.Query(0, 0, math.MaxUint64, 10); len(c.Steps) < 10 || len(c.Steps) > 22 {
			t.Errorf("%d points for 10 pixels", len(c.Steps))
		}
	}
}

// Of many folded rows every spike can be found at its step.
func TestSpikesSurvive(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	s := NewSeries(1, 4096)
	spikes := map[uint64]float32{}
	for step := range uint64(3_000_000) {
		v := random.Float32()
		if step%7919 == 0 {
			v = []float32{1000, -1000, float32(math.Inf(1)), float32(math.Inf(-1))}[random.IntN(4)]
			spikes[step] = v
		}
		if err := s.Append(step, v); err != nil {
			t.Fatal(err)
		}
	}
	if len(s.levels) < 3 {
		t.Fatalf("%d levels, too few to show anything", len(s.levels))
	}
	c := s.Query(0, 0, math.MaxUint64, 4000)
	found := 0
	for i, step := range c.Steps {
		if v, ok := spikes[step]; ok && v == c.Values[i] {
			found++
		}
	}
	if found != len(spikes) || c.Of != 3_000_000 {
		t.Errorf("%d of %d spikes, %d points in all", found, len(spikes), c.Of)
	}
}

func TestBoundaries(t *testing.T) {
	s := NewSeries(1, 0)
	if c := s.Query(0, 0, 10, 10); !c.Full || c.Of != 0 || len(c.Steps) != 0 {
		t.Errorf("an empty series answers %v", c)
	}
	if _, _, ok := s.Last(); ok || s.Len() != 0 {
		t.Error("an empty series has a last row")
	}
	for step := uint64(10); step < 20; step++ {
		if err := s.Append(step, float32(step)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		from, to uint64
		pixels   int
		want     []uint64
	}{
		{12, 11, 10, nil},
		{0, 9, 10, nil},
		{20, 30, 10, nil},
		{9, 10, 10, []uint64{10}},
		{19, 19, 1, []uint64{19}},
		{12, 13, 1, []uint64{12, 13}},
		{10, 14, 1, []uint64{10, 14}},
		{10, 14, 0, []uint64{10, 14}},
		{10, 14, -5, []uint64{10, 14}},
		{10, 14, math.MaxInt, []uint64{10, 11, 12, 13, 14}},
	} {
		got := s.Query(0, c.from, c.to, c.pixels)
		if !slices.Equal(got.Steps, c.want) || got.Full != (len(got.Steps) == got.Of) {
			t.Errorf("%d..%d at %d pixels: %+v, want %v", c.from, c.to, c.pixels, got, c.want)
		}
	}
	if step, values, ok := s.Last(); !ok || step != 19 || !slices.Equal(values, []float32{19}) {
		t.Errorf("the last row is %d %v %v", step, values, ok)
	}
}

func TestAppendRefuses(t *testing.T) {
	s := NewSeries(2, 0)
	if err := s.Append(5, 1, 2); err != nil {
		t.Fatal(err)
	}
	for step, values := range map[uint64][]float32{5: {3, 4}, 4: {3, 4}, 6: {3}, 7: {3, 4, 5}} {
		if s.Append(step, values...) == nil {
			t.Errorf("step %d with %v was taken", step, values)
		}
	}
	if step, values, _ := s.Last(); s.Len() != 1 || step != 5 || !slices.Equal(values, []float32{1, 2}) {
		t.Errorf("an error has left %d rows, the last %d %v", s.Len(), step, values)
	}
}

func TestQueryPanicsWithoutSuchAColumn(t *testing.T) {
	for _, column := range []int{-1, 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("column %d of 1 was answered", column)
				}
			}()
			NewSeries(1, 0).Query(column, 0, 1, 1)
		}()
	}
}

// Clones and what they are clones of go their own ways, folding and using chunks
// again as they go.
func TestClonesAreIndependent(t *testing.T) {
	type pair struct {
		s   *Series
		n   *naive
		src source
	}
	random := rand.New(rand.NewPCG(7, 8))
	pairs := []pair{{small(1), newNaive(1), source{random: random, odd: 100, gap: 5000, values: []float32{0}}}}
	for range 60 {
		p := &pairs[random.IntN(len(pairs))]
		for range random.IntN(12_000) {
			step, values := p.src.next()
			both(t, p.s, p.n, step, values)
		}
		if len(pairs) < 6 && random.IntN(4) == 0 {
			src := p.src
			src.values = slices.Clone(src.values)
			pairs = append(pairs, pair{p.s.Clone(), p.n.clone(), src})
		}
	}
	for _, p := range pairs {
		check(t, p.s, p.n, random, 50)
	}
}

// A clone may be read, extended and cloned by another goroutine: a matter for the
// race detector.
func TestCloneForAnotherGoroutine(t *testing.T) {
	extend := func(s *Series, rows int) {
		step, _, _ := s.Last()
		for i := range rows {
			if err := s.Append(step+uint64(i)+1, 1); err != nil {
				t.Error(err)
			}
		}
	}
	s := small(1)
	extend(s, 100_000)
	c := s.Clone()
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.Query(0, 0, math.MaxUint64, 100)
		extend(c, 50_000)
		c.Clone().Query(0, 0, math.MaxUint64, 100)
	}()
	extend(s, 50_000)
	s.Clone().Query(0, 0, math.MaxUint64, 100)
	<-done
}

func TestMemoryIsBounded(t *testing.T) {
	const columns, capacity, rows = 2, 1 << 16, 10_000_000
	heap := func() int {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int(m.HeapAlloc)
	}
	before := heap()
	s := NewSeries(columns, capacity)
	if n := heap() - before; n > 4096 {
		t.Errorf("an empty series takes %d bytes", n)
	}
	for step := range uint64(rows) {
		if err := s.Append(step, float32(step), -float32(step)); err != nil {
			t.Fatal(err)
		}
	}
	n := heap() - before
	levels := len(s.levels)
	// As documented, and some room for what else there is on the heap.
	perColumn := (capacity+3*chunkRows)*17/4 + levels*410_000
	if bound := columns*perColumn + levels*210_000 + 100_000; n > bound {
		t.Errorf("%d rows take %d bytes in %d levels, want %d at most", rows, n, levels, bound)
	}
	if c := s.Query(1, 0, math.MaxUint64, 1); c.Of != rows || c.Steps[0] != 0 || c.Steps[1] != rows-1 {
		t.Errorf("a curve of %d points from %v", c.Of, c.Steps)
	}
}

func TestSteadyStateDoesNotAllocate(t *testing.T) {
	for _, stride := range []uint64{1, 10} {
		s := small(3)
		step := uint64(0)
		fill := func() {
			for range 10 * chunkRows {
				step += stride
				if err := s.Append(step, 1, 2, 3); err != nil {
					t.Fatal(err)
				}
			}
		}
		for range 50 {
			fill()
		}
		if n := testing.AllocsPerRun(20, fill); n > 0 {
			t.Errorf("%v allocations for %d rows", n, 10*chunkRows)
		}
	}
}

// FuzzSeries reads its input as runs of rows: how many, after what gap, and what
// is in them.
func FuzzSeries(f *testing.F) {
	f.Add([]byte{255, 0, 0, 255, 0, 1, 255, 1, 2, 255, 200, 3}, uint64(0), uint64(20_000), 10)
	f.Add([]byte{1, 0, 4, 1, 9, 5, 70, 3, 1}, uint64(3), uint64(2), 0)
	f.Fuzz(func(t *testing.T, runs []byte, from, to uint64, pixels int) {
		s, n := small(1), newNaive(1)
		step := from % 1000
		for ; len(runs) >= 3 && s.Len() < 100_000; runs = runs[3:] {
			step += uint64(runs[1])
			for i := range 40 * int(runs[0]) {
				v := float32(int8(runs[2]))
				switch runs[2] % 8 {
				case 1:
					v *= float32(i)
				case 2:
					v = float32(math.Sin(float64(i)))
				case 3:
					v /= 0 // infinite or NaN
				}
				both(t, s, n, step, []float32{v})
				step++
			}
		}
		if s.Len() == 0 {
			s.Query(0, from, to, pixels)
			return
		}
		points, fullFrom := n.kept(t, s, 0)
		checkQuery(t, s, n, points, fullFrom, 0, from, to, pixels)
		checkQuery(t, s, n, points, fullFrom, 0, from%step, from%step+to%step, pixels%5000)
	})
}

// A series that is shrunk knows of every row, as coarsely as if it had folded them in its
// time, and records on as before.
func TestShrunkSeriesKeepsItsExtremes(t *testing.T) {
	s, whole := NewSeries(2, 0), NewSeries(2, 0)
	add := func(from, to uint64) {
		for i := from; i < to; i++ {
			v := float32(i % 997)
			if i == 31_415 {
				v = 1e6
			}
			for _, x := range []*Series{s, whole} {
				if err := x.Append(i, v, -v); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	add(0, 100_000)
	before, clone := s.Bytes(), s.Clone()
	s.Shrink(before / 2)
	if got := s.Bytes(); got > before/2 {
		t.Errorf("of %d bytes %d are left", before, got)
	}
	if clone.Bytes() < before*9/10 || clone.Query(0, 0, 1<<40, 1<<20).Full != true {
		t.Error("the clone was shrunk")
	}
	add(100_000, 103_000)
	for _, pixels := range []int{1, 100, 5000} {
		got, want := s.Query(0, 0, 1<<40, pixels), whole.Query(0, 0, 1<<40, pixels)
		if got.Of != want.Of || slices.Max(got.Values) != 1e6 || !slices.Contains(got.Steps, 31_415) {
			t.Errorf("%d pixels: %d of %d rows, at most %v", pixels, got.Of, want.Of, slices.Max(got.Values))
		}
	}
	if recent := s.Query(0, 100_000, 1<<40, 10_000); !recent.Full || len(recent.Steps) != 3000 {
		t.Errorf("of the newest %d are left, whole: %v", len(recent.Steps), recent.Full)
	}
	s.Shrink(0)
	if s.Len() != 103_000 || len(s.chunks) != keptChunks {
		t.Errorf("%d rows, %d chunks", s.Len(), len(s.chunks))
	}
}
