package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// guarded returns a matrix of random numbers with NaN wherever nothing of it
// lies: in the rest of each row beyond its last panel, and in rows around it.
func guarded(r *rand.Rand, rows, cols int) Matrix {
	m := NewMatrix(rows+2, cols)
	for i := range m.Data {
		m.Data[i] = float32(math.NaN())
	}
	m = m.Slice(1, rows+1)
	for i := range rows {
		row := m.Data[i*m.Stride:][:(cols+lane-1)/lane*lane]
		for k := range row {
			row[k] = float32(r.NormFloat64())
		}
	}
	return m
}

// checkGuards fails where something was written beyond the rows' panels.
func checkGuards(t *testing.T, name string, m Matrix) {
	t.Helper()
	for i := range m.Rows {
		for k, v := range m.Data[i*m.Stride+(m.Cols+lane-1)/lane*lane : (i+1)*m.Stride] {
			if v == v {
				t.Fatalf("%s: row %d was written to %d beyond its last panel", name, i, k)
			}
		}
	}
}

func around(n int) (all, inside []float32) {
	all = make([]float32, n+32)
	for i := range all {
		all[i] = float32(math.NaN())
	}
	return all, all[16 : 16+n : 16+n]
}

func intact(t *testing.T, name string, all []float32) {
	t.Helper()
	for i := range 16 {
		if all[i] == all[i] || all[len(all)-1-i] == all[len(all)-1-i] {
			t.Fatalf("%s was written beyond its ends", name)
		}
	}
}

func shapes(short bool) (s [][3]int) {
	sizes := []int{1, 2, 3, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 50, 64, 65, 130}
	rows := []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 17, 20, 131, 300}
	for _, in := range sizes {
		for _, out := range sizes {
			for k, n := range rows {
				if !short || (in+out+k)%5 == 0 {
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
		name := fmt.Sprintf("rows %d, in %d, out %d", rows, in, out)
		x, dy := guarded(r, rows, in), guarded(r, rows, out)
		y, dx := guarded(r, rows, out), guarded(r, rows, in)
		w, b := random(r, out*in), random(r, out)
		dwAll, dw := around(in * out)
		dbAll, db := around(out)
		layer.Pack(w, b, in, out)
		floor := float32(math.Inf(-1))
		if rows%2 == 0 {
			floor = 0.1
		}
		layer.Forward(y, x, floor)
		layer.InputGradient(dx, dy)
		WeightGradient(dw, db, dy, x, &scratch)
		checkGuards(t, name+": y", y)
		checkGuards(t, name+": dx", dx)
		intact(t, name+": dw", dwAll)
		intact(t, name+": db", dbAll)
		for i := range rows {
			for o := range out {
				sum, size := float64(b[o]), math.Abs(float64(b[o]))
				for k := range in {
					p := float64(x.Row(i)[k]) * float64(w[o*in+k])
					sum, size = sum+p, size+math.Abs(p)
				}
				if got, want := y.Row(i)[o], max(sum, float64(floor)); !closeTo(got, want, size) {
					t.Fatalf("%s: y[%d][%d] = %v, want %v", name, i, o, got, want)
				}
			}
			for k := range in {
				sum, size := 0., 0.
				for o := range out {
					p := float64(dy.Row(i)[o]) * float64(w[o*in+k])
					sum, size = sum+p, size+math.Abs(p)
				}
				if got := dx.Row(i)[k]; !closeTo(got, sum, size) {
					t.Fatalf("%s: dx[%d][%d] = %v, want %v", name, i, k, got, sum)
				}
			}
		}
		for o := range out {
			bias, biasSize := 0., 0.
			for i := range rows {
				bias += float64(dy.Row(i)[o])
				biasSize += math.Abs(float64(dy.Row(i)[o]))
			}
			if !closeTo(db[o], bias, biasSize) {
				t.Fatalf("%s: db[%d] = %v, want %v", name, o, db[o], bias)
			}
			for k := range in {
				sum, size := 0., 0.
				for i := range rows {
					p := float64(dy.Row(i)[o]) * float64(x.Row(i)[k])
					sum, size = sum+p, size+math.Abs(p)
				}
				if got := dw[o*in+k]; !closeTo(got, sum, size) {
					t.Fatalf("%s: dw[%d][%d] = %v, want %v", name, o, k, got, sum)
				}
			}
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
			layer.Forward(y, x, float32(math.Inf(-1)))
			for i := range rows {
				for _, v := range y.Row(i) {
					if finite := v-v == 0; finite != (i < rows-1) {
						t.Fatalf("%d rows, %v in the last: row %d has %v", rows, bad, i, v)
					}
				}
			}
			layer.Forward(y, x, 0)
			if v := y.Row(rows - 1)[0]; bad != bad && v == v {
				t.Fatalf("%d rows: the floor made %v of NaN", rows, v)
			}
		}
	}
}
