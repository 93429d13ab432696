// Package bustest starts real nats-servers for tests: one, or several that are a cluster.
package bustest

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/bus"
)

// Servers are nats-servers that know each other, each with JetStream and a folder of its
// own.
type Servers struct {
	t       testing.TB
	options []server.Options
	running []*server.Server
}

// Start starts so many, which stop when the test ends.
func Start(t testing.TB, n int) *Servers {
	t.Helper()
	s := &Servers{t: t, running: make([]*server.Server, n)}
	dir := t.TempDir()
	var routes []string
	var ports []int
	for range 2 * n {
		ports = append(ports, FreePort(t))
	}
	for i := range n {
		routes = append(routes, fmt.Sprintf("nats://127.0.0.1:%d", ports[n+i]))
	}
	for i := range n {
		o := server.Options{
			ServerName: fmt.Sprintf("s%d", i), Host: "127.0.0.1", Port: ports[i],
			JetStream: true, StoreDir: filepath.Join(dir, fmt.Sprint(i)), JetStreamMaxMemory: 64 << 20, JetStreamMaxStore: 1 << 40,
			NoSigs: true, NoLog: true, DisableJetStreamBanner: true,
		}
		if n > 1 {
			o.Cluster = server.ClusterOpts{Name: "test", Host: "127.0.0.1", Port: ports[n+i], PoolSize: -1}
			o.Routes = server.RoutesFromStr(strings.Join(routes, ","))
		}
		s.options = append(s.options, o)
		s.Run(i)
	}
	t.Cleanup(func() {
		for i := range s.running {
			s.Stop(i)
		}
	})
	return s
}

// given counts the ports that this process was given, from a place of its own on.
var given atomic.Uint32

// FreePort returns a port that nobody listens on, and that it has not returned before. It is
// below those that the system gives to whoever asks for any, so that it stays free until it
// is used.
func FreePort(t testing.TB) int {
	t.Helper()
	const first, all = 10_000, 22_000
	for range 1000 {
		port := first + (uint32(os.Getpid())*131+given.Add(1))%all
		l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
		if err == nil {
			l.Close()
			return int(port)
		}
	}
	t.Fatal("no port is free")
	return 0
}

// Run starts a server that was stopped, on what it had.
func (s *Servers) Run(i int) {
	s.t.Helper()
	o := s.options[i]
	n, err := server.NewServer(&o)
	if err != nil {
		s.t.Fatal(err)
	}
	n.Start()
	if !n.ReadyForConnections(20 * time.Second) {
		s.t.Fatal("the nats-server does not start")
	}
	s.running[i] = n
}

// Stop stops a server, if it runs.
func (s *Servers) Stop(i int) {
	if n := s.running[i]; n != nil {
		n.Shutdown()
		n.WaitForShutdown()
		s.running[i] = nil
	}
}

// URLs returns the servers' addresses.
func (s *Servers) URLs() (urls []string) {
	for _, o := range s.options {
		urls = append(urls, fmt.Sprintf("nats://127.0.0.1:%d", o.Port))
	}
	return urls
}

// Dial connects to the servers, until the test ends.
func (s *Servers) Dial() *nats.Conn {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	conn, err := bus.Dial(ctx, bus.Config{URLs: s.URLs(), Log: slog.New(slog.NewTextHandler(s.t.Output(), nil))})
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(conn.Close)
	return conn
}
