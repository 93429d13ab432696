package edge

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

const (
	// PieceBytes is how much of an answer has a deadline of its own, so that a client
	// that reads nothing is given up after seconds, however long the answer is.
	PieceBytes = 64 << 10

	// SlowestDownload is what a line must carry, in bytes a second.
	SlowestDownload = 16 << 10

	// WriteTime is what it may take besides.
	WriteTime = 10 * time.Second

	// stallTime is how long a client may take nothing of a piece before its answer is
	// cut off for the sake of another one that waits to be sent.
	stallTime = time.Second
)

// An answer is the [http.ResponseWriter] of every request. It remembers its status,
// gives each piece a deadline, and after a write that failed is silent: what a handler
// then says nobody hears.
type answer struct {
	http.ResponseWriter
	control *http.ResponseController

	status int   // 0 until there is one
	err    error // why nothing more can be sent

	sent int // bytes

	begun atomic.Int64 // when the piece under way was begun, in ns since 1970; 0 while there is none
	cut   atomic.Bool  // nothing more is to be sent

	hijacked func() // is told that a websocket continues with the connection
}

func newAnswer(w http.ResponseWriter) *answer {
	return &answer{ResponseWriter: w, control: http.NewResponseController(w)}
}

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.err != nil {
		return
	}
	if a.status == 0 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter]. Its error is problem.ErrNotSent.
func (a *answer) Write(b []byte) (n int, err error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	for {
		piece := b[n:min(n+PieceBytes, len(b))]
		if err := a.begin(len(piece)); err != nil {
			return n, err
		}
		m, err := a.ResponseWriter.Write(piece)
		a.sent += m
		a.begun.Store(0)
		n += m
		switch {
		case errors.Is(err, http.ErrBodyNotAllowed), errors.Is(err, http.ErrContentLength):
			return n, err // a mistake of the handler
		case err != nil:
			a.err = errors.Join(problem.ErrNotSent, err)
			return n, a.err
		case n == len(b):
			return n, nil
		}
	}
}

// begin gives a piece its deadline.
func (a *answer) begin(bytes int) error {
	if a.err == nil {
		now := time.Now()
		a.begun.Store(now.UnixNano())
		// Where no deadline can be set there is no connection.
		_ = a.control.SetWriteDeadline(now.Add(WriteTime + time.Duration(bytes)*time.Second/SlowestDownload))
		// Looked at after the deadline is set, which would undo that of cutOff.
		if a.cut.Load() {
			a.err = problem.ErrNotSent
		}
	}
	return a.err
}

// requestTime is about what it takes to read a request and to send a short answer.
const requestTime = 150 * time.Microsecond

// encodingTime is about what it takes to encode a byte of JSON and to compress it, and
// packedBytes how many become one by that.
const (
	encodingTime = 20 * time.Nanosecond
	packedBytes  = 5
)

// encoding is about how long it took to encode what was sent.
func (a *answer) encoding() time.Duration {
	n := time.Duration(a.sent)
	if a.Header().Get("Content-Encoding") != "" {
		n *= packedBytes
	}
	return n * encodingTime
}

// stalled says for how long a piece has been under way, from any goroutine.
func (a *answer) stalled(now time.Time) time.Duration {
	begun := a.begun.Load()
	if begun == 0 {
		return 0
	}
	return now.Sub(time.Unix(0, begun))
}

// cutOff ends the answer, from any goroutine, while its handler has not returned.
func (a *answer) cutOff() {
	a.cut.Store(true)
	_ = a.control.SetWriteDeadline(time.Now().Add(-time.Second))
}

// finish gives what net/http still has to send a deadline, or if the answer is not
// whole ends its connection, so that it does not pass for the whole.
func (a *answer) finish() {
	if a.begin(0) != nil {
		panic(http.ErrAbortHandler)
	}
	a.begun.Store(0)
}

// Hijack implements [http.Hijacker], for websockets.
func (a *answer) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	a.status = http.StatusSwitchingProtocols
	conn, rw, err := a.control.Hijack()
	if err == nil && a.hijacked != nil {
		a.hijacked()
	}
	return conn, rw, err
}

// Unwrap is for [http.ResponseController].
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
