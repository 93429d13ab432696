package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/guide/capacity"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A program is a gnllviz that is measured.
type program struct {
	cmd   *exec.Cmd
	home  string // its address, with a slash at the end
	store string
}

// order makes the run that is measured: the default one.
const order = `{"speed":"300"}`

func start(path, store string) (*program, error) {
	p := &program{store: store}
	p.cmd = exec.Command(path, "serve", "--addr", "127.0.0.1:0", "--store", store, "--run-rate", "100000", "--request-rate", "100000",
		"--max-peer-viewers", "1000", "--max-peer-connections", "2000", "--idle", "1h")
	p.cmd.Stderr = os.Stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.stop()
		return nil, fmt.Errorf("%s does not start: %w", path, err)
	}
	_, host, _ := strings.Cut(strings.TrimSpace(line), "http://")
	p.home = "http://" + host
	return p, nil
}

func (p *program) stop() {
	_ = p.cmd.Process.Signal(os.Interrupt)
	_ = p.cmd.Wait() // how it ends is another's affair
}

func (p *program) ask(method, path, key, body string, into any) error {
	q, err := http.NewRequest(method, p.home+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	q.Header.Set("Run-Key", key)
	resp, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %d: %.300s", method, path, resp.StatusCode, b)
	}
	if into == nil || len(b) == 0 {
		return nil
	}
	return json.Unmarshal(b, into)
}

type made struct{ ID, Key string }

func (p *program) make() (m made, err error) {
	return m, p.ask("POST", "api/runs", "", order, &m)
}

// reading is what the program has used so far.
type reading struct {
	at        time.Time
	processor float64 // seconds
	memory    float64 // bytes
	steps     float64
	written   float64 // bytes, of the process
}

func (p *program) read() (r reading, err error) {
	r.at = time.Now()
	resp, err := http.Get(p.home + "metrics")
	if err != nil {
		return r, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		v, _ := strconv.ParseFloat(value, 64)
		switch name {
		case "process_cpu_seconds_total":
			r.processor = v
		case "process_resident_memory_bytes":
			r.memory = v
		case "gnllviz_steps_total":
			r.steps = v
		}
	}
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/io", p.cmd.Process.Pid))
	if err != nil {
		return r, err
	}
	for line := range bytes.Lines(b) {
		if v, ok := strings.CutPrefix(string(line), "write_bytes: "); ok {
			r.written, _ = strconv.ParseFloat(strings.TrimSpace(v), 64)
		}
	}
	return r, nil
}

// over returns what the program uses a second, over a while.
func (p *program) over(d time.Duration) (rate reading, last reading, err error) {
	from, err := p.read()
	if err != nil {
		return rate, last, err
	}
	time.Sleep(d)
	if last, err = p.read(); err != nil {
		return rate, last, err
	}
	s := last.at.Sub(from.at).Seconds()
	rate.processor = (last.processor - from.processor) / s
	rate.steps = (last.steps - from.steps) / s
	rate.written = (last.written - from.written) / s
	return rate, last, nil
}

// watchers are viewers of runs, who count what they get.
type watchers struct {
	ctx   context.Context
	work  sync.WaitGroup
	bytes atomic.Int64
}

