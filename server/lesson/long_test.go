//go:build long && !race

package lesson

import "testing"

func TestLongLessonsAreTrue(t *testing.T) {
	lessonsAreTrue(t, func(_, late int) int { return late })
}
