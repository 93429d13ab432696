package run

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

// shelve has a run with a journal write a still, and let all that is stored leave memory.
func shelve(t *testing.T, r *Run) {
	t.Helper()
	err := r.do(t.Context(), func(l *loop) {
		l.giveStill(time.Time{})
		for k := range l.keeps() {
			if !k.Drop() {
				t.Error("a state that was stored stays in memory")
			}
		}
		if h := l.holds(); h.undo+h.snapshots > 0 {
			t.Errorf("it holds %+v", h)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
}

// two are a run with a journal and one without, which have done the same.
func two(t *testing.T, b *book) (stored, twin *Run) {
	t.Helper()
	s := wire.Spec{
		Controls: raw(t, map[string]any{"dataset": "mcycle", "speed": "max", "hidden": []int{8}, "batch": 16}),
		Lanes:    []wire.LaneSpec{{}, {Controls: raw(t, map[string]any{"members": 2})}},
	}
	twin = paused(t, s)
	stored, err := New("testtest", s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	stored.loop.state, stored.loop.generation, stored.loop.dataRev = wire.Paused, twin.loop.generation, twin.loop.dataRev
	stored.loop.present.Number(stored.loop.dataRev + 1)
	twin.loop.present.Number(twin.loop.dataRev + 1)
	b.Keep(stored.Record(b))
	return serve(t, stored), twin
}

// A run whose snapshots and moments of undo are in the store shows of every earlier step, and
// goes back to, exactly what a run shows that has all of it in memory.
func TestWhatIsAwayComesBack(t *testing.T) {
	b := &book{t: t}
	stored, twin := two(t, b)
	chance := rand.New(rand.NewPCG(3, 4))
	for round := range 60 {
		n := 1 + chance.IntN(200)
		steps(t, stored, n)
		steps(t, twin, n)
		if round%3 == 0 {
			shelve(t, stored)
		}
		at, err := stored.Snapshots(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if all, _ := twin.Snapshots(t.Context()); fmt.Sprint(at) != fmt.Sprint(all) {
			t.Fatalf("there are snapshots of %v, not of %v", at, all)
		}
		for range 3 {
			step := at[chance.IntN(len(at))]
			if !bytes.Equal(look(t, stored, step), look(t, twin, step)) {
				t.Fatalf("step %d looks different out of the store", step)
			}
		}
		zero := uint8(chance.IntN(2))
		step := at[chance.IntN(len(at))]
		var c wire.Command
		switch chance.IntN(5) {
		case 0:
			c = &wire.ReturnCommand{Step: &step}
		case 1:
			c = &wire.ReturnCommand{Step: &step, Lane: &zero}
		case 2:
			c = &wire.UndoCommand{}
		case 3:
			c = &wire.RedoCommand{}
		default:
			c = &wire.ChangeCommand{Lane: &zero, Set: raw(t, map[string]any{"lr": 0.001 + 0.001*chance.Float64()})}
		}
		_, one := stored.Do(t.Context(), c, true)
		_, other := twin.Do(t.Context(), c, true)
		if (one == nil) != (other == nil) {
			t.Fatalf("%T: %v and %v", c, one, other)
		}
		for lane := range uint8(2) {
			if a, b := weights(t, stored, lane), weights(t, twin, lane); fmt.Sprint(a) != fmt.Sprint(b) {
				t.Fatalf("after round %d, %T, lane %d has other weights", round, c, lane)
			}
		}
	}
	// A copy is a run of its own, and so is what is taken out of it.
	shelve(t, stored)
	copied, err := stored.Copy(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range copied.present.Lanes {
		for step, k := range l.Snapshots.All() {
			if k.State() == nil || k.Stored() {
				t.Fatalf("the copy's snapshot of step %d is in the other's store", step)
			}
		}
	}
	shelve(t, stored)
	if _, err := stored.Capture(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
}

// look returns the frames of an earlier step, without what the clock says.
func look(t *testing.T, r *Run, step uint64) []byte {
	t.Helper()
	if err := r.do(t.Context(), func(l *loop) { l.rate = rate{} }); err != nil {
		t.Fatal(err)
	}
	frames, err := r.FramesAt(t.Context(), step)
	if err != nil {
		t.Fatal(err)
	}
	return frames
}

// Curves of which the oldest rows are in the store are those of a run that has them all in
// memory, whatever part of them is asked for.
func TestCurvesAreAwayAndComeBack(t *testing.T) {
	b := &book{t: t}
	s := wire.Spec{Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{2}, "batch": 4})}
	twin := paused(t, s)
	stored, err := New("testtest", s, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	b.Keep(stored.Record(b))
	serve(t, stored)
	const n = 30_000
	steps(t, stored, n)
	steps(t, twin, n)
	var away int
	err = stored.do(t.Context(), func(l *loop) {
		l.giveStill(time.Time{})
		l.away.mostCurves, l.away.looked = 1, time.Time{}
		l.drop(l.now())
		away = len(l.present.Lanes[0].Steps.Away(0, n))
		l.away.mostCurves = 0
	})
	if err != nil || away < 4 {
		t.Fatalf("%d chunks are away (%v)", away, err)
	}
	chance := rand.New(rand.NewPCG(5, 6))
	for range 30 {
		from := chance.Uint64N(n)
		to := from + chance.Uint64N(n)
		for _, name := range lane.StepColumns {
			got, err := stored.Curve(t.Context(), nil, name, from, to, 100)
			if err != nil {
				t.Fatal(err)
			}
			want, err := twin.Curve(t.Context(), nil, name, from, to, 100)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
				t.Fatalf("%s from %d to %d differs (%v)", name, from, to, err)
			}
		}
	}
	got, err := stored.Capture(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	want, err := twin.Capture(t.Context(), nil)
	if err != nil || fmt.Sprint(got.Batches) != fmt.Sprint(want.Batches) {
		t.Errorf("a capture has other steps (%v)", err)
	}
	copied, err := stored.Copy(t.Context())
	if err != nil || len(copied.present.Lanes[0].Steps.Away(0, n)) > 0 {
		t.Errorf("a copy has rows in the other's store (%v)", err)
	}
	b.away = errors.New("no route to host")
	if _, err := stored.Curve(t.Context(), nil, lane.StepColumns[0], 0, n, 100); wire.AsRefusal(err).Code != wire.NotStored {
		t.Errorf("with the store away: %v", err)
	}
	if _, err := stored.Curve(t.Context(), nil, lane.StepColumns[0], n-100, n, 100); err != nil {
		t.Errorf("what is in memory: %v", err)
	}
}

// While the store is away what is in it is refused with the reason, training goes on, nothing
// is changed, and once it is back all is there.
func TestStoreIsAwayWhileLookingBack(t *testing.T) {
	b := &book{t: t}
	stored, twin := two(t, b)
	steps(t, stored, 100)
	steps(t, twin, 100)
	shelve(t, stored)
	b.away = errors.New("no route to host")
	plainly := func(what string, err error) {
		t.Helper()
		if refused := wire.AsRefusal(err); err == nil || refused.Code != wire.NotStored || !bytes.Contains([]byte(refused.Reason), []byte("no route to host")) {
			t.Errorf("%s: %v", what, err)
		}
	}
	_, err := stored.FramesAt(t.Context(), 50)
	plainly("a look back", err)
	step := uint64(50)
	before := weights(t, stored, 0)
	_, err = stored.Do(t.Context(), &wire.ReturnCommand{Step: &step}, true)
	plainly("a return", err)
	_, err = stored.Copy(t.Context())
	plainly("a copy", err)
	_, err = stored.Capture(t.Context(), nil)
	plainly("an export", err)
	if _, err = stored.CaptureModel(t.Context(), nil); err != nil {
		t.Errorf("the model alone: %v", err)
	}
	if fmt.Sprint(before) != fmt.Sprint(weights(t, stored, 0)) {
		t.Error("it was changed")
	}
	steps(t, stored, 10)
	steps(t, twin, 10)
	b.away = nil
	for _, r := range []*Run{stored, twin} {
		do(t, r, &wire.ReturnCommand{Step: &step})
	}
	if fmt.Sprint(weights(t, stored, 1)) != fmt.Sprint(weights(t, twin, 1)) {
		t.Error("it went back to other weights")
	}
}

// What the store has lost is left out of the next still, and said to whoever asks for it; the
// rest stays.
func TestStoreLosesAState(t *testing.T) {
	b := &book{t: t}
	stored, _ := two(t, b)
	steps(t, stored, 40)
	shelve(t, stored)
	var lost []string
	err := stored.do(t.Context(), func(l *loop) {
		for _, ln := range l.present.Lanes {
			k, _, _ := ln.Snapshots.At(20)
			lost = append(lost, k.Away()[0])
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	b.writer.Lost(b.last, lost)
	for _, h := range lost {
		delete(b.blobs, h)
	}
	if _, err := stored.FramesAt(t.Context(), 20); err == nil {
		t.Error("frames were made of what is lost")
	}
	b.writer.Forget()
	err = stored.do(t.Context(), func(l *loop) {
		l.away.looked = time.Time{}
		l.drop(l.now())
		l.giveStill(time.Time{}) // the book looks whether it has all that the still names
	})
	if err != nil {
		t.Fatal(err)
	}
	at, err := stored.Snapshots(t.Context())
	if err != nil || len(at) == 0 {
		t.Fatal(err)
	}
	for _, step := range at {
		if step == 20 {
			t.Error("what is lost is offered")
		}
		if _, err := stored.FramesAt(t.Context(), step); err != nil {
			t.Errorf("step %d: %v", step, err)
		}
	}
}

// With a store a run has no more than so much of what it can go back to in memory, whatever
// there is, and a still is asked for as soon as too much is not stored yet.
func TestMemoryOfWhatIsKept(t *testing.T) {
	b := &book{t: t}
	s := wire.Spec{
		Controls: raw(t, map[string]any{"speed": "max", "hidden": []int{128, 128}}),
		Lanes:    []wire.LaneSpec{{}, {}, {}},
	}
	r, err := New("testtest", s, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	twin := paused(t, s)
	steps(t, twin, 400)
	b.Keep(r.Record(b))
	now := r.loop.now()
	most := 0
	for range 400 {
		r.loop.left = 1
		r.loop.step()
		now = now.Add(dropEvery)
		r.loop.drop(now)
		r.loop.keepStill(now)
		h := r.loop.holds()
		most = max(most, h.snapshots+h.undo)
	}
	if all := r.loop.present.Lanes[0].Snapshots.Bytes() * 3; all < 4*keptBytes {
		t.Fatalf("all of it is %d bytes, which is little", all)
	}
	if most > 2*keptBytes {
		t.Errorf("it had %d bytes in memory", most)
	}
	without, err := twin.Snapshots(t.Context())
	if at := r.loop.present.Snapshots(); err != nil || !slices.Equal(at, without) {
		t.Errorf("there are snapshots of %v, and without a store of %v (%v)", at, without, err)
	}
}