func (w *watchers) add(p *program, id string) error {
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}}
	conn, _, err := d.DialContext(w.ctx, "ws"+strings.TrimPrefix(p.home, "http")+"api/runs/"+id+"/live", nil)
	if err != nil {
		return err
	}
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"hello"}`)); err != nil {
		return err
	}
	stop := context.AfterFunc(w.ctx, func() { conn.Close() })
	w.work.Go(func() {
		defer stop()
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			w.bytes.Add(int64(len(b)))
		}
	})
	return nil
}

// measure measures a program: runs alone, runs that are watched, a run with many viewers,
// changes, and loading.
func measure(path string, d time.Duration) (c capacity.Costs, err error) {
	const runs, hall, changes = 8, 100, 200
	dir, err := os.MkdirTemp("", "capacity")
	if err != nil {
		return c, err
	}
	defer os.RemoveAll(dir)
	p, err := start(path, filepath.Join(dir, "store"))
	if err != nil {
		return c, err
	}
	defer func() { p.stop() }()
	ctx, leave := context.WithCancel(context.Background())
	w := &watchers{ctx: ctx}
	defer w.work.Wait()
	defer leave()
	c.Machine, c.Measured = processor(), time.Now().UTC().Format(time.DateOnly)
	say := func(what string, v ...any) { fmt.Fprintf(os.Stderr, what+"\n", v...) }

	nothing, empty, err := p.over(d / 4)
	if err != nil {
		return c, err
	}
	var all []made
	for range runs {
		m, err := p.make()
		if err != nil {
			return c, err
		}
		all = append(all, m)
	}
	time.Sleep(d / 2) // past what is only at the beginning
	alone, _, err := p.over(d)
	if err != nil {
		return c, err
	}
	alike, cancel := context.WithCancel(ctx)
	defer cancel()
	first := &watchers{ctx: alike}
	for _, m := range all {
		if err := first.add(p, m.ID); err != nil {
			return c, err
		}
	}
	got := first.bytes.Load()
	seen, _, err := p.over(d)
	if err != nil {
		return c, err
	}
	c.ViewerBytes = float64(first.bytes.Load()-got) / d.Seconds() / runs
	// What a run costs falls as it grows older, so it is looked at before and after.
	cancel()
	first.work.Wait()
	older, _, err := p.over(d)
	if err != nil {
		return c, err
	}
	per := func(r reading) float64 { return (r.processor - nothing.processor) / (r.steps / 300) }
	c.Run = (per(alone) + per(older)) / 2
	c.Written = older.written / (older.steps / 300)
	c.Watched = max(0, per(seen)-c.Run)
	say("%d runs: %.0f steps a second, %.1f %% of a processor each, then %.1f %%; %s a second written by each, then %s", runs, alone.steps, 100*per(alone), 100*per(older),
		capacity.Bytes(alone.written/(alone.steps/300)), capacity.Bytes(c.Written))
	say("each watched: %.1f %% of a processor more, %s a second to a viewer", 100*c.Watched, capacity.Bytes(c.ViewerBytes))

	if err := w.add(p, all[0].ID); err != nil {
		return c, err
	}
	before, err := p.read()
	if err != nil {
		return c, err
	}
	one, between, err := p.over(d)
	if err != nil {
		return c, err
	}
	for range hall {
		if err := w.add(p, all[0].ID); err != nil {
			return c, err
		}
	}
	many, after, err := p.over(d)
	if err != nil {
		return c, err
	}
	c.Viewer = max(0, many.processor-one.processor) / hall
	growth := between.memory - before.memory // of the runs themselves, in as much time
	c.ViewerMemory = max(0, after.memory-between.memory-growth) / hall
	say("%d viewers more of one run: %.2f %% of a processor each, %s each", hall, 100*c.Viewer, capacity.Bytes(c.ViewerMemory))
	leave()
	w.work.Wait()

	begin := time.Now()
	from, err := p.read()
	if err != nil {
		return c, err
	}
	for i := range changes {
		m := all[i%runs]
		if err := p.ask("POST", "api/runs/"+m.ID+"/commands", m.Key, fmt.Sprintf(`{"type":"change","set":{"lr":%g}}`, 0.001+float64(i)*1e-6), nil); err != nil {
			return c, err
		}
	}
	to, err := p.read()
	if err != nil {
		return c, err
	}
	took := time.Since(begin).Seconds()
	c.Change = max(0, to.processor-from.processor-took*alone.processor) / changes
	say("%d changes in %.1f s: %.2f ms of a processor each", changes, took, 1000*c.Change)

	// What runs of ten minutes hold: they make their steps as fast as they can.
	for _, m := range all {
		if err := p.ask("POST", "api/runs/"+m.ID+"/commands", m.Key, `{"type":"change","set":{"speed":"max"}}`, nil); err != nil {
			return c, err
		}
	}
	for {
		r, err := p.read()
		if err != nil {
			return c, err
		}
		if r.steps >= runs*180_000 {
			c.RunMemory = (r.memory - empty.memory) / runs
			break
		}
		time.Sleep(time.Second)
	}
	for _, m := range all {
		if err := p.ask("POST", "api/runs/"+m.ID+"/commands", m.Key, `{"type":"pause"}`, nil); err != nil {
			return c, err
		}
	}
	p.stop()
	size, err := folder(p.store)
	if err != nil {
		return c, err
	}
	c.Stored = size / runs
	say("after 180,000 steps: %s of memory and %s of disk each", capacity.Bytes(c.RunMemory), capacity.Bytes(c.Stored))

	if p, err = start(path, p.store); err != nil {
		return c, err
	}
	if from, err = p.read(); err != nil {
		return c, err
	}
	for _, m := range all {
		if err := p.ask("GET", "api/runs/"+m.ID, m.Key, "", nil); err != nil {
			return c, err
		}
	}
	if to, err = p.read(); err != nil {
		return c, err
	}
	c.Load = (to.processor - from.processor) / runs
	if c.PageBytes, err = p.page(); err != nil {
		return c, err
	}
	say("loading a stored run: %.0f ms of a processor; the page: %s", 1000*c.Load, capacity.Bytes(c.PageBytes))
	return c, nil
}

// page returns how many bytes the page's scripts and styles have, compressed.
func (p *program) page() (bytes float64, err error) {
	seen := map[string]bool{}
	todo := []string{""}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		if seen[at] {
			continue
		}
		seen[at] = true
		q, err := http.NewRequest("GET", p.home+at, nil)
		if err != nil {
			return 0, err
		}
		q.Header.Set("Accept-Encoding", "gzip")
		resp, err := http.DefaultClient.Do(q)
		if err != nil {
			return 0, err
		}
		b, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			return 0, err
		}
		if resp.StatusCode == http.StatusOK {
			bytes += float64(len(b))
		}
		if at == "" {
			todo = append(todo, linked(p.home)...)
		}
	}
	return bytes, nil
}

// linked returns the scripts and styles that the page names.
func linked(home string) (paths []string) {
	resp, err := http.Get(home)
	if err != nil {
		return nil
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return nil
	}
	for _, attribute := range []string{`src="`, `href="`} {
		for _, part := range strings.Split(string(b), attribute)[1:] {
			path, _, _ := strings.Cut(part, `"`)
			if path = strings.TrimPrefix(path, "./"); strings.HasSuffix(path, ".js") || strings.HasSuffix(path, ".css") {
				paths = append(paths, strings.TrimPrefix(path, "/"))
			}
		}
	}
	return paths
}

// folder returns the bytes of the files in a folder.
func folder(dir string) (bytes float64, err error) {
	err = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		i, err := e.Info()
		if err == nil && i.Mode().IsRegular() {
			bytes += float64(i.Size())
		}
		return err
	})
	return bytes, err
}

// processor names the machine's processor.
func processor() string {
	b, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return "unknown"
	}
	for line := range bytes.Lines(b) {
		if name, v, ok := strings.Cut(string(line), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(v)
		}
	}
	return "unknown"
}
