package run

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A shelf is a Memory of a bound that a test sets.
type shelf struct {
	most, used, least atomic.Int64
	full              atomic.Bool
}

func (s *shelf) Use(bytes, least int) int {
	s.used.Store(int64(bytes))
	s.least.Store(int64(least))
	return int(s.most.Load())
}

func (s *shelf) Admit(int) error {
	if s.full.Load() {
		return errors.New("no room; --max-memory raises it")
	}
	return nil
}

// A run that is told to hold less gives up old changes, curves and snapshots, continues with
// the same bits, and holds them again when there is room.
func TestRunFitsItsMemory(t *testing.T) {
	var room shelf
	room.most.Store(1 << 40)
	train := func(o Options) *Run {
		t.Helper()
		o.Paused = true
		r, err := New("a", wire.Spec{}, o)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 40 {
			for range 700 {
				r.loop.left = 1
				r.loop.step()
			}
			c, _, refused := wire.ParseCommand(fmt.Appendf(nil, `{"type":"change","id":1,"set":{"lr":%g}}`, 0.001+0.0001*float64(i)))
			if refused != nil {
				t.Fatal(refused)
			}
			if _, refused := r.loop.apply(c, nil); refused != nil {
				t.Fatal(refused)
			}
		}
		return r
	}
	now := time.Now()
	r, free := train(Options{Memory: &room}), train(Options{})
	r.loop.fit(now)
	before := r.loop.holds()
	if got := int(room.used.Load()); got != before.sum() || before.undo == 0 || before.curves == 0 || before.snapshots == 0 {
		t.Errorf("it says %d, and holds %+v", got, before)
	}
	if h := free.loop.holds(); h != before {
		t.Errorf("without a bound it holds %+v, not %+v", h, before)
	}
	most := before.least + (before.sum()-before.least)/2
	room.most.Store(int64(most))
	r.loop.fit(now.Add(memoryEvery))
	after := r.loop.holds()
	if after.sum() > most*21/20 || int(room.used.Load()) != after.sum() {
		t.Errorf("of %d it holds %+v", most, after)
	}
	if after.undo > before.undo*6/10 || after.snapshots > before.snapshots*6/10 || after.undo == 0 || after.snapshots == 0 {
		t.Errorf("of %+v it holds %+v", before, after)
	}
	c := r.loop.present.Lanes[0].Steps.Query(0, 0, 1<<40, 10_000)
	if c.Of != 28_000 {
		t.Errorf("%d steps are known", c.Of)
	}
	r.loop.left, free.loop.left = 1, 1
	r.loop.step()
	free.loop.step()
	if r.loop.present.Fingerprint() != free.loop.present.Fingerprint() {
		t.Error("it goes on with other weights")
	}
	// The newest change can be undone; where nothing can be given up it stays so.
	room.most.Store(0)
	r.loop.fit(now.Add(2 * memoryEvery))
	if refused := r.loop.undo(&wire.UndoCommand{}); refused != nil {
		t.Error(refused)
	}
	if h := r.loop.holds(); h.least > after.least+1000 { // what it noted of the undo
		t.Errorf("it cannot do without %d, not %d", h.least, after.least)
	}
}

// Where there is no room for more, lanes and larger networks are refused with the reason,
// and what is smaller is not.
func TestFullMemoryRefusesLanes(t *testing.T) {
	var room shelf
	room.most.Store(1 << 40)
	r, err := New("a", wire.Spec{}, Options{Memory: &room, Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	room.full.Store(true)
	for command, fits := range map[string]bool{
		`{"type":"lane_add","id":1}`:                                          false,
		`{"type":"lane_add","id":1,"set":{"hidden":[4]}}`:                     false,
		`{"type":"change","id":1,"set":{"hidden":[128,128,128]}}`:             false,
		`{"type":"begin","id":1,"set":{"dataset":"sine"},"lanes":[{},{},{}]}`: false,
		`{"type":"change","id":1,"set":{"hidden":[4]}}`:                       true,
		`{"type":"reset","id":1}`:                                             true,
	} {
		c, _, refused := wire.ParseCommand([]byte(command))
		if refused != nil {
			t.Fatal(refused)
		}
		_, refused = r.loop.apply(c, nil)
		if fits != (refused == nil) || !fits && (refused.Code != wire.TooMuch || !strings.Contains(refused.Reason, "--max-memory")) {
			t.Errorf("%s: %v", command, refused)
		}
		if refused == nil {
			if refused := r.loop.undo(&wire.UndoCommand{}); refused != nil {
				t.Error(refused)
			}
		}
	}
	if _, err := New("b", wire.Spec{}, Options{Memory: &room}); err == nil || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("a new run: %v", err)
	}
}
