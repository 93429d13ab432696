// Package events carries what viewers see as server-sent events, and what they say as
// posted messages, for those whom websockets do not reach: a [live.Conn].
package events

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/live/lobby"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// streams are the open streams of events, by their ids. The zero value is ready.
type streams struct {
	mu   sync.Mutex
	open map[string]*stream
}

func (t *streams) add(s *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == nil {
		t.open = map[string]*stream{}
	}
	t.open[s.id] = s
}

func (t *streams) remove(s *stream) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, s.id)
}

func (t *streams) get(id string) *stream {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.open[id]
}

// A Server opens streams of events for whoever the lobby lets in, and takes what is
// posted to them.
type Server struct {
	Lobby *lobby.Lobby

	// Node, unless it is empty, is the id of this node, with which the ids of its streams
	// begin; what is posted to a stream may reach another.
	Node string

	streams streams
}

// Open carries a run's messages as events until server ends.
func (s *Server) Open(server context.Context) http.HandlerFunc {
	l := s.Lobby
	return func(w http.ResponseWriter, r *http.Request) {
		// Pages of others cannot read a stream, but could take the seats.
		if site := r.Header.Get("Sec-Fetch-Site"); !l.Door.Allows(r) || site != "" && site != "same-origin" && site != "none" {
			l.Door.Deny(w, r)
			return
		}
		x := l.Find(w, r)
		if x == nil {
			return
		}
		hello, pongs, err := readHello(r)
		if err != nil {
			problem.Answer(w, http.StatusBadRequest, err.Error())
			return
		}
		guest := l.Admit(w, r, x)
		if guest == nil {
			return
		}
		defer guest.Leave()
		guest.Seat.Settle() // the request was the hello
		guest.Log = guest.Log.With("by", "events")
		c := newStream(w, r, l.Limits.Silence, x.ID(), pongs)
		if s.Node != "" {
			c.id = s.Node + nodeEnd + c.id
		}
		defer c.cut()
		s.streams.add(c) // before the viewer knows of it
		defer s.streams.remove(c)
		if err := c.open(); err != nil {
			guest.Log.Debug("opening a stream of events", "err", err)
			return
		}
		c.first <- hello
		guest.Serve(server, c)
	}
}

// nodeEnd is between the id of a node and the rest of a stream's.
const nodeEnd = "-"

// NodeOf returns the node that has a stream of events, or nothing.
func NodeOf(stream string) string {
	node, _, named := strings.Cut(stream, nodeEnd)
	if !named {
		return ""
	}
	return node
}

// readHello returns the hello that a request for events says.
func readHello(r *http.Request) (hello []byte, pongs bool, err error) {
	q := r.URL.Query()
	h := wire.Hello{Type: "hello", Key: r.Header.Get(access.KeyHeader)}
	if text := q.Get("generation"); text != "" {
		generation, err := strconv.ParseUint(text, 10, 32)
		if err != nil {
			return nil, false, fmt.Errorf("generation %.40q is not a generation of a run", text)
		}
		h.Generation = uint32(generation)
	}
	if text := q.Get("next"); text != "" {
		if h.Next, err = strconv.Atoi(text); err != nil || h.Next < 0 {
			return nil, false, fmt.Errorf("next %.40q is not the number of a point", text)
		}
	}
	if text := q.Get("pongs"); text != "" {
		if pongs, err = strconv.ParseBool(text); err != nil {
			return nil, false, fmt.Errorf("pongs must be true or false, not %.40q", text)
		}
	}
	b, err := json.Marshal(h)
	return b, pongs, err
}

// A stream is a [live.Conn] of server-sent events one way and posted messages the other.
type stream struct {
	id      string // who knows it may post to the stream
	run     string
	silence time.Duration // it may go without answering a ping
	pongs   bool          // the viewer answers pings; else it is taken for granted

	first  chan []byte   // the hello
	posted chan []byte   // from requests to Next
	ponged chan string   // from requests, or from Ping, to Next
	turn   chan struct{} // of requests that post, one at a time

	gone context.Context // ends with the request, or by cut
	cut  context.CancelFunc

	control *http.ResponseController

	mu     sync.Mutex // of what follows: a close comes from either goroutine
	w      http.ResponseWriter
	closed bool
}

func newStream(w http.ResponseWriter, r *http.Request, silence time.Duration, run string, pongs bool) *stream {
	s := &stream{
		id: rand.Text(), run: run, silence: silence, pongs: pongs,
		first: make(chan []byte, 1), posted: make(chan []byte), ponged: make(chan string, 1), turn: make(chan struct{}, 1),
		w: w, control: http.NewResponseController(w),
	}
	s.gone, s.cut = context.WithCancel(r.Context())
	return s
}

