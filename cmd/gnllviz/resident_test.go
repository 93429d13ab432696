//go:build linux

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// sixLanes has a program train six lanes of the default network, at full speed, to so many
// steps or some more, and pause.
func sixLanes(t *testing.T, s *steered, steps uint64) wire.Summary {
	t.Helper()
	var made struct{ ID, Key string }
	if _, err := s.ask("POST", "api/runs", `{"speed":"max","lanes":[{},{},{},{},{},{}]}`, &made); err != nil {
		t.Fatal(err)
	}
	s.id, s.key = made.ID, made.Key
	until := fmt.Sprintf(`{"type":"until","step":%d}`, steps)
	var ack wire.Ack
	if _, err := s.ask("POST", "api/runs/"+s.id+"/commands", until, &ack); err != nil {
		t.Fatal(err)
	}
	return s.comesTo(steps, wire.Paused)
}

// comesTo waits until the run is at a step, or later, in such a state.
func (s *steered) comesTo(step uint64, state wire.State) wire.Summary {
	s.t.Helper()
	for {
		var now wire.Summary
		if _, err := s.ask("GET", "api/runs/"+s.id, "", &now); err != nil {
			s.t.Fatal(err)
		}
		if now.Step >= step && now.State == state {
			return now
		}
		time.Sleep(50 * time.Millisecond) // until the program says so
	}
}

// fetched is the body of an answer.
func (s *steered) fetched(path string) []byte {
	s.t.Helper()
	resp, err := http.Get(s.url + path)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		s.t.Fatalf("GET %s: %d %v %.200s", path, resp.StatusCode, err, b)
	}
	return b
}

// What of a run is in the store leaves memory, comes back when it is looked at, and is still
// there after the program was killed.
func TestSnapshotsLeaveMemory(t *testing.T) {
	const steps = 20_000 // with what lies between its 175 snapshots
	dir := t.TempDir()
	s := &steered{t: t}
	start := func() {
		s.program, s.url = beginQuietly(t, "serve", "--addr", "127.0.0.1:0", "--store", dir, "--idle", "1h")
	}
	start()
	before := sixLanes(t, s, steps)
	held := func() int {
		for line := range strings.Lines(string(s.fetched("metrics"))) {
			if rest, ok := strings.CutPrefix(line, "gnllviz_run_bytes "); ok {
				v, err := strconv.ParseFloat(strings.TrimSpace(rest), 64)
				if err != nil {
					t.Fatal(err)
				}
				return int(v)
			}
		}
		t.Fatal("the metrics do not say what runs hold")
		return 0
	}
	const most = 32 << 20 // all snapshots are more than 100 MB
	for deadline := time.Now().Add(30 * time.Second); held() > most; time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("the run holds %d MB in memory", held()>>20)
		}
	}
	var at []uint64
	list := s.fetched("api/runs/" + s.id + "/snapshots")
	if err := json.Unmarshal(list, &at); err != nil {
		t.Fatal(err)
	}
	if len(at) < 160 {
		t.Fatalf("there are %d snapshots", len(at))
	}
	frames := map[uint64][]byte{}
	for i := 0; i < len(at); i += 9 {
		frames[at[i]] = s.fetched(fmt.Sprintf("api/runs/%s/frames?step=%d", s.id, at[i]))
	}
	if err := s.program.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = s.program.Wait()
	start()
	// The steps after the last checkpoint are made again.
	if after := s.comesTo(before.Step, before.State); after.Step != before.Step {
		t.Errorf("after the kill the run pauses at step %d, not %d", after.Step, before.Step)
	}
	if again := s.fetched("api/runs/" + s.id + "/snapshots"); !bytes.Equal(again, list) {
		t.Errorf("after the kill there are snapshots of %s, not of %s", again, list)
	}
	for step, want := range frames {
		if got := s.fetched(fmt.Sprintf("api/runs/%s/frames?step=%d", s.id, step)); !bytes.Equal(got, want) {
			t.Errorf("after the kill step %d looks different", step)
		}
	}
	_ = s.program.Process.Kill()
	_ = s.program.Wait()
}
