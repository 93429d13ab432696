package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// guarded returns a matrix of random numbers with NaN wherever nothing of it
// lies: in the rest of each row, and in a row before and after it. What reads
// there shows in its result.
func guarded(r *rand.Rand, rows, cols int) Matrix {
	_, m := marked(rows, cols, float32(math.NaN()))
	for i := range rows {
		copy(m.Row(i), random(r, cols))
	}
	return m
}

// mark is what no product of these tests comes to. It is a number, since NaN
// that is written over NaN does not show.
const mark = -12345.678

// marked returns a matrix full of the mark, and it with a row before and after.
func marked(rows, cols int, mark float32) (whole, m Matrix) {
	whole = NewMatrix(rows+2, cols)
	for i := range whole.Data {
		whole.Data[i] = mark
	}
	return whole, whole.Slice(1, rows+1)
}

// checkMarks fails where something was written beyond the rows' last panels.
func checkMarks(t *testing.T, name string, whole Matrix) {
	t.Helper()
	for i := range whole.Rows {
		from := (whole.Cols + lane - 1) / lane * lane
		if i == 0 || i == whole.Rows-1 {
			from = 0
		}
		for k := from; k < whole.Stride; k++ {
			if v := whole.Data[i*whole.Stride+k]; v != mark {
				t.Fatalf("%s: row %d was written to at %d: %v", name, i-1, k, v)
			}
		}
	}
}

// between returns n numbers in the midst of marks.
func between(n int) (all, inside []float32) {
	all = make([]float32, n+2*wider)
	for i := range all {
		all[i] = mark
	}
	return all, all[wider : wider+n]
}

// wider is no less than the width of any panel.
const wider = 64

func checkEnds(t *testing.T, name string, all []float32) {
	t.Helper()
	for i := range wider {
		if all[i] != mark || all[len(all)-1-i] != mark {
			t.Fatalf("%s was written to beyond its ends", name)
		}
	}
}

func shapes(short bool) (s [][3]int) {
	sizes := []int{1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 50, 64, 65, 128, 130}
	rows := []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 17, 20, 131, 300}
	for _, in := range sizes {
		for _, out := range sizes {
			for k, n := range rows {
				few := short || n > 20 // many rows in a share of the shapes, for the time it takes
				if !few || (in+out+k)%5 == 0 {
					s = append(s, [3]int{n, in, out})
				}
			}
		}
	}
	return s
}

func TestProductsAgainstPlainLoops(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	var layer Layer
	var scratch Matrix
	for _, s := range shapes(testing.Short()) {
		rows, in, out := s[0], s[1], s[2]
		x, dy := guarded(r, rows, in), guarded(r, rows, out)
		w, b := random(r, out*in), random(r, out)
		floor := float32(math.Inf(-1))
		if rows%2 == 0 {
			floor = 0.1
		}
		layer.Pack(w, b, in, out)
		var wants wanted
		wants.of(x, dy, w, b, floor)
		for name, p := range ways(&layer) {
			name = fmt.Sprintf("%s: rows %d, in %d, out %d", name, rows, in, out)
			allY, y := marked(rows, out, mark)
			allDX, dx := marked(rows, in, mark)
			allDW, dw := between(in * out)
			allDB, db := between(out)
			p.forward(y, x, floor)
			p.inputGradient(dx, dy)
			p.weightGradient(dw, db, dy, x, &scratch)
			checkMarks(t, name+": y", allY)
			checkMarks(t, name+": dx", allDX)
			checkEnds(t, name+": dw", allDW)
			checkEnds(t, name+": db", allDB)
			for i := range rows {
				wants.y.check(t, fmt.Sprint(name, ": y row ", i), i*out, y.Row(i))
				wants.dx.check(t, fmt.Sprint(name, ": dx row ", i), i*in, dx.Row(i))
			}
			wants.dw.check(t, name+": dw", 0, dw)
			wants.db.check(t, name+": db", 0, db)
		}
	}
}

// sums are float64 sums, and those of the terms' absolute values.
type sums struct{ of, sizes []float64 }

func (s *sums) clear(n int) { s.of, s.sizes = make([]float64, n), make([]float64, n) }

func (s *sums) add(i int, term float64) {
	s.of[i] += term
	s.sizes[i] += math.Abs(term)
}

