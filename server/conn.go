package server

import (
	"errors"

	"github.com/gnllviz/gnllviz/server/run"
)

// A conn carries messages to one viewer and back: a websocket, or a stream of events
// beside which the viewer's messages are posted. One goroutine calls next, one other
// send and ping; the rest may be called from any.
type conn interface {
	// next returns the viewer's next message, JSON text in UTF-8. An error that is a
	// *wire.ErrorMessage is about one message, and the connection goes on; any other
	// is its end. What comes meanwhile in answer to a ping is given to pong.
	next(pong func(payload string)) ([]byte, error)

	// send writes a message, in a time that its length allows. It returns errClosed
	// after a close.
	send(m run.Message) error

	// ping asks the viewer for a pong with the same payload.
	ping(payload []byte) error

	// close tells the viewer why the connection ends, by a code of RFC 6455, section
	// 7.4. The viewer has closeTime to answer; then next returns.
	close(code int, reason string)

	// hurry allows what is being written another closeTime at most.
	hurry()

	// drain waits a moment for a viewer who was told that err ended the connection.
	drain(err error)

	// drop ends the connection at once: next and send return.
	drop()
}

var (
	errClosed   = errors.New("the connection was closed")
	errNotUTF8  = errors.New("a text message was not UTF-8")
	errFarLong  = errors.New("a message was far too long")
	errSilenced = errors.New("the viewer has not answered for too long")
)
