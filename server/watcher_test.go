//go:build long

package server

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/wire"
)

// maxSpeed has a run train as fast as it can.
const maxSpeed = `{"type":"change","id":1,"set":{"speed":"max"}}`

// A watcher is a viewer that costs next to nothing, so that hundreds of them can
// share the machine with the server that they measure. It speaks the websocket
// protocol by hand, skips what frames hold, and keeps account of the history: what
// it was told, and whether a point is missing. After a gap, and after a connection
// that was lost, it does what the page does: it says hello with the number of the
// next point.
//
// It belongs to the goroutine that calls its methods, but for what is atomic.
type watcher struct {
	addr, id, key string
	perSecond     int    // bytes that it reads; 0 means as they come
	from          string // address that it comes from; empty is the system's choice

	conn net.Conn
	r    *bufio.Reader
	text []byte

	known      bool   // generation and next hold
	generation uint32 // as it was told last
	gapped     bool   // it has asked again, and was not answered yet
	lost       int    // points that never came
	gaps       int    // messages that were left out, and asked for again
	broken     string // what was against the protocol

	next    atomic.Int64 // number of the next point
	frames  atomic.Int64
	bytes   atomic.Int64
	arrived func(f fit) // told of each message of fit frames, unless nil
	said    func(kind string, text []byte)
}

// A fit is what a watcher looks at of a message of fit frames.
type fit struct {
	generation, revision uint32
	step                 uint64
}

// open connects and says hello. Who reads slowly has a short buffer, so that it
// is the server that has to wait.
func (w *watcher) open() error {
	var d net.Dialer
	if w.from != "" {
		d.LocalAddr = &net.TCPAddr{IP: net.ParseIP(w.from)}
	}
	conn, err := d.Dial("tcp", w.addr)
	if err != nil {
		return err
	}
	var from io.Reader = conn
	size := 4096
	if w.perSecond > 0 {
		from, size = &trickle{conn, w.perSecond}, 512
		if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			return errors.Join(err, conn.Close())
		}
	}
	w.conn, w.r, w.gapped = conn, bufio.NewReaderSize(from, size), false
	if err := w.greet(); err != nil {
		return errors.Join(err, conn.Close())
	}
	return nil
}

func (w *watcher) greet() error {
	if _, err := io.WriteString(w.conn, handshake(w.addr, w.id)); err != nil {
		return err
	}
	resp, err := http.ReadResponse(w.r, nil)
	if err != nil {
		return err
	}
	if err := resp.Body.Close(); err != nil {
		return err
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		return fmt.Errorf("the handshake was answered with %s", resp.Status)
	}
	return w.hello()
}

func (w *watcher) hello() error {
	h := wire.Hello{Type: "hello", Key: w.key}
	if w.known {
		h.Generation, h.Next = w.generation, int(w.next.Load())
	}
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	return w.send(string(b))
}

func (w *watcher) send(text string) error {
	_, err := w.conn.Write(rawFrame(fin|websocket.TextMessage, text, 0))
	return err
}

// follow reads until the connection fails or until says so, which it asks after
// each message.
func (w *watcher) follow(until func() bool) error {
	for !until() {
		if err := w.take(); err != nil {
			return err
		}
	}
	return nil
}

// take reads one message and takes account of it.
func (w *watcher) take() error {
	head, err := w.r.Peek(2)
	if err != nil {
		return err
	}
	kind, short := head[0], head[1]
	long := map[byte]int{126: 2, 127: 8}[short]
	if head, err = w.r.Peek(2 + long); err != nil {
		return err
	}
	n := int(short)
	switch long {
	case 2:
		n = int(binary.BigEndian.Uint16(head[2:]))
	case 8:
		n = int(binary.BigEndian.Uint64(head[2:]))
	}
	if _, err := w.r.Discard(2 + long); err != nil {
		return err
	}
	w.bytes.Add(int64(2 + long + n))
	if kind == fin|websocket.BinaryMessage {
		return w.takeFrames(n)
	}
	w.text = append(w.text[:0], make([]byte, n)...)
	if _, err := io.ReadFull(w.r, w.text); err != nil {
		return err
	}
	switch kind {
	case fin | websocket.TextMessage:
		return w.takeText(w.text)
	case fin | websocket.PingMessage:
		_, err := w.conn.Write(rawFrame(fin|websocket.PongMessage, string(w.text), 0))
		return err
	case fin | websocket.CloseMessage:
		if len(w.text) < 2 {
			return closedError{}
		}
		return closedError{binary.BigEndian.Uint16(w.text), string(w.text[2:])}
	}
	return fmt.Errorf("a websocket frame that begins with %#x", kind)
}

