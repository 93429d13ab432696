package datasets

import (
	"fmt"
	"math"
	"unicode/utf8"

	"github.com/gnllviz/gnllviz/datasets/table"
)

// A Formula makes data around a mean and with a standard deviation that are
// given as formulas of x, or of x1 and x2 where there are two inputs:
//
//	Formula{Mean: "sin(x)", Std: "0.1 + 0.05*abs(x)", From: -3, To: 3, Rows: 200}
//
// A formula has numbers, x, pi and e, the operators + - * / ^ and parentheses,
// the functions sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, exp, log
// (natural), log10, sqrt, abs, pow, min, max, floor, ceil, round and sign, and
// choices such as x < 0 ? 1 : 2, with < <= > >= == != and, or, not. All numbers
// are float64: 1/2 is 0.5.
type Formula struct {
	Mean, Std string  // at most 500 bytes and 200 parts each
	From, To  float64 // the range of every input; From < To, neither beyond 1e18
	Rows      int     // 2 to 100,000
	Inputs    int     // 1 or 2; 0 is 1
}

// nameOfStd is what errors call a formula of the standard deviation.
const nameOfStd = "standard deviation"

const (
	maxFormula = 500 // bytes
	maxParts   = 200 // numbers, names, operators and calls
	maxRows    = 100_000
)

// A FormulaError says what is wrong with a formula and what to do about it, in
// words for whoever wrote it.
type FormulaError struct {
	Formula string // "mean", "standard deviation"; or the field "from", "to", "rows" or "inputs"
	Column  int    // the character of the formula, from 1; 0 if it is not about one
	What    string // what is wrong
	Cure    string // what to do
}

// Field returns the field of a [Formula], in small letters, that it is about, or
// "equation".
func (e *FormulaError) Field() string {
	if e.Formula == nameOfStd {
		return "std"
	}
	return e.Formula
}

// Error returns the reason, after the formula that it is about.
func (e *FormulaError) Error() string {
	if e.Column > 0 {
		return e.Formula + ", " + e.Reason()
	}
	return e.Formula + ": " + e.Reason()
}

// Reason returns what is wrong and what to do, and where in the formula, but not of
// which.
func (e *FormulaError) Reason() string {
	where := ""
	if e.Column > 0 {
		where = fmt.Sprintf("column %d: ", e.Column)
	}
	return where + e.What + "; " + e.Cure
}

// Set draws the rows: every input uniform from From to To, and the target normal
// around the mean. The same seed gives the same rows. Where a formula has no
// finite value, or the standard deviation is below 0, the set's Truth is NaN;
// among the rows that is an error. Its errors are *FormulaError.
func (f Formula) Set(seed uint64) (*Set, error) {
	if err := f.check(); err != nil {
		return nil, err
	}
	names := []string{"x"}
	if f.Inputs == 2 {
		names = []string{"x1", "x2"}
	}
	mean, err := compile("mean", f.Mean, names)
	if err != nil {
		return nil, err
	}
	std, err := compile(nameOfStd, f.Std, names)
	if err != nil {
		return nil, err
	}
	s := &Set{
		Name:    "formula",
		Title:   "A formula",
		Help:    "Points drawn from a formula, so that the truth is known.",
		Source:  fmt.Sprintf("y = %s + (%s) z with z standard normal, %d points from %g to %g", f.Mean, f.Std, f.Rows, f.From, f.To),
		Targets: []Column{{Name: "y"}},
		Truth: single(func(x []float64) (float64, float64) {
			m, sd := mean.value(x), std.value(x)
			if !(math.Abs(m) <= table.MaxMagnitude) {
				m = math.NaN()
			}
			if !(sd >= 0 && sd <= table.MaxMagnitude) {
				sd = math.NaN()
			}
			return m, sd
		}),
	}
	for _, name := range names {
		s.Inputs = append(s.Inputs, Column{Name: name})
	}
	s.draw(f.Rows, f.From, f.To, seed)
	m, sd := make([]float64, 1), make([]float64, 1)
	for i := range s.Rows() {
		x := s.Row(i)
		s.Truth(m, sd, x)
		if math.IsNaN(m[0]) {
			return nil, noValue("mean", mean.value(x), x)
		}
		if math.IsNaN(sd[0]) {
			return nil, noValue(nameOfStd, std.value(x), x)
		}
	}
	return s, nil
}

// check looks at everything but the formulas' grammar.
func (f Formula) check() error {
	for _, p := range []struct{ name, text string }{{"mean", f.Mean}, {nameOfStd, f.Std}} {
		if len(p.text) > maxFormula {
			return &FormulaError{Formula: p.name, What: fmt.Sprintf("too long: %d bytes", len(p.text)), Cure: fmt.Sprintf("the maximum is %d", maxFormula)}
		}
		if !utf8.ValidString(p.text) {
			return &FormulaError{Formula: p.name, What: "not valid UTF-8", Cure: "type it again"}
		}
	}
	for _, p := range []struct {
		name  string
		value float64
	}{{"from", f.From}, {"to", f.To}} {
		if !(math.Abs(p.value) <= table.MaxMagnitude) {
			return &FormulaError{Formula: p.name, What: fmt.Sprintf("%g is out of range", p.value), Cure: fmt.Sprintf("use a number between -%[1]g and %[1]g", table.MaxMagnitude)}
		}
	}
	if !(f.From < f.To) {
		return &FormulaError{Formula: "from", What: fmt.Sprintf("%g is not below to (%g)", f.From, f.To), Cure: "choose a smaller start or a larger end"}
	}
	if f.Rows < 2 || f.Rows > maxRows {
		return &FormulaError{Formula: "rows", What: fmt.Sprintf("%d is out of range", f.Rows), Cure: fmt.Sprintf("choose 2 to %d", maxRows)}
	}
	if f.Inputs < 0 || f.Inputs > 2 {
		return &FormulaError{Formula: "inputs", What: fmt.Sprintf("%d is out of range", f.Inputs), Cure: "choose 1 or 2"}
	}
	return nil
}

// noValue says where a formula gives what no data can be drawn from.
func noValue(formula string, v float64, x []float64) error {
	where := fmt.Sprintf("x = %.6g", x[0])
	if len(x) == 2 {
		where = fmt.Sprintf("x1 = %.6g, x2 = %.6g", x[0], x[1])
	}
	e := &FormulaError{Formula: formula, Cure: "change the formula, or the range of x"}
	switch {
	case math.IsNaN(v):
		e.What = "it has no value at " + where
	case v < 0 && v >= -table.MaxMagnitude:
		e.What = fmt.Sprintf("it is %.6g at %s, below 0", v, where)
		e.Cure = "change the range of x, or use abs(…)"
	default:
		e.What = fmt.Sprintf("it is %.6g at %s, larger than %g", v, where, table.MaxMagnitude)
	}
	return e
}
