package run

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Who steers sees a change at once, and the hall with its next frame.
func TestAChangeIsShownFirstToWhoSteers(t *testing.T) {
	r, err := New("testtest", wire.Spec{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	viewer := func(steers bool) *Viewer {
		v := &Viewer{run: r, frames: make(chan Message, 1), events: make(chan Message, queueLength), wantsFrames: true, steers: steers}
		r.loop.viewers[v] = struct{}{}
		return v
	}
	steering := viewer(true)
	var hall []*Viewer
	for range 20 {
		hall = append(hall, viewer(false))
	}
	begun := time.Now()
	for _, c := range []struct {
		name     string
		after    time.Duration
		change   string // of eps; without one a step was made
		steering bool
		hall     bool
	}{
		{name: "the first", steering: true, hall: true},
		{name: "without a change", after: 20 * time.Millisecond},
		{name: "a change", after: 21 * time.Millisecond, change: "0.25", steering: true},
		{name: "another on its heels", after: 22 * time.Millisecond, change: "0.5"},
		{name: "the tick after it", after: 50 * time.Millisecond, steering: true},
		{name: "the hall's turn", after: 100 * time.Millisecond, steering: true, hall: true},
	} {
		r.loop.stale = true
		if c.change != "" {
			if _, e := r.loop.apply(&wire.ChangeCommand{Set: map[string]json.RawMessage{"eps": json.RawMessage(c.change)}}, nil); e != nil {
				t.Fatal(e)
			}
		}
		r.loop.show(begun.Add(c.after))
		for i, v := range append([]*Viewer{steering}, hall...) {
			want := c.hall
			if i == 0 {
				want = c.steering
			}
			select {
			case m := <-v.Frames():
				f, err := wire.ParseFrames(m.Data)
				if err != nil {
					t.Fatal(err)
				}
				if !want || f[0].Revision != r.loop.revision {
					t.Errorf("%s: viewer %d got a frame of revision %d", c.name, i, f[0].Revision)
				}
			default:
				if want {
					t.Errorf("%s: viewer %d got no frame", c.name, i)
				}
			}
		}
	}
}

// Whatever point a viewer asks for, it gets all from there on, in order, and a hall
// gets messages that were encoded once.
func TestHistoryInPieces(t *testing.T) {
	r, err := New("testtest", wire.Spec{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for len(r.loop.present.Points) < 5*pieceLength+7 {
		r.loop.present.Points = append(r.loop.present.Points, wire.Point{Step: uint64(len(r.loop.present.Points))})
	}
	r.loop.sent = len(r.loop.present.Points) - 5
	for _, first := range []int{0, 1, pieceLength - 1, pieceLength, 3*pieceLength + 1, r.loop.sent - 1, r.loop.sent} {
		next := first
		for _, message := range r.loop.pointsSent(first) {
			var m wire.HistoryMessage
			if err := json.Unmarshal(message.Data, &m); err != nil {
				t.Fatal(err)
			}
			if m.First != next || m.Generation != r.loop.generation || len(m.Points) > pieceLength || m.Points[0].Step != uint64(next) {
				t.Errorf("from %d on: point %d comes as %d, of %d", first, next, m.First, len(m.Points))
			}
			next += len(m.Points)
		}
		if next != r.loop.sent {
			t.Errorf("from %d on: the last point is %d, of %d", first, next-1, r.loop.sent)
		}
	}
	a, b := r.loop.pointsSent(0), r.loop.pointsSent(0)
	if len(a) != 5+1 || &a[0].Data[0] != &b[0].Data[0] || &a[4].Data[0] != &b[4].Data[0] {
		t.Errorf("%d messages, or they were encoded again", len(a))
	}
	r.loop.begin(r.loop.present)
	r.loop.sent = len(r.loop.present.Points)
	var m wire.HistoryMessage
	if err := json.Unmarshal(r.loop.pointsSent(0)[0].Data, &m); err != nil || m.Generation != r.loop.generation {
		t.Errorf("%v, and history of generation %d in generation %d", err, m.Generation, r.loop.generation)
	}
}
