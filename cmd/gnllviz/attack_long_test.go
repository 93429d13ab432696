//go:build long && linux

package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// go test -tags long -run TestLong ./cmd/gnllviz -args -attack.time 1m
var attackTime = flag.Duration("attack.time", 4*time.Second, "how long each attack lasts")

// steps is how many steps all runs have made.
func (p *attacked) steps() float64 {
	p.t.Helper()
	return p.metric("gnllviz_steps_total")
}

// metric is what /metrics says under a name.
func (p *attacked) metric(name string) float64 {
	p.t.Helper()
	v, ok := p.metrics()[name]
	if !ok {
		p.t.Fatal("there is no metric ", name)
	}
	return v
}

// metrics are those without labels, all of one moment.
func (p *attacked) metrics() map[string]float64 {
	p.t.Helper()
	_, b, err := p.ask(http.DefaultClient, "GET", "metrics", "", "")
	if err != nil {
		p.t.Fatal(err)
	}
	list := map[string]float64{}
	for line := range strings.Lines(string(b)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		if v, err := strconv.ParseFloat(value, 64); err == nil {
			list[name] = v
		}
	}
	return list
}

// speed measures, until the program has had so much of the processors, the steps a
// second, and those for each second of a processor, which say what training was left where
// the machine has others to serve.
func (p *attacked) speed(work time.Duration) (perSecond, perProcessor float64) {
	p.t.Helper()
	from, begun := p.metrics(), time.Now()
	for {
		time.Sleep(time.Second / 4)
		now := p.metrics()
		worked := now["process_cpu_seconds_total"] - from["process_cpu_seconds_total"]
		if time.Since(begun) > time.Minute {
			p.t.Fatalf("the program worked for %.1f s within a minute", worked)
		}
		if worked < work.Seconds() {
			continue
		}
		steps := now["gnllviz_steps_total"] - from["gnllviz_steps_total"]
		return steps / time.Since(begun).Seconds(), steps / worked
	}
}

// heavy is a run whose step keeps two processors busy for milliseconds.
const heavy = `{"speed":"max","dataset":"sine","hidden":[128,128,128,128],"members":4,"batch":128}`

// Whatever readers ask, a heavy run keeps its speed. It is measured before and after
// readers, and between, once they have spent what they may at once.
func TestLongReadersLeaveTrainingItsTime(t *testing.T) {
	p := attack(t, 0, "--idle", "24h")
	x := p.run(heavy)
	p.reaches(x, 200)
	run := "api/runs/" + x.ID
	var places []string
	for i := range 1000 {
		places = append(places, "x="+strconv.Itoa(i%10))
	}
	before, beforeFor := p.speed(*attackTime / 2)
	for _, c := range []struct {
		name  string
		loops int
		paths []string
	}{
		{"two loops", 2, []string{run + "/frames?step=100", run + "/predict?" + strings.Join(places, "&")}},
		{"sixteen loops", 16, []string{run + "/frames?step=100", run + "/predict?" + strings.Join(places, "&")}},
		{"sixteen loops of all kinds", 16, []string{
			run, run + "/state", run + "/history", run + "/curve?curve=batch_loss&pixels=8192", run + "/recipe", run + "/charts", "api/runs", "healthz", "help", "",
		}},
		{"sixteen loops of files", 16, []string{run + "/export?format=zip", run + "/export?format=fit-gif", run + "/export?format=onnx", run + "/export?format=report"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var asked, refused atomic.Int64
			ctx, stop := context.WithCancel(t.Context())
			var work sync.WaitGroup
			for i := range c.loops {
				work.Go(func() {
					client := from(fmt.Sprintf("127.0.70.%d", 1+i%3))
					defer client.CloseIdleConnections()
					for ctx.Err() == nil {
						r, err := http.NewRequestWithContext(ctx, "GET", p.home+c.paths[i%len(c.paths)], nil)
						if err != nil {
							t.Error(err)
							return
						}
						resp, err := client.Do(r)
						if err != nil {
							continue
						}
						asked.Add(1)
						if resp.StatusCode >= 400 {
							refused.Add(1)
						}
						_, _ = io.Copy(io.Discard, resp.Body) // or it is cut off
						_ = resp.Body.Close()
					}
				})
			}
			p.speed(*attackTime / 4)
			beside, besideFor := p.speed(*attackTime)
			stop()
			work.Wait()
			after, afterFor := p.speed(*attackTime / 2)
			alone, aloneFor := (before+after)/2, (beforeFor+afterFor)/2
			before, beforeFor = after, afterFor
			kept := besideFor / aloneFor
			t.Logf("alone %.0f steps/s and %.0f for each second of a processor, beside readers %.0f and %.0f: %.1f %% kept; %d answers, %d of them refusals",
				alone, aloneFor, beside, besideFor, 100*kept, asked.Load(), refused.Load())
			// Nine tenths and more on a machine that does nothing else. What else runs takes
			// of the caches, too, so a tenth less is no fault.
			if kept < 0.7 {
				t.Errorf("training kept %.1f %% of its speed", 100*kept)
			}
		})
	}
}

