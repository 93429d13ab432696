package run

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// start serves a run of default settings, with some set, until the test ends.
func start(t *testing.T, o Options, set map[string]any) *Run {
	t.Helper()
	return startSpec(t, o, wire.Spec{Controls: raw(t, set)})
}

// startSpec serves a run until the test ends.
func startSpec(t *testing.T, o Options, s wire.Spec) *Run {
	t.Helper()
	r, err := New("testtest", s, o)
	if err != nil {
		t.Fatal(err)
	}
	return serve(t, r)
}

func serve(t *testing.T, r *Run) *Run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	go r.Serve(ctx)
	t.Cleanup(func() {
		cancel()
		<-r.Done()
	})
	return r
}

func raw(t *testing.T, set map[string]any) map[string]json.RawMessage {
	t.Helper()
	m := map[string]json.RawMessage{}
	for name, v := range set {
		b, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		m[name] = b
	}
	return m
}

func do(t *testing.T, r *Run, c wire.Command) wire.Ack {
	t.Helper()
	a, err := r.Do(t.Context(), c, true)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func change(t *testing.T, r *Run, set map[string]any) wire.Ack {
	t.Helper()
	return do(t, r, &wire.ChangeCommand{Set: raw(t, set)})
}

func watch(t *testing.T, r *Run, h wire.Hello) *Viewer {
	t.Helper()
	v, err := r.Watch(t.Context(), h, true)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// patience is how long a test waits for what should come at once: long, since
// only a failing test waits for it.
const patience = 30 * time.Second

func nextFrame(t *testing.T, v *Viewer) *wire.Frame {
	t.Helper()
	select {
	case m := <-v.Frames():
		f, err := wire.ParseFrames(m.Data)
		if err != nil {
			t.Fatal(err)
		}
		return f[0]
	case <-time.After(patience):
		t.Fatal("no frame came")
		return nil
	}
}

// frameOf returns the next frame that is one of those: a test waits for it as long as
// for any frame, however many others come.
func frameOf(t *testing.T, v *Viewer, ok func(*wire.Frame) bool) *wire.Frame {
	t.Helper()
	others := 0
	for begun := time.Now(); ; others++ {
		f := nextFrame(t, v)
		if ok(f) {
			return f
		}
		if time.Since(begun) > patience {
			t.Fatalf("%d other frames came; the last has kind %d, generation %d, step %d, revision %d, data revision %d", others+1, f.Kind, f.Generation, f.Step, f.Revision, f.DataRevision)
		}
	}
}

// nextEvent returns the next text message of a type.
func nextEvent(t *testing.T, v *Viewer, kind string, into any) {
	t.Helper()
	late := time.After(patience)
	for {
		select {
		case m := <-v.Events():
			var head struct{ Type string }
			if m.Binary {
				continue
			}
			if err := json.Unmarshal(m.Data, &head); err != nil {
				t.Fatal(err)
			}
			if head.Type != kind {
				continue
			}
			if err := json.Unmarshal(m.Data, into); err != nil {
				t.Fatal(err)
			}
			return
		case <-late:
			t.Fatalf("no %s message came", kind)
		}
	}
}

func scalar(f *wire.Frame, name string) float64 {
	return float64(f.Scalars[slices.Index(wire.Scalars, name)])
}

func TestFramesFollowTheTraining(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	v := watch(t, r, wire.Hello{})
	first := nextFrame(t, v)
	for range 5 {
		f := nextFrame(t, v)
		if f.Step <= first.Step {
			t.Errorf("step %d came after step %d", f.Step, first.Step)
		}
		if slices.Equal(f.Columns[0], first.Columns[0]) {
			t.Error("the mean did not move")
		}
		if len(f.Columns[0]) != rows.GridPoints || len(f.Scalars) != len(wire.Scalars) {
			t.Errorf("a frame of %d points and %d scalars", len(f.Columns[0]), len(f.Scalars))
		}
		first = f
	}
}

// The guarantee of the live path: a frame published after a change was
// acknowledged carries its revision or a later one, and at most one older frame
// is still in the box. Run with -race, it also shows that nothing is shared.
//
// A paused run, and one that waits for its next step, are looked at in a bubble, where
// the time from frame to frame passes at once; one at full speed never waits.
func TestAcknowledgedChangeIsInTheFrames(t *testing.T) {
	t.Run("full speed", func(t *testing.T) {
		acknowledgedChangeIsInTheFrames(t, start(t, Options{}, map[string]any{"speed": "max"}), 25)
	})
	t.Run("300 a second", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			acknowledgedChangeIsInTheFrames(t, start(t, Options{}, map[string]any{"speed": "300"}), 50)
		})
	})
	t.Run("paused", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) { acknowledgedChangeIsInTheFrames(t, paused(t, wire.Spec{}), 50) })
	})
}

