package kernel

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"
)

// A row's bits must be those that it has alone, wherever it lies in a block of
// rows; 300 rows are also enough for gonum to cut its work otherwise.
func TestRowsDoNotDependOnTheirBlock(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const rows = 300
	for _, s := range [][2]int{{1, 64}, {64, 2}, {8, 50}, {64, 64}, {130, 65}, {65, 130}, {130, 300}} {
		in, out := s[0], s[1]
		var layer Layer
		layer.Pack(random(r, in*out), random(r, out), in, out)
		x, dy := guarded(r, rows, in), guarded(r, rows, out)
		y, dx := NewMatrix(rows, out), NewMatrix(rows, in)
		partY, partDX := NewMatrix(rows, out), NewMatrix(rows, in)
		for name, l := range ways(&layer) {
			l.forward(y, x, float32(math.Inf(-1)))
			l.inputGradient(dx, dy)
			for n := 1; n < rows; n += 1 + n/20*30 {
				for from := 0; from < rows; from += n {
					to := min(from+n, rows)
					l.forward(partY.Slice(from, to), x.Slice(from, to), float32(math.Inf(-1)))
					l.inputGradient(partDX.Slice(from, to), dy.Slice(from, to))
				}
				same(t, name+": y", partY, y, n)
				same(t, name+": dx", partDX, dx, n)
			}
		}
	}
}

func same(t *testing.T, name string, got, want Matrix, n int) {
	t.Helper()
	for i := range want.Rows {
		for k, v := range want.Row(i) {
			if math.Float32bits(got.Row(i)[k]) != math.Float32bits(v) {
				t.Fatalf("%s (%d, %d)[%d][%d] is %v by blocks of %d rows, %v in one", name, want.Rows, want.Cols, i, k, got.Row(i)[k], n, v)
			}
		}
	}
}

// Blocks of rows may be computed at once; the bits are those of one after another.
func TestProductsOfSeveralGoroutines(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	const rows, block, in, out = 300, 100, 33, 50
	var layer Layer
	layer.Pack(random(r, in*out), random(r, out), in, out)
	x, dy := guarded(r, rows, in), guarded(r, rows, out)
	results := func(run func(func())) (y, dx, gradients Matrix) {
		y, dx, gradients = NewMatrix(rows, out), NewMatrix(rows, in), NewMatrix(rows/block, (in+1)*out)
		for b := range rows / block {
			from, to := b*block, (b+1)*block
			run(func() {
				layer.Forward(y.Slice(from, to), x.Slice(from, to), 0)
				layer.InputGradient(dx.Slice(from, to), dy.Slice(from, to))
				g := gradients.Row(b)
				WeightGradient(g[:in*out], g[in*out:], dy.Slice(from, to), x.Slice(from, to), new(Matrix))
			})
		}
		return y, dx, gradients
	}
	y, dx, gradients := results(func(do func()) { do() })
	var wg sync.WaitGroup
	atOnceY, atOnceDX, atOnceGradients := results(wg.Go)
	wg.Wait()
	same(t, "y", atOnceY, y, block)
	same(t, "dx", atOnceDX, dx, block)
	same(t, "gradients", atOnceGradients, gradients, block)
}

func TestProductsDoNotAllocate(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	const rows, in, out = 50, 20, 33 // few enough for gonum to stay in one goroutine
	var layer Layer
	var scratch, y Matrix
	x, dy, dx := guarded(r, rows, in), guarded(r, rows, out), NewMatrix(rows, in)
	w, b := random(r, in*out), random(r, out)
	dw, db := make([]float32, in*out), make([]float32, out)
	if n := testing.AllocsPerRun(10, func() {
		for _, cols := range []int{out, 5} {
			layer.Pack(w[:in*cols], b[:cols], in, cols)
			y.Resize(rows, cols)
			layer.Forward(y, x, 0)
			dy.Cols = cols
			layer.InputGradient(dx, dy)
			WeightGradient(dw[:in*cols], db[:cols], dy, x, &scratch)
		}
	}); n != 0 {
		t.Errorf("%v allocations in shapes that were seen before", n)
	}
}
