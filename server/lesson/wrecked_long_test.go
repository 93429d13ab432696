//go:build long && !race

package lesson

import "testing"

// Nor is any said to be wrecked in 20,000 steps.
func TestLongNoLessonIsWrecked(t *testing.T) {
	for _, l := range lessons(t) {
		t.Run(l.Slug, func(t *testing.T) {
			t.Parallel()
			silent(t, l, 20_000)
		})
	}
}
