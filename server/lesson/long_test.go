//go:build long && !race

package lesson

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
)

// What is claimed of a lesson stays true: it is checked every 5,000 steps up to 60,000, on
// three seeds. The rows of a file are the lesson's own, and so is the seed that splits
// them: there the batch differs in place of it, and with it every step.
func TestLongLessonsAreTrue(t *testing.T) {
	lessons, err := Read(lane.Table(), Files())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		for _, variant := range variants(l) {
			t.Run(l.Slug+"/"+variant.name, func(t *testing.T) {
				t.Parallel()
				steps := moments(l)
				for step := 5000; step <= 60_000; step += 5000 {
					steps = append(steps, step)
				}
				slices.Sort(steps)
				isTrue(t, variant.Lesson, slices.Compact(steps))
			})
		}
	}
}

// A variant is a lesson that differs by chance alone.
type variant struct {
	Lesson
	name string
}

func variants(l Lesson) (list []variant) {
	control, values := "seed", []int{1, 2, 3}
	if fixedRows(l) {
		control, values = "batch", []int{32, 31, 30}
	}
	for _, v := range values {
		b, _ := json.Marshal(v)
		list = append(list, variant{with(l, control, b), fmt.Sprint(control, v)})
	}
	return list
}

// fixedRows says whether what a lesson says is of certain rows, in a certain split.
func fixedRows(l Lesson) bool { return l.Data != nil && l.Data.CSV != nil }