func (s *sums) check(t *testing.T, name string, from int, got []float32) {
	t.Helper()
	for i, v := range got {
		if want := s.of[from+i]; !closeTo(v, want, s.sizes[from+i]) {
			t.Fatalf("%s: [%d] is %v, want %v", name, i, v, want)
		}
	}
}

// wanted are the products by plain loops.
type wanted struct{ y, dx, dw, db sums }

func (p *wanted) of(x, dy Matrix, w, b []float32, floor float32) {
	in, out := x.Cols, dy.Cols
	p.y.clear(x.Rows * out)
	p.dx.clear(x.Rows * in)
	p.dw.clear(in * out)
	p.db.clear(out)
	for r := range x.Rows {
		for o := range out {
			p.y.add(r*out+o, float64(b[o]))
			g := float64(dy.Row(r)[o])
			p.db.add(o, g)
			for i := range in {
				value, weight := float64(x.Row(r)[i]), float64(w[o*in+i])
				p.y.add(r*out+o, value*weight)
				p.dx.add(r*in+i, g*weight)
				p.dw.add(o*in+i, g*value)
			}
			p.y.of[r*out+o] = max(p.y.of[r*out+o], float64(floor))
		}
	}
}

// Of a product of some columns of dy alone the others must not be felt.
func TestInputGradientOfTheFirstOutputs(t *testing.T) {
	r := rand.New(rand.NewPCG(2, 2))
	const rows, in, out = 13, 20, 6
	var whole, part Layer
	w, b := random(r, in*out), random(r, out)
	whole.Pack(w, b, in, out)
	part.Pack(w[:2*in], b[:2], in, 2)
	dy := guarded(r, rows, out)
	dy.Cols = 2
	got, want := NewMatrix(rows, in), NewMatrix(rows, in)
	whole.InputGradient(got, dy)
	part.InputGradient(want, dy)
	for i := range rows {
		for k := range in {
			if got.Row(i)[k] != want.Row(i)[k] {
				t.Fatalf("dx[%d][%d] = %v, want %v", i, k, got.Row(i)[k], want.Row(i)[k])
			}
		}
	}
}

func TestProductsCarryWhatIsNotFinite(t *testing.T) {
	const in, out = 20, 18
	for _, bad := range []float32{float32(math.NaN()), float32(math.Inf(1))} {
		for rows := 1; rows < 15; rows++ {
			r := rand.New(rand.NewPCG(3, 3))
			x, y := NewMatrix(rows, in), NewMatrix(rows, out)
			for i := range rows {
				copy(x.Row(i), random(r, in))
			}
			x.Row(rows - 1)[7] = bad
			var layer Layer
			layer.Pack(random(r, in*out), random(r, out), in, out)
			for name, p := range ways(&layer) {
				p.forward(y, x, float32(math.Inf(-1)))
				for i := range rows {
					for _, v := range y.Row(i) {
						if finite := v-v == 0; finite != (i < rows-1) {
							t.Fatalf("%s: %d rows, %v in the last: row %d has %v", name, rows, bad, i, v)
						}
					}
				}
				p.forward(y, x, 0)
				if v := y.Row(rows - 1)[0]; bad != bad && v == v {
					t.Fatalf("%s: %d rows: the floor made %v of NaN", name, rows, v)
				}
				p.checkGradients(t, name, rows, bad)
			}
		}
	}
}

// checkGradients fails where a gradient that is not finite does not reach what it
// is a factor of, or reaches anything else.
func (p *way) checkGradients(t *testing.T, name string, rows int, bad float32) {
	t.Helper()
	const in, out, at = 20, 18, 11
	r := rand.New(rand.NewPCG(6, 6))
	dy, x, dx := guarded(r, rows, out), guarded(r, rows, in), NewMatrix(rows, in)
	dy.Row(rows - 1)[at] = bad
	p.inputGradient(dx, dy)
	for i := range rows {
		for _, v := range dx.Row(i) {
			if finite := v-v == 0; finite != (i < rows-1) {
				t.Fatalf("%s: %d rows, %v in the last of dy: row %d of dx has %v", name, rows, bad, i, v)
			}
		}
	}
	dw, db := make([]float32, in*out), make([]float32, out)
	p.weightGradient(dw, db, dy, x, new(Matrix))
	for o := range out {
		for _, v := range append(dw[o*in:(o+1)*in:(o+1)*in], db[o]) {
			if finite := v-v == 0; finite != (o != at) {
				t.Fatalf("%s: %d rows, %v in output %d: output %d has %v", name, rows, bad, at, o, v)
			}
		}
	}
}
