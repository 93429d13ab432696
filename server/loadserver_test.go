//go:build long

package server

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// A program is the server as users start it. The load comes from another process,
// so that the machine shares its cores between the two, and not Go's scheduler.
type program struct {
	t    testing.TB
	addr string
}

// start runs the program with a store of its own until the test ends, built from this tree
// unless another is asked for. A panic or an error in its log fails the test.
func start(t testing.TB, args ...string) *program {
	t.Helper()
	path := *loadProgram
	if path == "" {
		path = filepath.Join(t.TempDir(), "gnllviz")
		if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "../cmd/gnllviz").CombinedOutput(); err != nil {
			t.Fatalf("building: %v\n%s", err, out)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	args = append([]string{
		"serve", "--addr", "127.0.0.1:0", "--store", t.TempDir(), "--pprof", "--run-rate", "1000",
		"--max-peer-viewers", "1000", "--max-peer-connections", "2000", // who loads it has one address
	}, args...)
	c := exec.CommandContext(ctx, path, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 10 * time.Second
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	c.Stderr = &log
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := c.Wait(); err != nil && c.ProcessState.ExitCode() != 0 {
			t.Errorf("the server ended with %v", err)
		}
		if b := log.Bytes(); bytes.Contains(b, []byte("level=ERROR")) || bytes.Contains(b, []byte("panic")) {
			t.Errorf("the server's log:\n%s", b)
		}
	})
	first, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the server did not start: %v\n%s", err, log.Bytes())
	}
	_, home, _ := strings.Cut(strings.TrimSpace(first), "http://")
	return &program{t, strings.TrimSuffix(home, "/")}
}

// run makes a run and has its owner do commands before anybody else comes.
func (p *program) run(commands ...string) made {
	p.t.Helper()
	m := makeRun(p.t, p.addr, "")
	for _, c := range commands {
		steer(p.t, p.addr, m, c, http.StatusOK, nil)
	}
	return m
}

// metrics are what /metrics says, by name with labels.
func (p *program) metrics() map[string]float64 {
	p.t.Helper()
	resp, err := http.Get("http://" + p.addr + "/metrics")
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	m := map[string]float64{}
	for line := range strings.Lines(string(b)) {
		if i := strings.LastIndexByte(line, ' '); i > 0 && line[0] != '#' {
			if v, err := strconv.ParseFloat(strings.TrimSpace(line[i:]), 64); err == nil {
				m[line[:i]] = v
			}
		}
	}
	return m
}

// profile writes the CPU profile of the next while to a file, unless that has no
// name, and closes the channel when it has.
func (p *program) profile(file string, d time.Duration) <-chan struct{} {
	done := make(chan struct{})
	if file == "" {
		close(done)
		return done
	}
	go func() {
		defer close(done)
		resp, err := http.Get(fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", p.addr, d.Seconds()))
		if err != nil {
			p.t.Error(err)
			return
		}
		defer resp.Body.Close()
		b, err := io.ReadAll(resp.Body)
		if err == nil {
			err = os.WriteFile(file, b, 0o666)
		}
		if err != nil {
			p.t.Error(err)
		}
	}()
	return done
}

// A reading is what server, generator and machine have used so far.
type reading struct {
	at        time.Time
	server    map[string]float64
	generator float64 // seconds of a core
	machine   float64 // seconds of a core, of all that runs on it
}

// read has the server collect its garbage first, so that what is left is in use.
func (p *program) read() reading {
	p.t.Helper()
	resp, err := http.Get("http://" + p.addr + "/debug/pprof/heap?gc=1")
	if err != nil {
		p.t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, resp.Body); err != nil {
		p.t.Fatal(err)
	}
	if err := resp.Body.Close(); err != nil {
		p.t.Fatal(err)
	}
	r := reading{server: p.metrics(), at: time.Now()}
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		p.t.Fatal(err)
	}
	r.generator = time.Duration(u.Utime.Nano() + u.Stime.Nano()).Seconds()
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		p.t.Fatal(err)
	}
	for i, f := range strings.Fields(string(stat[:bytes.IndexByte(stat, '\n')])) {
		if v, err := strconv.ParseFloat(f, 64); err == nil && i != 4 && i != 5 && i <= 8 { // neither idle nor waiting
			r.machine += v / 100
		}
	}
	return r
}

// A stretch is what happened between two readings.
type stretch struct{ from, to reading }

func (s stretch) seconds() float64 { return s.to.at.Sub(s.from.at).Seconds() }

func (s stretch) rate(metric string) float64 {
	return (s.to.server[metric] - s.from.server[metric]) / s.seconds()
}

func (s stretch) String() string {
	server, generator := s.rate("process_cpu_seconds_total"), (s.to.generator-s.from.generator)/s.seconds()
	others := (s.to.machine-s.from.machine)/s.seconds() - server - generator
	return fmt.Sprintf("%7.0f steps/s  %4.1f frames/s made  cores: server %.2f, generator %.2f, others %.2f  memory %.0f MB, heap %.0f MB",
		s.rate("gnllviz_steps_total"), s.rate("gnllviz_frames_total"), server, generator, max(others, 0),
		s.to.server["process_resident_memory_bytes"]/(1<<20), s.to.server["go_memstats_heap_alloc_bytes"]/(1<<20))
}

// quantile returns the bucket of a histogram of the server in which a share of
// what it saw in the stretch lies, by its upper bound.
func (s stretch) quantile(histogram string, share float64) string {
	total := s.to.server[histogram+"_count"] - s.from.server[histogram+"_count"]
	bound, least := "none", -1.
	for name, v := range s.to.server {
		le, ok := strings.CutPrefix(name, histogram+`_bucket{le="`)
		if !ok || v-s.from.server[name] < share*total {
			continue
		}
		le = strings.TrimSuffix(le, `"}`)
		if x, err := strconv.ParseFloat(le, 64); err == nil && (least < 0 || x < least) {
			bound, least = "<= "+le+" s", x
		}
	}
	return bound
}

// spread is the distribution of some times.
func spread(times []time.Duration) string {
	if len(times) == 0 {
		return "none"
	}
	slices.Sort(times)
	at := func(share float64) time.Duration {
		return times[min(int(share*float64(len(times))), len(times)-1)].Round(10 * time.Microsecond)
	}
	return fmt.Sprintf("p50 %v  p99 %v  max %v  (%d)", at(0.5), at(0.99), at(1), len(times))
}
