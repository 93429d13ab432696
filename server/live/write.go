package live

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// A message that takes longer to write than this, and longer than it does on
	// the slowest line, means a dead or hopelessly slow peer; it may come back and
	// resume.
	WriteTime   = 10 * time.Second
	slowestLine = 2 << 10 // bytes a second

	// aliveEvery is how long a viewer is told nothing at most. Pings are no sign of
	// life to a page: browsers answer them without its knowing.
	aliveEvery = wire.AliveSeconds * time.Second

	// CloseTime is how long a peer has to answer a close.
	CloseTime = time.Second
)

// alive is an encoded wire.AliveMessage.
var alive = []byte(`{"type":"alive"}`)

// reply hands a message to the writer. A peer that sends commands and does not
// read the answers is not read from either, until it does.
func (c *client) reply(ctx context.Context, m any) {
	b, err := json.Marshal(m)
	if err != nil {
		panic("live: encoding a reply: " + err.Error())
	}
	select {
	case c.replies <- b:
	case <-ctx.Done():
	}
}

// write sends replies, the run's messages and its newest frame, until the
// reader has ended (ctx), or the run or the server has, which it tells the peer.
func (c *client) write(ctx, server context.Context) {
	ping := time.NewTicker(c.Limits.Silence * 9 / 10)
	defer ping.Stop()
	var pace pacer
	quiet := time.NewTimer(aliveEvery)
	defer quiet.Stop()
	overdue := time.NewTimer(patience) // wakes the loop when a ping has been under way for long
	defer overdue.Stop()
	var frames <-chan run.Message
	var events <-chan run.Message
	for {
		var err error
		ready := frames
		if pace.wait(time.Now()) <= 0 {
			ready = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-c.Run.Ended(): // as the server's end does, too
			switch {
			case server.Err() != nil:
				c.conn.Close(closeGoingAway, "the server is going away")
			case errors.Is(c.Run.Err(), session.ErrMoved):
				c.conn.Close(closeRestart, "the run has moved to another machine; connect again")
			case c.Run.Err() != nil:
				c.conn.Close(closeInternalError, "the run failed")
			default:
				c.conn.Close(closeGoingAway, "the run has ended")
			}
			return
		case v := <-c.watching:
			frames, events = v.Frames(), v.Events()
		case b := <-c.replies:
			err = c.conn.Send(run.Message{Data: b})
		case m := <-events:
			err = c.conn.Send(m)
		case m := <-ready:
			// What the run said before it made the frame goes first: a fit is drawn on
			// a grid.
			for range len(events) {
				if err = c.conn.Send(<-events); err != nil {
					break
				}
			}
			if m.Owned != nil && !m.Owned() {
				continue // somebody else may show other frames meanwhile
			}
			if err == nil {
				err = c.conn.Send(m)
			}
			if err != nil {
				break
			}
			now := time.Now()
			c.Meter.Sent(len(m.Data), now.Sub(m.Made))
			if pace.due(now) {
				err = c.conn.Ping(pace.ping(now))
				overdue.Reset(patience)
			}
		case b := <-c.pongs:
			pace.pong(b)
			continue
		case <-overdue.C:
			continue
		case <-ping.C:
			err = c.conn.Ping(pace.ping(time.Now()))
			overdue.Reset(patience)
			if err == nil {
				continue
			}
		case <-quiet.C:
			err = c.conn.Send(run.Message{Data: alive})
		}
		quiet.Reset(aliveEvery)
		if err != nil {
			c.Log.Debug("writing to a viewer", "err", err)
			if !errors.Is(err, ErrClosed) { // by the reader, which ends
				c.conn.Drop() // which ends the reader
			}
			return
		}
	}
}
