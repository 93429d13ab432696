//go:build !purego

package kernel

import (
	"os"
	"testing"
)

// The other tests hold what runs here against portable Go, which without AVX2 is
// portable Go itself.
func TestAssemblyRuns(t *testing.T) {
	if os.Getenv("GNLLVIZ_REQUIRE_ASM") != "" && !hasAVX2() {
		t.Error("GNLLVIZ_REQUIRE_ASM is set, but this machine has no AVX2 and FMA")
	}
}

// What the assembly leaves to Go of a sine is as good beyond the limit as within.
func TestSinesBeyondTheLimit(t *testing.T) {
	for _, z := range []float32{sinLimit, sinLimit + 0.0078125, -sinLimit, -sinLimit - 0.0078125} {
		for _, f := range []loop{
			{"Sin", Sin, sinGeneric, true},
			{"SinGradient", sinGradient, sinGradientGeneric, false},
		} {
			got, want := []float32{2, 2, 2}, []float32{2, 2, 2}
			z := []float32{1, z, 3}
			f.f(got, z)
			f.inGo(want, z)
			for i := range got {
				if ulps(got[i], float64(want[i])) > 2 {
					t.Errorf("%s of %v is %v, in portable Go %v", f.name, z, got, want)
					break
				}
			}
		}
	}
}
