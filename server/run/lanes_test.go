package run

import (
	"context"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func ptr[T any](v T) *T { return &v }

// state returns what viewers would be told of the run.
func state(t *testing.T, r *Run) wire.RunMessage {
	t.Helper()
	m, err := r.State(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// steps has a paused run make so many steps and returns when it has.
func steps(t *testing.T, r *Run, n int) {
	t.Helper()
	a := do(t, r, &wire.StepCommand{Steps: n})
	await(t, r, func(m wire.RunMessage) bool { return m.Step == a.Step+uint64(n) || m.State == wire.Diverged })
}

// await returns the state of the run once it is as wanted.
func await(t *testing.T, r *Run, wanted func(wire.RunMessage) bool) (m wire.RunMessage) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	err := r.await(ctx, func(*loop) bool {
		m = r.loop.message(0)
		return wanted(m)
	})
	if err != nil {
		t.Fatalf("the run stays %s at step %d (%s): %v", m.State, m.Step, m.Reason, err)
	}
	return m
}

// weights returns all parameters of a lane.
func weights(t *testing.T, r *Run, lane uint8) (w []float32) {
	t.Helper()
	err := r.do(t.Context(), func(*loop) {
		l, refused := r.loop.present.Lane(&lane)
		if refused != nil {
			t.Error(refused)
			return
		}
		for _, m := range l.Ensemble.Members() {
			w = append(w, m.Weights()...)
			law := m.PhysicsState()
			for _, q := range law.Parameters {
				w = append(w, float32(q.Start))
			}
			w = append(w, float32(law.LogVariance))
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// refused has a command done that must be refused, with a code and in words.
func refused(t *testing.T, r *Run, c wire.Command, code wire.ErrorCode, words string) {
	t.Helper()
	before := state(t, r)
	_, err := r.Do(t.Context(), c, true)
	var e *wire.ErrorMessage
	if !errors.As(err, &e) {
		t.Fatalf("%T %+v gave %v, want a refusal", c, c, err)
	}
	if e.Code != code || !wording.Has(e.Reason, words) {
		t.Errorf("%T: refused with %s %q, want %s and %q", c, e.Code, e.Reason, code, words)
	}
	if after := state(t, r); after.Revision != before.Revision || after.Generation != before.Generation || len(after.Lanes) != len(before.Lanes) {
		t.Errorf("%T: a refused command changed the run from %+v to %+v", c, before, after)
	}
}

// paused returns a run at step 0 that does nothing unasked.
func paused(t *testing.T, s wire.Spec) *Run {
	t.Helper()
	r, err := New("testtest", s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r.loop.state = wire.Paused // before anybody serves it
	return serve(t, r)
}

func TestLanesBeginAlikeAndTrainInLockstep(t *testing.T) {
	r := paused(t, wire.Spec{
		Controls: raw(t, map[string]any{"dataset": "sine", "speed": "max"}),
		Lanes: []wire.LaneSpec{
			{Name: "plain"},
			{Name: "beta", Controls: raw(t, map[string]any{"loss": "beta_nll"})},
			{Name: "ensemble", Controls: raw(t, map[string]any{"members": 3})},
		},
	})
	a, b, c := weights(t, r, 0), weights(t, r, 1), weights(t, r, 2)
	if !slices.Equal(a, b) || !slices.Equal(a, c[:len(a)]) {
		t.Fatal("lanes of one seed do not begin with the same weights")
	}
	steps(t, r, 50)
	m := state(t, r)
	if len(m.Lanes) != 3 || m.Lanes[1].Name != "beta" || m.Lanes[1].Controls["loss"] != "beta_nll" || m.Lanes[0].Controls["loss"] != "gaussian_nll" {
		t.Fatalf("got %+v", m.Lanes)
	}
	if _, ok := m.Lanes[0].Controls["dataset"]; ok || m.Controls["dataset"] != "sine" {
		t.Error("the data set is a lane's own")
	}
	if slices.Equal(weights(t, r, 0), weights(t, r, 1)) {
		t.Error("lanes with different losses have the same weights after 50 steps")
	}
	// A lane alone learns what it learns beside others.
	alone := paused(t, wire.Spec{Controls: raw(t, map[string]any{"dataset": "sine", "loss": "beta_nll", "speed": "max"})})
	steps(t, alone, 50)
	if !slices.Equal(weights(t, alone, 0), weights(t, r, 1)) {
		t.Error("a lane beside others has other weights than alone")
	}
	v := watch(t, r, wire.Hello{})
	msg := <-v.Frames()
	all, err := wire.ParseFrames(msg.Data)
	frames := ofKind(all, wire.FrameFit)
	if err != nil || len(frames) != 3 || frames[1].Lane != 1 || frames[2].Step != 50 || len(frames[2].Columns) != 3 {
		t.Fatalf("%d frames (%v)", len(frames), err)
	}
	h, err := r.History(t.Context(), 0)
	if err != nil || len(h.Points) != 3*51 {
		t.Errorf("%d points, want those of 51 steps and 3 lanes (%v)", len(h.Points), err)
	}
}

func TestCopiedLaneGoesItsOwnWay(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, r, 30)
	a := do(t, r, &wire.LaneAddCommand{Name: "floor", Set: raw(t, map[string]any{"eps": 0.1, "lr": 0.01})})
	if a.Lane != 1 || a.Step != 30 {
		t.Fatalf("got %+v", a)
	}
	m := state(t, r)
	if l := m.Lanes[1]; l.Name != "floor" || l.From == nil || *l.From != (wire.Origin{Lane: 0, Step: 30}) || l.Controls["eps"] != 0.1 || l.Colour == m.Lanes[0].Colour {
		t.Errorf("the copy is %+v", l)
	}
	if !slices.Equal(weights(t, r, 0), weights(t, r, 1)) {
		t.Error("the copy has other weights")
	}
	steps(t, r, 30)
	if slices.Equal(weights(t, r, 0), weights(t, r, 1)) {
		t.Error("with another learning rate it still has the same weights")
	}
	// It has the past of what it was copied from, and the original does not
	// notice.
	for lane := range uint8(2) {
		c, err := r.Curve(t.Context(), &lane, "batch_loss", 0, 100, 1000)
		if err != nil || c.Of != 60 || !c.Full {
			t.Errorf("lane %d: a curve of %d points (%v)", lane, c.Of, err)
		}
	}
	alone := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, alone, 60)
	if !slices.Equal(weights(t, alone, 0), weights(t, r, 0)) {
		t.Error("a lane that was copied learns something else than one that was not")
	}
	change(t, r, map[string]any{"lr": 0.02}) // the first lane's
	if m := state(t, r); m.Lanes[0].Controls["lr"] != 0.02 || m.Lanes[1].Controls["lr"] != 0.01 {
		t.Error("a change without a lane is not the first lane's alone")
	}
	do(t, r, &wire.LaneEditCommand{Lane: ptr(uint8(1)), Name: ptr("höher"), Colour: ptr(uint8(5))})
	if l := state(t, r).Lanes[1]; l.Name != "höher" || l.Colour != 5 {
		t.Errorf("the lane is %+v", l)
	}
	do(t, r, &wire.LaneRemoveCommand{Lane: ptr(uint8(0))})
	if m := state(t, r); len(m.Lanes) != 1 || m.Lanes[0].Lane != 1 {
		t.Errorf("%+v are left", m.Lanes)
	}
	if b := do(t, r, &wire.LaneAddCommand{}); b.Lane != 2 {
		t.Errorf("a new lane is number %d, of which there was one", b.Lane)
	}
}

func TestLaneOfAnotherShapeBeginsAllAnew(t *testing.T) {
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
	steps(t, r, 20)
	before := state(t, r)
	do(t, r, &wire.LaneAddCommand{Set: raw(t, map[string]any{"hidden": []int{8}})})
	m := state(t, r)
	if m.Generation != before.Generation+1 || m.Step != 0 || len(m.Lanes) != 2 || m.Lanes[1].Params >= m.Lanes[0].Params {
		t.Errorf("the run is at step %d of generation %d with %+v", m.Step, m.Generation, m.Lanes)
	}
	do(t, r, &wire.UndoCommand{})
	m = state(t, r)
	if m.Step != 20 || len(m.Lanes) != 1 || m.Points != before.Points {
		t.Errorf("undone, the run is at step %d with %d lanes and %d points", m.Step, len(m.Lanes), m.Points)
	}
}

func TestLanesAreRefused(t *testing.T) {
	r := paused(t, wire.Spec{})
	lane := func(i int) *uint8 { return ptr(uint8(i)) }
	refused(t, r, &wire.LaneRemoveCommand{Lane: lane(0)}, wire.BadState, "at least one lane")
	refused(t, r, &wire.LaneRemoveCommand{Lane: lane(9)}, wire.UnknownLane, "no lane 9")
	refused(t, r, &wire.LaneEditCommand{Lane: lane(9), Name: ptr("x")}, wire.UnknownLane, "no lane 9")
	refused(t, r, &wire.ChangeCommand{Lane: lane(9), Set: raw(t, map[string]any{"eps": 1})}, wire.UnknownLane, "no lane 9")
	refused(t, r, &wire.LaneAddCommand{Copy: lane(9)}, wire.UnknownLane, "no lane 9")
	refused(t, r, &wire.LaneAddCommand{Set: raw(t, map[string]any{"seed": 2})}, wire.BadValue, "seed is the run's")
	refused(t, r, &wire.LaneAddCommand{Set: raw(t, map[string]any{"eps": -2})}, wire.OutOfRange, "eps must be 0 or from 1e-12 to 10, not -2")
	for range wire.MaxLanes - 1 {
		do(t, r, &wire.LaneAddCommand{})
	}
	refused(t, r, &wire.LaneAddCommand{}, wire.TooMuch, "at most 6 lanes")
	big := raw(t, map[string]any{"hidden": []int{128, 128, 128, 128}, "members": 10})
	do(t, r, &wire.ChangeCommand{Set: big})
	refused(t, r, &wire.ChangeCommand{Lane: lane(1), Set: big}, wire.TooMuch, "parameters together")
	refused(t, r, &wire.ChangeCommand{Set: raw(t, map[string]any{"batch": 1024, "dataset": "quakes"})}, wire.TooMuch, "smaller batches")
	if _, err := New("testtest", wire.Spec{Lanes: []wire.LaneSpec{{Controls: big}, {Controls: big}}}, Options{}); err == nil {
		t.Error("two of the largest ensembles were accepted")
	}
	if _, err := New("testtest", wire.Spec{Lanes: make([]wire.LaneSpec, 7)}, Options{}); err == nil {
		t.Error("seven lanes were accepted")
	}
	if _, err := New("testtest", wire.Spec{Lanes: []wire.LaneSpec{{Controls: raw(t, map[string]any{"dataset": "sine"})}}}, Options{}); err == nil {
		t.Error("a data set of a lane's own was accepted")
	}
}

func TestWhoMaySteer(t *testing.T) {
	r := paused(t, wire.Spec{})
	var e *wire.ErrorMessage
	if _, err := r.Do(t.Context(), &wire.PlayCommand{}, false); !errors.As(err, &e) || e.Code != wire.ReadOnly {
		t.Errorf("a viewer's command gave %v", err)
	}
	do(t, r, &wire.OpenCommand{Open: ptr(true)})
	if _, err := r.Do(t.Context(), &wire.PlayCommand{}, false); err != nil {
		t.Errorf("of an open run a viewer's command gave %v", err)
	}
	if m := state(t, r); !m.Open || m.State != wire.Playing {
		t.Errorf("the run is %+v", m)
	}
	v, err := r.Watch(t.Context(), wire.Hello{}, false)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	var w wire.WelcomeMessage
	nextEvent(t, v, "welcome", &w)
	if w.Steer {
		t.Error("a viewer without a key is told that it steers")
	}
}

func TestUntil(t *testing.T) {
	for name, c := range map[string]struct {
		command wire.UntilCommand
		reason  string
	}{
		"step":    {wire.UntilCommand{Step: ptr(uint64(137))}, "step 137 was reached"},
		"nll":     {wire.UntilCommand{NLL: ptr(5.0)}, "is at most 5"},
		"plateau": {wire.UntilCommand{Plateau: ptr(uint64(300))}, "has not fallen by 0.01"},
	} {
		r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"speed": "max"})})
		do(t, r, &c.command)
		m := await(t, r, func(m wire.RunMessage) bool { return m.State != wire.Playing })
		if m.State != wire.Paused || !wording.Has(m.Reason, c.reason) || name == "step" && m.Step != 137 {
			t.Errorf("%s: the run is %s at step %d because %q", name, m.State, m.Step, m.Reason)
		}
	}
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{"batch": 10, "speed": "max"})})
	refused(t, r, &wire.UntilCommand{Step: ptr(uint64(0))}, wire.BadState, "already")
	rows := state(t, r).Data.Train
	do(t, r, &wire.EpochCommand{})
	want := uint64((rows + 9) / 10)
	await(t, r, func(m wire.RunMessage) bool { return m.Step == want })
	steps(t, r, 1)
	if m := state(t, r); m.Step != want+1 {
		t.Errorf("a generation of %d rows went on to step %d", rows, m.Step)
	}
}

