package live

import (
	"encoding/binary"
	"time"
)

const (
	// pingEvery is the time between two pings that go with frames. It is cheap
	// for a hall of viewers, and short beside the time that a line takes to fill.
	pingEvery = 500 * time.Millisecond

	// patience is how long a ping may be under way before frames are held back.
	patience = 250 * time.Millisecond
)

// A pacer keeps frames from queueing in the buffers on their way, where they grow
// old: a ping follows a frame, and while its pong is long in coming no further
// frame is written. The run continues replacing the one in the viewer's slot, so
// what is written next is the newest. Every browser answers pings by itself.
//
// It is owned by the writing goroutine.
type pacer struct {
	number uint64    // of the last ping
	pinged time.Time // when that was
	open   bool      // it has not been answered
}

// due says whether a frame that was just written is to be followed by a ping.
func (p *pacer) due(now time.Time) bool {
	return !p.open && now.Sub(p.pinged) >= pingEvery
}

// ping returns what the next ping carries. It may be sent at any time; only the
// answer to the last one counts, as peers need not answer those before it.
func (p *pacer) ping(now time.Time) []byte {
	p.number++
	p.open, p.pinged = true, now
	return binary.BigEndian.AppendUint64(nil, p.number)
}

// pong takes what a pong carried.
func (p *pacer) pong(b string) {
	if len(b) == 8 && binary.BigEndian.Uint64([]byte(b)) == p.number {
		p.open = false
	}
}

// wait returns how long frames may still be written; at 0 or less they are held
// back.
func (p *pacer) wait(now time.Time) time.Duration {
	if !p.open {
		return patience
	}
	return p.pinged.Add(patience).Sub(now)
}
