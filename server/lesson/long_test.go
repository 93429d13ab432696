//go:build long && !race

package lesson

import (
	"encoding/json"
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
)

// What is claimed of a lesson stays true: it is checked every 5,000 steps up to 60,000,
// or to the end of a schedule that brings the learning rate to 0. With two other seeds it
// is checked up to 20,000, which is a minute at the page's speed. The rows of a file are the lesson's own, and so is the seed that splits
// them: there the batch differs in place of it, and with it every step.
func TestLongLessonsAreTrue(t *testing.T) {
	lessons, err := Read(lane.Table(), Files())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lessons {
		for i, v := range variants(l) {
			t.Run(l.Slug+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				steps, last := moments(l), last(t, l)
				if i > 0 {
					last = min(last, 20_000)
				}
				for step := 5000; step <= last; step += 5000 {
					steps = append(steps, step)
				}
				slices.Sort(steps)
				isTrue(t, v.Lesson, slices.Compact(steps), false, i == 0)
			})
		}
	}
}

// What comes of a lesson's proposal is to be seen where the run pauses after it, whatever
// chance does: on each of three seeds.
func TestLongTriesAreTrue(t *testing.T) {
	for _, l := range lessons(t) {
		for _, v := range variants(l) {
			t.Run(l.Slug+"/"+v.name, func(t *testing.T) {
				t.Parallel()
				isTrue(t, v.Lesson, []int{v.Pause}, true, false)
			})
		}
	}
}

// last is the step after which a lesson's weights can no longer change, and 60,000 where
// they always can.
func last(t *testing.T, l Lesson) int {
	t.Helper()
	s, _, refused := lane.Table().Apply(lane.Table().Defaults(), l.Set)
	if refused != nil {
		t.Fatal(refused.Reason)
	}
	if s.Schedule.String() == "cosine" && s.ScheduleFinal == 0 {
		return (s.ScheduleSteps + 9999) / 5000 * 5000
	}
	if l.Slug == "where-there-are-no-rows" {
		return 30_000 // fifteen networks, ten of them with an equation, take half as long as all other lessons
	}
	return 60_000
}

// A variant is a lesson that differs by chance alone.
type variant struct {
	Lesson
	name string
}

func variants(l Lesson) (list []variant) {
	control, own, others := "seed", string(l.Set["seed"]), []string{"1", "2", "3"}
	if l.Data != nil && l.Data.CSV != nil {
		control, own, others = "batch", "32", []string{"32", "31", "30"}
	}
	values := slices.DeleteFunc(others, func(v string) bool { return v == own })
	for _, v := range append([]string{own}, values[:2]...) {
		list = append(list, variant{with(l, control, json.RawMessage(v)), control + v})
	}
	return list
}

// The questions of a lesson can be answered from what is seen where it pauses, whatever
// chance does: on each of three seeds.
func TestLongQuestionsCanBeAnswered(t *testing.T) {
	var lock sync.Mutex
	var all, runs, right answered
	t.Run("lessons", func(t *testing.T) {
		for _, l := range lessons(t) {
			for _, v := range variants(l) {
				t.Run(l.Slug+"/"+v.name, func(t *testing.T) {
					t.Parallel()
					o := train(t, v.Lesson, v.Pause)
					o.answers(v.Lesson, false)
					n := o.answers(v.Lesson, true)
					lock.Lock()
					defer lock.Unlock()
					all.choices, all.so = all.choices+n.choices, all.so+n.so
					runs.choices++
					if n.so == n.choices {
						runs.so++
					}
					right.choices += len(v.Questions.After)
					right.so += len(v.Questions.After) - n.wrongAfter
				})
			}
		}
	})
	t.Logf("from what is seen at the pause: %d of %d questions after the run have the answer that the lesson calls right; in %d of %d runs all questions have; %d of %d choices are as the lesson says",
		right.so, right.choices, runs.so, runs.choices, all.so, all.choices)
}

// with is a lesson with another value of one control of the run.
func with(l Lesson, control string, value json.RawMessage) Lesson {
	l.Set = maps.Clone(l.Set)
	l.Set[control] = value
	return l
}
