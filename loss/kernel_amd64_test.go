//go:build !purego

package loss

import (
	"math"
	"os"
	"testing"
)

// A machine that is to test the assembly must not pass by leaving it out.
func TestAssemblyIsTested(t *testing.T) {
	if os.Getenv("GNLLVIZ_REQUIRE_ASM") != "" && !hasAVX2() {
		t.Error("GNLLVIZ_REQUIRE_ASM is set, but this machine has no AVX2 and FMA")
	}
}

// The logarithm of the elements against float64's, over all exponents.
func TestElementsLogarithmWithinOneULP(t *testing.T) {
	var out, zero, variance [8]float32
	worst := 0.0
	for bits := uint32(0x00800000); bits < 0x7f800000; bits += 8 * 1237 {
		for i := range variance {
			variance[i] = math.Float32frombits(min(bits+uint32(i)*1237, 0x7f7fffff))
		}
		elements32(out[:], zero[:], zero[:], variance[:], 0, false)
		for i, v := range variance {
			want := math.Log(float64(v))
			got := 2 * float64(out[i])
			near := float32(want)
			ulp := math.Abs(float64(math.Nextafter32(near, float32(math.Inf(1)))) - float64(near))
			worst = max(worst, math.Abs(got-want)/ulp)
		}
	}
	t.Logf("%.3f ULP at worst", worst)
	if worst > 1 {
		t.Errorf("%.3f ULP at worst, want at most 1", worst)
	}
}