// The formats of what a generation is told in are those it is read from.
func TestSpecOfARunMakesTheSameRun(t *testing.T) {
	r := paused(t, wire.Spec{
		Controls: raw(t, map[string]any{"seed": 9, "noise": 20, "speed": "max"}),
		Lanes:    []wire.LaneSpec{{Name: "one"}, {Name: "two", Controls: raw(t, map[string]any{"hidden": []int{8, 8}, "optimizer": "sgd"})}},
	})
	recipe, err := r.Recipe(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b, err := json.Marshal(recipe.Spec)
	if err != nil {
		t.Fatal(err)
	}
	var s wire.Spec
	if err := json.Unmarshal(b, &s); err != nil {
		t.Fatal(err)
	}
	again := paused(t, s)
	m, n := state(t, r), state(t, again)
	m.Data.Revision, n.Data.Revision = 0, 0
	if !reflect.DeepEqual(m.Controls, n.Controls) || !reflect.DeepEqual(m.Lanes, n.Lanes) || !reflect.DeepEqual(m.Data, n.Data) {
		t.Errorf("the run was\n%+v\nand is now\n%+v", m, n)
	}
}

func TestServersBounds(t *testing.T) {
	o := Options{Bounds: lane.Bounds{Lanes: 2, Layers: 1, Units: 16}}
	for set, words := range map[string]string{
		`{"hidden":[8,8]}`: "2 layers, and this server allows 1",
		`{"hidden":[32]}`:  "32 units, and this server allows 16",
	} {
		var controls map[string]json.RawMessage
		if err := json.Unmarshal([]byte(set), &controls); err != nil {
			t.Fatal(err)
		}
		if _, err := New("testtest", wire.Spec{Controls: controls}, o); err == nil || !wording.Has(err.Error(), words) {
			t.Errorf("%s gave %v, want %q", set, err, words)
		}
	}
	small := raw(t, map[string]any{"hidden": []int{16}})
	if _, err := New("testtest", wire.Spec{Controls: small, Lanes: make([]wire.LaneSpec, 3)}, o); err == nil || !wording.Has(err.Error(), "at most 2 lanes") {
		t.Errorf("three lanes gave %v", err)
	}
	if _, err := New("testtest", wire.Spec{Controls: small, Lanes: make([]wire.LaneSpec, 2)}, o); err != nil {
		t.Errorf("what the bounds allow gave %v", err)
	}
}

// Viewers are told of lanes under the revision that has them.
func TestLanesMessagesHaveTheirRevision(t *testing.T) {
	r := paused(t, wire.Spec{})
	v := watch(t, r, wire.Hello{})
	for n, c := range []wire.Command{&wire.LaneAddCommand{}, &wire.LaneRemoveCommand{Lane: ptr(uint8(1))}} {
		a := do(t, r, c)
		var m wire.LanesMessage
		nextEvent(t, v, "lanes", &m)
		if m.Revision != a.Revision || len(m.Lanes) != 2-n {
			t.Errorf("%T made revision %d, and %d lanes are told with %d", c, a.Revision, len(m.Lanes), m.Revision)
		}
	}
}
