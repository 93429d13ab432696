// Package websocket carries what viewers see and say over websockets: gorilla's, as
// [live.Conn].
package websocket

import (
	"context"
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

	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/live/lobby"
	"github.com/gnllviz/gnllviz/server/problem"
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

// Handler upgrades to a websocket whoever the lobby lets in, and carries a run's messages
// over it until server ends.
func Handler(server context.Context, l *lobby.Lobby) http.HandlerFunc {
	upgrader := websocket.Upgrader{
		HandshakeTimeout: 10 * time.Second,
		Subprotocols:     []string{wire.Subprotocol},
		CheckOrigin:      l.Door.Allows, // here no odd path leads around it
		Error: func(w http.ResponseWriter, r *http.Request, status int, reason error) {
			if !l.Door.Allows(r) {
				l.Door.Deny(w, r)
				return
			}
			problem.Answer(w, status, reason.Error())
		},
	}
	return func(w http.ResponseWriter, r *http.Request) {
		x := l.Find(w, r)
		if x == nil {
			return
		}
		if !websocket.IsWebSocketUpgrade(r) && r.Header.Get("Sec-WebSocket-Key") != "" {
			l.Door.DenyUpgrade(w, r)
			return
		}
		if !slices.Contains(websocket.Subprotocols(r), wire.Subprotocol) {
			problem.Answer(w, http.StatusBadRequest, fmt.Sprintf("this is a websocket with the subprotocol %q", wire.Subprotocol))
			return
		}
		if !l.Door.Allows(r) { // before a seat is taken; the upgrader looks, too
			l.Door.Deny(w, r)
			return
		}
		guest := l.Admit(w, r, x)
		if guest == nil {
			return
		}
		defer guest.Leave()
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			l.Log.Debug("websocket refused", "run", x.ID(), "err", err)
			return
		}
		guest.Serve(server, newSocket(conn, l.Limits.Silence, l.Limits.MessageBytes, guest.Log))
	}
}

// A socket is a websocket as a [live.Conn].
type socket struct {
	*websocket.Conn
	silence time.Duration // the peer may go without answering a ping
	most    int           // bytes of a message
}

func newSocket(c *websocket.Conn, silence time.Duration, most int, log *slog.Logger) *socket {
	c.SetReadLimit(int64(max(maxDiscard, most)))
	// On a slow line what lies in the kernel's buffer is old by the time it
	// arrives: a short one lets the newest frame replace those not sent yet.
	if tcp, ok := c.NetConn().(interface{ SetWriteBuffer(bytes int) error }); ok {
		if err := tcp.SetWriteBuffer(writeBuffer); err != nil {
			log.Debug("setting a write buffer", "err", err)
		}
	}
	s := &socket{c, silence, most}
	_ = s.alive() // where it fails reading does, too
	return s
}

// alive gives the viewer as long again until the next sign of life.
func (s *socket) alive() error { return s.SetReadDeadline(time.Now().Add(s.silence)) }

func (s *socket) Next(pong func(string)) ([]byte, error) {
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
	b, err := io.ReadAll(io.LimitReader(r, int64(s.most)+1))
	if err != nil {
		return nil, plainly(err)
	}
	if len(b) > s.most {
		return nil, live.TooLong(s.most)
	}
	if !utf8.Valid(b) {
		return nil, live.ErrNotUTF8
	}
	return b, nil
}

// plainly puts the errors that the client knows in its own terms.
func plainly(err error) error {
	switch {
	case errors.Is(err, websocket.ErrReadLimit):
		return live.ErrFarLong
	case errors.Is(err, websocket.ErrCloseSent):
		return live.ErrClosed
	}
	return err
}

// Send writes a message, by its prepared form if it has one; see [Prepare].
func (s *socket) Send(m run.Message) error {
	if err := s.SetWriteDeadline(live.WrittenBy(len(m.Data))); err != nil {
		return err
	}
	if p, ok := m.Prepared.(*websocket.PreparedMessage); ok {
		return plainly(s.WritePreparedMessage(p))
	}
	return plainly(s.WriteMessage(kindOf(m.Binary), m.Data))
}

func (s *socket) Ping(payload []byte) error {
	return plainly(s.WriteControl(websocket.PingMessage, payload, time.Now().Add(live.WriteTime)))
}

// Close gives the viewer a moment to answer: to end the connection at once could
// lose the reason on its way.
func (s *socket) Close(code int, reason string) {
	deadline := time.Now().Add(live.CloseTime)
	_ = s.WriteControl(websocket.CloseMessage, websocket.FormatCloseMessage(code, reason), deadline)
	_ = s.SetReadDeadline(deadline)
}

func (s *socket) Hurry() { _ = s.NetConn().SetWriteDeadline(time.Now().Add(live.CloseTime)) }

// Drain reads what the peer still sends, without looking at it: closing with bytes
// unread would take the reason with it. Who has said goodbye, or nothing for long,
// is told nothing.
func (s *socket) Drain(err error) {
	var bye *websocket.CloseError
	var silent net.Error
	if errors.As(err, &bye) || errors.As(err, &silent) {
		return
	}
	conn := s.NetConn()
	if half, ok := conn.(interface{ CloseWrite() error }); ok {
		_ = half.CloseWrite()
	}
	_ = conn.SetReadDeadline(time.Now().Add(live.CloseTime))
	_, _ = io.Copy(io.Discard, conn)
}

func (s *socket) Drop() { _ = s.Conn.Close() }
