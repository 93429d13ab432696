package api

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/gnllviz/gnllviz/server/problem"
)

const (
	// pieceBytes is what of a file is sent at a time, and piecesAhead how many pieces may
	// wait for the client: one that takes them more slowly than they are made has no turn to
	// make files any more, and the rest is made as it is taken.
	pieceBytes  = 64 << 10
	piecesAhead = 16

	// shortFile is how many bytes a file may have that is sent with its length.
	shortFile = 256 << 10
)

// A download is a file that is sent piece by piece, as it is made. Where making it fails
// after it has begun, the answer is cut off, so that it does not pass for the whole.
type download struct {
	kind, disposition string
	wanted            context.Context // ends when nobody wants it any more
	write             func(io.Writer) error
	failed            func(error) *problem.Problem
	turn              []func() // which end it, on the goroutine that makes the file; each may be called twice
}

func (d *download) send(w http.ResponseWriter, status int) {
	p := &pieces{w: w, download: d, status: status, queue: make(chan []byte, piecesAhead), sent: make(chan struct{})}
	defer p.end()
	err := d.write(p)
	if err == nil {
		err = p.close()
	}
	switch {
	case err == nil:
	case p.begun, d.wanted.Err() != nil:
		p.cut = true
	default:
		p.release()
		d.failed(err).Answer(w)
	}
}

// pieces is what a download is written to. All but drain is called on one goroutine.
type pieces struct {
	*download
	w      http.ResponseWriter
	status int

	buffer []byte
	begun  bool // a part of the file is on its way
	cut    bool // it is not whole
	queue  chan []byte
	sent   chan struct{} // closed when the queue has been sent

	mu  sync.Mutex
	err error // why no more can be sent
}

// Write implements [io.Writer].
func (p *pieces) Write(b []byte) (n int, err error) {
	for n < len(b) {
		if err := p.failure(); err != nil {
			return n, err
		}
		room := pieceBytes
		if !p.begun {
			room = shortFile
		}
		m := min(room-len(p.buffer), len(b)-n)
		p.buffer = append(p.buffer, b[n:n+m]...)
		if n += m; len(p.buffer) == room {
			p.begin("")
			p.push()
		}
	}
	return n, nil
}

func (p *pieces) failure() error {
	if p.wanted.Err() != nil {
		return problem.ErrLeft
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}

// begin sends the head of the answer, with a length if it is known.
func (p *pieces) begin(length string) {
	if p.begun {
		return
	}
	p.begun = true
	h := p.w.Header()
	h.Set("Content-Type", p.kind)
	h.Set("Content-Disposition", p.disposition)
	if length != "" {
		h.Set("Content-Length", length)
	}
	p.w.WriteHeader(p.status)
	go p.drain()
}

// push gives away what was gathered. Whoever has to wait for the client has no turn any more.
func (p *pieces) push() {
	piece := p.buffer
	p.buffer = make([]byte, 0, pieceBytes)
	select {
	case p.queue <- piece:
	default:
		p.release()
		p.queue <- piece // drain takes all there is, also after a failure
	}
}

// close sends the rest.
func (p *pieces) close() error {
	p.release()
	if !p.begun {
		p.begin(strconv.Itoa(len(p.buffer)))
	}
	p.push()
	close(p.queue)
	<-p.sent
	return p.failure()
}

func (p *pieces) release() {
	for _, end := range p.turn {
		end()
	}
}

// end waits until nothing is written any more, and cuts off an answer that is not whole.
func (p *pieces) end() {
	p.release()
	if p.begun {
		select {
		case <-p.sent:
		default:
			close(p.queue)
			<-p.sent
		}
	}
	if p.cut {
		panic(http.ErrAbortHandler)
	}
}

// drain sends what is in the queue.
func (p *pieces) drain() {
	defer close(p.sent)
	for piece := range p.queue {
		if p.failure() != nil {
			continue
		}
		if _, err := p.w.Write(piece); err != nil {
			p.mu.Lock()
			p.err = err
			p.mu.Unlock()
		}
	}
}
