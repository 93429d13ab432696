//go:build !race

package lesson

import (
	"encoding/json"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What a lesson proposes calls controls by the names of the table, not by copies of them.
func TestTriesNameControls(t *testing.T) {
	for _, l := range lessons(t) {
		names, err := fs.Glob(Files(), "*"+l.Slug+".json")
		if err != nil || len(names) != 1 {
			t.Fatalf("%s is in %v (%v)", l.Slug, names, err)
		}
		b, err := fs.ReadFile(Files(), names[0])
		if err != nil {
			t.Fatal(err)
		}
		var raw struct{ Try string }
		if err := json.Unmarshal(b, &raw); err != nil {
			t.Fatal(err)
		}
		for name := range l.Action.Set {
			if !strings.Contains(raw.Try, "{"+name+"}") {
				t.Errorf("%s: %q does not name {%s}, which its button sets", l.Slug, raw.Try, name)
			}
		}
		if strings.ContainsAny(l.Try, "{}") {
			t.Errorf("%s: %q", l.Slug, l.Try)
		}
	}
}

// Every lesson of the program asks something before and after, has a button for what it
// proposes to try, and pauses where all that it claims is to be seen.
func TestLessonsAsk(t *testing.T) {
	for _, l := range lessons(t) {
		if len(l.Questions.Before) == 0 || len(l.Questions.After) == 0 {
			t.Errorf("%s has %d questions before, and %d after", l.Slug, len(l.Questions.Before), len(l.Questions.After))
		}
		if l.Action == nil {
			t.Errorf("%s has no action for what to try", l.Slug)
		}
		for _, c := range l.Claims {
			if c.After > l.Pause {
				t.Errorf("%s pauses at step %d, before its claim of step %d", l.Slug, l.Pause, c.After)
			}
		}
		for _, q := range slices.Concat(l.Questions.Before, l.Questions.After) {
			for _, c := range q.Choices {
				if len(c.Holds) == 0 {
					t.Errorf("%s: %q: %q says nothing in figures", l.Slug, q.Ask, c.Answer)
				}
			}
		}
	}
}

func lessons(t *testing.T) []Lesson {
	t.Helper()
	list, err := Read(lane.Table(), Files())
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// An answered counts the choices that were looked at, and those that are as the lesson
// says: true where it is the right one, false where it is not; and the questions after the
// run with a choice that is not so.
type answered struct{ choices, so, wrongAfter int }

// answers checks the questions of a lesson against the run at its pause: the answer that
// is called right is what it gives, and no other is. With seen the figures are those of
// the very frame that is shown there, otherwise they are those of claims.
func (o *outcome) answers(l Lesson, seen bool) (n answered) {
	o.t.Helper()
	o.seen = seen
	defer func() { o.seen = false }()
	for k, q := range slices.Concat(l.Questions.Before, l.Questions.After) {
		so, choices := n.so, n.choices
		for _, c := range q.Choices {
			n.choices++
			holds := true
			var values []float64
			for i := range c.Holds {
				v, ok := o.claimed(&c.Holds[i])
				values = append(values, v)
				holds = holds && ok
			}
			if holds == c.Right {
				n.so++
				continue
			}
			b, _ := json.Marshal(c.Holds)
			o.t.Errorf("%s (seen: %t): %q: %q is right: %t, but the run gives %.4g: %s", l.Slug, seen, q.Ask, c.Answer, c.Right, values, b)
		}
		if k >= len(l.Questions.Before) && n.so-so != n.choices-choices {
			n.wrongAfter++
		}
	}
	return n
}

// newest is what a viewer of a paused run is shown: frames of this very step.
func newest(t *testing.T, r *run.Run, step int) []*wire.Frame {
	t.Helper()
	v, err := r.Watch(t.Context(), wire.Hello{}, false)
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	for m := range v.Frames() {
		frames, err := wire.ParseFrames(m.Data)
		if err != nil {
			t.Fatal(err)
		}
		if frames[0].Step == uint64(step) {
			return frames
		}
	}
	return nil
}

// acted puts what a lesson's button does into its settings, as if it had begun so.
func acted(l Lesson) Lesson {
	table := lane.Table()
	l.Set = maps.Clone(l.Set)
	for name, value := range l.Action.Set {
		i := slices.IndexFunc(table, func(c wire.Control) bool { return c.Name == name })
		if table[i].Run {
			l.Set[name] = value
		} else {
			l = inLane(l, l.Action.Lane, name, string(value))
			if len(l.Lanes) == 0 {
				l.Set[name] = value
			}
		}
	}
	return l
}

// What the button beside "try" does can be done to the run, as one change of each lane.
func TestActionsCanBeDone(t *testing.T) {
	for _, l := range lessons(t) {
		r, err := run.New("lesson", l.Spec(), run.Options{Paused: true, Idle: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		end := serving(t, r)
		a := l.Action
		var ids []*uint8
		m, err := r.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, lane := range m.Lanes {
			if a.Lane == "" || a.Lane == lane.Name {
				ids = append(ids, &lane.Lane)
			}
		}
		for _, id := range ids {
			if len(a.Set) == 0 {
				break
			}
			if _, err := r.Do(t.Context(), &wire.ChangeCommand{Lane: id, Set: a.Set}, true); err != nil {
				t.Errorf("%s: %v", l.Slug, err)
			}
		}
		if len(a.Erase) > 0 {
			if _, err := r.Do(t.Context(), &wire.EditCommand{Edit: wire.Edit{Erase: a.Erase}}, true); err != nil {
				t.Errorf("%s: %v", l.Slug, err)
			}
		}
		after, err := r.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if after.Revision == m.Revision {
			t.Errorf("%s: its action changes nothing", l.Slug)
		}
		end()
	}
}
