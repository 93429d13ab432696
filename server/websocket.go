package server

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// maxDiscard bounds what is read only to be refused; beyond it the
	// connection is closed. Deflate is not offered, so these are real bytes.
	maxDiscard = 16 << 20

	// writeBuffer is a handful of frames, or two of six lanes; the kernel may round
	// it up. With half of it a frame of six lanes fills the buffer of a loopback
	// connection, whose peer confirms what it got only 40 ms later.
	writeBuffer = 32 << 10
)

// live upgrades to a websocket and carries a run's messages over it.
func (s *Server) live(w http.ResponseWriter, r *http.Request) {
	x := s.find(w, r)
	if x == nil {
		return
	}
	if !websocket.IsWebSocketUpgrade(r) && r.Header.Get("Sec-WebSocket-Key") != "" {
		s.refuseProxied(w, r, refuseUpgrade(r))
		return
	}
	if !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol) {
		problem(w, http.StatusBadRequest, fmt.Sprintf("this is a websocket with the subprotocol %q", wire.Subprotocol))
		return
	}
	if !s.origins.allow(r) { // before a seat is taken; the upgrader looks, too
		s.denied(w, r)
		return
	}
	at, leave := s.admit(w, r, x)
	if at == nil {
		return
	}
	defer leave()
	upgrader := websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		Subprotocols:     []string{wire.Subprotocol},
		CheckOrigin:      s.origins.allow, // here no odd path leads around it
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			if !s.origins.allow(r) {
				s.denied(w, r)
				return
			}
			problem(w, status, reason.Error())
		},
	}
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		s.log.Debug("websocket refused", "run", x.ID(), "err", err)
		return
	}
	log := s.log.With("run", at.ID(), "peer", at.peer)
	s.newClient(newSocket(conn, &s.limits, log), r, at, log).serve(s.runs.ctx)
}

// A socket is a websocket as a conn.
type socket struct {
	*websocket.Conn
	limits *Limits
}

func newSocket(c *websocket.Conn, limits *Limits, log *slog.Logger) *socket {
	c.SetReadLimit(int64(max(maxDiscard, limits.MessageBytes)))
	// On a slow line what lies in the kernel's buffer is old by the time it
	// arrives: a short one lets the newest frame replace those not sent yet.
	if tcp, ok := c.NetConn().(interface{ SetWriteBuffer(bytes int) error }); ok {
		if err := tcp.SetWriteBuffer(writeBuffer); err != nil {
			log.Debug("setting a write buffer", "err", err)
		}
	}
	s := &socket{c, limits}
	_ = s.alive() // where it fails reading does, too
	return s
}

// alive gives the viewer as long again until the next sign of life.
func (s *socket) alive() error { return s.SetReadDeadline(time.Now().Add(s.limits.Silence)) }

func (s *socket) next(pong func(string)) ([]byte, error) {
	s.SetPongHandler(func(payload string) error {
		pong(payload)
		return s.alive()
	})
	kind, r, err := s.NextReader()
	if err != nil {
		return nil, plainly(err)
	}
	if kind != websocket.TextMessage {
		return nil, wire.Refuse(wire.BadMessage, "", "the message is binary; commands are JSON text")
	}
	b, err := io.ReadAll(io.LimitReader(r, int64(s.limits.MessageBytes)+1))
	if err != nil {
		return nil, plainly(err)
	}
	if len(b) > s.limits.MessageBytes {
		return nil, tooLong(s.limits)
	}
	if !utf8.Valid(b) {
		return nil, errNotUTF8
	}
	return b, nil
}

func tooLong(limits *Limits) *wire.ErrorMessage {
	return wire.Refuse(wire.BadMessage, "", "the message is longer than %d bytes, which --max-message-bytes raises", limits.MessageBytes)
}

// plainly puts the errors that the client knows in its own terms.
func plainly(err error) error {
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return errFarLong
	case errors.Is(err, websocket.ErrCloseSent):
		return errClosed
	}
	return err
}

// send writes a message, by its prepared form if it has one; see [prepare].
func (s *socket) send(m run.Message) error {
	if err := s.SetWriteDeadline(writtenBy(len(m.Data))); err != nil {
		return err
	}
	if p, ok := m.Prepared.(*websocket.PreparedMessage); ok {
		return plainly(s.WritePreparedMessage(p))
	}
	return plainly(s.WriteMessage(kindOf(m.Binary), m.Data))
}

func (s *socket) ping(payload []byte) error {
	return plainly(s.WriteControl(websocket.PingMessage, payload, time.Now().Add(writeTime)))
}

// close gives the viewer a moment to answer: to end the connection at once could
// lose the reason on its way.
func (s *socket) close(code int, reason string) {
	deadline := time.Now().Add(closeTime)
	_ = s.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), deadline)
	_ = s.SetReadDeadline(deadline)
}

func (s *socket) hurry() { _ = s.NetConn().SetWriteDeadline(time.Now().Add(closeTime)) }

// drain reads what the peer still sends, without looking at it: closing with bytes
// unread would take the reason with it. Who has said goodbye, or nothing for long,
// is told nothing.
func (s *socket) drain(err error) {
	var bye *websocket.CloseError
	var silent net.Error
	if errors.As(err, &bye) || errors.As(err, &silent) {
		return
	}
	conn := s.NetConn()
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(closeTime))
	_, _ = io.Copy(io.Discard, conn)
}

func (s *socket) drop() { _ = s.Conn.Close() }
