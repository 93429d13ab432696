package datasets

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// What Go's own arithmetic gives is what a formula gives.
func TestFormulaValues(t *testing.T) {
	const x = -0.3
	for text, want := range map[string]float64{
		"1/2":                    0.5,
		"7/2*2":                  7,
		"x^2":                    x * x,
		"x**2":                   x * x,
		"-x^2":                   -(x * x),
		"2^3^2":                  512,
		"2 - 3 - 4":              -5,
		"-2 + +3":                1,
		"9007199254740993 + 0":   9007199254740992,
		"2^62 * 4":               math.Exp2(64),
		"1e-3 + .5":              0.501,
		"pi*e":                   math.Pi * math.E,
		"sin(x) + cos(x)":        math.Sin(x) + math.Cos(x),
		"tan(x)":                 math.Tan(x),
		"asin(x)":                math.Asin(x),
		"acos(x)":                math.Acos(x),
		"atan(x)":                math.Atan(x),
		"sinh(x)":                math.Sinh(x),
		"cosh(x)":                math.Cosh(x),
		"tanh(x)":                math.Tanh(x),
		"exp(x)":                 math.Exp(x),
		"log(2)":                 math.Ln2,
		"log10(1000)":            3,
		"sqrt(-x)":               math.Sqrt(-x),
		"abs(x)":                 0.3,
		"pow(x, 2)":              x * x,
		"min(x, 1)":              x,
		"max(x, 1)":              1,
		"floor(x)":               -1,
		"ceil(x + 1)":            1,
		"round(2.5)":             3,
		"sign(x) + sign(0)":      -1,
		"x < 0 ? 1 : 2":          1,
		"x >= 0 ? 1 : 2":         2,
		"-1 < x < 0 ? 1 : 2":     1,
		"x != x or 1 == 1 ? 3:4": 3,
		"not (x > 0) ? 1 : 2":    1,
		"x < 0 and x > -1 ? (x <= -0.3 ? 5 : 6) : 7": 5,
		"!(x < 0) || x < -1 ? 1 : 2":                 2,
	} {
		f, err := compile("mean", text, []string{"x"})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.value([]float64{x}); math.Abs(got-want) > 1e-15*max(1, math.Abs(want)) {
			t.Errorf("%s at %g is %v, want %v", text, x, got, want)
		}
	}
}

// truthAt is that of a set with one target.
func truthAt(s *Set, x ...float64) (mean, std float64) {
	var m, sd [1]float64
	s.Truth(m[:], sd[:], x)
	return m[0], sd[0]
}

func TestFormulaOfTwoInputs(t *testing.T) {
	s, err := Formula{Mean: "x1*x2", Std: "0.1 + abs(x1)", From: -1, To: 1, Rows: 50, Inputs: 2}.Set(3)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Inputs) != 2 || len(s.X) != 100 || s.Rows() != 50 {
		t.Errorf("got %d inputs, %d values for %d rows, want 2, 100, 50", len(s.Inputs), len(s.X), s.Rows())
	}
	if mean, std := truthAt(s, 2, 3); mean != 6 || std != 2.1 {
		t.Errorf("the truth at 2, 3 is %g and %g, want 6 and 2.1", mean, std)
	}
}

// A formula's rows are those of the same set written in Go.
func TestFormulaDrawsAsTheCatalogueDoes(t *testing.T) {
	want, err := Load("sine", 5)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Formula{Mean: "sin(x)", Std: "0.03 + 0.05*x", From: 0, To: 10, Rows: 400}.Set(5)
	if err != nil {
		t.Fatal(err)
	}
	for i := range want.Y {
		if got.X[i] != want.X[i] || math.Abs(got.Y[i]-want.Y[i]) > 1e-14 {
			t.Fatalf("row %d is %v, %v, want %v, %v", i, got.X[i], got.Y[i], want.X[i], want.Y[i])
		}
	}
}

// Beyond the range of the rows a formula may have no value.
func TestFormulaTruthWithoutValue(t *testing.T) {
	s, err := Formula{Mean: "log(x)", Std: "x", From: 0.1, To: 1, Rows: 10}.Set(1)
	if err != nil {
		t.Fatal(err)
	}
	if mean, std := truthAt(s, -1); !math.IsNaN(mean) || !math.IsNaN(std) {
		t.Errorf("got %g and %g where there is no value, want NaN", mean, std)
	}
}

