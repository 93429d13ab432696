package guard

import (
	"math"
	"reflect"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

var scale = Scale{Constant: 0.5, Margin: 1}

func well(score float64) []Signs { return []Signs{{Score: score, RMS: 0.5, Spread: 1}} }

// see looks at every step at which a look is due, as long as the verdict is not another,
// and returns that step.
func see(t *testing.T, w *Watch, from uint64, of []Signs) uint64 {
	t.Helper()
	for step := from; step < from+10_000; step++ {
		if w.Due(step) && w.See(step, scale, of) {
			return step
		}
	}
	t.Fatalf("after 10,000 steps the verdict is still %v", w.Verdict())
	return 0
}

func TestKinds(t *testing.T) {
	for kind, bad := range map[wire.TroubleKind]Signs{
		wire.TroubleLoss:     {Score: 2, RMS: 1, Spread: 1},
		wire.TroubleMean:     {Score: 2, RMS: 6, Spread: 1},
		wire.TroubleVariance: {Score: 2, RMS: 1, Spread: 1, Floor: true},
		wire.TroubleUnits:    {Score: 0.6, RMS: 1, Spread: 1, Idle: 1},
		wire.TroubleConstant: {Score: 0.5, RMS: 1},
	} {
		var w Watch
		w.See(0, scale, well(-1))
		w.See(Every, scale, well(-1))
		at := see(t, &w, Every+1, []Signs{bad})
		v := w.Verdict()
		if v == nil || v.Kind != kind || v.Since != 2*Every || v.Best != -1 || at > Every+Within || w.Well() != Every {
			t.Errorf("%s: at step %d the verdict is %+v, and all was well at step %d", kind, at, v, w.Well())
		}
	}
}

func TestNumbersThatAreNoneAreBad(t *testing.T) {
	var w Watch
	w.See(0, scale, well(0.4))
	see(t, &w, 1, []Signs{{Score: math.NaN(), RMS: math.Inf(1), Spread: math.NaN()}})
	if v := w.Verdict(); v.Kind != wire.TroubleMean || v.Best != 0.4 {
		t.Errorf("the verdict is %+v", v)
	}
}

// What goes up and down, what began badly and what only overfits is not wrecked.
func TestSilence(t *testing.T) {
	var w Watch
	w.See(0, scale, well(300)) // a variance that is far too small at first
	for step := uint64(1); step < 20_000; step++ {
		now := well(310)
		switch {
		case step%(8*Close) == 0: // a spike now and then
			now = []Signs{{Score: 1e6, RMS: 9, Spread: 9}}
		case step > 10_000:
			now = well(-3)
		}
		if w.Due(step) && w.See(step, scale, now) {
			t.Fatalf("at step %d: %+v", step, w.Verdict())
		}
	}
}

func TestVerdictEndsByItself(t *testing.T) {
	var w Watch
	w.See(0, scale, well(0))
	from := see(t, &w, 1, well(9))
	to := see(t, &w, from+1, well(0))
	if w.Verdict() != nil || to-from > Close*(enough+1) {
		t.Errorf("from step %d to %d: %+v", from, to, w.Verdict())
	}
	for _, step := range []uint64{Every, from, to} {
		if !w.Spoiled(step) {
			t.Errorf("step %d counts as well", step)
		}
	}
	if w.Spoiled(Every-1) || w.Spoiled(to+1) {
		t.Error("a step before or after counts as spoilt")
	}
}

// The worst of several networks counts, and is named.
func TestMember(t *testing.T) {
	var w Watch
	three := append(append(well(0), well(0)...), well(0)...)
	w.See(0, scale, three)
	three[1] = Signs{Score: 1e9, RMS: 1e3, Spread: 1}
	at := see(t, &w, 1, three)
	if v := w.Verdict(); v.Member != 1 || at > Every+Close*enough/2 {
		t.Errorf("at step %d the verdict is %+v", at, v)
	}
}

// Under another loss, or on other rows, scores are measured by the next one; what is
// wrecked already stays so.
func TestMeasuredAnew(t *testing.T) {
	var w Watch
	w.See(0, scale, well(-5))
	w.Measure()
	if !w.Fresh() {
		t.Fatal("it is not to be measured")
	}
	for step := uint64(0); step < 5000; step++ {
		if w.Due(step) && w.See(step, scale, well(40)) {
			t.Fatalf("at step %d: %+v", step, w.Verdict())
		}
	}
	w = Watch{}
	w.See(0, scale, well(-5))
	see(t, &w, 1, well(40))
	w.Measure()
	for step := uint64(1000); step < 2000; step++ {
		if w.Due(step) && w.See(step, scale, well(40)) {
			t.Fatal("a change of the loss made it well")
		}
	}
}

// Weights that were trained between what is gone back to and now are never gone back to;
// an undo knows what it has left.
func TestBack(t *testing.T) {
	var w Watch
	w.See(0, scale, well(0))
	w.See(Every, scale, well(0))
	moment := w.Clone()
	at := see(t, &w, Every+1, well(9))
	w.Return(Every-28, at, false)
	if w.Verdict() != nil || w.Well() != at || w.Spoiled(Every-28) || !w.Spoiled(Every-27) || !w.Spoiled(at) {
		t.Errorf("after a return: %+v", w)
	}
	at2 := see(t, &w, at+1, well(9))
	back := w.Back(moment, at2)
	if back.Verdict() != nil || !back.Spoiled(at) || !back.Spoiled(at2) || back.Spoiled(Every-28) {
		t.Errorf("after an undo: %+v", back)
	}
	wrecked := w.Clone()
	w.Return(0, at2, false)
	if again := w.Back(wrecked, at2+5); again.Verdict() == nil {
		t.Error("a redo forgot what was wrong")
	}
}

// A mean that was far off from the start has its time to come near, and no more; one that
// nothing was ever learned of is bad only where the settings keep it so.
func TestSlowStarts(t *testing.T) {
	var w Watch
	off := []Signs{{Score: 300, RMS: 8, Spread: 1}}
	w.See(0, scale, off)
	if at := see(t, &w, 1, off); at < late || at > late+Within || w.Verdict().Kind != wire.TroubleMean {
		t.Errorf("at step %d: %+v", at, w.Verdict())
	}
	for _, keeps := range []bool{false, true} {
		w = Watch{}
		flat := []Signs{{Score: 0.5, RMS: 1, Held: keeps}}
		w.See(0, scale, flat)
		told := false
		for step := uint64(1); step <= held+Within; step++ {
			told = told || w.Due(step) && w.See(step, scale, flat)
		}
		if told != keeps {
			t.Errorf("kept so: %t, told: %t", keeps, told)
		}
	}
}

// Units that were idle at the first look are known from those that came to it.
func TestBornIdle(t *testing.T) {
	stuck := []Signs{{Score: 0.6, RMS: 1, Spread: 1, Idle: 1}}
	var born, late Watch
	born.See(0, scale, stuck)
	see(t, &born, 1, stuck)
	late.See(0, scale, well(0))
	see(t, &late, 1, stuck)
	if !born.Verdict().Born || late.Verdict().Born {
		t.Errorf("%+v, %+v", born.Verdict(), late.Verdict())
	}
}

// Weights that are gone back to have as much time as those that training began with, and
// those that led to a divergence are spoilt.
func TestReturnGivesTime(t *testing.T) {
	var w Watch
	w.See(0, scale, well(50))
	w.See(Every, scale, well(-2))
	w.Return(0, Every+5, true)
	if w.Spoiled(0) || !w.Spoiled(1) || !w.Spoiled(Every+5) {
		t.Errorf("%+v", w)
	}
	for step := uint64(Every + 6); step < 2000; step++ {
		if w.Due(step) && w.See(step, scale, well(45)) {
			t.Fatalf("at step %d: %+v", step, w.Verdict())
		}
	}
	i := w.Image()
	again, err := i.Watch()
	if err != nil || !reflect.DeepEqual(again, w) {
		t.Errorf("from bytes: %+v, not %+v: %v", again, w, err)
	}
}

// What goes wrong again and again is told ever longer, so that a notice does not flicker;
// who goes back begins afresh.
func TestRelapses(t *testing.T) {
	var w Watch
	w.See(0, scale, well(0))
	step, last := uint64(0), uint64(0)
	for i := range relapses {
		from := see(t, &w, step+1, well(9))
		step = see(t, &w, from+1, well(0))
		if took := step - from; i > 0 && (took < 2*last-2*Close || took > 2*last+2*Close) {
			t.Errorf("verdict %d took %d steps to end, and the one before %d", i, took, last)
		}
		last = step - from
	}
	from := see(t, &w, step+1, well(9))
	w.Return(0, from, false)
	from = see(t, &w, from+1, well(9))
	if to := see(t, &w, from+1, well(0)); to-from > Close*(enough+1) {
		t.Errorf("gone back, the verdict took %d steps to end", to-from)
	}
}
