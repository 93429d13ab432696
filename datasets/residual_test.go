package datasets

import (
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// Derivatives are those of central differences.
func TestResidualGradients(t *testing.T) {
	at := []float64{0.7, 1.3, -0.4, 2.1, 0.6, 1.9} // x, u, du, d2u, mu, k
	for _, text := range []string{
		"d2u + mu*du + k*u",
		"du - k*u*(1 - u/mu)",
		"0.01*d2u + k*tanh(u) - mu*sin(3*x)",
		"u^3 + u^mu - 2^k + pow(u, k) + (-du)^2 + mu*k",
		"u/du - k/mu + -(+u) + 1e-3*u",
		"sin(u) + cos(du) + tan(mu) + asin(mu) + acos(mu/2) + atan(k)",
		"sinh(u) + cosh(du) + exp(mu) + log(k) + log10(u) + sqrt(k) + abs(du)",
		"min(u, du) + max(mu, k) + min(k, 3)*u + floor(u)*du + ceil(k)*mu + round(u)*mu + sign(du)*k",
		"x < u and not (du > 0) ? mu*u : k*du",
		"du > 0 or x == 0 ? u : mu*k",
		"(u < 0 ? log(u) : u^2) + mu*k*du",
		"mu*u + mu*mu*u + k*k*mu + d2u^2/(1 + x^2)",
	} {
		r, err := ParseResidual(text, []string{"mu", "k"})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		value := func(v []float64) float64 {
			return r.Gradients(make([]float64, 5), v[0], v[1], v[2], v[3], v[4:])
		}
		by := make([]float64, 5)
		if got, want := r.Gradients(by, at[0], at[1], at[2], at[3], at[4:]), value(at); got != want || got-got != 0 {
			t.Errorf("%s is %v, and %v", text, got, want)
		}
		for i := range by {
			const h = 1e-6
			up, down := append([]float64(nil), at...), append([]float64(nil), at...)
			up[i+1] += h
			down[i+1] -= h
			want := (value(up) - value(down)) / (2 * h)
			if math.Abs(by[i]-want) > 1e-7*max(1, math.Abs(want)) {
				t.Errorf("%s: derivative %d is %v, by differences %v", text, i, by[i], want)
			}
		}
		if n := testing.AllocsPerRun(20, func() { r.Gradients(by, at[0], at[1], at[2], at[3], at[4:]) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func TestResidualsAreRefusedWithTheirReason(t *testing.T) {
	for _, c := range []struct {
		text       string
		parameters []string
		words      string
	}{
		{"d2u + mu*du", nil, "unknown name mu"},
		{"d2u + mu*du", []string{"mu", "k"}, "parameter k is not used"},
		{"sin(x)", nil, "contains none of u"},
		{"", nil, "is empty"},
		{"du +", nil, "ends too early"},
		{"du*u2", nil, "unknown name u2"},
		{"du - a", []string{"a", "a"}, "two parameters are called a"},
		{"du - u", []string{"u"}, "has a meaning in formulas"},
		{"du - sin", []string{"sin"}, "has a meaning in formulas"},
		{"du - 2a", []string{"2a"}, "not a valid name of a parameter"},
		{"du - or", []string{"or"}, "not a valid name of a parameter"},
		{"du > 0", nil, "where a number is expected"},
		{"du + a+b+c+d+f+g+h+i+j", strings.Split("abcdfghij", ""), "9 parameters"},
		{strings.Repeat("du+", 200) + "u", nil, "too long"},
		{strings.Repeat("u+", 150) + "u", nil, "more than 200"},
		{"du \xff", nil, "UTF-8"},
	} {
		_, err := ParseResidual(c.text, c.parameters)
		var e *FormulaError
		if !errors.As(err, &e) || e.Formula != "equation" || !wording.Has(e.Error(), c.words) || e.Cure == "" {
			t.Errorf("%.30q of %v: got %v, want %q", c.text, c.parameters, err, c.words)
		}
	}
}
