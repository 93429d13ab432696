package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
)

// startNginx starts Debian's nginx with the configuration of the examples before nodes, and
// returns it as a node to ask.
func (f *field) startNginx(port int) *node {
	f.t.Helper()
	dir := f.t.TempDir()
	var upstream, temp strings.Builder
	for _, n := range f.nodes {
		fmt.Fprintf(&upstream, "server 127.0.0.1:%d;\n", n.port)
	}
	for _, kind := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "%s_temp_path %s;\n", kind, filepath.Join(dir, kind))
	}
	text := example(f.t, "nginx.conf")
	for from, to := range map[string]string{"server gnllviz:8080;": upstream.String(), "listen 80;": fmt.Sprintf("listen 127.0.0.1:%d;", port)} {
		if strings.Count(text, from) != 1 {
			f.t.Fatalf("nginx.conf has not one %q", from)
		}
		text = strings.Replace(text, from, to, 1)
	}
	text = fmt.Sprintf("daemon off;\nmaster_process off;\npid %s;\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n", filepath.Join(dir, "pid"), &temp, text)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		f.t.Fatal(err)
	}
	path, err := exec.LookPath("nginx")
	if err != nil {
		path = "/usr/sbin/nginx"
	}
	n := &node{process: process{t: f.t, name: "nginx", tells: 2000}, port: port}
	c := exec.CommandContext(context.Background(), path, "-p", dir, "-e", "stderr", "-c", file)
	c.Stderr = &n.process
	if err := c.Start(); err != nil {
		f.t.Fatalf("%v; make proxies installs it", err)
	}
	n.set(c)
	n.own()
	n.await()
	return n
}

// Behind nginx, which keeps nobody at one node, all works as with one node: a run is made,
// watched by websocket and changed while the node that trains it is killed, and another
// takes its place.
func TestClusterBehindNginx(t *testing.T) {
	port := bustest.FreePort(t)
	f := startField(t, 3, "--origin", fmt.Sprintf("http://127.0.0.1:%d", port), "--trusted-proxy", "127.0.0.1")
	nginx := f.startNginx(port)
	nodes := f.nodes
	f.nodes = []*node{nginx} // for whoever makes, watches and changes
	s, viewers, end := f.tend(20)
	for range 6 { // each asked of another node
		status, b, err := s.ask(quick(), nginx, "GET", "api/runs/"+s.id+"/state", "")
		if err != nil || status != http.StatusOK {
			t.Errorf("the run's state through nginx: %d, %v, %.300s", status, err, b)
		}
	}
	owner := f.owner(nodes...)
	s.changes(10)
	beyond, begun := s.seen(), time.Now()
	_ = owner.end(syscall.SIGKILL)
	next := f.owner(without(nodes, owner)...)
	taken := time.Now()
	t.Logf("%s had the run and was killed, and %s has it after %v", owner.name, next.name, taken.Sub(begun).Round(time.Millisecond))
	goOn(t, viewers, begun, taken, beyond, func(_ *watching, first, further time.Duration) {
		t.Logf("a viewer behind nginx saw a frame after %v and new steps after %v", first, further)
		if first > mostAfterKill {
			t.Errorf("no frame for %v; at most %v are allowed", first, mostAfterKill)
		}
	})
	s.changes(10)
	if status, err := nginx.status("metrics"); err != nil || status != http.StatusNotFound {
		t.Errorf("metrics through nginx: %d, %v", status, err)
	}
	end()
}
