package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"

	"github.com/gnllviz/gnllviz/server/panics"
	"github.com/gnllviz/gnllviz/server/problem"
)

// most is how many requests a server answers at a time. They are bounded where they reached
// their nodes; this is for many nodes at once.
const most = 4096

// A Server answers what other nodes' transports send to a room of this one.
type Server struct {
	conn    *nats.Conn
	log     *slog.Logger
	handler http.Handler
	subs    []*nats.Subscription
	ended   context.Context
	end     context.CancelFunc
	work    sync.WaitGroup
	room    chan struct{} // a place for each request
	inbox   string        // below which clients answer

	mu    sync.Mutex
	calls map[string]*call            // by the subject of their answers
	asked map[string]chan<- *nats.Msg // what clients are to answer, by the subject
}

// Listen has a handler answer what comes to a room of this node, until Close is called. A
// request's RemoteAddr is what it was where it reached its node, and [Word] returns what
// that node said.
func Listen(conn *nats.Conn, node, room string, h http.Handler, log *slog.Logger) (*Server, error) {
	s := &Server{
		conn: conn, log: log, handler: h, room: make(chan struct{}, most), inbox: conn.NewInbox(),
		calls: map[string]*call{}, asked: map[string]chan<- *nats.Msg{},
	}
	s.ended, s.end = context.WithCancel(context.Background())
	for _, x := range []struct {
		at   string
		take nats.MsgHandler
	}{{s.inbox + ".*", s.answered}, {gone(node, room), s.gone}, {subject(node, room), s.take}} {
		sub, err := conn.Subscribe(x.at, x.take)
		if err == nil {
			s.subs = append(s.subs, sub)
			err = sub.SetPendingLimits(-1, 64<<20)
		}
		if err != nil {
			return nil, errors.Join(fmt.Errorf("cannot listen for requests of other nodes: %w", err), s.Close())
		}
	}
	// Whoever hears of this node from now on reaches it.
	if err := conn.FlushTimeout(flushTime); err != nil {
		return nil, errors.Join(fmt.Errorf("cannot listen for requests of other nodes: %w", err), s.Close())
	}
	return s, nil
}

// flushTime is how long it waits until NATS has noted what is listened for.
const flushTime = 5 * time.Second

// Close takes no more requests, ends the contexts of those that are being answered, and
// returns when they have been.
func (s *Server) Close() error {
	var err error
	for _, sub := range s.subs {
		err = errors.Join(err, sub.Unsubscribe())
	}
	s.end()
	s.work.Wait()
	return err
}

// gone ends the call of a client that has left.
func (s *Server) gone(m *nats.Msg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.calls[string(m.Data)]; c != nil {
		c.end(errClientLeft)
	}
}

// expect returns a subject for a client's answer, and where it will be found until forget is
// called.
func (s *Server) expect() (at string, answer <-chan *nats.Msg, forget func()) {
	at = s.inbox + "." + nuid.Next()
	c := make(chan *nats.Msg, 1)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked[at] = c
	return at, c, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		delete(s.asked, at)
	}
}

// answered hands on a client's answer.
func (s *Server) answered(m *nats.Msg) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.asked[m.Subject]; c != nil {
		c <- m
		delete(s.asked, m.Subject)
	}
}

var errClientLeft = errors.New("the client has left")

