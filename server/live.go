package server

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// maxDiscard bounds what is read only to be refused; beyond it the
	// connection is closed. Deflate is not offered, so these are real bytes.
	maxDiscard = 16 << 20

	// writeBuffer is a handful of frames, or two of six lanes; the kernel may round
	// it up. With half of it a frame of six lanes fills the buffer of a loopback
	// connection, whose peer confirms what it got only 40 ms later.
	writeBuffer = 32 << 10
)

// live upgrades to a websocket and carries a run's messages over it.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol) {
		problem(w, http.StatusBadRequest, fmt.Sprintf("this is a websocket with the subprotocol %q", wire.Subprotocol))
		return
	}
	peer := s.proxies.peerOf(r)
	if err := s.connections.enter(peer); err != nil {
		problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	defer s.connections.leave(peer)
	e, err := s.runs.watch(x.ID())
	if err != nil {
		problem(w, http.StatusServiceUnavailable, err.Error())
		return
	}
	if e == nil {
		problem(w, http.StatusNotFound, "the run has ended")
		return
	}
	defer s.runs.leave(e)
	// Counted while the HTTP server still knows of the connection, so that a
	// stopping server cannot overlook it in between.
	s.runs.work.Add(1)
	defer s.runs.work.Done()
	upgrader := websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		Subprotocols:     []string{wire.Subprotocol},
		CheckOrigin:      sameOrigin,
		Error: func(w http.ResponseWriter, _ *http.Request, status int, reason error) {
			problem(w, status, reason.Error())
		},
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.log.Debug("websocket refused", "run", x.ID(), "err", err)
		return
	}
	// On a slow line what lies in the kernel's buffer is old by the time it
	// arrives: a short one lets the newest frame replace those not sent yet.
	if tcp, ok := conn.NetConn().(*net.TCPConn); ok {
		if err := tcp.SetWriteBuffer(writeBuffer); err != nil {
			s.log.Debug("setting a write buffer", "err", err)
		}
	}
	s.newClient(conn, e, s.log.With("run", e.ID(), "peer", conn.RemoteAddr().String())).serve(s.runs.ctx)
}

func (s *Server) newClient(conn *websocket.Conn, e *entry, log *slog.Logger) *client {
	return &client{
		conn:     conn,
		run:      e,
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

// A client is one websocket. Its reading goroutine reads commands and has them
// done; its writing goroutine is the only one that writes messages.
type client struct {
	conn     *websocket.Conn
	run      *entry
	limits   *Limits
	log      *slog.Logger
	metrics  *metrics
	replies  chan []byte
	watching chan *run.Viewer // from the reader to the writer, at the first hello
	pongs    chan string      // from the reader to the writer
	commands *rate.Limiter
	hellos   *rate.Limiter
	steers   bool // its first hello had the run's key
}

// serve returns when the connection is closed and both goroutines have ended.
func (c *client) serve(server context.Context) {
	ctx, cancel := context.WithCancel(context.Background())
	written := make(chan struct{})
	var end *time.Timer
	go func() {
		defer close(written)
		if guarded(c.log, "writing a websocket", func() error { c.write(ctx, server); return nil }) != nil {
			c.close(websocket.CloseInternalServerErr, "the server made a mistake")
		}
		// From here on nobody takes replies; the reader must not wait for it.
		cancel()
		// The peer has a moment to answer a close; pongs do not prolong it.
		end = time.AfterFunc(closeTime, func() { _ = c.conn.Close() })
	}()
	// Nor may a peer that has stopped reading hold up the server's end.
	hurried := context.AfterFunc(server, func() {
		_ = c.conn.NetConn().SetWriteDeadline(time.Now().Add(closeTime))
	})
	c.log.Debug("websocket opened")
	err := guarded(c.log, "reading a websocket", func() error { return c.read(ctx) })
	switch {
	case errors.Is(err, errPanic):
		c.close(websocket.CloseInternalServerErr, "the server made a mistake")
	case errors.Is(err, errNotUTF8):
		c.close(websocket.CloseInvalidFramePayloadData, err.Error())
	case errors.Is(err, websocket.ErrReadLimit):
		c.close(websocket.CloseMessageTooBig, "a message was far too long")
	case errors.Is(err, run.ErrEnded):
		<-written // by the writer, who says so
	}
	cancel()
	<-written
	c.drain(err)
	hurried()
	end.Stop()
	_ = c.conn.Close() // nothing is left to be lost
	c.log.Debug("websocket closed", "reason", err)
}

// drain reads what the peer still sends, without looking at it, after an error
// that it was told of: closing with bytes unread would take the reason with it.
// Who has said goodbye, or nothing for long, is told nothing.
func (c *client) drain(err error) {
	var bye *websocket.CloseError
	var silent net.Error
	if errors.As(err, &bye) || errors.As(err, &silent) {
		return
	}
	conn := c.conn.NetConn()
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(closeTime))
	_, _ = io.Copy(io.Discard, conn)
}

var errNotUTF8 = errors.New("a text message was not UTF-8")

// read handles commands until the connection fails.
func (c *client) read(ctx context.Context) error {
	c.conn.SetReadLimit(int64(max(maxDiscard, c.limits.MessageBytes)))
	alive := func() error { return c.conn.SetReadDeadline(time.Now().Add(c.limits.Silence)) }
	c.conn.SetPongHandler(func(b string) error {
		select {
		case c.pongs <- b:
		case <-ctx.Done():
		}
		return alive()
	})
	if err := alive(); err != nil {
		return err
	}
	var viewer *run.Viewer
	defer func() {
		if viewer != nil {
			viewer.Close()
			c.metrics.viewers.Dec()
		}
	}()
	for {
		kind, r, err := c.conn.NextReader()
		if err != nil {
			return err
		}
		if kind != websocket.TextMessage {
			c.reply(ctx, wire.Refuse(wire.BadMessage, "", "the message is binary; commands are JSON text"))
			continue
		}
		b, err := io.ReadAll(io.LimitReader(r, int64(c.limits.MessageBytes)+1))
		if err != nil {
			return err
		}
		if len(b) > c.limits.MessageBytes {
			c.reply(ctx, wire.Refuse(wire.BadMessage, "", "the message is longer than %d bytes, which --max-message-bytes raises", c.limits.MessageBytes))
			continue
		}
		if !utf8.Valid(b) {
			return errNotUTF8
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
		c.steers = steers(c.run.ID(), command.Key)
		v, err := c.run.Watch(ctx, *command, c.steers)
		if err == nil {
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
		return &ack, err
	}
}
