// Package live carries a run's messages to one viewer and the viewer's commands to the
// run, over a [Conn]: whatever takes messages both ways. It needs no network, and knows
// nothing of who may come in.
//
// A connection has two goroutines, that of [Visit.Serve]'s caller, which reads, and one
// that writes; both have ended when Serve returns.
package live

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"golang.org/x/time/rate"

	"github.com/gnllviz/gnllviz/server/panics"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Run is what a viewer has of a run.
type Run interface {
	session.Live

	// Ended is closed when the run has ended; Err then says why it did so by itself.
	Ended() <-chan struct{}
	Err() error

	// Join counts a viewer who has said hello, until it leaves.
	Join()
	Leave()

	// Note notes that somebody has given the run a command.
	Note()
}

// A Seat is the place of a viewer, which is lent until it says hello.
type Seat interface {
	// Gone ends where the viewer has to leave.
	Gone() context.Context

	// Settle makes the seat the viewer's own, and says whether it still has it.
	Settle() bool

	// Expire has the viewer leave, for such a cause, if it has not said hello.
	Expire(cause error)
}

// A Meter counts. It may be called from any goroutine.
type Meter interface {
	// Viewers counts so many viewers more.
	Viewers(more int)

	// Sent counts a message of frames written to a viewer, and how old it was.
	Sent(bytes int, age time.Duration)

	// Commanded counts a command, which is nil if it could not be read, and what became
	// of it.
	Commanded(c wire.Command, outcome string)
}

// Limits bound what a viewer may do.
type Limits struct {
	Hello        time.Duration // it may take to say hello
	Silence      time.Duration // it may go without answering a ping
	CommandRate  float64       // commands a second; beyond it, it waits
	CommandBurst int           // at once
	HelloRate    int           // hellos a second, and at once
}

// A Visit is a viewer at a run.
type Visit struct {
	Run    Run
	Seat   Seat
	Limits Limits
	Meter  Meter
	Log    *slog.Logger

	// Steers says whether a key is the run's; Proved is told when the viewer has shown it.
	Steers func(key string) bool
	Proved func()
}

// Serve carries the visit's messages over a connection. It returns when that is closed
// and both goroutines have ended; server ends where the server does.
func (v Visit) Serve(server context.Context, conn Conn) { newClient(v, conn).serve(server) }

func newClient(v Visit, conn Conn) *client {
	return &client{
		Visit:    v,
		conn:     conn,
		replies:  make(chan []byte, 16),
		watching: make(chan session.Viewer, 1),
		pongs:    make(chan string),
		commands: rate.NewLimiter(rate.Limit(v.Limits.CommandRate), v.Limits.CommandBurst),
		hellos:   rate.NewLimiter(rate.Limit(v.Limits.HelloRate), v.Limits.HelloRate),
	}
}

// A client is one viewer, by whichever connection. Its reading goroutine reads
// commands and has them done; its writing goroutine is the only one that writes
// messages.
type client struct {
	Visit
	conn     Conn
	replies  chan []byte
	watching chan session.Viewer // from the reader to the writer, at the first hello
	pongs    chan string         // from the reader to the writer
	commands *rate.Limiter
	hellos   *rate.Limiter
	steers   bool // its first hello had the run's key
	watches  bool // it has said hello
}

var (
	errNoHello  = errors.New("no hello came in time")
	errMadeRoom = errors.New("others came, and no hello had")
)