func TestFormulaErrorsSayWhere(t *testing.T) {
	ok := Formula{Mean: "x", Std: "1", From: -1, To: 1, Rows: 20}
	for _, c := range []struct {
		change func(f *Formula)
		column int
		want   string
	}{
		{func(f *Formula) { f.Mean = "" }, 0, "mean: it is empty"},
		{func(f *Formula) { f.Std = " " }, 0, "standard deviation: it is empty"},
		{func(f *Formula) { f.Mean = "y + 1" }, 1, "unknown name y; known names: x, pi and e"},
		{func(f *Formula) { f.Mean = "1 + x1" }, 5, "unknown name x1"},
		{func(f *Formula) { f.Mean, f.Inputs = "x1 + x", 2 }, 6, "unknown name x; known names: x1, x2, pi and e"},
		{func(f *Formula) { f.Mean = "sin x" }, 5, `from "x" on`},
		{func(f *Formula) { f.Mean = "x + sin" }, 5, "write sin(x)"},
		{func(f *Formula) { f.Mean = "foo(x)" }, 1, "unknown function foo; known functions: sin"},
		{func(f *Formula) { f.Mean = "len(x)" }, 1, "unknown function len"},
		{func(f *Formula) { f.Mean = "sum(1..1000000000)" }, 1, "unknown function sum"},
		{func(f *Formula) { f.Mean = "repeat('a', 1000000000)" }, 1, "unknown function repeat"},
		{func(f *Formula) { f.Mean = "map([1], # * 2)" }, 1, "unknown function map"},
		{func(f *Formula) { f.Mean = "1..5" }, 2, ".. where a number"},
		{func(f *Formula) { f.Mean = "'a' + 'b'" }, 1, "text where a number"},
		{func(f *Formula) { f.Mean = "x matches 'a'" }, 3, "matches where a number"},
		{func(f *Formula) { f.Mean = "[1, 2][0]" }, 1, "something unknown"},
		{func(f *Formula) { f.Mean = "{a: 1}.a" }, 1, "something unknown"},
		{func(f *Formula) { f.Mean = "$env" }, 1, "unknown name $env"},
		{func(f *Formula) { f.Mean = "let a = x; a" }, 1, "something unknown"},
		{func(f *Formula) { f.Mean = "x; x" }, 2, "something unknown"},
		{func(f *Formula) { f.Mean = "x > 1" }, 3, "> where a number is expected"},
		{func(f *Formula) { f.Mean = "x ? 1 : 2" }, 1, "x where a comparison is expected"},
		{func(f *Formula) { f.Mean = "x > 0 ? 1 : true" }, 13, "true or false where a number"},
		{func(f *Formula) { f.Mean = "x % 2" }, 3, "% where a number is expected"},
		{func(f *Formula) { f.Mean = "sin(x, 1)" }, 1, "sin has 2 arguments; it needs 1"},
		{func(f *Formula) { f.Mean = "min(x)" }, 1, "min has 1 arguments; it needs 2"},
		{func(f *Formula) { f.Mean = "sin()" }, 1, "sin has 0 arguments"},
		{func(f *Formula) { f.Mean = "2*(x + 1" }, 9, "ends too early"},
		{func(f *Formula) { f.Mean = "x +" }, 4, "ends too early"},
		{func(f *Formula) { f.Mean = "0,5*x" }, 2, `from ",5*x" on`},
		{func(f *Formula) { f.Mean = "x ² + 1" }, 3, `from "² + 1" on`},
		{func(f *Formula) { f.Mean = "\xff" }, 0, "not valid UTF-8"},
		{func(f *Formula) { f.Mean = strings.Repeat("1+", 250) + "x" }, 0, "mean: too long: 501 bytes; the maximum is 500"},
		{func(f *Formula) { f.Mean = strings.Repeat("1+", 120) + "x" }, 161, "more than 200 numbers"},
		{func(f *Formula) { f.Mean = "sqrt(x)" }, 0, "mean: it has no value at x = -0."},
		{func(f *Formula) { f.Mean = "exp(1000 + x)" }, 0, "it is +Inf at x = -0."},
		{func(f *Formula) { f.Std = "x" }, 0, ", below 0"},
		{func(f *Formula) { f.Mean, f.Std, f.Inputs = "x1", "-1", 2 }, 0, "it is -1 at x1 = "},
		{func(f *Formula) { f.From = math.NaN() }, 0, "from: NaN is out of range"},
		{func(f *Formula) { f.To = math.Inf(1) }, 0, "to: +Inf is out of range"},
		{func(f *Formula) { f.To = -1 }, 0, "from: -1 is not below to (-1)"},
		{func(f *Formula) { f.Rows = 1 }, 0, "rows: 1 is out of range; choose 2 to 100000"},
		{func(f *Formula) { f.Rows = 100001 }, 0, "rows: 100001 is out of range"},
		{func(f *Formula) { f.Inputs = 3 }, 0, "inputs: 3 is out of range; choose 1 or 2"},
	} {
		f := ok
		c.change(&f)
		_, err := f.Set(1)
		var e *FormulaError
		if !errors.As(err, &e) || !wording.Has(err.Error(), c.want) || e.Column != c.column || e.Cure == "" {
			t.Errorf("%+v: got %v, want an error in column %d with %q", f, err, c.column, c.want)
		}
	}
}

// Whatever is typed gives a set whose figures are finite, or an error with a
// cure, in no more parts than are allowed.
func FuzzFormula(f *testing.F) {
	for _, text := range []string{
		"sin(x)", "x < 0 ? 1 : 2", "1..2", "a?.b[1:2]", "{a: 1}", "map([1], # > 1)", "x | sin()", "::sin(x)",
		"not x in [1]", "1 < x < 2 ? 1 : 3", "let a = 1; a", "b'x'", "x ?? 1", "x ?: 1", "0x1F", "if x > 0 { 1 } else { 2 }",
		"((((((((((", "------x", "#", ".5", "1e999", "99999999999999999999", "/* */ x // y",
	} {
		f.Add(text, "1", int8(1))
		f.Add("x", text, int8(2))
	}
	f.Fuzz(func(t *testing.T, mean, std string, inputs int8) {
		s, err := Formula{Mean: mean, Std: std, From: -2, To: 3, Rows: 5, Inputs: int(inputs)}.Set(1)
		if err != nil {
			var e *FormulaError
			if !errors.As(err, &e) || e.Formula == "" || e.What == "" || e.Cure == "" || e.Column < 0 || e.Column > maxFormula+1 {
				t.Fatalf("%q, %q: %#v", mean, std, err)
			}
			return
		}
		for _, y := range s.Y {
			if math.IsNaN(y) || math.IsInf(y, 0) {
				t.Fatalf("%q, %q: %v", mean, std, y)
			}
		}
	})
}
