//go:build linux

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// What follows attacks the program from other addresses of the loopback network, as
// others would from their machines, and looks at what is left for whoever is honest.

// An attacked is a program under attack.
type attacked struct {
	t    testing.TB
	home string // with a slash
	addr string
	pid  int

	mu  sync.Mutex
	log bytes.Buffer
}

// Write implements [io.Writer], for the program's log.
func (p *attacked) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

// logged is what the program has said so far.
func (p *attacked) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// attack starts the program within so many open files, unless that is 0, until the test
// ends. Its runs are its own: it has a store that no other test uses.
func attack(t testing.TB, files int, args ...string) *attacked {
	t.Helper()
	limit := ""
	if files > 0 {
		limit = fmt.Sprintf("ulimit -n %d && ", files)
	}
	ctx, cancel := context.WithCancel(context.Background())
	args = append([]string{"-c", limit + `exec "$0" serve --addr 127.0.0.1:0 --store "$@"`, built, t.TempDir()}, args...)
	c := exec.CommandContext(ctx, "sh", args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	c.WaitDelay = 20 * time.Second
	p := &attacked{t: t}
	c.Stderr = p
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = c.Wait() // how it ends is another test's affair
		if text := p.logged(); strings.Contains(text, "level=ERROR") || strings.Contains(text, "panic") || strings.Contains(text, "superfluous") {
			t.Errorf("the program's log:\n%.3000s", text)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("it did not start: %v\n%s", err, p.logged())
	}
	_, p.home, _ = strings.Cut(strings.TrimSpace(line), "http://")
	p.home = "http://" + p.home
	p.addr = strings.TrimSuffix(strings.TrimPrefix(p.home, "http://"), "/")
	p.pid = c.Process.Pid
	return p
}

// memory is what the program has in memory, in MB.
func (p *attacked) memory() int {
	p.t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", p.pid))
	if err != nil {
		p.t.Fatal(err)
	}
	pages, err := strconv.Atoi(strings.Fields(string(b))[1])
	if err != nil {
		p.t.Fatal(err)
	}
	return pages * os.Getpagesize() >> 20
}

// from is a client at another address, 127.0.x.y.
func from(address string) *http.Client {
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}, Timeout: 10 * time.Second}
	return &http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{DialContext: d.DialContext}}
}

// socket is a connection of another address, with a short buffer, that has said so much
// and will not read.
func (p *attacked) socket(address, request string) net.Conn {
	p.t.Helper()
	d := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(address)}}
	c, err := d.Dial("tcp", p.addr)
	if err != nil {
		p.t.Fatal(err)
	}
	p.t.Cleanup(func() { c.Close() })
	if err := c.(*net.TCPConn).SetReadBuffer(2048); err != nil {
		p.t.Fatal(err)
	}
	_, _ = io.WriteString(c, request) // it may be refused at once
	return c
}

// get is a request that nobody reads the answer to.
func (p *attacked) get(path string) string {
	return "GET " + path + " HTTP/1.1\r\nHost: " + p.addr + "\r\n\r\n"
}

type madeRun struct {
	ID, Key string
	Step    int
	State   string
}

// run makes a run of an order and has commands done.
func (p *attacked) run(order string, commands ...string) madeRun {
	p.t.Helper()
	var m madeRun
	p.call(http.DefaultClient, "POST", "api/runs", "", order, &m)
	for _, c := range commands {
		p.call(http.DefaultClient, "POST", "api/runs/"+m.ID+"/commands", m.Key, c, nil)
	}
	return m
}

// call makes a request that must succeed, and returns how long it took.
func (p *attacked) call(client *http.Client, method, path, key, body string, into any) time.Duration {
	p.t.Helper()
	begun := time.Now()
	status, b, err := p.ask(client, method, path, key, body)
	if err != nil || status >= 300 {
		p.t.Fatalf("%s %s: %v, %d %.300s", method, path, err, status, b)
	}
	if into != nil {
		if err := json.Unmarshal(b, into); err != nil {
			p.t.Fatal(err)
		}
	}
	return time.Since(begun)
}

func (p *attacked) ask(client *http.Client, method, path, key, body string) (int, []byte, error) {
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.home+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if key != "" {
		r.Header.Set("Run-Key", key)
	}
	resp, err := client.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return resp.StatusCode, b, err
}

