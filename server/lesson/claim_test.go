package lesson

import (
	"math"
	"testing"
)

func TestClaimHolds(t *testing.T) {
	two, three := 2.0, 3.0
	for _, c := range []struct {
		Claim
		figure, other, value float64
		holds                bool
	}{
		{Claim{Least: &two}, 2, math.NaN(), 2, true},
		{Claim{Least: &two}, 1.9, math.NaN(), 1.9, false},
		{Claim{Most: &three}, 3.1, math.NaN(), 3.1, false},
		{Claim{Most: &three}, math.NaN(), math.NaN(), math.NaN(), false},
		{Claim{Than: "B", Least: &two, Most: &three}, 10, 4, 2.5, true},
		{Claim{Than: "B", Least: &two}, 10, 10, 1, false},
		{Claim{Minus: "B", Least: &two, Most: &three}, 10, 8, 2, true},
		{Claim{Minus: "B", Most: &three}, 10, 4, 6, false},
		{Claim{Is: "over"}, 1, math.NaN(), 1, true},
		{Claim{Is: "over"}, 3, math.NaN(), 3, false},
		{Claim{Is: "over"}, math.NaN(), math.NaN(), math.NaN(), false},
	} {
		value, holds := c.Holds(c.figure, c.other)
		if holds != c.holds || value != c.value && !(math.IsNaN(value) && math.IsNaN(c.value)) {
			t.Errorf("%+v of %g and %g: %g, %t", c.Claim, c.figure, c.other, value, holds)
		}
	}
}
