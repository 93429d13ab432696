package run

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// inBubble has a run served in a bubble of testing/synctest.
func inBubble(t *testing.T, f func(*testing.T, *Run)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		r, err := New("testtest", wire.Spec{}, Options{Paused: true, Idle: time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go r.Serve(ctx)
		defer func() { cancel(); <-r.Done() }()
		f(t, r)
	})
}

func comes(t *testing.T, r *Run, steers bool) *Viewer {
	t.Helper()
	v, err := r.Watch(t.Context(), wire.Hello{}, steers)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// told returns the messages of a type that wait for a viewer, and takes all.
func told[M any](t *testing.T, v *Viewer, kind string) (list []M) {
	t.Helper()
	for {
		select {
		case m := <-v.Events():
			var head struct{ Type string }
			if m.Binary || json.Unmarshal(m.Data, &head) != nil || head.Type != kind {
				continue
			}
			var one M
			if err := json.Unmarshal(m.Data, &one); err != nil {
				t.Fatal(err)
			}
			list = append(list, one)
		default:
			return list
		}
	}
}

func attend(t *testing.T, v *Viewer, c wire.WatchCommand) {
	t.Helper()
	if _, err := v.Attend(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func pass(d time.Duration) {
	time.Sleep(d) // of the bubble
	synctest.Wait()
}

// Whoever has the key is told how many watch, once a second at most; the others are not.
func TestWhoSteersIsToldHowManyWatch(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Run) {
		presenter := comes(t, r, true)
		pass(2 * time.Second)
		if m := told[wire.ViewersMessage](t, presenter, "viewers"); len(m) != 1 || m[0].Watching != 0 || m[0].Steering != 1 {
			t.Fatalf("alone: %+v", m)
		}
		var class []*Viewer
		for range 40 {
			class = append(class, comes(t, r, false))
			pass(50 * time.Millisecond)
		}
		pass(2 * time.Second)
		m := told[wire.ViewersMessage](t, presenter, "viewers")
		if n := len(m); n < 2 || n > 5 {
			t.Errorf("%d messages as forty came in within two seconds", n)
		}
		if last := m[len(m)-1]; last.Watching != 40 || last.Steering != 1 || len(last.Named) != 0 {
			t.Errorf("told of %+v", last)
		}
		if m := told[wire.ViewersMessage](t, class[0], "viewers"); len(m) > 0 {
			t.Errorf("who watches is told who watches: %+v", m)
		}
		ada := "Ada"
		attend(t, class[3], wire.WatchCommand{Name: &ada})
		class[0].Close()
		class[0].Close() // once more changes nothing
		pass(2 * time.Second)
		m = told[wire.ViewersMessage](t, presenter, "viewers")
		if last := m[len(m)-1]; last.Watching != 39 || len(last.Named) != 1 || last.Named[0].Name != "Ada" {
			t.Errorf("told of %+v", last)
		}
	})
}

// A change says who made it; what a program does, nobody has done.
func TestChangesSayWhoMadeThem(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Run) {
		presenter, other := comes(t, r, true), comes(t, r, false)
		welcome := told[wire.WelcomeMessage](t, other, "welcome")
		if len(welcome) != 1 || welcome[0].You.Person == 0 || welcome[0].You.Name != "" {
			t.Fatalf("welcomed with %+v", welcome)
		}
		you := welcome[0].You
		if first := told[wire.WelcomeMessage](t, presenter, "welcome")[0].You; first.Person == you.Person || first.Colour == you.Colour {
			t.Errorf("two are %+v and %+v", first, you)
		}
		set := &wire.ChangeCommand{Set: raw(t, map[string]any{"eps": 0.1})}
		if _, err := other.Do(t.Context(), set); wire.AsRefusal(err).Code != wire.ReadOnly {
			t.Errorf("who watches changed a run: %v", err)
		}
		yes := true
		if _, err := presenter.Do(t.Context(), &wire.OpenCommand{Open: &yes}); err != nil {
			t.Fatal(err)
		}
		if _, err := other.Do(t.Context(), set); err != nil {
			t.Fatal(err)
		}
		ada := "Ada"
		attend(t, other, wire.WatchCommand{Name: &ada})
		if _, err := other.Do(t.Context(), &wire.UndoCommand{}); err != nil {
			t.Fatal(err)
		}
		change(t, r, map[string]any{"eps": 0.2}) // by HTTP
		m := told[wire.ChangeMessage](t, presenter, "change")
		if len(m) != 3 || m[0].Change.By == nil || *m[0].Change.By != you {
			t.Fatalf("told of %+v", m)
		}
		if you.Name = "Ada"; m[1].Change.By == nil || *m[1].Change.By != you || m[2].Change.By != nil {
			t.Errorf("the undo is by %+v, the last by %+v", m[1].Change.By, m[2].Change.By)
		}
		state, err := r.State(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if by := state.Changes[1].By; by == nil || by.Name != "Ada" {
			t.Errorf("whoever comes later is told that it was by %+v", by)
		}
		// What is taken away says nothing of it.
		recipe, err := r.Recipe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		c, err := r.Capture(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		copied, err := r.Copy(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for what, of := range map[string]any{"a recipe": recipe, "a capture's changes": c.Changes, "a model": c.Model.Training, "a copy": copied.present.Changes} {
			if b, err := json.Marshal(of); err != nil || strings.Contains(string(b), "Ada") || strings.Contains(string(b), `"by"`) {
				t.Errorf("%s has a name (%v): %s", what, err, b)
			}
		}
		if _, err := r.State(t.Context()); err != nil || state.Changes[1].By == nil {
			t.Error("to take it away has changed it")
		}
	})
}

// Colours are shared out among those who are there.
func TestColoursOfPeople(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Run) {
		count := map[uint8]int{}
		var all []*Viewer
		for range 3 * wire.MaxColours {
			all = append(all, comes(t, r, false))
		}
		for _, v := range all {
			count[v.person.Colour]++
		}
		for colour, n := range count {
			if n != 3 {
				t.Errorf("colour %d has %d", colour, n)
			}
		}
		free := all[5].person.Colour
		all[5].Close()
		if again := comes(t, r, false); again.person.Colour != free || again.person.Person != 3*wire.MaxColours+1 {
			t.Errorf("who comes next is %+v", again.person)
		}
	})
}

