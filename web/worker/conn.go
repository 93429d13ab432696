//go:build js

package main

import (
	"context"
	"encoding/hex"
	"sync"
	"syscall/js"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// waiting is how many messages of a viewer may wait: as many commands as anybody gives.
const waiting = 1024

// connect carries a run's messages over a MessagePort until that is closed. Texts are
// strings, frames ArrayBuffers that are transferred; what else there is to say are objects:
// {ping}, answered by {pong}, and {close}, with {code}.
func (e *engine) connect(id string, p js.Value) {
	c := &port{to: p, in: make(chan string, waiting), pongs: make(chan string, 1), closed: make(chan struct{})}
	c.hears = js.FuncOf(func(_ js.Value, args []js.Value) any {
		c.hear(args[0].Get("data"))
		return nil
	})
	p.Set("onmessage", c.hears)
	go func() {
		defer c.hears.Release()
		k, missing := e.runs.Find(id)
		if missing != nil {
			c.Close(closeGone, missing.Detail)
			return
		}
		live.Visit{
			Run: k, Seat: seat{}, Meter: meter{}, Log: e.log,
			Limits: live.Limits{
				Hello: e.limits.Hello, Silence: e.limits.Silence,
				CommandRate: e.limits.CommandRate, CommandBurst: e.limits.CommandBurst, HelloRate: e.limits.HelloRate,
			},
			Steers: func(key string) bool { return access.Steers(id, key) },
			Proved: func() {},
		}.Serve(context.Background(), c)
	}()
}

// closeGone is what a port is closed with whose run is not there: RFC 6455's going away.
const closeGone = 1001

// A port is a MessagePort as a [live.Conn].
type port struct {
	to     js.Value
	hears  js.Func
	in     chan string
	pongs  chan string
	closed chan struct{}
	once   sync.Once
}

var _ live.Conn = (*port)(nil)

// hear takes a message of the page. It is called between goroutines, and never waits.
func (c *port) hear(m js.Value) {
	switch {
	case m.Type() == js.TypeString:
		select {
		case c.in <- m.String():
		default:
			c.Drop() // the page connects again
		}
	case m.Get("pong").Truthy():
		select {
		case c.pongs <- m.Get("pong").String():
		default:
		}
	case m.Get("close").Truthy():
		c.Drop()
	}
}

// Next implements [live.Conn].
func (c *port) Next(pong func(string)) ([]byte, error) {
	for {
		select {
		case <-c.closed:
			return nil, live.ErrClosed
		case payload := <-c.pongs:
			if b, err := hex.DecodeString(payload); err == nil {
				pong(string(b))
			}
		case text := <-c.in:
			return []byte(text), nil
		}
	}
}

// Send implements [live.Conn].
func (c *port) Send(m run.Message) error {
	if c.isClosed() {
		return live.ErrClosed
	}
	if !m.Binary {
		c.to.Call("postMessage", string(m.Data))
		return nil
	}
	buffer := arrayOf(m.Data).Get("buffer")
	c.to.Call("postMessage", buffer, js.ValueOf([]any{buffer}))
	return nil
}

// Ping implements [live.Conn]: the answer says that the page has read what came before.
func (c *port) Ping(payload []byte) error {
	if c.isClosed() {
		return live.ErrClosed
	}
	c.to.Call("postMessage", js.ValueOf(map[string]any{"ping": hex.EncodeToString(payload)}))
	return nil
}

// Close implements [live.Conn].
func (c *port) Close(code int, _ string) {
	if !c.isClosed() {
		c.to.Call("postMessage", js.ValueOf(map[string]any{"close": true, "code": code}))
	}
	c.Drop()
}

// Hurry implements [live.Conn].
func (c *port) Hurry() {}

// Drain implements [live.Conn].
func (c *port) Drain(error) {}

// Drop implements [live.Conn].
func (c *port) Drop() { c.once.Do(func() { close(c.closed) }) }

func (c *port) isClosed() bool {
	select {
	case <-c.closed:
		return true
	default:
		return false
	}
}

// A seat is the place of the one viewer, who is never asked to leave.
type seat struct{}

func (seat) Gone() context.Context { return context.Background() }
func (seat) Settle() bool          { return true }
func (seat) Expire(error)          {}

// A meter counts nothing: nobody runs this server.
type meter struct{}

func (meter) Viewers(int)                    {}
func (meter) Sent(int, time.Duration)        {}
func (meter) Commanded(wire.Command, string) {}