func acknowledgedChangeIsInTheFrames(t *testing.T, r *Run, changes int) {
	v := watch(t, r, wire.Hello{})
	nextFrame(t, v)
	for i := range changes {
		eps := math.Pow(10, -5+float64(i)/20)
		a := change(t, r, map[string]any{"eps": eps})
		if a.Revision != uint32(i+1) {
			t.Fatalf("change %d was acknowledged with revision %d", i+1, a.Revision)
		}
		old := 0
		for {
			f := nextFrame(t, v)
			if f.Revision >= a.Revision {
				s := watchedStd(t, r)
				if want := math.Sqrt(eps) * s; math.Abs(scalar(f, "floor")-want) > 1e-5*want {
					t.Fatalf("floor %g, want %g", scalar(f, "floor"), want)
				}
				break
			}
			if old++; old > 1 {
				t.Fatalf("%d frames older than revision %d came after its acknowledgement", old, a.Revision)
			}
		}
	}
}

// watchedStd returns the standard deviation of the training targets.
func watchedStd(t *testing.T, r *Run) float64 {
	t.Helper()
	var std float64
	if err := r.do(t.Context(), func(*loop) { std = float64(r.loop.present.DescribeData(r.loop.env.Table).TargetStd) }); err != nil {
		t.Fatal(err)
	}
	return std
}

func TestFullShiftsTheLossAndNothingElse(t *testing.T) {
	r := start(t, Options{}, nil)
	do(t, r, &wire.PauseCommand{})
	v := watch(t, r, wire.Hello{})
	before := nextFrame(t, v)
	a := change(t, r, map[string]any{"full": true})
	after := frameOf(t, v, func(f *wire.Frame) bool { return f.Revision >= a.Revision })
	for i, name := range wire.Scalars {
		want := float64(before.Scalars[i])
		switch name {
		case "train_loss", "test_loss", "constant":
			want += 0.9189385
		}
		if got := float64(after.Scalars[i]); math.Abs(got-want) > 1e-5 {
			t.Errorf("%s went from %v to %v", name, before.Scalars[i], got)
		}
	}
	if !reflect.DeepEqual(before.Columns, after.Columns) {
		t.Error("the prediction moved")
	}
}

func TestEveryViewerIsToldOfAChange(t *testing.T) {
	r := start(t, Options{}, nil)
	a, b := watch(t, r, wire.Hello{}), watch(t, r, wire.Hello{})
	change(t, r, map[string]any{"eps": 0.25, "lr": 0.5})
	for _, v := range []*Viewer{a, b} {
		var m wire.ChangeMessage
		nextEvent(t, v, "change", &m)
		if c := m.Change; c.Control != "eps" || c.Old != 1e-6 || c.New != 0.25 || c.Revision != 1 {
			t.Errorf("got %+v", c)
		}
		nextEvent(t, v, "change", &m)
		if m.Change.Control != "lr" || m.Change.Revision != 1 {
			t.Errorf("got %+v", m.Change)
		}
	}
}

