package server

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A rawPeer speaks the websocket protocol by hand, so that it can break it.
type rawPeer struct {
	t    testing.TB
	conn net.Conn
	r    *bufio.Reader
}

// handshake is a right one; tests replace parts of it.
func handshake(addr, id string) string {
	return "GET /api/runs/" + id + "/live HTTP/1.1\r\nHost: " + addr + "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: " + wire.Subprotocol + "\r\n\r\n"
}

func dialRaw(t testing.TB, addr, id string) *rawPeer {
	t.Helper()
	conn, err := dialTo(t.Context(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := &rawPeer{t, conn, bufio.NewReader(conn)}
	p.write([]byte(handshake(addr, id)))
	if err := conn.SetReadDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(p.r, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("status %d", resp.StatusCode)
	}
	return p
}

func (p *rawPeer) write(b []byte) {
	p.t.Helper()
	if _, err := p.conn.Write(b); err != nil {
		p.t.Fatal(err)
	}
}

// read returns the next frame of the server, whose frames are short enough for
// it to hold any of them.
func (p *rawPeer) read() (head byte, payload []byte, err error) {
	var two [2]byte
	if _, err := io.ReadFull(p.r, two[:]); err != nil {
		return 0, nil, err
	}
	n := uint64(two[1])
	switch n {
	case 126:
		var b [2]byte
		_, err = io.ReadFull(p.r, b[:])
		n = uint64(binary.BigEndian.Uint16(b[:]))
	case 127:
		var b [8]byte
		_, err = io.ReadFull(p.r, b[:])
		n = binary.BigEndian.Uint64(b[:])
	}
	if err != nil {
		return 0, nil, err
	}
	payload = make([]byte, n)
	_, err = io.ReadFull(p.r, payload)
	return two[0], payload, err
}

// closeCode returns the code with which the server closes, after which it must
// end the connection, too.
func (p *rawPeer) closeCode() int {
	p.t.Helper()
	for {
		head, payload, err := p.read()
		if err != nil {
			p.t.Fatalf("no close came, but %v", err)
		}
		if head != fin|websocket.CloseMessage {
			continue
		}
		if _, err := p.r.ReadByte(); !errors.Is(err, io.EOF) {
			p.t.Errorf("after the close came %v, not the end", err)
		}
		if len(payload) < 2 {
			return websocket.CloseNoStatusReceived
		}
		return int(binary.BigEndian.Uint16(payload))
	}
}

const (
	fin                 = 0x80
	rsv1, rsv2, rsv3    = 0x40, 0x20, 0x10
	continuation        = 0
	text, binaryMessage = websocket.TextMessage, websocket.BinaryMessage
)

// rawFrame is a masked frame; declared stands for its length unless it is 0.
func rawFrame(head byte, payload string, declared uint64) []byte {
	n := declared
	if n == 0 {
		n = uint64(len(payload))
	}
	b := []byte{head}
	switch {
	case n < 126:
		b = append(b, fin|byte(n))
	case n < 1<<16:
		b = binary.BigEndian.AppendUint16(append(b, fin|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, fin|127), n)
	}
	mask := [4]byte{1, 2, 3, 4}
	b = append(b, mask[:]...)
	for i := range len(payload) {
		b = append(b, payload[i]^mask[i%4])
	}
	return b
}

func TestBrokenFramesAreClosedWithTheirCode(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	watcher := dial(t, addr, id)
	before := watcher.hello()
	type bad struct {
		name  string
		bytes []byte
		code  int
	}
	join := func(frames ...[]byte) []byte { return bytes.Join(frames, nil) }
	cases := []bad{
		{"unmasked", []byte{fin | text, 2, '{', '}'}, websocket.CloseProtocolError},
		{"2^63 bytes", rawFrame(fin|text, "{}", 1<<63), websocket.CloseMessageTooBig},
		{"2^64-1 bytes", rawFrame(fin|text, "{}", 1<<64-1), websocket.CloseMessageTooBig},
		{"2^63-1 bytes", rawFrame(fin|text, "{}", 1<<63-1), websocket.CloseMessageTooBig},
		{"2^63-1 bytes after 2", join(rawFrame(text, "{}", 0), rawFrame(fin|continuation, "x", 1<<63-1)), websocket.CloseMessageTooBig},
		{"100 MB", rawFrame(fin|text, strings.Repeat("x", 100<<20), 0), websocket.CloseMessageTooBig},
		{"100 MB in fragments", join(rawFrame(text, "x", 0), bytes.Repeat(rawFrame(continuation, strings.Repeat("x", 1<<20), 0), 100)), websocket.CloseMessageTooBig},
		{"fragmented ping", rawFrame(websocket.PingMessage, "x", 0), websocket.CloseProtocolError},
		{"fragmented close", rawFrame(websocket.CloseMessage, "\x03\xe8", 0), websocket.CloseProtocolError},
		{"ping of 126 bytes", rawFrame(fin|websocket.PingMessage, strings.Repeat("x", 126), 0), websocket.CloseProtocolError},
		{"ping of 2^63 bytes", rawFrame(fin|websocket.PingMessage, "x", 1<<63), websocket.CloseProtocolError},
		{"not UTF-8", rawFrame(fin|text, "{\"type\":\"\xff\"}", 0), websocket.CloseInvalidFramePayloadData},
		{"half a rune at the end", rawFrame(fin|text, "\"\xc3", 0), websocket.CloseInvalidFramePayloadData},
		{"a surrogate", rawFrame(fin|text, "\xed\xa0\x80", 0), websocket.CloseInvalidFramePayloadData},
		{"not UTF-8, split", join(rawFrame(text, "\"\xc3", 0), rawFrame(fin|continuation, "\"", 0)), websocket.CloseInvalidFramePayloadData},
		{"reserved bit 1", rawFrame(fin|rsv1|text, "{}", 0), websocket.CloseProtocolError},
		{"reserved bit 2", rawFrame(fin|rsv2|text, "{}", 0), websocket.CloseProtocolError},
		{"reserved bit 3", rawFrame(fin|rsv3|binaryMessage, "{}", 0), websocket.CloseProtocolError},
		{"reserved bit of a pong", rawFrame(fin|rsv1|websocket.PongMessage, "", 0), websocket.CloseProtocolError},
		{"continuation of nothing", rawFrame(fin|continuation, "{}", 0), websocket.CloseProtocolError},
		{"a message within another", join(rawFrame(text, "{", 0), rawFrame(fin|text, "{}", 0)), websocket.CloseProtocolError},
		{"close code 999", rawFrame(fin|websocket.CloseMessage, "\x03\xe7", 0), websocket.CloseProtocolError},
		{"close code 1005", rawFrame(fin|websocket.CloseMessage, "\x03\xed", 0), websocket.CloseProtocolError},
		{"garbage follows", append(rawFrame(fin|rsv1|text, "{}", 0), bytes.Repeat([]byte{0xff}, 1<<20)...), websocket.CloseProtocolError},
	}
	for _, opcode := range []byte{3, 4, 5, 6, 7, 11, 12, 13, 14, 15} {
		cases = append(cases, bad{"opcode", rawFrame(fin|opcode, "", 0), websocket.CloseProtocolError})
	}
	for _, c := range cases {
		for _, greeted := range []bool{false, true} {
			p := dialRaw(t, addr, id)
			if greeted {
				p.write(rawFrame(fin|text, `{"type":"hello"}`, 0))
			}
			wrote := make(chan struct{})
			go func() {
				defer close(wrote)
				_, _ = p.conn.Write(c.bytes) // the server may close in the midst
			}()
			if got := p.closeCode(); got != c.code {
				t.Errorf("%s (greeted %v): closed with %d, want %d", c.name, greeted, got, c.code)
			}
			p.conn.Close()
			<-wrote
		}
	}
	if after := watcher.hello(); after.State != wire.Playing || after.Step <= before.Step {
		t.Errorf("the run went from %+v to %+v", before, after)
	}
	watcher.conn.Close()
	awaitNoViewers(t, addr, id)
}

// What is odd and allowed is not punished.
func TestOddFramesAreRead(t *testing.T) {
	addr, _ := serve(t, Config{})
	p := dialRaw(t, addr, makeRun(t, addr, "").ID)
	for _, b := range [][]byte{
		rawFrame(text, `{"type":"`, 0),
		rawFrame(fin|websocket.PingMessage, "between", 0),
		rawFrame(fin|websocket.PongMessage, "nobody asked", 0),
		rawFrame(continuation, "", 0),
		rawFrame(continuation, "\xc3", 0), // é, in two pieces
		rawFrame(fin|continuation, "\xa9"+`"}`, 0),
	} {
		p.write(b)
	}
	var ponged, refused bool
	for !ponged || !refused {
		head, payload, err := p.read()
		if err != nil {
			t.Fatal(err)
		}
		ponged = ponged || head == fin|websocket.PongMessage && string(payload) == "between"
		refused = refused || head == fin|text && strings.Contains(string(payload), "unknown_command") && strings.Contains(string(payload), "é")
	}
	p.write(rawFrame(fin|websocket.CloseMessage, "\x03\xe8", 0))
	if got := p.closeCode(); got != websocket.CloseNormalClosure {
		t.Errorf("a close of 1000 was answered with %d", got)
	}
}

func TestSilentPeersAreLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{})
		s, _ := serveOn(t, n, Config{})
		addr := n.addr.String()
		id := makeRun(t, addr, `{"speed":"1"}`).ID
		// One that answers no ping, one that has never said a word, one that reads
		// nothing either: the server ends all of them.
		hello := rawFrame(fin|text, `{"type":"hello"}`, 0)
		silent, mute, deaf := dialRaw(t, addr, id), dialRaw(t, addr, id), dialRaw(t, addr, id)
		silent.write(hello)
		deaf.write(hello)
		// Whoever answers stays, however long it says nothing else.
		c := dial(t, addr, id)
		c.hello()
		for _, p := range []*rawPeer{silent, mute} {
			go func() {
				for {
					if _, _, err := p.read(); err != nil {
						return
					}
				}
			}()
		}
		for begun := time.Now(); time.Since(begun) < 3*access.DefaultLimits().Silence; {
			c.read() // and pongs
		}
		if left := s.lobby.Seats.Count(); left != 1 {
			t.Errorf("%d connections are left, want that of the one who answers", left)
		}
	})
}

