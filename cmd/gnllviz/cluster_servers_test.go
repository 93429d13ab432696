package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// What follows runs three nats-servers and some nodes as an operator would, each a process
// of its own.

// patience is how long a test waits for what must come true at some time, beside whatever
// else the machine does.
const patience = 90 * time.Second

// eventually waits until something is so.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("for %v it did not come true that %s", patience, what)
		}
	}
}

// A process is a program that is started, stopped and started again.
type process struct {
	t     *testing.T
	name  string
	tells int // bytes of its log at most, where the test fails

	mu     sync.Mutex
	cmd    *exec.Cmd // nil while it does not run
	frozen bool      // it was stopped by SIGSTOP
	log    bytes.Buffer
}

// Write implements [io.Writer], for its log.
func (p *process) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.Write(b)
}

func (p *process) logged() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.log.String()
}

// own has the process end with the test, and its log told if that fails.
func (p *process) own() {
	p.t.Cleanup(func() {
		p.signal(syscall.SIGCONT)
		p.end(syscall.SIGKILL)
		if log := p.logged(); p.t.Failed() {
			p.t.Logf("%s said at last:\n%s", p.name, log[max(0, len(log)-p.tells):])
		}
	})
}

func (p *process) running() *exec.Cmd {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd
}

func (p *process) set(c *exec.Cmd) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.cmd = c
}

// signal sends one, if it runs.
func (p *process) signal(s syscall.Signal) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd != nil {
		_ = p.cmd.Process.Signal(s)
		p.frozen = s == syscall.SIGSTOP
	}
}

// answers says whether it runs and was not stopped.
func (p *process) answers() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cmd != nil && !p.frozen
}

// end sends a signal and returns when the process has ended, and how.
func (p *process) end(s syscall.Signal) error {
	c := p.running()
	if c == nil {
		return nil
	}
	p.set(nil)
	_ = c.Process.Signal(s)
	return c.Wait()
}

// natsPath returns a nats-server, made of the module that go.mod names.
func natsPath(t *testing.T) string {
	t.Helper()
	path := filepath.Join(filepath.Dir(built), "nats-server")
	if _, err := os.Stat(path); err == nil {
		return path
	}
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "github.com/nats-io/nats-server/v2").CombinedOutput(); err != nil {
		t.Fatalf("go build nats-server: %v\n%s", err, out)
	}
	return path
}

// A natsServer is one of a cluster of them, with the configuration of the examples.
type natsServer struct {
	process
	path, dir              string
	port, monitor, cluster int
	routes                 *[]string
}

// startNATS starts three nats-servers that keep what they acknowledge on the disk.
func startNATS(t *testing.T) []*natsServer {
	t.Helper()
	var servers []*natsServer
	var routes []string
	path := natsPath(t)
	for i := range 3 {
		s := &natsServer{
			process: process{t: t, name: fmt.Sprintf("nats-%d", i), tells: 1000}, path: path, dir: t.TempDir(),
			port: bustest.FreePort(t), monitor: bustest.FreePort(t), cluster: bustest.FreePort(t), routes: &routes,
		}
		servers = append(servers, s)
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", s.cluster))
		s.own()
	}
	for _, s := range servers {
		s.start()
	}
	for _, s := range servers {
		s.await()
	}
	return servers
}

func (s *natsServer) start() {
	s.t.Helper()
	c := exec.CommandContext(context.Background(), s.path, "-c", filepath.Join(examples, "nats.conf"), "--name", s.name, "-a", "127.0.0.1",
		"-p", strconv.Itoa(s.port), "-m", strconv.Itoa(s.monitor), "--store_dir", s.dir,
		"--cluster", fmt.Sprintf("nats://127.0.0.1:%d", s.cluster), "--routes", strings.Join(*s.routes, ","))
	c.Stderr = &s.process
	if err := c.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.set(c)
}

// await returns when the server says that it is healthy: it has a leader, and has what the
// others have.
func (s *natsServer) await() {
	s.t.Helper()
	eventually(s.t, s.name+" is healthy", func() bool {
		resp, err := http.Get(fmt.Sprintf("http://127.0.0.1:%d/healthz", s.monitor))
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// addresses of the servers, as --nats takes them.
func natsAddresses(servers []*natsServer) string {
	var list []string
	for _, s := range servers {
		list = append(list, fmt.Sprintf("nats://127.0.0.1:%d", s.port))
	}
	return strings.Join(list, ",")
}

// A node is a gnllviz that shares the runs of the others.
type node struct {
	process
	args []string
	port int
}

// url is the address of the page.
func (n *node) url() string { return fmt.Sprintf("http://127.0.0.1:%d/", n.port) }

// A field is nats-servers and nodes.
type field struct {
	t     *testing.T
	nats  []*natsServer
	nodes []*node
}

// startField starts three nats-servers, and so many nodes, one after the other.
func startField(t *testing.T, nodes int, args ...string) *field {
	t.Helper()
	f := &field{t: t, nats: startNATS(t)}
	for range nodes {
		f.add(args...)
	}
	return f
}

// add starts one more node, and returns when it is ready.
func (f *field) add(args ...string) *node {
	f.t.Helper()
	n := &node{process: process{t: f.t, name: fmt.Sprintf("node %d", len(f.nodes)), tells: 5000}, port: bustest.FreePort(f.t)}
	n.args = append([]string{
		"serve", "--addr", fmt.Sprintf("127.0.0.1:%d", n.port), "--nats", natsAddresses(f.nats),
		"--run-rate", "100000", "--request-rate", "100000", "--command-rate", "1000",
	}, args...)
	n.own()
	f.nodes = append(f.nodes, n)
	n.start()
	n.await()
	return n
}

func (n *node) start() {
	n.t.Helper()
	c := exec.CommandContext(context.Background(), built, n.args...)
	c.Stderr = &n.process
	if err := c.Start(); err != nil {
		n.t.Fatal(err)
	}
	n.set(c)
}

// await returns when the node says that it can serve.
func (n *node) await() {
	n.t.Helper()
	eventually(n.t, n.name+" is ready", func() bool {
		status, err := n.status("readyz")
		return err == nil && status == http.StatusOK
	})
}

// quick is a client for what is answered at once, by a node that lives.
func quick() *http.Client { return &http.Client{Timeout: 3 * time.Second} }

func (n *node) status(path string) (int, error) {
	resp, err := quick().Get(n.url() + path)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	return resp.StatusCode, nil
}