func TestRefusedChangeChangesNothing(t *testing.T) {
	r := start(t, Options{}, nil)
	before, err := r.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, err = r.Do(t.Context(), &wire.ChangeCommand{Set: raw(t, map[string]any{"lr": 0.5, "eps": -1})}, true)
	var refused *wire.ErrorMessage
	if !errors.As(err, &refused) || refused.Control != "eps" {
		t.Fatalf("got %v, want a refusal of eps", err)
	}
	after, err := r.Settings(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(before, after) {
		t.Errorf("the settings went from %v to %v", before, after)
	}
	if s, err := r.Summary(t.Context()); err != nil || s.Revision != 0 || s.State != wire.Playing {
		t.Errorf("the run is %+v (%v)", s, err)
	}
}

func TestPauseStepPlay(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	v := watch(t, r, wire.Hello{})
	a := do(t, r, &wire.PauseCommand{})
	if b := do(t, r, &wire.PauseCommand{}); b.Step != a.Step {
		t.Errorf("a paused run went from step %d to %d", a.Step, b.Step)
	}
	do(t, r, &wire.StepCommand{Steps: 7})
	frameOf(t, v, func(f *wire.Frame) bool { return f.Step >= a.Step+7 })
	if b := do(t, r, &wire.PauseCommand{}); b.Step != a.Step+7 {
		t.Errorf("7 steps went from %d to %d", a.Step, b.Step)
	}
	do(t, r, &wire.PlayCommand{})
	_, err := r.Do(t.Context(), &wire.StepCommand{Steps: 1}, true)
	var refused *wire.ErrorMessage
	if !errors.As(err, &refused) || refused.Code != wire.BadState {
		t.Errorf("stepping a playing run gave %v", err)
	}
}

func TestResetBeginsTheSameRunAnew(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	do(t, r, &wire.PauseCommand{})
	weights := func() (w []float32) {
		if err := r.do(t.Context(), func(*loop) { w = r.loop.present.Lanes[0].Ensemble.Members()[0].Weights() }); err != nil {
			t.Fatal(err)
		}
		return w
	}
	run := func() []float32 {
		a := do(t, r, &wire.ResetCommand{})
		if a.Step != 0 {
			t.Errorf("after a reset the step is %d", a.Step)
		}
		steps(t, r, 40)
		return weights()
	}
	if !slices.Equal(run(), run()) {
		t.Error("the same seed and the same controls gave other weights")
	}
}

func TestRestartControlBeginsAGeneration(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	v := watch(t, r, wire.Hello{})
	var m wire.RunMessage
	nextEvent(t, v, "run", &m)
	if m.Data.Name != "mcycle" || m.Data.Truth {
		t.Errorf("the first generation is of %s", m.Data.Name)
	}
	first, second, rows := m.Generation, m.Generation+1, m.Data.Revision
	a := change(t, r, map[string]any{"dataset": "sine"})
	if a.Generation != second {
		t.Errorf("the change was acknowledged in generation %d, after %d", a.Generation, first)
	}
	nextEvent(t, v, "run", &m)
	if m.Generation != second || m.Step > 1000 || m.Data.Name != "sine" || !m.Data.Truth || m.Controls["dataset"] != "sine" {
		t.Errorf("the second generation is %d, step %d of %s", m.Generation, m.Step, m.Data.Name)
	}
	if len(m.Changes) != 1 || m.Changes[0].Generation != second || m.Changes[0].Step != 0 {
		t.Errorf("its changes are %+v", m.Changes)
	}
	var h wire.HistoryMessage
	nextEvent(t, v, "history", &h)
	if h.Generation != second || h.First != 0 || h.Points[0].Step != 0 {
		t.Errorf("its history begins in generation %d with point %d", h.Generation, h.First)
	}
	frameOf(t, v, func(f *wire.Frame) bool {
		if f.Generation != second && f.DataRevision != rows {
			t.Errorf("a frame of generation %d stands on data revision %d", f.Generation, f.DataRevision)
		}
		return f.Generation == second
	})
}

// Each history point reaches a viewer exactly once and in order, also across a
// second hello.
func TestHistoryResumes(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	v := watch(t, r, wire.Hello{})
	var points []wire.Point
	var generation uint32
	collect := func(v *Viewer, until int) {
		for len(points) < until {
			var h wire.HistoryMessage
			nextEvent(t, v, "history", &h)
			if h.First != len(points) {
				t.Fatalf("points from %d on came after %d points", h.First, len(points))
			}
			points = append(points, h.Points...)
			generation = h.Generation
		}
	}
	collect(v, 100)
	v.Close()
	again := watch(t, r, wire.Hello{Generation: generation, Next: len(points)})
	var m wire.RunMessage
	nextEvent(t, again, "run", &m)
	if m.Next != len(points) || m.Generation != generation {
		t.Fatalf("the run resumes with point %d of generation %d, want %d of %d", m.Next, m.Generation, len(points), generation)
	}
	collect(again, len(points)+100)
	for i := 1; i < len(points); i++ {
		if points[i].Step <= points[i-1].Step {
			t.Fatalf("point %d is of step %d, after %d", i, points[i].Step, points[i-1].Step)
		}
	}
	for _, h := range []wire.Hello{{Generation: generation + 77, Next: 50}, {Generation: generation, Next: 1 << 30}} {
		stranger := watch(t, r, h)
		nextEvent(t, stranger, "run", &m)
		if m.Next != 0 {
			t.Errorf("a viewer with %+v resumes with point %d, want 0", h, m.Next)
		}
	}
}

// A viewer who takes nothing costs the run nothing and finds out what it lost.
func TestSlowViewerIsToldOfTheGap(t *testing.T) {
	r := start(t, Options{}, nil)
	v := watch(t, r, wire.Hello{})
	before := do(t, r, &wire.PlayCommand{})
	for i := range 2 * queueLength {
		change(t, r, map[string]any{"eps": 1e-6 * float64(i+2)})
	}
	if after := do(t, r, &wire.PauseCommand{}); after.Revision != 2*queueLength || after.Step < before.Step {
		t.Fatalf("the run is at revision %d, want %d", after.Revision, 2*queueLength)
	}
	var gap wire.GapMessage
	nextEvent(t, v, "gap", &gap)
	if err := v.Hello(t.Context(), wire.Hello{}); err != nil {
		t.Fatal(err)
	}
	var m wire.RunMessage
	nextEvent(t, v, "run", &m)
	if len(m.Changes) != 2*queueLength {
		t.Errorf("after the gap %d changes are known, want %d", len(m.Changes), 2*queueLength)
	}
}

// An ensemble's frames say where its members differ, and its metrics are those
// of their mixture.
func TestEnsembleFramesSayWhereItsMembersDiffer(t *testing.T) {
	for members, columns := range map[int]int{1: 2, 3: 3} {
		r := start(t, Options{}, map[string]any{"dataset": "gap", "members": members, "speed": "max"})
		v := watch(t, r, wire.Hello{})
		f := frameOf(t, v, func(f *wire.Frame) bool { return f.Kind == wire.FrameFit && f.Step >= 200 })
		if len(f.Columns) != columns {
			t.Fatalf("%d members: frames of %d columns, want %d", members, len(f.Columns), columns)
		}
		if members == 1 {
			continue
		}
		for i, epistemic := range f.Columns[2] {
			if std := f.Columns[1][i]; !(epistemic > 0) || epistemic > std {
				t.Fatalf("point %d: epistemic %g of a standard deviation of %g", i, epistemic, std)
			}
		}
	}
}

func TestDivergenceIsToldAndResetHeals(t *testing.T) {
	// Set from the first step, so that it does not depend on when settings arrive.
	r := paused(t, wire.Spec{Controls: raw(t, map[string]any{
		"speed": "max", "lr": 1, "decay": 0, "variance_decay": 0, "eps": 0, "activation": "relu", "batch": 1,
	})})
	v := watch(t, r, wire.Hello{})
	do(t, r, &wire.PlayCommand{})
	var m wire.StateMessage
	for m.State != wire.Diverged {
		nextEvent(t, v, "state", &m)
	}
	if m.State != wire.Diverged || !wording.Has(m.Reason, "step") {
		t.Fatalf("got %+v, want a divergence with its step", m)
	}
	_, err := r.Do(t.Context(), &wire.PlayCommand{}, true)
	var refused *wire.ErrorMessage
	if !errors.As(err, &refused) || refused.Code != wire.BadState {
		t.Errorf("playing a diverged run gave %v", err)
	}
	if _, err := r.Summary(t.Context()); err != nil {
		t.Errorf("a diverged run has no summary: %v", err)
	}
	change(t, r, map[string]any{"lr": 1e-3, "eps": 1e-6})
	do(t, r, &wire.RestoreCommand{})
	before, err := r.Summary(t.Context())
	if err != nil || before.State != wire.Paused || before.Step == 0 {
		t.Errorf("after restoring the run is %s at step %d (%v)", before.State, before.Step, err)
	}
	changes := state(t, r).Changes
	if from := changes[len(changes)-1].From; from == nil || from.Step > before.Step || before.Step-from.Step > 128 {
		t.Errorf("restored at step %d, the run goes on from %+v", before.Step, from)
	}
	if nll := float64(before.Metrics.Train.NLL); nll != nll || nll > 1e6 {
		t.Errorf("the restored weights have an NLL of %g", nll)
	}
	steps(t, r, 50)
	if m := state(t, r); m.State != wire.Paused || m.Step != before.Step+50 {
		t.Fatalf("the restored run is %s at step %d, after %d", m.State, m.Step, before.Step)
	}
	if _, err := r.Do(t.Context(), &wire.RestoreCommand{}, true); !errors.As(err, &refused) || refused.Code != wire.BadState {
		t.Errorf("restoring a run that is well gave %v", err)
	}
	do(t, r, &wire.PlayCommand{})
	do(t, r, &wire.ResetCommand{})
	if s, err := r.Summary(t.Context()); err != nil || s.State != wire.Playing {
		t.Errorf("after a reset the run is %s (%v)", s.State, err)
	}
}

// With eps 0 a variance can underflow to 0. Whatever follows, the run can be
// asked.
func TestVarianceThatUnderflows(t *testing.T) {
	for seed := range 8 {
		r := start(t, Options{}, map[string]any{
			"eps": 0, "decay": 0, "lr": 1, "batch": 1, "seed": seed, "activation": "relu", "speed": "1",
		})
		v := watch(t, r, wire.Hello{})
		change(t, r, map[string]any{"speed": "max"})
		var m wire.StateMessage
		nextEvent(t, v, "state", &m)
		if m.State != wire.Diverged || !wording.Has(m.Reason, "probable cause") {
			t.Errorf("seed %d: got %+v, want a divergence with its cause", seed, m)
		}
		s, err := r.Summary(t.Context())
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if _, err := json.Marshal(s); err != nil {
			t.Errorf("seed %d: %v", seed, err)
		}
		nextFrame(t, v)
	}
}

func TestResetAfterADivergenceStaysPaused(t *testing.T) {
	r := start(t, Options{}, nil)
	do(t, r, &wire.PauseCommand{})
	change(t, r, map[string]any{"lr": 1, "decay": 0, "eps": 0, "batch": 1, "activation": "relu", "speed": "max"})
	v := watch(t, r, wire.Hello{})
	do(t, r, &wire.StepCommand{Steps: wire.MaxSteps})
	var m wire.StateMessage
	for m.State != wire.Diverged {
		nextEvent(t, v, "state", &m)
	}
	do(t, r, &wire.ResetCommand{})
	if s, err := r.Summary(t.Context()); err != nil || s.State != wire.Paused || s.Step != 0 {
		t.Errorf("the run is %s at step %d (%v)", s.State, s.Step, err)
	}
}

func TestNobodyWatching(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := start(t, Options{}, map[string]any{"speed": "1"})
		at := func(want wire.State) {
			t.Helper()
			if s, err := r.Status(t.Context()); err != nil || s.State != want {
				t.Fatalf("the run is %s (%v), want %s", s.State, err, want)
			}
		}
		time.Sleep(DefaultIdle - time.Second)
		at(wire.Playing)
		time.Sleep(2 * time.Second)
		at(wire.Idle)
		v := watch(t, r, wire.Hello{})
		var m wire.RunMessage
		nextEvent(t, v, "run", &m)
		if m.State != wire.Playing {
			t.Errorf("a watched run is %s", m.State)
		}
		time.Sleep(2 * DefaultIdle)
		at(wire.Playing)
	})
}