// reaches waits until a run has come so far.
func (p *attacked) reaches(m madeRun, step int) {
	p.t.Helper()
	for {
		var now madeRun
		p.call(http.DefaultClient, "GET", "api/runs/"+m.ID+"/state", "", "", &now)
		if now.Step >= step {
			return
		}
		if now.State != "playing" && now.State != "paused" {
			p.t.Fatalf("the run is %s at step %d", now.State, now.Step)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// Sockets that ask for long answers and never read cost little each, and are let go for
// whoever reads.
func TestAskingWithoutReading(t *testing.T) {
	p := attack(t, 0, "--max-peer-answers", "40")
	x := p.run(`{"speed":"max","dataset":"sine","hidden":[4],"batch":8}`)
	p.reaches(x, 20_000)
	run := "/api/runs/" + x.ID
	paths := []string{run + "/curve?curve=batch_loss&pixels=8192", run + "/history", run + "/recipe", "/help", "/", run + "/export?format=history-csv"}
	before, most := p.memory(), 0
	for i := range 250 {
		p.socket("127.0.66.1", p.get(paths[i%len(paths)]))
	}
	honest := from("127.0.66.2")
	var slowest time.Duration
	for range 20 {
		slowest = max(slowest, p.call(honest, "GET", "api/runs/"+x.ID+"/curve?curve=batch_loss&pixels=800", "", "", nil))
		most = max(most, p.memory())
	}
	// At the attacker's own address one waits until somebody who reads nothing is cut off.
	neighbour := p.call(from("127.0.66.1"), "GET", "api/runs/"+x.ID+"/curve?curve=batch_loss&pixels=800", "", "", nil)
	t.Logf("250 sockets that do not read: from %d to %d MB; honest answers took at most %v, at the attacker's address %v", before, most, slowest.Round(time.Millisecond), neighbour.Round(time.Millisecond))
	if most > before+200 {
		t.Errorf("from %d to %d MB", before, most)
	}
}

// With few files to open, idle connections make room for whoever asks something, and
// for whoever steers there is some where all others are in the midst of asking.
func TestIdleSocketsKeepNobodyOut(t *testing.T) {
	for name, said := range map[string]string{"idle": "", "half a request": "GET / HTTP/1.1\r\nHost: "} {
		t.Run(name, func(t *testing.T) {
			p := attack(t, 64)
			x := p.run(`{"paused":true}`)
			for i := range 100 {
				p.socket(fmt.Sprintf("127.0.67.%d", 1+i%3), said)
			}
			for range 20 {
				c := from("127.0.68.1")
				p.call(c, "GET", "healthz", "", "", nil)
				p.call(c, "POST", "api/runs/"+x.ID+"/commands", x.Key, `{"type":"step","steps":1}`, nil)
				c.CloseIdleConnections()
			}
		})
	}
}

// Whoever leaves in the midst of an answer is nothing to write to the log about.
func TestAbortsAreQuiet(t *testing.T) {
	p := attack(t, 0)
	x := p.run(`{"speed":"max","dataset":"sine","hidden":[4],"batch":8}`)
	p.reaches(x, 5000)
	run := "/api/runs/" + x.ID
	for i := range 60 {
		paths := []string{run + "/curve?curve=batch_loss&pixels=8192", run + "/history", run + "/recipe", run + "/state", run + "/export?format=json", run + "/frames"}
		c := p.socket("127.0.66.3", p.get(paths[i%len(paths)]))
		if i%2 == 0 {
			if _, err := c.Read(make([]byte, 10)); err != nil {
				t.Fatal(err)
			}
			_ = c.(*net.TCPConn).SetLinger(0)
		}
		_ = c.Close()
	}
	p.call(http.DefaultClient, "GET", "healthz", "", "", nil)
	if text := p.logged(); strings.Contains(text, "superfluous") || strings.Contains(text, "level=WARN") || strings.Contains(text, "level=ERROR") {
		t.Errorf("the log:\n%.2000s", text)
	}
}

// Whoever does not read its files keeps nobody from taking one.
func TestUnreadExportsBlockNobody(t *testing.T) {
	p := attack(t, 0)
	x := p.run(`{"speed":"max","dataset":"sine","hidden":[64,64],"batch":8}`)
	p.reaches(x, 2000)
	export := "/api/runs/" + x.ID + "/export?format="
	for range 40 {
		p.socket("127.0.66.4", p.get(export+"json"))
	}
	honest := from("127.0.66.5")
	var all []time.Duration
	for _, f := range []string{"json", "onnx", "card", "history-csv", "fit-svg"} {
		all = append(all, p.call(honest, "GET", strings.TrimPrefix(export, "/")+f, "", "", nil).Round(time.Millisecond))
	}
	t.Logf("beside 40 sockets that do not read their files, an honest peer's take %v", all)
}
