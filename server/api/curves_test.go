package api

import (
	"encoding/json"
	"math"
	"testing"
)

// What is not finite is null, and float32 has its own digits.
func TestFloatsHaveTheirDigits(t *testing.T) {
	b, err := json.Marshal(floats{0.1, float32(math.NaN()), float32(math.Inf(-1)), 1e-30})
	if err != nil || string(b) != "[0.1,null,null,1e-30]" {
		t.Errorf("got %s, %v", b, err)
	}
}