// What a run says of the time, and what its models do, is by the clock that it was given.
func TestTimesAreOfTheClock(t *testing.T) {
	now := time.Date(1985, 4, 12, 23, 20, 50, 0, time.UTC)
	r, err := New("testtest", wire.Spec{}, Options{Paused: true, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	serve(t, r)
	s, err := r.Summary(t.Context())
	if err != nil || s.Created != "1985-04-12T23:20:50Z" {
		t.Errorf("made at %s (%v)", s.Created, err)
	}
	rec, err := r.CaptureModel(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if at := rec.Model.Card.Time; !at.Equal(now) {
		t.Errorf("the model is of %v", at)
	}
}

func TestHiddenViewerGetsNoFrames(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	v := watch(t, r, wire.Hello{})
	other := watch(t, r, wire.Hello{})
	nextFrame(t, v)
	if _, err := v.Attend(t.Context(), wire.WatchCommand{Frames: new(bool)}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-v.Frames(): // one may have been in the box
	default:
	}
	for range 3 {
		nextFrame(t, other)
	}
	select {
	case <-v.Frames():
		t.Error("a frame came to who wants none")
	default:
	}
	yes := true
	if _, err := v.Attend(t.Context(), wire.WatchCommand{Frames: &yes}); err != nil {
		t.Fatal(err)
	}
	nextFrame(t, v)
}

func TestManyHandsAtOnce(t *testing.T) {
	r := start(t, Options{}, map[string]any{"speed": "max"})
	var hands sync.WaitGroup
	for range 8 {
		hands.Go(func() {
			v := watch(t, r, wire.Hello{})
			for i := range 20 {
				var err error
				switch i % 4 {
				case 0:
					_, err = r.Do(t.Context(), &wire.ChangeCommand{Set: raw(t, map[string]any{"eps": float64(i+1) / 100})}, true)
				case 1:
					_, err = r.Predict(t.Context(), nil, [][]float64{{1}, {2}})
				case 2:
					_, err = r.Summary(t.Context())
				case 3:
					_, err = r.History(t.Context(), 0)
				}
				if err != nil {
					t.Error(err)
				}
				select {
				case <-v.Frames():
				case <-time.After(patience):
					t.Error("no frame came")
					return
				}
			}
		})
	}
	hands.Wait()
}

func TestEndedRunSaysSo(t *testing.T) {
	r, err := New("testtest", wire.Spec{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	r.Serve(ctx)
	if _, err := r.Summary(t.Context()); !errors.Is(err, ErrEnded) {
		t.Errorf("got %v, want ErrEnded", err)
	}
	if _, err := r.Watch(t.Context(), wire.Hello{}, true); !errors.Is(err, ErrEnded) {
		t.Errorf("got %v, want ErrEnded", err)
	}
}

// smallTrainer returns a small network on four rows.
func smallTrainer(t *testing.T) *engine.Trainer {
	t.Helper()
	trainer, err := engine.NewTrainer(engine.Config{Net: engine.NetConfig{Inputs: 1, Hidden: []int{2}}}, []float64{0, 1, 2, 3}, []float64{1, 0, 2, 1})
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}

func TestEveryChoiceIsUnderstood(t *testing.T) {
	table := lane.Table()
	for _, c := range table {
		for _, o := range c.Options {
			s, _, refused := table.Apply(table.Defaults(), raw(t, map[string]any{c.Name: o.Value}))
			if refused != nil {
				t.Errorf("%s %s: %v", c.Name, o.Value, refused)
				continue
			}
			if o.Value == wire.OwnData {
				continue // which there is not
			}
			if _, err := New("testtest", wire.Spec{Controls: raw(t, map[string]any{c.Name: o.Value})}, Options{}); err != nil {
				t.Errorf("%s %s: %v", c.Name, o.Value, err)
			}
			if o.Help == "" {
				t.Errorf("%s %s has no help", c.Name, o.Value)
			}
			// What was said is what holds, and a step can be made with it.
			if got := table.Values(s)[c.Name]; got != o.Value {
				t.Errorf("%s %s: it holds %v", c.Name, o.Value, got)
			}
			if s.Speed.PerSecond() <= 0 {
				t.Errorf("%s %s: a speed of %v", c.Name, o.Value, s.Speed)
			}
			if err := s.Loss.Check(s.LossOptions()); err != nil {
				t.Errorf("%s %s: %v", c.Name, o.Value, err)
			}
			if _, err := smallTrainer(t).Step(lane.ObjectiveOf(&s.LaneSettings).Trained, lane.HyperOf(&s.LaneSettings, 100)); err != nil {
				t.Errorf("%s %s: %v", c.Name, o.Value, err)
			}
		}
	}
}

func TestPaceHoldsItsSpeed(t *testing.T) {
	p := newPace()
	now := time.Now()
	steps := 0
	// Ten seconds of a clock that ticks every 7 ms.
	for end := now.Add(10 * time.Second); now.Before(end); now = now.Add(7 * time.Millisecond) {
		for {
			if ready, _ := p.wait(now, 300); ready == nil {
				break
			}
			p.stepped(300)
			steps++
		}
	}
	if steps < 2990 || steps > 3020 {
		t.Errorf("%d steps in ten seconds at 300 a second", steps)
	}
	if ready, _ := p.wait(now, math.Inf(1)); ready == nil {
		t.Error("the greatest speed waits")
	}
}