// open begins the answer, and tells the viewer the stream's id.
func (s *stream) open() error {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store, no-transform")
	h.Set("X-Accel-Buffering", "no") // nginx would keep back what does not fill a buffer
	h.Set("Connection", "close")     // its deadlines are nobody else's
	// The time to read a request is over long before the stream is.
	if err := s.control.SetReadDeadline(time.Time{}); err != nil {
		return err
	}
	return s.event("stream", fmt.Appendf(nil, `{"id":%q}`, s.id))
}

// event writes one event, in a time that its length allows.
func (s *stream) event(name string, data []byte) error {
	var b bytes.Buffer
	b.Grow(len(name) + len(data) + 16)
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	b.WriteString("data: ")
	b.Write(data) // encoded JSON and base64 have no line breaks
	b.WriteString("\n\n")
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return live.ErrClosed
	}
	if err := s.control.SetWriteDeadline(live.WrittenBy(b.Len())); err != nil {
		return err
	}
	if _, err := s.w.Write(b.Bytes()); err != nil {
		return err
	}
	return s.control.Flush()
}

func (s *stream) Send(m run.Message) error {
	if !m.Binary {
		return s.event("", m.Data)
	}
	b := make([]byte, base64.StdEncoding.EncodedLen(len(m.Data)))
	base64.StdEncoding.Encode(b, m.Data)
	return s.event("frames", b)
}

// Ping of a viewer who does not answer counts as answered: it has been written.
func (s *stream) Ping(payload []byte) error {
	if s.pongs {
		return s.event("ping", hex.AppendEncode(nil, payload))
	}
	select {
	case s.ponged <- string(payload):
	default: // an older one waits to be taken, and the next ping follows
	}
	return nil
}

func (s *stream) Next(pong func(string)) ([]byte, error) {
	silent := time.NewTimer(s.silence)
	defer silent.Stop()
	for {
		var b []byte
		select {
		case b = <-s.first:
		case b = <-s.posted:
		case p := <-s.ponged:
			pong(p)
			silent.Reset(s.silence)
			continue
		case <-silent.C:
			if s.pongs {
				return nil, live.ErrSilenced
			}
			continue // what cannot be written ends it
		case <-s.gone.Done():
			return nil, s.gone.Err()
		}
		if p, ok := parsePong(b); ok {
			pong(p)
			silent.Reset(s.silence)
			continue
		}
		if !utf8.Valid(b) {
			return nil, live.ErrNotUTF8
		}
		return b, nil
	}
}

// parsePong returns what a pong carries, if the message is one.
func parsePong(b []byte) (payload string, ok bool) {
	if !bytes.Contains(b, []byte(`"pong"`)) {
		return "", false
	}
	var m struct{ Type, Ping string }
	if json.Unmarshal(b, &m) != nil || m.Type != "pong" {
		return "", false
	}
	p, err := hex.DecodeString(m.Ping)
	return string(p), err == nil
}

// Close ends the stream, too: there is no answer to wait for.
func (s *stream) Close(code int, reason string) {
	s.Hurry() // what is being written holds the lock
	b, err := json.Marshal(struct {
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	}{code, reason})
	if err != nil {
		panic("events: encoding a close: " + err.Error()) // a number and a text
	}
	_ = s.event("close", b)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.cut()
}

func (s *stream) Hurry() { _ = s.control.SetWriteDeadline(time.Now().Add(live.CloseTime)) }

func (s *stream) Drain(error) {}

// Drop ends a write that is under way, too.
func (s *stream) Drop() {
	s.cut()
	_ = s.control.SetWriteDeadline(time.Now())
}

// Post takes messages for a stream of events, which answers them.
func (s *Server) Post(w http.ResponseWriter, r *http.Request) {
	c := s.streams.get(r.PathValue("stream"))
	if c == nil || c.run != r.PathValue("id") {
		problem.Answer(w, http.StatusNotFound, "there is no such stream, or it has ended; open another at /api/runs/{id}/events")
		return
	}
	if packed := problem.Packed(r); packed != nil {
		packed.Answer(w)
		return
	}
	b, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(s.Lobby.Limits.MessageBytes)))
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &long):
		problem.Answer(w, http.StatusRequestEntityTooLarge, fmt.Sprintf("the body is longer than %d bytes, which --max-message-bytes raises", s.Lobby.Limits.MessageBytes))
		return
	case err != nil:
		problem.Answer(w, http.StatusBadRequest, "the request was broken off")
		return
	}
	select {
	case c.turn <- struct{}{}:
		defer func() { <-c.turn }()
	default:
		problem.After(time.Second, http.StatusTooManyRequests, "messages for this stream are being posted already; one request at a time keeps their order").Answer(w)
		return
	}
	for line := range bytes.Lines(b) {
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		select {
		case c.posted <- line:
		case <-c.gone.Done():
			problem.Answer(w, http.StatusNotFound, "the stream has ended; open another")
			return
		case <-r.Context().Done():
			return
		}
	}
	w.WriteHeader(http.StatusNoContent)
}
