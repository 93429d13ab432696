// Package datasets holds the data that networks learn from: rows of inputs and
// targets, their split into training and test rows, and, where the rows were
// made by a formula, the truth behind them. They come from the catalogue, from a
// formula of the user's own, or from a table; what a user brings is bounded, and
// refused in words that say what to do.
//
// A Set is never changed once it is made, so any number of goroutines
// may read it. Nothing in this package starts a goroutine.
package datasets

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
)

// A Column is a named quantity. Unit is empty for a bare number.
type Column struct{ Name, Unit string }

// A Set is a data set for regression with 1 to table.MaxTargets targets.
type Set struct {
	Name   string // by which the catalogue knows it
	Title  string
	Help   string // one sentence: what there is to see in it
	Source string // where the figures come from
	Inputs []Column

	Targets []Column
	X       []float64 // Rows() x len(Inputs), row by row, in the inputs' units
	Y       []float64 // Rows() x len(Targets), row by row, in the targets' units

	// Truth sets mean and std, one value for each target, to the means and the
	// standard deviations (at least 0) from which the targets at x were drawn; x has
	// len(Inputs) values. It is nil if it is unknown.
	Truth func(mean, std, x []float64)

	// Correlation is that between the noises of any two targets, from 0, where they are
	// independent, to 1.
	Correlation float64

	// Equation is what the true mean obeys, as [ParseEquation] reads it, with the true
	// values of its parameters by name; empty if they are unknown.
	Equation   string
	Parameters map[string]float64

	// Low and High bound the inputs that are of interest, where that is more than the
	// rows; else both are 0.
	Low, High float64
}

// Rows returns the number of rows.
func (s *Set) Rows() int { return len(s.Y) / max(len(s.Targets), 1) }

// Row returns the inputs of row i, as a view into X.
func (s *Set) Row(i int) []float64 {
	d := len(s.Inputs)
	return s.X[i*d : (i+1)*d : (i+1)*d]
}

// RowTargets returns the targets of row i, as a view into Y.
func (s *Set) RowTargets(i int) []float64 {
	d := len(s.Targets)
	return s.Y[i*d : (i+1)*d : (i+1)*d]
}

// Draw sets y, one value for each target, to a draw from the truth at x, which is known:
// each target normal around its mean, and their noises correlated as in the rows.
func (s *Set) Draw(y, x []float64, chance *rand.Rand) {
	std := make([]float64, len(y))
	s.Truth(y, std, x)
	shared := 0.0
	if s.Correlation > 0 {
		shared = math.Sqrt(s.Correlation) * chance.NormFloat64()
	}
	own := math.Sqrt(1 - s.Correlation)
	for k := range y {
		y[k] += std[k] * (shared + own*chance.NormFloat64())
	}
}

// single is the truth of a set with one target.
func single(truth func(x []float64) (mean, std float64)) func(mean, std, x []float64) {
	return func(mean, std, x []float64) { mean[0], std[0] = truth(x) }
}

// A Split divides the rows of a set by their numbers, each part in ascending
// order.
type Split struct{ Train, Test []int }

// Split draws a split with a share of the rows, 0 < share < 1, to train on. The
// same seed gives the same split. Both parts have at least one row, which a set
// of fewer than two cannot give.
func (s *Set) Split(share float64, seed uint64) (Split, error) {
	n := s.Rows()
	if n < 2 {
		return Split{}, fmt.Errorf("datasets: %s has %d rows; a split needs at least 2", s.Name, n)
	}
	if !(share > 0 && share < 1) {
		return Split{}, fmt.Errorf("datasets: train share %g is not between 0 and 1", share)
	}
	k := min(max(int(math.Round(share*float64(n))), 1), n-1)
	order := rand.New(rand.NewPCG(seed, streamSplit)).Perm(n)
	train, test := order[:k:k], order[k:]
	slices.Sort(train)
	slices.Sort(test)
	return Split{train, test}, nil
}

// The streams of chance that one seed feeds, so that, say, another split leaves
// the noise of a synthetic set as it was.
const (
	streamSplit = 0x73706c6974 + iota
	streamRows
	streamOutliers
)

// An Entry is what the catalogue says of a set before it is made.
type Entry struct {
	Name, Title, Help string

	build func(seed uint64) (*Set, error)
}

// Catalogue lists the sets that Load makes, the most telling first.
func Catalogue() []Entry {
	return []Entry{
		mcycle(), sine(), step(), bowtie(), toy(), growing(), fan(), waves(), gap(), cubic(), outliers(), constant(),
		bowl(), ripple(), wind(),
		oscillator(), oscillatorStart(), logistic(), pendulum(), heat(),
		engel(), geyser(), chickweight(), airquality(), quakes(),
	}
}

// Load makes the named set. Only synthetic sets depend on the seed.
func Load(name string, seed uint64) (*Set, error) {
	var names []string
	for _, e := range Catalogue() {
		if e.Name != name {
			names = append(names, e.Name)
			continue
		}
		s, err := e.build(seed)
		if err != nil {
			return nil, fmt.Errorf("datasets: making %s: %w", name, err)
		}
		s.Name, s.Title, s.Help = e.Name, e.Title, e.Help
		return s, nil
	}
	return nil, fmt.Errorf("datasets: no data set %q; known: %s", name, strings.Join(names, ", "))
}

// embedded fills X and Y from a table that comes with the program.
func (s *Set) embedded(text []byte, target string, inputs ...string) error {
	t, err := table.Read(bytes.NewReader(text), table.Options{})
	if err != nil {
		return err
	}
	rows, report, err := t.Choose([]string{target}, inputs)
	if err != nil {
		return err
	}
	if report.Dropped > 0 {
		return fmt.Errorf("%d rows with missing numbers", report.Dropped)
	}
	s.X, s.Y = rows.X, rows.Y
	return nil
}

// draw fills a set with n rows: inputs uniform from lo to hi, sorted if there is
// but one, and the targets normal around the set's truth.
func (s *Set) draw(n int, lo, hi float64, seed uint64) {
	s.drawWhere(n, lo, hi, seed, func(float64) bool { return true })
}

// drawWhere is draw without those values of an input that are not there.
func (s *Set) drawWhere(n int, lo, hi float64, seed uint64, there func(x float64) bool) {
	r := rand.New(rand.NewPCG(seed, streamRows))
	s.X, s.Y = make([]float64, 0, n*len(s.Inputs)), make([]float64, n*len(s.Targets))
	for len(s.X) < cap(s.X) {
		if x := lo + (hi-lo)*r.Float64(); there(x) {
			s.X = append(s.X, x)
		}
	}
	if len(s.Inputs) == 1 {
		slices.Sort(s.X)
	}
	for i := range n {
		s.Draw(s.RowTargets(i), s.Row(i), r)
	}
}