// serve returns when the connection is closed and both goroutines have ended.
func (c *client) serve(server context.Context) {
	ctx, cancel := context.WithCancel(context.Background())
	written := make(chan struct{})
	var end *time.Timer
	go func() {
		defer close(written)
		if panics.Guard(c.Log, "writing to a viewer", func() error { c.write(ctx, server); return nil }) != nil {
			c.conn.Close(closeInternalError, "the server made a mistake")
		}
		// From here on nobody takes replies; the reader must not wait for it.
		cancel()
		// The peer has a moment to answer a close; pongs do not prolong it.
		end = time.AfterFunc(CloseTime, c.conn.Drop)
	}()
	// Nor may a peer that has stopped reading hold up the server's end.
	hurried := context.AfterFunc(server, c.conn.Hurry)
	late := time.AfterFunc(c.Limits.Hello, func() { c.Seat.Expire(errNoHello) })
	defer late.Stop()
	out := context.AfterFunc(c.Seat.Gone(), c.askOut)
	c.Log.Debug("viewer connected")
	err := panics.Guard(c.Log, "reading from a viewer", func() error { return c.read(ctx) })
	switch {
	case errors.Is(err, panics.ErrPanic):
		c.conn.Close(closeInternalError, "the server made a mistake")
	case errors.Is(err, ErrNotUTF8):
		c.conn.Close(closeNotUTF8, err.Error())
	case errors.Is(err, ErrFarLong):
		c.conn.Close(closeTooLong, err.Error())
	case errors.Is(err, run.ErrEnded):
		<-written // by the writer, who says so
	}
	cancel()
	<-written
	out()
	if c.watches {
		c.Run.Leave()
	}
	c.conn.Drain(err)
	hurried()
	end.Stop()
	c.conn.Drop() // nothing is left to be lost
	c.Log.Debug("viewer disconnected", "reason", err)
}

// askOut tells a viewer to leave who has not said hello.
func (c *client) askOut() {
	if errors.Is(context.Cause(c.Seat.Gone()), errNoHello) {
		c.conn.Close(closePolicy, fmt.Sprintf("no hello came within %v, which --hello raises", c.Limits.Hello))
	} else {
		c.conn.Close(closeTryAgainLater, "others came before a hello did")
	}
}

// read handles commands until the connection fails.
func (c *client) read(ctx context.Context) error {
	var viewer session.Viewer
	defer func() {
		if viewer != nil {
			viewer.Close()
			c.Meter.Viewers(-1)
		}
	}()
	pong := func(payload string) {
		select {
		case c.pongs <- payload:
		case <-ctx.Done():
		}
	}
	for {
		b, err := c.conn.Next(pong)
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
			c.Meter.Commanded(nil, string(refused.Code))
			c.reply(ctx, refused)
			continue
		}
		ack, err := c.do(ctx, command, &viewer)
		switch {
		case errors.As(err, &refused):
			c.Meter.Commanded(command, string(refused.Code))
			refused = refused.Labelled()
			refused.ID = id
			c.reply(ctx, refused)
		case err != nil:
			c.Meter.Commanded(command, "failed")
			return err
		default:
			c.Meter.Commanded(command, "done")
			if ack != nil {
				ack.ID = id
				c.reply(ctx, ack)
			}
		}
	}
}

// do has a command done. A hello has no ack: the run message answers it.
func (c *client) do(ctx context.Context, command wire.Command, viewer *session.Viewer) (*wire.Ack, error) {
	switch command := command.(type) {
	case *wire.Hello:
		if err := c.hellos.Wait(ctx); err != nil {
			return nil, err
		}
		if *viewer != nil {
			return nil, (*viewer).Hello(ctx, *command)
		}
		if !c.Seat.Settle() {
			return nil, errMadeRoom // which it is being told
		}
		if c.steers = c.Steers(command.Key); c.steers {
			c.Proved()
		}
		v, err := c.Run.Watch(ctx, *command, c.steers)
		if err == nil {
			c.watches = true
			c.Run.Join()
			*viewer = v
			c.Meter.Viewers(1)
			c.watching <- v
		}
		return nil, err
	case *wire.WatchCommand:
		if *viewer == nil {
			return nil, wire.Refuse(wire.BadState, "", "watch: say hello first")
		}
		ack, err := (*viewer).Attend(ctx, *command)
		return &ack, err
	default:
		do := func(ctx context.Context, command wire.Command) (wire.Ack, error) {
			return c.Run.Do(ctx, command, false)
		}
		if *viewer != nil {
			do = (*viewer).Do
		}
		ack, err := do(ctx, command)
		if err == nil {
			c.Run.Note()
		}
		return &ack, err
	}
}
