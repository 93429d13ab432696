package relay

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nuid"
)

// A Transport is an [http.RoundTripper] that takes requests to the node whose id is the host
// of their address. It fails with [ErrAway] where there is no such node.
type Transport struct {
	conn  *nats.Conn
	room  string
	inbox string
	sub   *nats.Subscription

	mu    sync.Mutex
	under map[string]*exchange // by the subject of their answers
}

// NewTransport returns a transport to a room of other nodes, until Close is called.
func NewTransport(conn *nats.Conn, room string) (*Transport, error) {
	t := &Transport{conn: conn, room: room, inbox: conn.NewInbox(), under: map[string]*exchange{}}
	var err error
	if t.sub, err = conn.Subscribe(t.inbox+".*", t.take); err != nil {
		return nil, fmt.Errorf("cannot listen for answers of other nodes: %w", err)
	}
	return t, t.sub.SetPendingLimits(-1, -1) // each request has one piece on its way at most
}

// Close ends the transport and the requests that are under way.
func (t *Transport) Close() error {
	err := t.sub.Unsubscribe()
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, x := range t.under {
		x.fail(ErrAway)
	}
	return err
}

// take hands a message to the exchange that it is for.
func (t *Transport) take(m *nats.Msg) {
	t.mu.Lock()
	x := t.under[m.Subject]
	t.mu.Unlock()
	switch {
	case x != nil:
		x.take(m)
	case m.Reply != "":
		_ = m.Respond(encode(&head{NotThere: true}, nil))
	}
}

// An exchange is a request that is being answered.
type exchange struct {
	of   *Transport
	node string
	at   string // subject of the answers

	body   io.ReadCloser // of the request, or nil
	pulled sync.Mutex    // held by the one who reads it

	heads  chan *head
	pieces chan taken
	ended  context.Context // the exchange failed, or its client left
	end    context.CancelCauseFunc
	silent *time.Timer

	mu        sync.Mutex // of what was counted
	got, took int        // pieces of the answer
	pulls     int        // pieces of the body that were asked for
	given     int        // ... and given
}

// A taken is a piece of an answer as it came.
type taken struct {
	*head
	data []byte
	m    *nats.Msg
}

// RoundTrip implements [http.RoundTripper].
func (t *Transport) RoundTrip(r *http.Request) (*http.Response, error) {
	x := &exchange{
		of: t, node: r.URL.Host, at: t.inbox + "." + nuid.Next(), body: r.Body,
		heads: make(chan *head, 1), pieces: make(chan taken, 2),
	}
	h := &head{
		Method: r.Method, URI: r.URL.RequestURI(), Host: r.Host, Peer: r.RemoteAddr,
		Header: r.Header, Length: r.ContentLength, Inside: true,
	}
	h.Word, _ = r.Context().Value(wordKey{}).(string)
	var first []byte
	if r.Body == nil || r.Body == http.NoBody {
		h.Length = 0
	} else if h.Inside = 0 < r.ContentLength && r.ContentLength <= firstBytes; h.Inside {
		first = make([]byte, r.ContentLength)
		if _, err := io.ReadFull(r.Body, first); err != nil {
			x.closeBody()
			return nil, err
		}
	} else if h.Length == 0 {
		h.Length = -1
	}
	x.ended, x.end = context.WithCancelCause(r.Context())
	x.silent = time.AfterFunc(Silence, func() { x.fail(fmt.Errorf("%w: it has said nothing for %v", ErrAway, Silence)) })
	t.mu.Lock()
	t.under[x.at] = x
	t.mu.Unlock()
	context.AfterFunc(x.ended, x.leave)
	err := t.conn.PublishMsg(&nats.Msg{Subject: subject(x.node, t.room), Reply: x.at, Data: encode(h, first)})
	if err != nil {
		err = fmt.Errorf("%w: %w", ErrAway, err)
		x.fail(err)
		return nil, err
	}
	select {
	case h = <-x.heads:
	case <-x.ended.Done():
		return nil, context.Cause(x.ended)
	}
	answer := &http.Response{
		StatusCode: h.Status, Status: strconv.Itoa(h.Status) + " " + http.StatusText(h.Status),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: h.Header, Request: r, ContentLength: -1, Trailer: http.Header{},
	}
	for _, v := range answer.Header.Values("Trailer") {
		for name := range strings.SplitSeq(v, ",") {
			answer.Trailer[http.CanonicalHeaderKey(strings.TrimSpace(name))] = nil
		}
	}
	answer.Header.Del("Trailer")
	if n, err := strconv.ParseInt(answer.Header.Get("Content-Length"), 10, 64); err == nil {
		answer.ContentLength = n
	}
	answer.Body = &reader{of: x, trailer: answer.Trailer}
	return answer, nil
}

