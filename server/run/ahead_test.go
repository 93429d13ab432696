package run

import (
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// fastRun is a run at full speed that makes five steps while a change is written to b.
func fastRun(t *testing.T, b *book) *loop {
	t.Helper()
	h, err := New("fast", wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine", "hidden": []int{4}, "speed": "max"})}, Options{Idle: time.Hour, Now: stopped})
	if err != nil {
		t.Fatal(err)
	}
	h.Record(b)
	r := h.loop
	r.giveStill(time.Time{})
	r.ahead = ahead{write: 5 * time.Millisecond, pass: time.Millisecond}
	return r
}

const slower = `{"type":"change","id":1,"set":{"lr":0.0005}}`

// At full speed steps are made while a change is written. It is made after them, there
// and in a run that is taken up again.
func TestChangeAfterTheStepsThatWereMadeMeanwhile(t *testing.T) {
	for name, c := range map[string]struct {
		made   int    // steps before
		before string // a command after them
		steps  uint64 // when the change is made
		state  wire.State
	}{
		"training":                        {10, `{"type":"watch","id":2,"frames":true}`, 15, wire.Playing},
		"it is trained up to a step soon": {10, `{"type":"until","id":2,"step":12}`, 12, wire.Paused},
		"paused":                          {10, `{"type":"pause","id":2}`, 10, wire.Paused},
		"at another speed":                {5, `{"type":"change","id":2,"set":{"speed":"300"}}`, 10, wire.Playing},
	} {
		t.Run(name, func(t *testing.T) {
			b := &book{t: t}
			r := fastRun(t, b)
			if refused := play(r, c.made, c.before); refused != "" {
				t.Fatal(refused)
			}
			if refused := play(r, 0, slower); refused != "" {
				t.Fatal(refused)
			}
			last := r.present.Changes[len(r.present.Changes)-1]
			if r.present.Steps != c.steps || last.Step != c.steps || r.state != c.state || r.present.Lanes[0].Settings.LR != 0.0005 {
				t.Fatalf("at step %d, %s, rate %g, change at %d; it should be at %d, %s", r.present.Steps, r.state, r.present.Lanes[0].Settings.LR, last.Step, c.steps, c.state)
			}
			twin := b.crash().resume(t, "fast").loop
			if a, b := everything(t, r), everything(t, twin); a != b {
				t.Fatal(difference(a, b))
			}
			twin.journal, twin.options.Now, twin.ahead = &book{t: t}, stopped, r.ahead
			for _, l := range []*loop{r, twin} {
				if refused := play(l, 7, `{"type":"change","id":1,"set":{"lr":0.01}}`); refused != "" {
					t.Fatal(refused)
				}
			}
			if a, b := everything(t, r), everything(t, twin); a != b {
				t.Fatal(difference(a, b))
			}
		})
	}
}

// Where a change cannot be saved the steps are made all the same, without it.
func TestStepsBesideAChangeThatCannotBeSaved(t *testing.T) {
	b := &book{t: t}
	r := fastRun(t, b)
	b.full = true
	rate := r.present.Lanes[0].Settings.LR
	if refused := play(r, 0, slower); refused == "" {
		t.Fatal("it is taken")
	}
	if r.calls != 5 || r.present.Steps != 5 || r.present.Lanes[0].Settings.LR != rate || r.entry != 0 || len(r.present.Changes) != 0 {
		t.Fatalf("after %d steps (%d), rate %g, entry %d, changes %+v", r.calls, r.present.Steps, r.present.Lanes[0].Settings.LR, r.entry, r.present.Changes)
	}
	b.full = false
	if refused := play(r, 3, slower); refused != "" {
		t.Fatal(refused)
	}
	twin := b.crash().resume(t, "fast").loop
	if a, b := everything(t, r), everything(t, twin); a != b {
		t.Fatal(difference(a, b))
	}
}

// As many steps are made as an entry took of late, and no more than may be waited for.
func TestStepsAhead(t *testing.T) {
	for _, c := range []struct {
		a    ahead
		want uint64
	}{
		{ahead{}, 1},
		{ahead{write: time.Millisecond, pass: 300 * time.Microsecond}, 4},
		{ahead{write: time.Second, pass: time.Millisecond}, 5},
		{ahead{write: time.Millisecond, pass: time.Second}, 1},
	} {
		if got := c.a.steps(); got != c.want {
			t.Errorf("%+v: %d steps, not %d", c.a, got, c.want)
		}
	}
	var a ahead
	a.note(4*time.Millisecond, 8*time.Millisecond, 8)
	a.note(8*time.Millisecond, 0, 0)
	if a != (ahead{write: 5 * time.Millisecond, pass: time.Millisecond}) {
		t.Errorf("%+v", a)
	}
}