func TestVanishedPeersAreLetGo(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	hello := rawFrame(fin|text, `{"type":"hello"}`, 0)
	// One that is reset, and one that half closes.
	reset, half := dialRaw(t, addr, id), dialRaw(t, addr, id)
	reset.write(hello)
	half.write(hello)
	if err := reset.conn.(*net.TCPConn).SetLinger(0); err != nil {
		t.Fatal(err)
	}
	reset.conn.Close()
	if err := half.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	awaitNoViewers(t, addr, id)
}

// A viewer that reads a byte at a time is nobody else's trouble.
func TestSlowReaderHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{})
		s, _ := serveOn(t, n, Config{})
		addr := n.addr.String()
		id := makeRun(t, addr, "").ID
		slow := dialRaw(t, addr, id)
		slow.write(rawFrame(fin|text, `{"type":"hello"}`, 0))
		quick := dial(t, addr, id)
		quick.hello()
		begun, frames := time.Now(), 0
		for frames < 30 {
			if f, _, _ := quick.read(); f != nil && f.Kind == wire.FrameFit {
				frames++
			}
			if _, err := slow.r.ReadByte(); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); took > 4*time.Second {
			t.Errorf("30 frames took %v", took)
		}
		quick.conn.Close()
		slow.conn.Close()
		synctest.Wait()
		if left := s.lobby.Seats.Count(); left > 0 {
			t.Errorf("%d connections are left", left)
		}
	})
}