// fail ends the exchange, for such a reason.
func (x *exchange) fail(err error) { x.end(err) }

// errDone is the cause of the end of an exchange that has come to its end.
var errDone = errors.New("the answer was read")

// leave forgets an exchange that has ended, and tells the node unless it ended there.
func (x *exchange) leave() {
	x.silent.Stop()
	x.of.mu.Lock()
	delete(x.of.under, x.at)
	x.of.mu.Unlock()
	x.closeBody()
	if context.Cause(x.ended) != errDone {
		_ = x.of.conn.Publish(gone(x.node, x.of.room), []byte(x.at))
	}
}

// closeBody closes the body of the request, which ends a read of it.
func (x *exchange) closeBody() {
	if x.body != nil {
		_ = x.body.Close()
	}
}

// take takes a message of the node. It does not wait.
func (x *exchange) take(m *nats.Msg) {
	if isUnheard(m) {
		x.fail(ErrUnheard)
		return
	}
	h, data, err := decode(m.Data)
	if err != nil {
		x.fail(err)
		return
	}
	x.silent.Reset(Silence)
	x.mu.Lock()
	defer x.mu.Unlock()
	switch h.Kind {
	case alive:
		if h.Pieces != x.got || h.Pulls != x.pulls {
			x.fail(fmt.Errorf("%w: a part of what it said was lost", ErrAway))
			return
		}
		_ = m.Respond(encode(&head{Pieces: x.took, Pulls: x.given}, nil))
	case pull:
		x.pulls++
		go x.give(m)
	case piece:
		x.got++
		if h.Status != 0 {
			if h.Header == nil {
				h.Header = http.Header{}
			}
			complete(h, data)
			select {
			case x.heads <- h:
			default: // there was one
			}
		}
		select {
		case x.pieces <- taken{h, data, m}:
		default:
			x.fail(errors.New("the node sent more than it was asked for"))
		}
	}
}

// complete says of an answer that came as a whole how long it is.
func complete(h *head, data []byte) {
	if h.Last && !h.Aborted && h.Trailer == nil && len(data) > 0 && h.Header.Get("Content-Length") == "" {
		h.Header.Set("Content-Length", strconv.Itoa(len(data)))
	}
}

// give answers a pull with the next piece of the request's body.
func (x *exchange) give(m *nats.Msg) {
	x.pulled.Lock()
	defer x.pulled.Unlock()
	b := make([]byte, PieceBytes)
	n, err := 0, io.EOF
	if x.body != nil {
		// What there is goes at once: whoever sends it may wait for an answer to it.
		for n == 0 {
			if n, err = x.body.Read(b); err != nil {
				break
			}
		}
	}
	h := &head{Last: err != nil, Aborted: err != nil && err != io.EOF}
	_ = m.Respond(encode(h, b[:n]))
	x.mu.Lock()
	defer x.mu.Unlock()
	x.given++
}

// A reader is the body of an answer.
type reader struct {
	of      *exchange
	trailer http.Header
	rest    []byte
	err     error // what follows the rest
}

// Read implements [io.Reader].
func (r *reader) Read(b []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		select {
		case p := <-r.of.pieces:
			r.begin(p)
		case <-r.of.ended.Done():
			select {
			case p := <-r.of.pieces:
				r.begin(p)
			default:
				r.err = context.Cause(r.of.ended)
			}
		}
	}
	n := copy(b, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// begin has a piece read, and asks for the next.
func (r *reader) begin(p taken) {
	r.rest = p.data
	switch {
	case p.Aborted:
		r.err = fmt.Errorf("the answer is not whole: %w", io.ErrUnexpectedEOF)
		r.of.fail(errDone)
	case p.Last:
		for key, values := range p.Trailer {
			r.trailer[key] = slices.Clone(values)
		}
		r.err = io.EOF
		r.of.fail(errDone)
	default:
		_ = p.m.Respond(encode(&head{}, nil))
		r.of.mu.Lock()
		defer r.of.mu.Unlock()
		r.of.took++
	}
}

// Close implements [io.Closer]. The node is told, if it has not come to the end.
func (r *reader) Close() error {
	r.of.fail(context.Canceled)
	return nil
}