func TestPresentedViews(t *testing.T) {
	inBubble(t, func(t *testing.T, r *Run) {
		presenter, colleague, student := comes(t, r, true), comes(t, r, true), comes(t, r, false)
		do(t, r, &wire.LaneAddCommand{})
		do(t, r, &wire.StepCommand{Steps: 50})
		pass(time.Second)
		told[wire.ViewMessage](t, student, "view")
		step, far := uint64(20), uint64(1000)
		for _, c := range []struct {
			by   *Viewer
			view wire.PresentedView
			code wire.ErrorCode
		}{
			{student, wire.PresentedView{}, wire.ReadOnly},
			{presenter, wire.PresentedView{Lane: 9}, wire.UnknownLane},
			{presenter, wire.PresentedView{Step: &far}, wire.OutOfRange},
		} {
			if _, err := c.by.Attend(t.Context(), wire.WatchCommand{Presents: &c.view}); wire.AsRefusal(err).Code != c.code {
				t.Errorf("%+v: %v, want %s", c.view, err, c.code)
			}
		}
		// That all may steer makes nobody a presenter.
		yes := true
		do(t, r, &wire.OpenCommand{Open: &yes})
		if _, err := student.Attend(t.Context(), wire.WatchCommand{Presents: new(wire.PresentedView)}); wire.AsRefusal(err).Code != wire.ReadOnly {
			t.Errorf("a student presents: %v", err)
		}
		pass(time.Second)
		if m := told[wire.ViewMessage](t, student, "view"); len(m) != 0 {
			t.Errorf("nobody presents, and yet %+v", m)
		}
		before := state(t, r)

		// Somebody drags along the timeline for two seconds: a few messages, and the last is the newest.
		for i := range uint64(50) {
			attend(t, presenter, wire.WatchCommand{Presents: &wire.PresentedView{Lane: 1, Step: &i, View: "panel:residual"}})
			pass(40 * time.Millisecond)
		}
		attend(t, presenter, wire.WatchCommand{Presents: &wire.PresentedView{Lane: 1, Step: &step}})
		pass(time.Second)
		m := told[wire.ViewMessage](t, student, "view")
		if n := len(m); n < 4 || n > 10 {
			t.Errorf("%d messages in two seconds", n)
		}
		if last := m[len(m)-1]; !last.Here || last.Lane != 1 || last.Step == nil || *last.Step != 20 || last.View != "" {
			t.Errorf("the last is %+v", last)
		}
		if m := told[wire.ViewMessage](t, colleague, "view"); len(m) > 0 {
			t.Errorf("who steers is made to follow: %+v", m)
		}
		// It is nothing of the run's.
		if after := state(t, r); after.Revision != before.Revision || len(after.Changes) != len(before.Changes) {
			t.Error("what somebody looks at changed the run")
		}
		if recipe, err := r.Recipe(t.Context()); err != nil || len(recipe.Events) != 1 {
			t.Errorf("the recipe has %+v (%v)", recipe.Events, err)
		}
		// Whoever comes later is told at once.
		late := comes(t, r, false)
		if m := told[wire.ViewMessage](t, late, "view"); len(m) != 1 || m[0].Lane != 1 {
			t.Errorf("whoever comes late is told %+v", m)
		}
		// Another generation has other steps.
		do(t, r, &wire.ResetCommand{})
		pass(time.Second)
		if m := told[wire.ViewMessage](t, student, "view"); len(m) != 1 || m[0].Step != nil || m[0].Lane != 1 || !m[0].Here {
			t.Errorf("after a reset: %+v", m)
		}
		// That a colleague goes is nothing; that the presenter goes is told.
		colleague.Close()
		pass(time.Second)
		if m := told[wire.ViewMessage](t, student, "view"); len(m) != 0 {
			t.Errorf("a colleague went: %+v", m)
		}
		presenter.Close()
		pass(time.Second)
		if m := told[wire.ViewMessage](t, student, "view"); len(m) != 1 || m[0].Here {
			t.Errorf("the presenter went: %+v", m)
		}
		if m := told[wire.ViewMessage](t, comes(t, r, false), "view"); len(m) != 0 {
			t.Errorf("whoever comes then is told %+v", m)
		}
	})
}
