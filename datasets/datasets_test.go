package datasets

import (
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestMcycleIsTheMotorcycleData(t *testing.T) {
	s, err := Load("mcycle", 1)
	if err != nil {
		t.Fatal(err)
	}
	// The figures of R's summary(MASS::mcycle).
	if s.Rows() != 133 || s.X[0] != 2.4 || s.X[132] != 57.6 {
		t.Errorf("got %d rows from %g to %g ms, want 133 from 2.4 to 57.6", s.Rows(), s.X[0], s.X[132])
	}
	if lo, hi := slices.Min(s.Y), slices.Max(s.Y); lo != -134 || hi != 75 {
		t.Errorf("got targets from %g to %g g, want -134 to 75", lo, hi)
	}
	if s.Truth != nil {
		t.Error("a measurement has no known truth")
	}
}

// What was drawn must be distributed as the truth says: residuals in units of
// the true standard deviation have mean 0 and variance 1, for each target in every third
// of the first input's range, and those of two targets the correlation of the set.
func TestSyntheticSetsFollowTheirTruth(t *testing.T) {
	checked := 0
	for _, e := range Catalogue() {
		name := e.Name
		if s, err := Load(name, 1); err != nil || s.Truth == nil {
			continue
		}
		checked++
		t.Run(name, func(t *testing.T) {
			const seeds = 50
			targets := len(catalogued(t, name, 1).Targets)
			var n [3]float64
			sum, squares, products := make([][3]float64, targets), make([][3]float64, targets), make([][3]float64, targets)
			mean, std := make([]float64, targets), make([]float64, targets)
			rho := 0.0
			for seed := range uint64(seeds) {
				s := catalogued(t, name, seed)
				rho = s.Correlation
				first := func(i int) float64 { return s.Row(i)[0] }
				lo, hi := first(0), first(0)
				for i := range s.Rows() {
					lo, hi = min(lo, first(i)), max(hi, first(i))
				}
				for i := range s.Rows() {
					s.Truth(mean, std, s.Row(i))
					third := min(int(3*(first(i)-lo)/(hi-lo)), 2)
					n[third]++
					before := 0.0
					for j, y := range s.RowTargets(i) {
						z := (y - mean[j]) / std[j]
						sum[j][third] += z
						squares[j][third] += z * z
						products[j][third] += z * before
						before = z
					}
				}
			}
			for k := range n {
				for j := range targets {
					// Five standard errors.
					if m := sum[j][k] / n[k]; math.Abs(m) > 5/math.Sqrt(n[k]) {
						t.Errorf("target %d, third %d: mean residual %.4f of %g rows is not 0", j, k, m, n[k])
					}
					if v := squares[j][k] / n[k]; math.Abs(v-1) > 5*math.Sqrt(2/n[k]) {
						t.Errorf("target %d, third %d: residual variance %.4f of %g rows is not 1", j, k, v, n[k])
					}
					if c := products[j][k] / n[k]; j > 0 && math.Abs(c-rho) > 5*math.Sqrt((1+rho*rho)/n[k]) {
						t.Errorf("targets %d and %d, third %d: residual correlation %.4f of %g rows is not %g", j-1, j, k, c, n[k], rho)
					}
				}
			}
		})
	}
	if checked < 10 {
		t.Errorf("%d sets with a truth were checked, want at least 10", checked)
	}
}

func catalogued(t *testing.T, name string, seed uint64) *Set {
	t.Helper()
	s, err := Load(name, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// The wind has two targets, whose noises depend on the hour and move together.
func TestWind(t *testing.T) {
	s := catalogued(t, "wind", 1)
	if len(s.Targets) != 2 || s.Rows() != 800 || len(s.Y) != 1600 || !(s.Correlation > 0.5) {
		t.Fatalf("%d targets, %d rows, %d numbers, correlation %g", len(s.Targets), s.Rows(), len(s.Y), s.Correlation)
	}
	var mean, night, noon [2]float64
	s.Truth(mean[:], night[:], []float64{2})
	s.Truth(mean[:], noon[:], []float64{14})
	for k := range noon {
		if !(noon[k] > 2*night[k]) {
			t.Errorf("%s: the noise is %g at night and %g in the afternoon", s.Targets[k].Name, night[k], noon[k])
		}
	}
	if y := s.RowTargets(7); len(y) != 2 || cap(y) != 2 || y[1] != s.Y[15] {
		t.Errorf("row 7 has the targets %v", y)
	}
}

// Rows of several targets are refused where they do not fit together.
func TestFromNumbersRefuses(t *testing.T) {
	x := []float64{1, 2, 3, 4}
	y := []float64{1, 5, 2, 6, 3, 7, 4, 9}
	columns := func(names ...string) (list []Column) {
		for _, name := range names {
			list = append(list, Column{Name: name})
		}
		return list
	}
	s, err := FromNumbers(columns("x"), columns("a", "b"), x, y)
	if err != nil || s.Rows() != 4 || !wording.Is(s.Title, "a, b against x") || !slices.Equal(s.RowTargets(3), []float64{4, 9}) {
		t.Errorf("%+v, %v", s, err)
	}
	for _, c := range []struct {
		targets []Column
		x, y    []float64
		want    string
	}{
		{nil, x, y, "0 targets chosen; choose 1 to 16"},
		{columns(strings.Split(strings.Repeat("y", 17), "")...), x, y, "17 targets chosen"},
		{columns("a", "a"), x, y, "two columns have this name"},
		{columns("a", "x"), x, y, "two columns have this name"},
		{columns("a", "b"), x, y[:7], "7 target values do not fill rows of 2"},
		{columns("a", "b"), x[:3], y, "3 input values for 4 rows"},
		{columns("a", "b"), x, []float64{1, 5, 2, 5, 3, 5, 4, 5}, "the same number"},
		{columns("a", "b"), x, []float64{1, 5, 2, 6, 3, math.NaN(), 4, 9}, "contains NaN"},
		{columns("a", "b\n"), x, y, "not printable"},
	} {
		var e *table.Error
		if _, err := FromNumbers(columns("x"), c.targets, c.x, c.y); !errors.As(err, &e) || !wording.Has(err.Error(), c.want) {
			t.Errorf("%v: got %v, want %q", c.targets, err, c.want)
		}
	}
}

// What the catalogue holds can be split, and is told: a title, a sentence, a
// source, and rows in figures that a float32 holds.
func TestCatalogueIsComplete(t *testing.T) {
	rows := map[string]int{"mcycle": 133, "engel": 235, "geyser": 299, "chickweight": 578, "airquality": 111, "quakes": 1000}
	seen := map[string]bool{}
	for _, e := range Catalogue() {
		s, err := Load(e.Name, 1)
		if err != nil {
			t.Fatal(err)
		}
		if seen[s.Name] || s.Title == "" || !strings.HasSuffix(s.Help, ".") && !strings.HasSuffix(s.Help, "?") || s.Source == "" {
			t.Errorf("%s: %q, %q, %q", s.Name, s.Title, s.Help, s.Source)
		}
		seen[s.Name] = true
		if want, ok := rows[s.Name]; ok && s.Rows() != want {
			t.Errorf("%s has %d rows, want %d", s.Name, s.Rows(), want)
		}
		if len(s.X) != s.Rows()*len(s.Inputs) {
			t.Errorf("%s has %d inputs for %d rows of %d", s.Name, len(s.X), s.Rows(), len(s.Inputs))
		}
		for _, v := range append(slices.Clone(s.X), s.Y...) {
			if math.IsNaN(v) || math.Abs(v) > 1e6 {
				t.Fatalf("%s holds %v", s.Name, v)
			}
		}
		if _, err := s.Split(0.8, 1); err != nil {
			t.Error(err)
		}
	}
}

func TestSameSeedSameRows(t *testing.T) {
	a, _ := Load("sine", 7)
	b, _ := Load("sine", 7)
	c, _ := Load("sine", 8)
	if !slices.Equal(a.X, b.X) || !slices.Equal(a.Y, b.Y) {
		t.Error("one seed gave two data sets")
	}
	if slices.Equal(a.Y, c.Y) {
		t.Error("two seeds gave one data set")
	}
}

func TestSplit(t *testing.T) {
	s, err := Load("mcycle", 1)
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Split(0.8, 3)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Train) != 106 || len(p.Test) != 27 {
		t.Errorf("got %d training and %d test rows, want 106 and 27", len(p.Train), len(p.Test))
	}
	all := append(slices.Clone(p.Train), p.Test...)
	slices.Sort(all)
	for i, row := range all {
		if i != row {
			t.Fatalf("row %d is in both parts or in none", i)
		}
	}
	again, _ := s.Split(0.8, 3)
	other, _ := s.Split(0.8, 4)
	if !slices.Equal(p.Test, again.Test) {
		t.Error("one seed gave two splits")
	}
	if slices.Equal(p.Test, other.Test) {
		t.Error("two seeds gave one split")
	}
	for _, share := range []float64{0, 1, -1, math.NaN()} {
		if _, err := s.Split(share, 3); err == nil {
			t.Errorf("a share of %g was accepted", share)
		}
	}
	for _, share := range []float64{1e-9, 1 - 1e-9} {
		if p, err := s.Split(share, 3); err != nil || len(p.Train) == 0 || len(p.Test) == 0 {
			t.Errorf("a share of %g gave %d and %d rows (%v)", share, len(p.Train), len(p.Test), err)
		}
	}
}

func TestLoadNamesWhatThereIs(t *testing.T) {
	_, err := Load("mcyle", 1)
	if err == nil || !strings.Contains(err.Error(), "mcycle") {
		t.Errorf("got %v, want an error that lists the names", err)
	}
}
