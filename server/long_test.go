//go:build long

package server

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// open returns the address of a TCP proxy that is such a line. What waits to be sent
// waits in real socket buffers.
func (l line) open(t *testing.T, to string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var work sync.WaitGroup
	t.Cleanup(func() { listener.Close(); work.Wait() })
	work.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", to)
			if err != nil {
				client.Close()
				continue
			}
			_ = server.(*net.TCPConn).SetReadBuffer(64 << 10)
			work.Go(func() { l.carry(client, server, l.rate) })
			work.Go(func() { l.carry(server, client, 1<<30) })
		}
	})
	return listener.Addr().String()
}

// carry copies until either end is closed, and closes both.
func (l line) carry(to, from net.Conn, rate int) {
	type packet struct {
		due time.Time
		b   []byte
	}
	underway := make(chan packet, 1000)
	var work sync.WaitGroup
	work.Go(func() {
		defer to.Close()
		defer from.Close()
		for p := range underway {
			time.Sleep(time.Until(p.due))
			if _, err := to.Write(p.b); err != nil {
				break
			}
		}
		for range underway { // nobody is left to read them
		}
	})
	free := time.Now() // when the line has sent what it was given
	for {
		b := make([]byte, 1400)
		n, err := from.Read(b)
		if err != nil {
			break
		}
		if now := time.Now(); free.Before(now) {
			free = now
		}
		free = free.Add(time.Duration(n) * time.Second / time.Duration(rate))
		underway <- packet{free.Add(l.delay), b[:n]}
		time.Sleep(time.Until(free))
	}
	close(underway)
	work.Wait()
}

// What TestFramesDoNotQueueOnASlowLine shows is so with the buffers of real sockets.
func TestLongFramesDoNotQueueOnASlowLine(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := New(ctx, Config{Log: slog.New(slog.DiscardHandler)})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	id := makeRun(t, l.Addr().String(), "").ID
	r := kept(t, s, id)

	// A viewer within the process sees every frame at once, and knows its time.
	beside, err := r.Watch(ctx, wire.Hello{}, false)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	made := map[uint64]time.Time{}
	go func() {
		for {
			select {
			case m := <-beside.Frames():
				if f, err := wire.ParseFrames(m.Data); err == nil {
					mu.Lock()
					made[f[0].Step] = m.Made
					mu.Unlock()
				}
			case <-r.Ended():
				return
			}
		}
	}()

	c := dial(t, line{50_000, 150 * time.Millisecond}.open(t, l.Addr().String()), id)
	c.hello()
	var ages []time.Duration
	for begun := time.Now(); time.Since(begun) < 4*time.Second; {
		f, _, _ := c.read()
		if f == nil || f.Kind != wire.FrameFit {
			continue
		}
		mu.Lock()
		if at, ok := made[f.Step]; ok && time.Since(begun) > 2*time.Second {
			ages = append(ages, time.Since(at))
		}
		mu.Unlock()
	}
	_, err = r.Do(ctx, &wire.ChangeCommand{Set: map[string]json.RawMessage{"eps": json.RawMessage("0.25")}}, true)
	if err != nil {
		t.Fatal(err)
	}
	changed := time.Now()
	old := 0
	for {
		if f, _, _ := c.read(); f != nil && f.Kind == wire.FrameFit {
			if f.Revision > 0 {
				break
			}
			old += len(f.Append(nil))
		}
	}
	slices.Sort(ages)
	if len(ages) > 0 {
		t.Logf("%d frames, of age %v (median) and %v (oldest)", len(ages), ages[len(ages)/2], ages[len(ages)-1])
	}
	t.Logf("the change was seen after %v and %d bytes of older frames", time.Since(changed), old)
	if old > 48<<10 {
		t.Errorf("%d bytes of older frames were under way", old)
	}
}
