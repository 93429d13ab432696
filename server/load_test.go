//go:build long

// A lecture hall that watches one run: make load. Nothing here fails for being
// slow, which is the machine's affair; figures are printed. It fails where a
// history point is lost, where the server fails, and where its memory grows.

package server

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

var (
	loadTime      = flag.Duration("load.time", 2*time.Minute, "how long the full hall watches; the other measurements take a part of it")
	loadViewers   = flag.Int("load.viewers", 500, "viewers of one run, a tenth of them slow")
	loadLanes     = flag.Int("load.lanes", 1, "lanes of the run that they watch")
	loadProgram   = flag.String("load.program", "", "the program to measure, instead of one built from this tree")
	loadProfile   = flag.String("load.profile", "", "file for a CPU profile of the server with a full hall")
	loadCitySpeed = flag.String("load.citySpeed", "300", "steps a second of the run that two thousand watch")
	loadSpeed     = flag.String("load.speed", "max", "steps a second of the run that they watch")
	loadChanges   = flag.Int("load.changes", 500, "changes whose way is timed")
)

// lanes are the commands that make so many lanes of one.
func lanes(n int) []string { return slices.Repeat([]string{`{"type":"lane_add"}`}, n-1) }

func logMachine(t *testing.T) {
	t.Helper()
	b, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("load of the machine: %s", strings.TrimSpace(string(b)))
}

func TestLoadHall(t *testing.T) {
	p := start(t)
	run := p.run(append(lanes(*loadLanes), fmt.Sprintf(`{"type":"change","set":{"speed":%q}}`, *loadSpeed))...)
	logMachine(t)
	h, err := newHall(p.addr, run)
	if err != nil {
		t.Fatal(err)
	}
	slow := *loadViewers / 10
	measure := func(what string, d time.Duration) stretch {
		t.Helper()
		from := p.read()
		v := h.look(d)
		s := stretch{from, p.read()}
		t.Logf("%s: %v", what, s)
		if len(h.quick) > 0 {
			t.Logf("    %v\n    age when the server writes it: p50 %s, p99 %s", v, s.quantile("gnllviz_frame_age_seconds", 0.5), s.quantile("gnllviz_frame_age_seconds", 0.99))
		}
		return s
	}
	sit := func(n int) {
		t.Helper()
		t.Logf("%d more come in at once: the last has all history and a frame after %v", n, h.sit(n).Round(time.Millisecond))
	}
	part := *loadTime / 12
	for _, viewers := range []int{0, 1, *loadViewers / 5} {
		sit(viewers - len(h.quick))
		measure(fmt.Sprintf("%d viewers", viewers), part)
	}
	sit(*loadViewers - 1 - slow - len(h.quick)) // the clock is a viewer too
	measure(fmt.Sprintf("%d viewers, none slow", len(h.quick)), *loadTime/4)
	h.sitSlow(slow)
	first := measure(fmt.Sprintf("%d viewers, %d of them slow, first quarter", *loadViewers, slow), *loadTime/4)
	profiled := p.profile(*loadProfile, *loadTime*3/4)
	last := measure(fmt.Sprintf("%d viewers, %d of them slow, the rest", *loadViewers, slow), *loadTime*3/4)
	<-profiled
	a, err := h.close()
	if err != nil {
		t.Error(err)
	}
	t.Log(a)
	logMachine(t)
	if a.lost > 0 || len(a.wrong) > 0 {
		t.Errorf("%d points were lost; %q", a.lost, a.wrong[:min(len(a.wrong), 5)])
	}
	const heap = "go_memstats_heap_alloc_bytes" // what is resident is the collector's affair too
	const young = 16 << 20                      // a run of a minute's age has not all the snapshots that it keeps
	if then, now := first.to.server[heap], last.to.server[heap]; now > 1.2*then+young {
		t.Errorf("the server's heap grew from %.0f to %.0f MB", then/(1<<20), now/(1<<20))
	}
}

// TestLoadCity has two thousand people from a hundred addresses watch one run, who get
// five frames a second.
func TestLoadCity(t *testing.T) {
	const people, addresses = 2000, 100
	p := start(t, "--max-viewers", "2200", "--max-connections", "2200")
	run := p.run(fmt.Sprintf(`{"type":"change","set":{"speed":%q}}`, *loadCitySpeed))
	logMachine(t)
	h, err := newHall(p.addr, run)
	if err != nil {
		t.Fatal(err)
	}
	before := p.read()
	h.addresses = addresses
	t.Logf("%d come in from %d addresses: the last has all history and a frame after %v", people-1, addresses, h.sit(people-1).Round(time.Millisecond))
	h.look(*loadTime / 6) // whoever has come in reads on
	from := p.read()
	v := h.look(*loadTime / 2)
	s := stretch{from, p.read()}
	t.Logf("%v", s)
	t.Logf("    %v\n    age when the server writes it: p50 %s, p99 %s", v, s.quantile("gnllviz_frame_age_seconds", 0.5), s.quantile("gnllviz_frame_age_seconds", 0.99))
	const heap = "go_memstats_heap_alloc_bytes"
	t.Logf("    a viewer costs %.0f KB of heap and %.2f ms of a core in each second", (s.to.server[heap]-before.server[heap])/people/1024, 1000*s.rate("process_cpu_seconds_total")/people)
	a, err := h.close()
	if err != nil {
		t.Error(err)
	}
	t.Log(a)
	logMachine(t)
	if a.lost > 0 || len(a.wrong) > 0 {
		t.Errorf("%d points were lost; %q", a.lost, a.wrong[:min(len(a.wrong), 5)])
	}
}

