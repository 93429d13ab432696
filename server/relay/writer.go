package relay

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// Header implements [http.ResponseWriter].
func (c *call) Header() http.Header { return c.header }

// WriteHeader implements [http.ResponseWriter]. Informational answers are not passed on.
func (c *call) WriteHeader(status int) {
	if c.status != 0 || status < 200 {
		return
	}
	c.status = status
	for _, v := range c.header.Values("Trailer") {
		for name := range strings.SplitSeq(v, ",") {
			c.names = append(c.names, http.CanonicalHeaderKey(strings.TrimSpace(name)))
		}
	}
	c.first = c.header.Clone()
	maps.DeleteFunc(c.first, func(key string, _ []string) bool {
		return strings.HasPrefix(key, http.TrailerPrefix) || slices.Contains(c.names, key)
	})
}

// hasBody says whether the answer may have one.
func (c *call) hasBody() bool {
	return !c.isHead && c.status != http.StatusNoContent && c.status != http.StatusNotModified
}

// Write implements [http.ResponseWriter]. It waits while the client is a piece behind.
func (c *call) Write(b []byte) (n int, err error) {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.isHead {
		return len(b), nil
	}
	if !c.hasBody() {
		return 0, http.ErrBodyNotAllowed
	}
	for n < len(b) {
		if len(c.buffer) == PieceBytes {
			if err := c.send(); err != nil {
				return n, err
			}
		}
		part := b[n:min(len(b), n+PieceBytes-len(c.buffer))]
		c.buffer = append(c.buffer, part...)
		n += len(part)
	}
	return n, context.Cause(c.ctx)
}

// FlushError sends what was written.
func (c *call) FlushError() error {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	if c.begun && len(c.buffer) == 0 {
		return context.Cause(c.ctx)
	}
	return c.send()
}

// Flush implements [http.Flusher].
func (c *call) Flush() { _ = c.FlushError() }

// head is that of the next piece.
func (c *call) head() *head {
	h := &head{Kind: piece}
	if !c.begun {
		h.Status, h.Header = c.status, c.first
		if h.Header.Get("Content-Type") == "" && c.hasBody() && len(c.buffer) > 0 {
			h.Header.Set("Content-Type", http.DetectContentType(c.buffer))
		}
		c.begun = true
	}
	return h
}

// send sends what was written, and waits until the client begins to read it.
func (c *call) send() error {
	if err := context.Cause(c.ctx); err != nil {
		return err
	}
	_, _, err := c.ask(c.head(), c.buffer, &c.pieces)
	c.buffer = c.buffer[:0]
	return err
}

// finish sends the end of the answer.
func (c *call) finish() {
	if c.status == 0 {
		c.WriteHeader(http.StatusOK)
	}
	c.conclude(&head{})
}

// abort has the client see that the answer is not whole.
func (c *call) abort() {
	if !c.begun {
		c.status, c.first, c.buffer = http.StatusBadGateway, http.Header{}, nil
	}
	c.conclude(&head{Aborted: true})
}

// conclude sends the last piece.
func (c *call) conclude(with *head) {
	if c.ctx.Err() != nil && !c.begun && c.of.ended.Err() == nil {
		return // nobody is there
	}
	h := c.head()
	h.Last, h.Aborted, h.Trailer = true, with.Aborted, c.trailer()
	if errors.Is(context.Cause(c.ctx), errLate) {
		h.Aborted = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pieces++
	_ = c.of.conn.PublishMsg(&nats.Msg{Subject: c.to, Data: encode(h, c.buffer)})
}

// trailer returns what was announced, and what [http.TrailerPrefix] marks.
func (c *call) trailer() http.Header {
	t := http.Header{}
	for _, name := range c.names {
		if v := c.header.Values(name); len(v) > 0 {
			t[name] = v
		}
	}
	for key, values := range maps.All(c.header) {
		if name, ok := strings.CutPrefix(key, http.TrailerPrefix); ok {
			t[http.CanonicalHeaderKey(name)] = values
		}
	}
	if len(t) == 0 {
		return nil
	}
	return t
}

// errLate is the cause of the end of a call whose client took too long.
var errLate = errors.New("the client reads too slowly")

// SetWriteDeadline is for [http.ResponseController]. What is being written when it has come
// ends, and the answer with it.
func (c *call) SetWriteDeadline(at time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case at.IsZero() && c.deadline != nil:
		c.deadline.Stop()
	case at.IsZero():
	case c.deadline == nil:
		c.deadline = time.AfterFunc(time.Until(at), c.late)
	default:
		c.deadline.Reset(time.Until(at))
	}
	return nil
}

// late ends the call if it is in a write.
func (c *call) late() {
	c.mu.Lock()
	writing := c.writing
	c.mu.Unlock()
	if writing {
		c.end(errLate)
	}
}

// SetReadDeadline is for [http.ResponseController]. The node that a request reached sees to
// it that it is read in time.
func (c *call) SetReadDeadline(time.Time) error { return nil }
