// Package runtest trains runs for tests of what is made of them. Its functions may be
// called from the goroutine of a test.
package runtest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Capture trains the first lane of a run so many steps, or until it diverges, and
// takes it out. controls, a JSON object, are the spec's; changes, likewise, are made
// one after the other when half of the steps are made.
func Capture(t testing.TB, spec wire.Spec, controls string, steps int, changes ...string) *capture.Capture {
	t.Helper()
	if err := json.Unmarshal([]byte(controls), &spec.Controls); err != nil {
		t.Fatal(err)
	}
	r, err := run.New("example", spec, run.Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go r.Serve(ctx)
	defer func() { cancel(); <-r.Done() }()
	Steps(t, r, steps/2)
	for _, c := range changes {
		var change wire.ChangeCommand
		if err := json.Unmarshal([]byte(c), &change.Set); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Do(ctx, &change, true); err != nil {
			t.Fatal(err)
		}
	}
	Steps(t, r, steps-steps/2)
	rec, err := r.Capture(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// Steps has a paused run that is served make so many steps, and waits until it has,
// or has diverged.
func Steps(t testing.TB, r *run.Run, steps int) {
	t.Helper()
	if steps == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Minute) // a run that makes none fails the test by name
	defer cancel()
	before, err := r.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if before.State == wire.Diverged {
		return
	}
	if _, err := r.Do(ctx, &wire.StepCommand{Steps: steps}, true); err != nil {
		t.Fatal(err)
	}
	for {
		s, err := r.Status(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s.Step >= before.Step+uint64(steps) || s.State == wire.Diverged {
			return
		}
	}
}