// largest are the largest networks that six lanes can have.
var largest = []string{
	`{"type":"change","set":{"dataset":"sine","hidden":[128,128,128,128],"batch":210}}`,
}

func TestLoadChanges(t *testing.T) {
	for _, c := range []struct {
		name    string
		prepare []string
	}{
		{"1 lane", nil},
		{"6 lanes", lanes(6)},
		{"6 lanes of the largest networks", append(slices.Clone(largest), lanes(6)...)},
	} {
		for _, viewers := range []int{1, *loadViewers / 5} {
			t.Run(fmt.Sprintf("%s, %d viewers", c.name, viewers), func(t *testing.T) {
				p := start(t)
				h, err := newHall(p.addr, p.run(append(slices.Clone(c.prepare), maxSpeed)...))
				if err != nil {
					t.Fatal(err)
				}
				h.sit(viewers - 1)
				from := p.read()
				timeChanges(t, h, *loadChanges)
				t.Log(stretch{from, p.read()})
				if a, err := h.close(); err != nil || a.lost > 0 {
					t.Errorf("%v: %v, %q", err, a, a.wrong)
				}
				logMachine(t)
			})
		}
	}
}

// timeChanges has the one who steers make changes, and prints how long they took.
func timeChanges(t *testing.T, h *hall, n int) {
	t.Helper()
	w := &watcher{addr: h.addr, id: h.run.ID, key: h.run.Key}
	var sent time.Time
	var ack wire.Ack
	var acked, seen time.Duration
	var newest uint32
	w.arrived = func(f fit) {
		newest = f.revision
		if seen == 0 && ack.Revision > 0 && newest >= ack.Revision {
			seen = time.Since(sent)
		}
	}
	w.said = func(kind string, text []byte) {
		if kind == "error" {
			t.Errorf("a change was refused: %s", text)
		}
		if kind != "ack" {
			return
		}
		acked = time.Since(sent)
		if err := json.Unmarshal(text, &ack); err != nil {
			t.Error(err)
		}
		if newest >= ack.Revision {
			seen = acked
		}
	}
	if err := w.open(); err != nil {
		t.Fatal(err)
	}
	defer w.conn.Close()
	// What it must be sent first is no change's affair.
	if err := w.follow(func() bool { return w.frames.Load() > 0 }); err != nil {
		t.Fatal(err)
	}
	var applied, shown []time.Duration
	for i := range n {
		acked, seen, ack, sent = 0, 0, wire.Ack{}, time.Now()
		if err := w.send(fmt.Sprintf(`{"type":"change","id":%d,"set":{"eps":%s}}`, i+1, []string{"1e-3", "1e-6"}[i%2])); err != nil {
			t.Fatal(err)
		}
		if err := w.follow(func() bool { return acked > 0 && seen > 0 || t.Failed() }); err != nil {
			t.Fatal(err)
		}
		applied, shown = append(applied, acked), append(shown, seen)
		// Not in step with the frames.
		if err := w.conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
			t.Fatal(err)
		}
		pause := time.Now().Add(time.Duration(7+i*13%40) * time.Millisecond)
		for time.Now().Before(pause) && w.r.Buffered() > 0 {
			if err := w.take(); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Until(pause))
	}
	t.Logf("from sending a change to its ack:          %s", spread(applied))
	t.Logf("and to the first frame that shows it:      %s", spread(shown))
}

func TestLoadRuns(t *testing.T) {
	const runs = 20
	p := start(t)
	var halls []*hall
	for range runs {
		h, err := newHall(p.addr, p.run(maxSpeed))
		if err != nil {
			t.Fatal(err)
		}
		h.sit(1)
		halls = append(halls, h)
	}
	logMachine(t)
	steps := func() (all []float64) {
		for _, h := range halls {
			var s wire.Summary
			call(t, "GET", "http://"+p.addr+"/api/runs/"+h.run.ID, "", 200, &s)
			all = append(all, float64(s.Step))
		}
		return all
	}
	time.Sleep(2 * time.Second)
	from, before, d := p.read(), steps(), *loadTime/4
	var fewest []float64
	views := make([]view, runs)
	done := make(chan int)
	for i, h := range halls {
		go func() { views[i] = h.look(d); done <- i }()
	}
	for range halls {
		<-done
	}
	after := steps()
	t.Logf("%d runs at once: %v", runs, stretch{from, p.read()})
	for i := range after {
		after[i] -= before[i]
		fewest = append(fewest, views[i].fewest)
	}
	least, most := slices.Min(after), slices.Max(after)
	t.Logf("steps of a run in %v: %.0f to %.0f, the least %.2f of the most", d, least, most, least/most)
	t.Logf("frames a second at each viewer: %.1f to %.1f", slices.Min(fewest), slices.Max(fewest))
	if least == 0 {
		t.Error("a run starves")
	}
	timeChanges(t, halls[0], *loadChanges/5)
	for _, h := range halls {
		if a, err := h.close(); err != nil || a.lost > 0 {
			t.Errorf("%v: %v, %q", err, a, a.wrong)
		}
	}
	logMachine(t)
}
