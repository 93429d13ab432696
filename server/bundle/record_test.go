package bundle

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// record trains a lane and takes it out.
func record(t *testing.T, spec wire.Spec, controls string, steps int) *run.Record {
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
	if _, err := r.Do(ctx, &wire.StepCommand{Steps: steps}, true); err != nil {
		t.Fatal(err)
	}
	for {
		s, err := r.Summary(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s.Step >= uint64(steps) || s.State == wire.Diverged {
			break
		}
	}
	rec, err := r.Record(ctx, nil)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// hostile is data whose columns would be formulas, markup and scripts if anybody let
// them.
func hostile() wire.Spec {
	names := []string{"=cmd|' /C calc'!A0", "</script><script>alert(1)</script>", "mean", "-x,\"y\"", "<!-- `${a}` \\"}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
	}
	text := strings.Join(quoted, ",") + "\n"
	for i := range 60 {
		text += fmt.Sprintf("%d,%d,%d,%d,%d\n", i, i*i%17, i*7%13, i%5, (i*i*31)%23-11)
	}
	return wire.Spec{
		Title: "</title><script>alert(2)</script>",
		Lanes: []wire.LaneSpec{{Name: "</script><!--"}},
		Data:  &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: names[4]}},
	}
}
