//go:build long

package engine

import (
	"math"
	"testing"
)

// What the equation is worth, on five seeds: the figures are in the log.
func TestLongOscillator(t *testing.T) {
	for _, to := range []float64{1, 1. / 3} {
		for seed := range uint64(5) {
			with, without := trainOscillator(t, seed, to, 12000, true), trainOscillator(t, seed, to, 12000, false)
			t.Logf("rows to %.2f, seed %d: friction %.2f (4), noise %.3f (0.04), error %.4f with the equation and %.4f without", to, seed, with.mu, with.noise, with.rms, without.rms)
			if with.rms > without.rms {
				t.Errorf("the equation made it worse")
			}
			if to == 1 && (math.Abs(with.mu-4) > 0.4 || with.noise < 0.031 || with.noise > 0.049) {
				t.Errorf("the friction is not within a tenth of 4, or the noise not within 0.031 to 0.049")
			}
		}
	}
}