// take begins to answer a request.
func (s *Server) take(m *nats.Msg) {
	h, data, err := decode(m.Data)
	if err != nil || m.Reply == "" {
		s.log.Warn("a request of another node cannot be read", "err", err)
		return
	}
	c := &call{of: s, to: m.Reply, header: http.Header{}, isHead: h.Method == http.MethodHead}
	c.ctx, c.end = context.WithCancelCause(s.ended)
	uri, err := url.ParseRequestURI(h.URI)
	if err != nil {
		problem.Answer(c, http.StatusBadRequest, "the address cannot be read")
		c.finish()
		return
	}
	select {
	case s.room <- struct{}{}:
	default:
		problem.After(time.Second, http.StatusServiceUnavailable, "the node is busy with requests of other nodes; try again in a moment").Answer(c)
		c.finish()
		return
	}
	s.mu.Lock()
	if s.ended.Err() != nil {
		s.mu.Unlock()
		return
	}
	s.calls[c.to] = c
	s.work.Add(1)
	s.mu.Unlock()
	c.body = data
	c.whole = h.Inside
	r := &http.Request{
		Method: h.Method, URL: uri, RequestURI: h.URI, Host: h.Host, RemoteAddr: h.Peer,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h.Header, ContentLength: h.Length, Body: http.NoBody,
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if h.Length != 0 {
		r.Body = (*body)(c)
	}
	r = r.WithContext(context.WithValue(c.ctx, cameKey{}, h.Word))
	go func() {
		defer s.work.Done()
		defer func() { <-s.room }()
		c.serve(s.handler, r)
	}()
}

// A call is a request that is being answered. It is the handler's [http.ResponseWriter], of
// the handler's goroutine alone but for what mu guards.
type call struct {
	of  *Server
	to  string
	ctx context.Context
	end context.CancelCauseFunc

	header http.Header
	status int
	first  http.Header // as it was when there was a status
	begun  bool        // the head was sent
	isHead bool        // the method is HEAD
	names  []string    // of trailers that were announced
	buffer []byte

	body     []byte // of the request, what was not read yet
	whole    bool   // nothing follows it
	bodyErr  error
	deadline *time.Timer // of writes

	mu      sync.Mutex
	pieces  int  // that were sent
	pulls   int  // for pieces of the body
	waiting bool // for an acknowledgement of a piece, or for one of the body
	writing bool // for the former
}

// serve has the request answered.
func (c *call) serve(h http.Handler, r *http.Request) {
	life := make(chan struct{})
	begin := time.AfterFunc(aliveEvery, func() {
		defer close(life)
		c.live()
	})
	defer func() {
		c.of.mu.Lock()
		delete(c.of.calls, c.to)
		c.of.mu.Unlock()
		c.end(errDone)
		if c.deadline != nil {
			c.deadline.Stop()
		}
		if !begin.Stop() {
			<-life
		}
	}()
	defer func() {
		if p := recover(); p != nil {
			if p != http.ErrAbortHandler {
				panics.Log(c.of.log, "a request of another node", p)
			}
			c.abort()
			return
		}
		c.finish()
	}()
	h.ServeHTTP(c, r)
}

// live tells the client that it is still being answered, and looks whether it is there.
func (c *call) live() {
	tick := time.NewTicker(aliveEvery)
	defer tick.Stop()
	missed, stuck := 0, 0
	last := new(head)
	for c.ctx.Err() == nil {
		at, answers, forget := c.of.expect()
		c.mu.Lock()
		h := &head{Kind: alive, Pieces: c.pieces, Pulls: c.pulls}
		waited := c.waiting
		err := c.of.conn.PublishRequest(c.to, at, encode(h, nil))
		c.mu.Unlock()
		var got *head
		if err == nil {
			ctx, cancel := context.WithTimeout(c.ctx, aliveTime)
			got, _, err = receive(ctx, answers)
			cancel()
		}
		forget()
		switch {
		case errors.Is(err, errClientLeft):
			c.end(err)
		case err != nil:
			if missed++; missed == 2 {
				c.end(errClientLeft)
			}
		case waited && got.Pieces == h.Pieces && got.Pulls == h.Pulls && h.Pieces == last.Pieces && h.Pulls == last.Pulls:
			// It has answered what is still waited for.
			if missed, stuck = 0, stuck+1; stuck == 2 {
				c.end(fmt.Errorf("%w: a part of what it said was lost", errClientLeft))
			}
		default:
			missed, stuck = 0, 0
		}
		last = h
		select {
		case <-tick.C:
		case <-c.ctx.Done():
		}
	}
}

// receive waits for a client's answer.
func receive(ctx context.Context, answers <-chan *nats.Msg) (*head, []byte, error) {
	select {
	case m := <-answers:
		if isUnheard(m) {
			return nil, nil, errClientLeft
		}
		h, data, err := decode(m.Data)
		if err == nil && h.NotThere {
			err = errClientLeft
		}
		return h, data, err
	case <-ctx.Done():
		return nil, nil, context.Cause(ctx)
	}
}

// ask sends a message that the client answers, and waits for that. count is of such.
func (c *call) ask(h *head, data []byte, count *int) (*head, []byte, error) {
	at, answers, forget := c.of.expect()
	defer forget()
	c.mu.Lock()
	*count++
	c.waiting, c.writing = true, h.Kind == piece
	err := c.of.conn.PublishRequest(c.to, at, encode(h, data)) // in the order of the counts
	c.mu.Unlock()
	var answer *head
	if err == nil {
		answer, data, err = receive(c.ctx, answers)
	}
	c.mu.Lock()
	c.waiting, c.writing = false, false
	c.mu.Unlock()
	if err != nil {
		c.end(err)
		return nil, nil, context.Cause(c.ctx)
	}
	return answer, data, nil
}

// A body is the request's.
type body call

// Read implements [io.Reader]; it asks the client for what is not here yet.
func (b *body) Read(to []byte) (int, error) {
	for len(b.body) == 0 {
		switch {
		case b.bodyErr != nil:
			return 0, b.bodyErr
		case b.whole:
			return 0, io.EOF
		}
		h, data, err := (*call)(b).ask(&head{Kind: pull}, nil, &b.pulls)
		switch {
		case err != nil:
			b.bodyErr = err
		case h.Aborted:
			b.body, b.bodyErr = data, io.ErrUnexpectedEOF
		default:
			b.body, b.whole = data, h.Last
		}
	}
	n := copy(to, b.body)
	b.body = b.body[n:]
	return n, nil
}

// Close implements [io.Closer].
func (b *body) Close() error { return nil }
