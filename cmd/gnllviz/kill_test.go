package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os/exec"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

var kills = flag.Int("kills", 20, "how often the program is killed")

// A steered is a run of a program that is killed now and then.
type steered struct {
	t       *testing.T
	program *exec.Cmd
	url     string
	id, key string
	chance  *rand.Rand

	acked []acked // all commands that were acknowledged
	step  uint64  // the newest that was seen
}

// acked is a command that was acknowledged, and the answer.
type acked struct {
	command string
	wire.Ack
}

func (s *steered) ask(method, path, body string, into any) (status int, err error) {
	q, err := http.NewRequest(method, s.url+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return 0, err
	}
	q.Header.Set("Run-Key", s.key)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	if resp.StatusCode >= 300 {
		return resp.StatusCode, fmt.Errorf("%s %s: %d: %s", method, path, resp.StatusCode, b)
	}
	return resp.StatusCode, json.Unmarshal(b, into)
}

// command is one that changes what is trained, and mostly can be done.
func (s *steered) command() string {
	c := s.chance
	switch c.IntN(12) {
	case 0:
		return `{"type":"undo"}`
	case 1:
		return `{"type":"redo"}`
	case 2:
		return fmt.Sprintf(`{"type":"edit","add":[{"x":[%g],"y":%g}]}`, 10+20*c.Float64(), 50*c.NormFloat64())
	case 3:
		return `{"type":"acquire","count":1}`
	case 4:
		return fmt.Sprintf(`{"type":"return","step":%d}`, c.Uint64N(s.step+1))
	case 5:
		return fmt.Sprintf(`{"type":"change","lane":1,"set":{"noise":%g}}`, 20*c.Float64())
	default:
		return fmt.Sprintf(`{"type":"change","lane":%d,"set":{"lr":%g,"eps":%g}}`, c.IntN(2), 0.001+0.01*c.Float64(), 0.001*c.Float64())
	}
}

// steer gives commands, fifty a second, until the program no longer answers.
func (s *steered) steer(until <-chan struct{}) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-until:
			return
		case <-tick.C:
		}
		command := s.command()
		var a wire.Ack
		status, err := s.ask("POST", "api/runs/"+s.id+"/commands", command, &a)
		switch {
		case status == http.StatusUnprocessableEntity:
		case status == 0: // it was killed
		case err != nil:
			s.t.Errorf("%s: %v", command, err)
			return
		default:
			s.acked = append(s.acked, acked{command, a})
			s.step = max(s.step, a.Step)
		}
	}
}

