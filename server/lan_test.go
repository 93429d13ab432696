package server

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// A lan is a network inside a bubble of testing/synctest, where time passes only while
// everybody waits. What is written waits in buffers of the size that sockets have.
type lan struct {
	addr   *net.TCPAddr
	line   line // from the server to its clients
	calls  chan net.Conn
	closed chan struct{}
	once   sync.Once
	client http.Client
}

// A line carries so many bytes a second, 0 being at once, and each after a delay.
type line struct {
	rate  int
	delay time.Duration
}

// lans are those that there are, by the addresses of their servers.
var lans sync.Map

// newLAN returns a network until the test ends, which is in a bubble.
func newLAN(t *testing.T, l line) *lan {
	t.Helper()
	n := &lan{line: l, calls: make(chan net.Conn), closed: make(chan struct{})}
	n.client.Transport = &http.Transport{DialContext: n.dial, DisableKeepAlives: true}
	// Ports that no listener of the machine is given when it asks for any.
	for port := 1; ; port++ {
		n.addr = &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port}
		if _, taken := lans.LoadOrStore(n.addr.String(), n); !taken {
			break
		}
	}
	t.Cleanup(func() {
		_ = n.Close()
		lans.Delete(n.addr.String())
	})
	return n
}

func (n *lan) Addr() net.Addr { return n.addr }

func (n *lan) Accept() (net.Conn, error) {
	select {
	case c := <-n.calls:
		return c, nil
	case <-n.closed:
		return nil, net.ErrClosed
	}
}

func (n *lan) Close() error {
	n.once.Do(func() { close(n.closed) })
	return nil
}

func (n *lan) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	up, down := newPipe(line{}), newPipe(n.line)
	select {
	case n.calls <- &end{in: up, out: down, addr: n.addr}:
		return &end{in: down, out: up, addr: n.addr}, nil
	case <-n.closed:
		return nil, fmt.Errorf("dialling %s: %w", n.addr, net.ErrClosed)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// clientOf returns what makes requests of a server: over its lan, if it has one.
func clientOf(addr string) *http.Client {
	if n, ok := lans.Load(addr); ok {
		return &n.(*lan).client
	}
	return http.DefaultClient
}

// dialTo opens a connection to a server: over its lan, if it has one.
func dialTo(ctx context.Context, network, addr string) (net.Conn, error) {
	if n, ok := lans.Load(addr); ok {
		return n.(*lan).dial(ctx, network, addr)
	}
	return new(net.Dialer).DialContext(ctx, network, addr)
}

// serveOn runs a server on a lan until the test ends, which is in a bubble.
func serveOn(t *testing.T, n *lan, c Config) (s *Server, stop func()) {
	t.Helper()
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	ctx, cancel := context.WithCancel(context.Background())
	s = New(ctx, c)
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(n) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server ended with %v", err)
		}
	})
	t.Cleanup(stop)
	return s, stop
}

// An end is one of the two of a connection.
type end struct {
	in, out *pipe
	addr    net.Addr
}

func (e *end) Read(b []byte) (int, error)  { return e.in.read(b) }
func (e *end) Write(b []byte) (int, error) { return e.out.write(b) }

func (e *end) Close() error {
	e.in.change(func() { e.in.deaf = true })
	return e.CloseWrite()
}

func (e *end) CloseWrite() error {
	e.out.change(func() { e.out.over = true })
	return nil
}

func (e *end) SetWriteBuffer(n int) error {
	e.out.change(func() { e.out.sending = 2 * n }) // as Linux does
	return nil
}

func (e *end) LocalAddr() net.Addr  { return e.addr }
func (e *end) RemoteAddr() net.Addr { return e.addr }

func (e *end) SetDeadline(t time.Time) error {
	_ = e.SetReadDeadline(t)
	return e.SetWriteDeadline(t)
}

func (e *end) SetReadDeadline(t time.Time) error {
	e.in.change(func() { e.in.readBy = t })
	return nil
}

func (e *end) SetWriteDeadline(t time.Time) error {
	e.out.change(func() { e.out.writeBy = t })
	return nil
}

// A pipe is one direction of a connection.
type pipe struct {
	line line

	mu              sync.Mutex
	changed         chan struct{} // closed and replaced when anything of this changes
	pieces          []piece       // written and not read
	size            int           // of them
	sending         int           // bytes that may wait to be carried
	free            time.Time     // when the line has carried what it was given
	readBy, writeBy time.Time     // deadlines; zero is none
	over, deaf      bool          // nobody writes any more, or reads
}

// receiving is how many bytes may wait to be read.
const receiving = 64 << 10

// A piece arrives at a time.
type piece struct {
	due time.Time
	b   []byte
}

func newPipe(l line) *pipe {
	return &pipe{line: l, changed: make(chan struct{}), sending: 128 << 10}
}

func (s *pipe) change(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
	s.announce()
}

// announce wakes who waits for a change. Callers hold mu.
func (s *pipe) announce() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// wait waits for a change, or for the earliest of some times that are not zero.
// Callers hold mu, which is let go meanwhile.
func (s *pipe) wait(times ...time.Time) {
	var first time.Time
	for _, t := range times {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	var late <-chan time.Time
	if !first.IsZero() {
		timer := time.NewTimer(time.Until(first))
		defer timer.Stop()
		late = timer.C
	}
	changed := s.changed
	s.mu.Unlock()
	defer s.mu.Lock()
	select {
	case <-changed:
	case <-late:
	}
}

func passed(deadline time.Time) bool { return !deadline.IsZero() && !time.Now().Before(deadline) }

func (s *pipe) read(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		var due time.Time
		switch {
		case s.deaf:
			return 0, net.ErrClosed
		case passed(s.readBy):
			return 0, os.ErrDeadlineExceeded
		case len(s.pieces) > 0:
			p := &s.pieces[0]
			if due = p.due; time.Now().Before(due) {
				break
			}
			n := copy(b, p.b)
			if p.b = p.b[n:]; len(p.b) == 0 {
				s.pieces = s.pieces[1:]
			}
			s.size -= n
			s.announce()
			return n, nil
		case s.over:
			return 0, io.EOF
		}
		s.wait(s.readBy, due)
	}
}

// write carries packets of the size that they have on the way.
func (s *pipe) write(b []byte) (n int, err error) {
	const packet = 1400
	s.mu.Lock()
	defer s.mu.Unlock()
	for n < len(b) {
		room := s.sending + receiving - s.size
		switch {
		case s.over:
			return n, net.ErrClosed
		case s.deaf:
			return n, io.ErrClosedPipe
		case passed(s.writeBy):
			return n, os.ErrDeadlineExceeded
		case room > 0:
			p := piece{b: append([]byte(nil), b[n:min(len(b), n+room, n+packet)]...)}
			if now := time.Now(); s.free.Before(now) {
				s.free = now
			}
			if s.line.rate > 0 {
				s.free = s.free.Add(time.Duration(len(p.b)) * time.Second / time.Duration(s.line.rate))
			}
			p.due = s.free.Add(s.line.delay)
			s.pieces = append(s.pieces, p)
			s.size += len(p.b)
			n += len(p.b)
			s.announce()
			continue
		}
		s.wait(s.writeBy)
	}
	return n, nil
}
