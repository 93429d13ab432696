//go:build !race

package lesson

import (
	"context"
	"encoding/json"
	"maps"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// The guard says nothing of any lesson as it is: what is made to be seen is not wrecked.
func TestNoLessonIsWrecked(t *testing.T) {
	for _, l := range lessons(t) {
		t.Run(l.Slug, func(t *testing.T) {
			t.Parallel()
			silent(t, l, 600)
		})
	}
}

// silent trains a lesson, and fails where something is said to be wrong.
func silent(t *testing.T, l Lesson, steps int) {
	t.Helper()
	l.Set = maps.Clone(l.Set)
	l.Set["speed"] = json.RawMessage(`"max"`)
	r, err := run.New("lesson", l.Spec(), run.Options{Paused: true, Idle: time.Hour, Ladder: 1})
	if err != nil {
		t.Fatal(err)
	}
	ctx, end := context.WithCancel(t.Context())
	go r.Serve(ctx)
	defer func() { end(); <-r.Done() }()
	const stretch = 200 // less than it takes a verdict to come and go
	for made := 0; made < steps; made += stretch {
		if _, err := r.Do(ctx, &wire.StepCommand{Steps: stretch}, true); err != nil {
			t.Fatal(err)
		}
		if _, err := r.Await(ctx, func(s run.Status) bool { return s.Step >= uint64(made+stretch) || s.State == wire.Diverged }); err != nil {
			t.Fatal(err)
		}
		m, err := r.State(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Trouble) > 0 {
			t.Fatalf("by step %d: %s", m.Step, m.Trouble[0].Text)
		}
	}
}