// check compares the run, as it is, with what was acknowledged, and with a twin that makes
// the same steps and changes and never stopped.
func (s *steered) check() {
	s.t.Helper()
	var recipe wire.Recipe
	if _, err := s.ask("GET", "api/runs/"+s.id+"/recipe", "", &recipe); err != nil {
		s.t.Fatal(err)
	}
	left := recipe.Events
	before := uint32(0)
	for _, a := range s.acked {
		if a.Revision == before {
			continue // the control had that value already
		}
		before = a.Revision
		i := slices.IndexFunc(left, func(e wire.Event) bool { return e.At == a.Step && e.Revision == a.Revision-1 })
		if i < 0 {
			s.t.Fatalf("the change %s, acknowledged as revision %d at step %d, is lost; the recipe has %d events, of %d acknowledged changes", a.command, a.Revision, a.Step, len(recipe.Events), len(s.acked))
		}
		left = left[i+1:]
	}
	twin, err := run.Replay("twin", recipe, run.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	ctx, end := context.WithCancel(s.t.Context())
	var served sync.WaitGroup
	served.Go(func() { twin.Serve(ctx) })
	defer served.Wait()
	defer end()
	status, err := twin.Await(ctx, func(s run.Status) bool { return s.State == wire.Paused || s.State == wire.Diverged })
	if err != nil {
		s.t.Fatal(err)
	}
	other, err := twin.Recipe(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	if other.Weights != recipe.Weights || other.Steps != recipe.Steps {
		s.t.Fatalf("a twin that never stopped has other weights at step %d (of %d): %s", other.Steps, recipe.Steps, status.Reason)
	}
}

// What was acknowledged outlives the program, however it ends, and the run goes on with
// the bits of one that was never stopped.
func TestKilled(t *testing.T) {
	quarter := (*kills + 3) / 4
	for _, c := range []struct {
		name  string
		spec  string
		kills int
		most  uint64 // steps a second that it can make
	}{
		{"paced", `{"dataset":"mcycle","speed":"300","pool":20,"lanes":[{},{"controls":{"loss":"beta_nll"}}]}`, *kills - quarter, 300},
		// Changes come some steps after they are written. A step takes some 0.1 ms.
		{"at full speed", `{"dataset":"mcycle","speed":"max","hidden":[64,64],"batch":100,"pool":20,"lanes":[{},{}]}`, quarter, 20_000},
	} {
		t.Run(c.name, func(t *testing.T) {
			for left := c.kills; left > 0; left -= killsOfARun {
				killed(t, c.spec, min(left, killsOfARun), c.most)
			}
		})
	}
}

// killsOfARun is how often one run loses its program: a recipe of all the steps that it makes
// at full speed meanwhile may be made again.
const killsOfARun = 15

// killed kills the program so often while a run trains and is changed. rate is the most steps
// that it can make a second.
func killed(t *testing.T, spec string, kills int, rate uint64) {
	dir := t.TempDir()
	s := &steered{t: t, chance: rand.New(rand.NewPCG(1, 2))}
	start := func() {
		s.program, s.url = beginQuietly(t, "serve", "--addr", "127.0.0.1:0", "--store", dir)
	}
	start()
	var made struct{ ID, Key string }
	if _, err := s.ask("POST", "api/runs", spec, &made); err != nil {
		t.Fatal(err)
	}
	s.id, s.key = made.ID, made.Key
	var slowest time.Duration
	var most uint64
	for i := range kills {
		until := make(chan struct{})
		moment := time.Duration(s.chance.IntN(900)) * time.Millisecond // that nothing chose
		var steering sync.WaitGroup
		steering.Go(func() { s.steer(until) })
		time.Sleep(moment)
		if err := s.program.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = s.program.Wait()
		close(until)
		steering.Wait()
		start()
		begun := time.Now()
		var now wire.Summary
		if _, err := s.ask("GET", "api/runs/"+s.id, "", &now); err != nil {
			t.Fatalf("after kill %d: %v", i+1, err)
		}
		slowest = max(slowest, time.Since(begun))
		if now.Step < s.step {
			most = max(most, s.step-now.Step)
		}
		if n := len(s.acked); n > 0 && now.Revision < s.acked[n-1].Revision {
			t.Fatalf("after kill %d the run is at revision %d; %s was acknowledged as %d", i+1, now.Revision, s.acked[n-1].command, s.acked[n-1].Revision)
		}
		s.step = now.Step
		if i%5 == 4 || i == kills-1 {
			s.check()
		}
	}
	t.Logf("%d kills, %d changes acknowledged, none lost; the run was back within %v; at most %d steps were made again", kills, len(s.acked), slowest, most)
	if most > 5*rate {
		t.Errorf("%d steps were made again; at %d a second that is more than 5 s", most, rate)
	}
	_ = s.program.Process.Kill()
	_ = s.program.Wait()
}

// beginQuietly is begin of a program whose log is told only where the test fails.
func beginQuietly(t *testing.T, args ...string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), built, args...)
	log := new(bytes.Buffer)
	c.Stderr = log
	t.Cleanup(func() {
		if t.Failed() && log.Len() > 0 {
			t.Logf("the program said:\n%s", log)
		}
	})
	return c, addressOf(t, c)
}
