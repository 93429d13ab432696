package run

import (
	"bytes"
	"context"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What a reader computes beside the run is what the run would have, whatever was done to
// its lanes in between.
func TestReadersSeeWhatTheRunIs(t *testing.T) {
	r, err := New("a", wire.Spec{}, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go r.Serve(ctx)
	same := func(what string) {
		t.Helper()
		now, err := r.FramesAt(ctx, 1<<40)
		if err != nil {
			t.Fatal(err)
		}
		var want []byte
		err = r.ask(ctx, func(*loop) error {
			kept, at, refused := r.loop.present.Snapshot(1 << 40)
			if refused != nil {
				return refused
			}
			states, release, err := fetch(ctx, nil, kept)
			if err != nil {
				return err
			}
			defer release()
			if at != r.loop.present.Steps {
				t.Errorf("%s: the newest snapshot is of step %d, not %d", what, at, r.loop.present.Steps)
			}
			g := capture.Glimpse{Generation: r.loop.generation, Revision: r.loop.revision, Step: at, PerSecond: r.loop.rate.perSecond, Data: r.loop.present.Data, States: states}
			frames, err := g.Frames(r.loop.present.Lanes)
			want = append(r.loop.present.Data.GridBytes(r.loop.generation), frames...)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(now, want) {
			t.Errorf("%s: other frames", what)
		}
		recipe, err := r.Recipe(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.do(ctx, func(*loop) { now = []byte(r.loop.present.Fingerprint()) }); err != nil || recipe.Weights != string(now) {
			t.Errorf("%s: the weights are %s, not %s (%v)", what, recipe.Weights, now, err)
		}
	}
	same("at the beginning")
	for _, c := range []string{
		`{"type":"lane_add","id":1,"set":{"lr":0.02}}`,
		`{"type":"step","id":1,"steps":9}`,
		`{"type":"lane_remove","id":1,"lane":1}`,
		`{"type":"step","id":1,"steps":3}`,
		`{"type":"undo","id":1}`,
		`{"type":"edit","id":1,"erase":[3]}`,
		`{"type":"step","id":1,"steps":4}`,
		`{"type":"change","id":1,"set":{"hidden":[7]}}`,
		`{"type":"step","id":1,"steps":16}`,
		`{"type":"undo","id":1}`,
		`{"type":"step","id":1,"steps":2}`,
	} {
		command, _, refused := wire.ParseCommand([]byte(c))
		if refused != nil {
			t.Fatal(refused)
		}
		if _, err := r.Do(ctx, command, true); err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		if step, ok := command.(*wire.StepCommand); ok {
			for left := step.Steps; left > 0; {
				if err := r.do(ctx, func(*loop) { left = r.loop.left }); err != nil {
					t.Fatal(err)
				}
			}
			same(c)
		}
	}
}

// Any number of readers are beside a run in training.
func TestReadersBesideTraining(t *testing.T) {
	r, err := New("a", wire.Spec{}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go r.Serve(ctx)
	var work sync.WaitGroup
	for range 4 {
		work.Go(func() {
			for i := range uint64(20) {
				if _, err := r.FramesAt(ctx, i); err != nil {
					t.Error(err)
				}
				if _, err := r.Summary(ctx); err != nil {
					t.Error(err)
				}
				if _, err := r.Curve(ctx, nil, "batch_loss", 0, 1<<40, 100); err != nil {
					t.Error(err)
				}
				if _, err := r.Predict(ctx, nil, [][]float64{{float64(i)}}); err != nil {
					t.Error(err)
				}
				if _, err := r.Capture(ctx, nil); err != nil {
					t.Error(err)
				}
			}
		})
	}
	work.Wait()
}