func TestHandshakes(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	right := handshake(addr, id)
	for _, c := range []struct {
		name, old, new string
		status         int
	}{
		{"right", "", "", 101},
		{"its own origin", "\r\n\r\n", "\r\nOrigin: http://" + addr + "\r\n\r\n", 101},
		{"encoded path", "/api/runs", "/%61pi/%72uns", 101},
		{"several subprotocols", "gnllviz.v2", "other, gnllviz.v2", 101},
		{"a foreign origin", "\r\n\r\n", "\r\nOrigin: http://evil.example\r\n\r\n", 403},
		{"a foreign origin at an encoded path", "/api/runs/" + id + "/live HTTP/1.1", "/%61pi/runs/" + id + "/%6cive HTTP/1.1\r\nOrigin: http://evil.example", 403},
		{"an origin of another scheme", "\r\n\r\n", "\r\nOrigin: https://" + addr + "\r\n\r\n", 403},
		{"two origins", "\r\n\r\n", "\r\nOrigin: http://" + addr + "\r\nOrigin: http://evil.example\r\n\r\n", 403},
		{"a foreign host", "Host: " + addr, "Host: evil.example", 421},
		{"a foreign host at an encoded path", "/api/runs/" + id + "/live HTTP/1.1\r\nHost: " + addr, "/%61pi/runs/" + id + "/live HTTP/1.1\r\nHost: evil.example", 421},
		{"a host rebound", "Host: " + addr, "Host: evil.example\r\nOrigin: http://evil.example", 421},
		{"no host", "Host: " + addr + "\r\n", "", 400},
		{"another subprotocol", "gnllviz.v2", "gnllviz.v1", 400},
		{"a subprotocol in capitals", "gnllviz.v2", "GNLLVIZ.V2", 400},
		{"a subprotocol that is not ASCII", "gnllviz.v2", "gnllviz.v2\u00e9\xff", 400},
		{"an endless subprotocol", "gnllviz.v2", strings.Repeat("gnllviz,", 10_000), 431},
		{"no subprotocol", "Sec-WebSocket-Protocol: gnllviz.v2\r\n", "", 400},
		{"another version", "Version: 13", "Version: 8", 400},
		{"no version", "Sec-WebSocket-Version: 13\r\n", "", 400},
		{"no key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", "", 400},
		{"an empty key", "dGhlIHNhbXBsZSBub25jZQ==", "", 400},
		{"a short key", "dGhlIHNhbXBsZSBub25jZQ==", "eA==", 400},
		{"no upgrade", "Upgrade: websocket\r\n", "", 400},
		{"an upgrade to something else", "Upgrade: websocket", "Upgrade: h2c", 400},
		{"another method", "GET", "POST", 405},
		{"no such run", id, "zzzzzzzzzzzz", 404},
		{"a path upwards", "/api/runs/" + id + "/live", "/api/runs/" + id + "/../" + id + "/live", 307},
	} {
		request := strings.Replace(right, c.old, c.new, 1)
		if got := rawStatus(t, addr, request); got != c.status {
			t.Errorf("%s: status %d, want %d", c.name, got, c.status)
		}
	}
}
