package datasets

import "testing"

func TestEquationsHaveTwoSides(t *testing.T) {
	for text, want := range map[string]string{
		"du + k*u":             "du + k*u",
		"du + k*u = 0":         "du + k*u ",
		"du = -k*u":            "(du ) - (-k*u)",
		"du + k*u = 0.0":       "du + k*u ",
		"x <= 1 ? du : du - u": "x <= 1 ? du : du - u",
		"x == 1 ? du : u":      "x == 1 ? du : u",
		"du = u = 1":           "du = u = 1",
	} {
		if got := ResidualOf(text); got != want {
			t.Errorf("of %q %q should be zero, want %q", text, got, want)
		}
	}
	r, err := ParseEquation("d2u = -mu*du - k*u")
	if err != nil || len(r.Parameters()) != 2 {
		t.Fatalf("%v (%v)", r, err)
	}
	by := make([]float64, 5)
	if got := r.Gradients(by, 0, 2, 3, 5, []float64{7, 11}); got != 5+7*3+11*2 {
		t.Errorf("the residual is %g", got)
	}
}