// The attack that once took the server from 165 MB to 3.9 GB.
func TestLongAskingOfALongRun(t *testing.T) {
	p := attack(t, 0)
	x := p.run(`{"speed":"max","dataset":"sine","hidden":[4],"batch":4}`)
	p.reaches(x, 650_000)
	run := "/api/runs/" + x.ID
	before, most := p.memory(), 0
	paths := []string{run + "/curve?curve=batch_loss&pixels=300000", run + "/curve?curve=batch_loss&pixels=8192", run + "/recipe", run + "/history", "/help", "/"}
	begun, dialled := time.Now(), 0
	honest := from("127.0.71.250")
	var slowest time.Duration
	for time.Since(begun) < 3**attackTime {
		for range 50 {
			p.socket(fmt.Sprintf("127.0.71.%d", 1+dialled%2), p.get(paths[dialled%len(paths)]))
			dialled++
		}
		slowest = max(slowest, p.call(honest, "GET", strings.TrimPrefix(run, "/")+"/curve?curve=batch_loss&pixels=800", "", "", nil))
		most = max(most, p.memory())
		time.Sleep(time.Second / 4)
	}
	t.Logf("%d sockets that do not read, within %v: from %d to %d MB; an honest answer took at most %v", dialled, 3**attackTime, before, most, slowest.Round(time.Millisecond))
	if most > before+400 {
		t.Errorf("from %d to %d MB", before, most)
	}
}

var (
	// go test -tags long -run TestLongCrowd ./cmd/gnllviz -args -crowd.time 1h -crowd.memory 1024
	crowdTime   = flag.Duration("crowd.time", 30*time.Second, "how long the crowd of runs trains")
	crowdMemory = flag.Int("crowd.memory", 2048, "memory in MB that the program may use for them")
)

// Sixty-four runs of six lanes train as fast as they can, are looked back at, changed and
// undone, and the program stays within its memory and answers.
func TestLongCrowdStaysWithinItsMemory(t *testing.T) {
	p := attack(t, 0, "--max-memory", strconv.Itoa(*crowdMemory), "--run-rate", "1000", "--idle", "24h", "--drop", "24h", "--request-rate", "2000")
	var runs []madeRun
	for i := range 64 {
		order := `{"speed":"max","dataset":"sine","lanes":[{},{},{},{},{},{}],"hidden":[16,16],"batch":16}`
		if i%4 == 0 {
			order = `{"speed":"max","dataset":"sine","lanes":[{},{},{},{},{},{}],"hidden":[64,64],"batch":32}`
		}
		runs = append(runs, p.run(order))
	}
	begun, most, answers := time.Now(), 0, 0
	var slowest time.Duration
	from := p.steps()
	client := &http.Client{Timeout: 2 * time.Minute}
	for i := 0; time.Since(begun) < *crowdTime; i++ {
		x := runs[i%len(runs)]
		command := []string{`{"type":"change","set":{"lr":0.002}}`, `{"type":"change","set":{"hidden":[16,16,8]}}`, `{"type":"undo"}`, `{"type":"reset"}`}[i/len(runs)%4]
		slowest = max(slowest, p.call(client, "POST", "api/runs/"+x.ID+"/commands", x.Key, command, nil))
		slowest = max(slowest, p.call(client, "GET", "healthz", "", "", nil))
		answers += 2
		most = max(most, p.memory())
		if i%200 == 0 {
			t.Logf("%v: %d MB, of which %.0f are allocated and runs say that they hold %.0f; %.0f steps", time.Since(begun).Round(time.Second), p.memory(),
				p.metric("go_memstats_heap_alloc_bytes")/(1<<20), p.metric("gnllviz_run_bytes")/(1<<20), p.steps()-from)
		}
	}
	t.Logf("64 runs of 6 lanes for %v: %.0f steps, at most %d MB of %d; %d answers, the slowest after %v", *crowdTime, p.steps()-from, most, *crowdMemory, answers, slowest.Round(time.Millisecond))
	if most > *crowdMemory {
		t.Errorf("%d MB, more than the %d that it may use", most, *crowdMemory)
	}
	// What cannot be given up has an end, too.
	status, b, err := p.ask(client, "POST", "api/runs", "", `{"dataset":"sine","lanes":[{},{},{},{},{},{}]}`)
	if err != nil || status != http.StatusCreated && status != http.StatusServiceUnavailable && status != http.StatusUnprocessableEntity {
		t.Errorf("one more run: %v, %d %s", err, status, b)
	}
}
