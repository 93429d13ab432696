package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// admit gives whoever sent a request a seat at a run until leave is called. Where a
// limit keeps the viewer out it answers so, and returns no seat.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, x *run.Run) (at *seat, leave func()) {
	e := s.runs.entry(x)
	if e == nil {
		problem(w, http.StatusNotFound, "the run has ended")
		return nil, nil
	}
	at, err := s.seats.take(e, s.proxies.peerOf(r), steers(x.ID(), keyOf(r)))
	if err != nil {
		answerRefusal(w, refuseLimit(err))
		return nil, nil
	}
	// Counted while the HTTP server still knows of the connection, so that a
	// stopping server cannot overlook it in between.
	s.runs.work.Add(1)
	// It is no answer that is to be sent soon, and has a bound of its own.
	if x := flightOf(r.Context()); x != nil {
		s.flights.leave(x)
	}
	if x := peerConnOf(r); x != nil {
		x.keep()
	}
	return at, func() {
		s.seats.give(at)
		s.runs.work.Done()
	}
}

func (s *Server) newClient(c conn, r *http.Request, at *seat, log *slog.Logger) *client {
	return &client{
		conn:     c,
		link:     peerConnOf(r),
		run:      at.entry,
		seat:     at,
		seats:    s.seats,
		runs:     s.runs,
		limits:   &s.limits,
		log:      log,
		metrics:  s.metrics,
		replies:  make(chan []byte, 16),
		watching: make(chan *run.Viewer, 1),
		pongs:    make(chan string),
		commands: rate.NewLimiter(rate.Limit(s.limits.CommandRate), s.limits.CommandBurst),
		hellos:   rate.NewLimiter(rate.Limit(s.limits.HelloRate), s.limits.HelloRate),
	}
}

// A client is one viewer, by whichever connection. Its reading goroutine reads
// commands and has them done; its writing goroutine is the only one that writes
// messages.
type client struct {
	conn     conn
	run      *entry
	seat     *seat
	seats    *seats
	runs     *registry
	limits   *Limits
	log      *slog.Logger
	metrics  *metrics
	replies  chan []byte
	watching chan *run.Viewer // from the reader to the writer, at the first hello
	pongs    chan string      // from the reader to the writer
	commands *rate.Limiter
	hellos   *rate.Limiter
	steers   bool      // its first hello had the run's key
	watches  bool      // it has said hello
	link     *peerConn // by which it came, or nil
}

// serve returns when the connection is closed and both goroutines have ended.
func (c *client) serve(server context.Context) {
	ctx, cancel := context.WithCancel(context.Background())
	written := make(chan struct{})
	var end *time.Timer
	go func() {
		defer close(written)
		if guarded(c.log, "writing to a viewer", func() error { c.write(ctx, server); return nil }) != nil {
			c.conn.close(websocket.CloseInternalServerErr, "the server made a mistake")
		}
		// From here on nobody takes replies; the reader must not wait for it.
		cancel()
		// The peer has a moment to answer a close; pongs do not prolong it.
		end = time.AfterFunc(closeTime, c.conn.drop)
	}()
	// Nor may a peer that has stopped reading hold up the server's end.
	hurried := context.AfterFunc(server, c.conn.hurry)
	late := time.AfterFunc(c.limits.Hello, func() { c.seats.expire(c.seat) })
	defer late.Stop()
	out := context.AfterFunc(c.seat.gone, c.askOut)
	c.log.Debug("viewer connected")
	err := guarded(c.log, "reading from a viewer", func() error { return c.read(ctx) })
	switch {
	case errors.Is(err, errPanic):
		c.conn.close(websocket.CloseInternalServerErr, "the server made a mistake")
	case errors.Is(err, errNotUTF8):
		c.conn.close(websocket.CloseInvalidFramePayloadData, err.Error())
	case errors.Is(err, errFarLong):
		c.conn.close(websocket.CloseMessageTooBig, err.Error())
	case errors.Is(err, run.ErrEnded):
		<-written // by the writer, who says so
	}
	cancel()
	<-written
	out()
	if c.watches {
		c.runs.leave(c.run)
	}
	c.conn.drain(err)
	hurried()
	end.Stop()
	c.conn.drop() // nothing is left to be lost
	c.log.Debug("viewer disconnected", "reason", err)
}

// askOut tells a viewer to leave who has not said hello.
func (c *client) askOut() {
	if errors.Is(context.Cause(c.seat.gone), errNoHello) {
		c.conn.close(websocket.ClosePolicyViolation, fmt.Sprintf("no hello came within %v, which --hello raises", c.limits.Hello))
	} else {
		c.conn.close(websocket.CloseTryAgainLater, "others came before a hello did")
	}
}

// read handles commands until the connection fails.
func (c *client) read(ctx context.Context) error {
	var viewer *run.Viewer
	defer func() {
		if viewer != nil {
			viewer.Close()
			c.metrics.viewers.Dec()
		}
	}()
	pong := func(payload string) {
		select {
		case c.pongs <- payload:
		case <-ctx.Done():
		}
	}
	for {
		b, err := c.conn.next(pong)
		var refused *wire.ErrorMessage
		if errors.As(err, &refused) {
			c.reply(ctx, refused)
			continue
		}
		if err != nil {
			return err
		}
		if err := c.commands.Wait(ctx); err != nil {
			return err
		}
		command, id, refused := wire.ParseCommand(b)
		if refused != nil {
			c.metrics.commanded(nil, string(refused.Code))
			c.reply(ctx, refused)
			continue
		}
		ack, err := c.do(ctx, command, &viewer)
		switch {
		case errors.As(err, &refused):
			c.metrics.commanded(command, string(refused.Code))
			refused.ID = id
			c.reply(ctx, refused)
		case err != nil:
			c.metrics.commanded(command, "failed")
			return err
		default:
			c.metrics.commanded(command, "done")
			if ack != nil {
				ack.ID = id
				c.reply(ctx, ack)
			}
		}
	}
}

// do has a command done. A hello has no ack: the run message answers it.
func (c *client) do(ctx context.Context, command wire.Command, viewer **run.Viewer) (*wire.Ack, error) {
	switch command := command.(type) {
	case *wire.Hello:
		if err := c.hellos.Wait(ctx); err != nil {
			return nil, err
		}
		if *viewer != nil {
			return nil, (*viewer).Hello(ctx, *command)
		}
		if !c.seats.settle(c.seat) {
			return nil, errMadeRoom // which it is being told
		}
		if c.steers = steers(c.run.ID(), command.Key); c.steers {
			c.link.prove()
		}
		v, err := c.run.Watch(ctx, *command, c.steers)
		if err == nil {
			c.watches = true
			c.runs.watch(c.run)
			*viewer = v
			c.metrics.viewers.Inc()
			c.watching <- v
		}
		return nil, err
	case *wire.WatchCommand:
		if *viewer == nil {
			return nil, wire.Refuse(wire.BadState, "", "watch: say hello first")
		}
		ack, err := (*viewer).WantFrames(ctx, *command.Frames)
		return &ack, err
	default:
		ack, err := c.run.Do(ctx, command, c.steers)
		if err == nil {
			c.run.changed.Store(true)
		}
		return &ack, err
	}
}
