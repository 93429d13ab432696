package datasets

import (
	"math"
	"slices"
	"strings"
	"testing"
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
		t.Error("nobody knows the truth behind a measurement")
	}
}

// What was drawn must be distributed as the truth says: residuals in units of
// the true standard deviation have mean 0 and variance 1, in every third of the
// first input's range.
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
			var n, sum, squares [3]float64
			for seed := range uint64(seeds) {
				s, err := Load(name, seed)
				if err != nil {
					t.Fatal(err)
				}
				first := func(i int) float64 { return s.Row(i)[0] }
				lo, hi := first(0), first(0)
				for i := range s.Y {
					lo, hi = min(lo, first(i)), max(hi, first(i))
				}
				for i, y := range s.Y {
					mean, std := s.Truth(s.Row(i))
					z := (y - mean) / std
					third := min(int(3*(first(i)-lo)/(hi-lo)), 2)
					n[third]++
					sum[third] += z
					squares[third] += z * z
				}
			}
			for k := range n {
				// Five standard errors.
				if m := sum[k] / n[k]; math.Abs(m) > 5/math.Sqrt(n[k]) {
					t.Errorf("third %d: mean residual %.4f of %g rows is not 0", k, m, n[k])
				}
				if v := squares[k] / n[k]; math.Abs(v-1) > 5*math.Sqrt(2/n[k]) {
					t.Errorf("third %d: residual variance %.4f of %g rows is not 1", k, v, n[k])
				}
			}
		})
	}
	if checked < 10 {
		t.Errorf("%d sets with a truth were checked, want at least 10", checked)
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