func (w *watcher) takeFrames(n int) error {
	head, err := w.r.Peek(min(n, wire.FrameHeaderSize))
	if err != nil {
		return err
	}
	if len(head) < wire.FrameHeaderSize {
		return fmt.Errorf("a message of frames of %d bytes", n)
	}
	if wire.FrameKind(head[5]) == wire.FrameFit {
		le := binary.LittleEndian
		w.frames.Add(1)
		if w.arrived != nil {
			w.arrived(fit{generation: le.Uint32(head[8:]), revision: le.Uint32(head[12:]), step: le.Uint64(head[16:])})
		}
	}
	_, err = w.r.Discard(n)
	return err
}

// takeText knows a message by how it begins: decoding every one would cost more
// than the server's making of it.
func (w *watcher) takeText(b []byte) error {
	rest, ok := bytes.CutPrefix(b, []byte(`{"type":"`))
	kind, _, found := bytes.Cut(rest, []byte(`"`))
	if !ok || !found {
		return fmt.Errorf("a message that begins with %.20q", b)
	}
	if w.said != nil {
		w.said(string(kind), b)
	}
	switch string(kind) {
	case "gap":
		w.gaps++
		w.gapped = true
		return w.hello()
	case "run":
		var m struct {
			Generation uint32
			Next       int
		}
		if err := json.Unmarshal(b, &m); err != nil {
			return err
		}
		w.takeRun(m.Generation, m.Next)
	case "history":
		var generation uint32
		var first int
		if _, err := fmt.Sscanf(string(b[:min(len(b), 80)]), `{"type":"history","generation":%d,"first":%d,`, &generation, &first); err != nil {
			return fmt.Errorf("a history message that begins with %.80q: %w", b, err)
		}
		if !w.gapped {
			w.takeHistory(generation, first, bytes.Count(b, []byte{'['})-1)
		}
	}
	return nil
}

// takeRun takes the state of the run. While a gap is open it may be another than
// the answer to the hello, and continue beyond what was left out: that one is let by.
func (w *watcher) takeRun(generation uint32, next int) {
	ahead := next
	if w.known && generation == w.generation {
		ahead -= int(w.next.Load())
	}
	if ahead > 0 {
		if w.gapped {
			return
		}
		w.lose(ahead, "the run message of generation %d goes on with point %d, which leaves out %d", generation, next, ahead)
	}
	w.known, w.gapped, w.generation = true, false, generation
	w.next.Store(int64(next))
}

func (w *watcher) takeHistory(generation uint32, first, count int) {
	had := int(w.next.Load())
	switch {
	case !w.known || generation != w.generation:
		w.lose(count, "points of generation %d came in generation %d", generation, w.generation)
	case first > had:
		w.lose(first-had, "point %d of generation %d follows %d", first, generation, had-1)
	case first < had:
		w.lose(0, "point %d of generation %d comes twice", first, generation)
	}
	w.next.Store(int64(first + count))
}

func (w *watcher) lose(points int, format string, args ...any) {
	w.lost += points
	w.broken = cmp.Or(w.broken, fmt.Sprintf(format, args...))
}

// A trickle reads so many bytes a second, in eight pieces.
type trickle struct {
	r         io.Reader
	perSecond int
}

func (t *trickle) Read(b []byte) (int, error) {
	n, err := t.r.Read(b[:min(len(b), max(1, t.perSecond/8))])
	time.Sleep(time.Duration(n) * time.Second / time.Duration(t.perSecond))
	return n, err
}

// A closedError says that the server closed a connection, with the code of a close frame.
type closedError struct {
	code uint16
	why  string
}

func (e closedError) Error() string {
	return fmt.Sprintf("closed by the server: %d, %s", e.code, e.why)
}
