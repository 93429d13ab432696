package live

import (
	"errors"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Conn carries messages to one viewer and back: a websocket, or a stream of events
// beside which the viewer's messages are posted. One goroutine calls Next, one other
// Send and Ping; the rest may be called from any.
type Conn interface {
	// Next returns the viewer's next message, JSON text in UTF-8. An error that is a
	// *wire.ErrorMessage is about one message, and the connection continues; any other
	// is its end. What comes meanwhile in answer to a ping is given to pong.
	Next(pong func(payload string)) ([]byte, error)

	// Send writes a message, in a time that its length allows. It returns ErrClosed
	// after a close.
	Send(m run.Message) error

	// Ping asks the viewer for a pong with the same payload.
	Ping(payload []byte) error

	// Close tells the viewer why the connection ends, by a code of RFC 6455, section
	// 7.4. The viewer has [CloseTime] to answer; then Next returns.
	Close(code int, reason string)

	// Hurry allows what is being written another [CloseTime] at most.
	Hurry()

	// Drain waits a moment for a viewer who was told that err ended the connection.
	Drain(err error)

	// Drop ends the connection at once: Next and Send return.
	Drop()
}

// What ends a connection, whatever carries it.
var (
	ErrClosed   = errors.New("the connection was closed")
	ErrNotUTF8  = errors.New("a text message was not UTF-8")
	ErrFarLong  = errors.New("a message was far too long")
	ErrSilenced = errors.New("the viewer has not answered for too long")
)

// The codes of RFC 6455, section 7.4, by which a [Conn] is closed.
const (
	closeGoingAway     = 1001
	closeNotUTF8       = 1007
	closePolicy        = 1008
	closeTooLong       = 1009
	closeInternalError = 1011
	closeRestart       = 1012
	closeTryAgainLater = 1013
)

// WrittenBy returns when a message of so many bytes is to be written.
func WrittenBy(bytes int) time.Time {
	return time.Now().Add(WriteTime + time.Duration(bytes)*time.Second/slowestLine)
}

// TooLong refuses a message that is longer than the limit.
func TooLong(limit int) *wire.ErrorMessage {
	return wire.Refuse(wire.BadMessage, "", "the message is longer than %d bytes, which --max-message-bytes raises", limit)
}
