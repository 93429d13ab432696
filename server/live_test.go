package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// peer is a websocket client that sorts what comes.
type peer struct {
	t    testing.TB
	conn *websocket.Conn
	left []*wire.Frame // of the message that came last
}

// dial opens a websocket to a run, as somebody without its key.
func dial(t testing.TB, addr, id string) *peer {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{wire.Subprotocol}, NetDialContext: dialTo}
	conn, _, err := d.Dial("ws://"+addr+"/api/runs/"+id+"/live", nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return &peer{t: t, conn: conn}
}

func (p *peer) send(text string) {
	p.t.Helper()
	if err := p.conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		p.t.Fatal(err)
	}
}

// read returns the next message: a frame, or the type of a text and the text.
func (p *peer) read() (frame *wire.Frame, kind string, text []byte) {
	p.t.Helper()
	if len(p.left) > 0 {
		frame, p.left = p.left[0], p.left[1:]
		return frame, "", nil
	}
	if err := p.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		p.t.Fatal(err)
	}
	k, b, err := p.conn.ReadMessage()
	if err != nil {
		p.t.Fatal(err)
	}
	if k == websocket.BinaryMessage {
		if p.left, err = wire.ParseFrames(b); err != nil {
			p.t.Fatal(err)
		}
		return p.read()
	}
	var head struct{ Type string }
	if err := json.Unmarshal(b, &head); err != nil {
		p.t.Fatal(err)
	}
	return nil, head.Type, b
}

// await returns the next text message of one of the types.
func (p *peer) await(into any, kinds ...string) {
	p.t.Helper()
	for {
		_, kind, b := p.read()
		for _, k := range kinds {
			if k == kind {
				if err := json.Unmarshal(b, into); err != nil {
					p.t.Fatal(err)
				}
				return
			}
		}
	}
}

func (p *peer) hello() wire.RunMessage {
	p.t.Helper()
	p.send(`{"type":"hello"}`)
	var m wire.RunMessage
	p.await(&m, "run")
	return m
}

func TestLiveShowsTheRun(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, `{"dataset":"sine","seed":5}`).ID
	c := dial(t, addr, id)
	c.send(`{"type":"hello"}`)
	var m wire.RunMessage
	seen := map[wire.FrameKind]bool{}
	for !seen[wire.FrameFit] {
		f, kind, text := c.read()
		if kind == "run" && m.ID == "" {
			if err := json.Unmarshal(text, &m); err != nil {
				t.Fatal(err)
			}
		}
		if f == nil {
			continue
		}
		if f.Kind == wire.FrameFit && !(seen[wire.FrameGrid] && seen[wire.FrameTruth] && m.ID != "") {
			t.Fatal("a fit came before its run, its grid and its truth")
		}
		seen[f.Kind] = true
	}
	if m.ID != id || m.Data.Name != "sine" || len(m.Data.Y) != 400 || m.Controls["seed"] != 5.0 || m.State != wire.Playing {
		t.Errorf("got %+v", m)
	}
}

func TestChangeIsAcknowledgedAndSeenByAll(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	a, b := dial(t, addr, id), dial(t, addr, id)
	a.hello()
	b.hello()
	a.send(`{"type":"change","id":7,"set":{"eps":0.25}}`)
	var ack wire.Ack
	a.await(&ack, "ack")
	if ack.ID != 7 || ack.Revision != 1 {
		t.Errorf("got %+v", ack)
	}
	var m wire.ChangeMessage
	b.await(&m, "change")
	if m.Change.Control != "eps" || m.Change.New != 0.25 || m.Change.Revision != 1 {
		t.Errorf("the other viewer was told %+v", m)
	}
	for f, _, _ := b.read(); f == nil || f.Revision < 1; f, _, _ = b.read() {
	}
}

// Whatever a client sends, it gets a reason, nothing changes, and both the run
// and the connection continue.
func TestBadMessagesAreRefused(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	c := dial(t, addr, id)
	before := c.hello()
	for _, m := range []struct {
		kind   int
		text   string
		id     uint32
		code   wire.ErrorCode
		reason string
	}{
		{websocket.TextMessage, `{"type":"change","id":1,"set":{"eps":-1}}`, 1, wire.OutOfRange, "eps must be 0 or from 1e-12 to 10, not -1"},
		{websocket.TextMessage, `{"type":"change","id":2,"set":{"eps":"x"}}`, 2, wire.BadValue, `not "x"`},
		{websocket.TextMessage, `{"type":"change","id":3}`, 3, wire.MissingField, `"set"`},
		{websocket.TextMessage, `{"type":"change","set":{"eps":1}}`, 0, wire.MissingField, `"id"`},
		{websocket.TextMessage, `{"type":"change","id":4,"set":{"epsilon":1}}`, 4, wire.UnknownControl, "epsilon"},
		{websocket.TextMessage, `{"type":"change","id":5,"set":{"eps":1e999}}`, 5, wire.OutOfRange, "too large"},
		{websocket.TextMessage, `{"type":"change","id":6,`, 0, wire.BadMessage, "JSON"},
		{websocket.TextMessage, `{"type":"chnage","id":7}`, 7, wire.UnknownCommand, "chnage"},
		{websocket.TextMessage, strings.Repeat("[", 60000), 0, wire.BadMessage, ""},
		{websocket.TextMessage, `"` + strings.Repeat("x", 10<<20) + `"`, 0, wire.BadMessage, "longer than 65536 bytes"},
		{websocket.BinaryMessage, "\x00\x01\x02", 0, wire.BadMessage, "binary"},
		{websocket.BinaryMessage, strings.Repeat("x", 10<<20), 0, wire.BadMessage, "binary"},
		{websocket.TextMessage, ``, 0, wire.BadMessage, ""},
		{websocket.TextMessage, `{"type":"step","id":9,"steps":5}`, 9, wire.BadState, "pause it first"},
	} {
		if err := c.conn.WriteMessage(m.kind, []byte(m.text)); err != nil {
			t.Fatal(err)
		}
		var e wire.ErrorMessage
		c.await(&e, "error", "ack")
		if e.Type != "error" || e.ID != m.id || e.Code != m.code || !wording.Has(e.Reason, m.reason) {
			t.Errorf("%.60q: got %+v, want %s with %q", m.text, e, m.code, m.reason)
		}
	}
	after := c.hello()
	a, _ := json.Marshal(before.Controls)
	b, _ := json.Marshal(after.Controls)
	if !bytes.Equal(a, b) || after.Revision != before.Revision || after.Generation != before.Generation || after.State != wire.Playing {
		t.Errorf("the run went from %+v to %+v", before, after)
	}
	if after.Step <= before.Step {
		t.Error("the run did not go on")
	}
}

// A peer that commands and never reads is no longer a viewer once it has gone,
// nor does anything of it stay behind.
func TestPeerThatNeverReadsLeaves(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{})
		s, _ := serveOn(t, n, Config{})
		addr := n.addr.String()
		id := makeRun(t, addr, "").ID
		c := dial(t, addr, id)
		c.send(`{"type":"hello"}`)
		long := `{"type":"play","id":1,"` + strings.Repeat("<", 60000) + `":1}`
		over := make(chan struct{})
		go func() {
			defer close(over)
			for c.conn.WriteMessage(websocket.TextMessage, []byte(long)) == nil {
			}
		}()
		time.Sleep(5 * time.Second) // by now the server has stopped reading
		c.conn.Close()
		<-over
		synctest.Wait()
		if left := s.lobby.Seats.Count(); left > 0 {
			t.Errorf("%d connections are left", left)
		}
	})
}

func TestWatchNeedsAHello(t *testing.T) {
	addr, _ := serve(t, Config{})
	c := dial(t, addr, makeRun(t, addr, "").ID)
	c.send(`{"type":"watch","id":1,"frames":false}`)
	var e wire.ErrorMessage
	c.await(&e, "error")
	if e.Code != wire.BadState || e.ID != 1 {
		t.Errorf("got %+v", e)
	}
	c.hello()
	c.send(`{"type":"watch","id":2,"frames":false}`)
	var a wire.Ack
	c.await(&a, "ack")
	if a.ID != 2 {
		t.Errorf("got %+v", a)
	}
}

func TestClosesForBrokenMessages(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	for name, m := range map[string]struct {
		text string
		code int
	}{
		"not UTF-8": {"\"\xff\"", websocket.CloseInvalidFramePayloadData},
		"endless":   {strings.Repeat("x", 16<<20+2*access.DefaultLimits().MessageBytes), websocket.CloseMessageTooBig},
	} {
		c := dial(t, addr, id)
		// The server may close before it has read all of the endless one.
		_ = c.conn.WriteMessage(websocket.TextMessage, []byte(m.text))
		if err := c.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
			t.Fatal(err)
		}
		for {
			_, _, err := c.conn.ReadMessage()
			if err == nil {
				continue
			}
			var closed *websocket.CloseError
			var slow net.Error
			if errors.As(err, &closed) && closed.Code != m.code || errors.As(err, &slow) && slow.Timeout() {
				t.Errorf("%s: closed with %v, want %d", name, err, m.code)
			}
			break
		}
	}
	var s wire.Summary
	call(t, "GET", "http://"+addr+"/api/runs/"+id, "", http.StatusOK, &s)
	if s.State != wire.Playing {
		t.Errorf("the run is %s", s.State)
	}
}

func TestViewersLeave(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	for range 3 {
		c := dial(t, addr, id)
		c.hello()
		c.conn.Close() // without a word
	}
	awaitNoViewers(t, addr, id)
}

func awaitNoViewers(t *testing.T, addr, id string) {
	t.Helper()
	await(t, func() bool {
		var s wire.Summary
		call(t, "GET", "http://"+addr+"/api/runs/"+id, "", http.StatusOK, &s)
		return s.Viewers == 0
	})
}

// BenchmarkFramesKeepTheirPace compares training at full speed on mcycle with
// one viewer of 30 frames a second and with none, in turns of a quarter of a
// second. It reports the medians over the turns: the steps per second of both,
// and the share that the viewer costs.
func BenchmarkFramesKeepTheirPace(b *testing.B) {
	addr, _ := serve(b, Config{})
	id := makeRun(b, addr, `{"dataset":"mcycle","speed":"max"}`).ID
	url := "http://" + addr + "/api/runs/" + id
	turn := func() float64 {
		var before, after wire.Summary
		call(b, "GET", url, "", http.StatusOK, &before)
		begun := time.Now()
		time.Sleep(time.Second / 4)
		call(b, "GET", url, "", http.StatusOK, &after)
		return float64(after.Step-before.Step) / time.Since(begun).Seconds()
	}
	time.Sleep(2 * time.Second) // past the first steps, whose history is dense
	var alone, watched, lost []float64
	frames := 0
	for range b.N {
		for range 8 {
			alone = append(alone, turn())
			c := dial(b, addr, id)
			c.send(`{"type":"hello"}`)
			gone := make(chan int)
			go func() {
				n := 0
				for {
					k, _, err := c.conn.ReadMessage()
					if err != nil {
						gone <- n
						return
					}
					if k == websocket.BinaryMessage {
						n++
					}
				}
			}()
			time.Sleep(time.Second / 10) // past the greeting, with its history
			watched = append(watched, turn())
			c.conn.Close()
			frames += <-gone
			// With the turn before and the one after, against drift.
			before := alone[len(alone)-1]
			after := turn()
			alone = append(alone, after)
			lost = append(lost, 100*(1-watched[len(watched)-1]/((before+after)/2)))
		}
	}
	median := func(v []float64) float64 {
		slices.Sort(v)
		return v[len(v)/2]
	}
	b.ReportMetric(median(alone), "steps/s-alone")
	b.ReportMetric(median(watched), "steps/s-watched")
	b.ReportMetric(float64(frames)/float64(len(watched))/0.35, "frames/s")
	b.ReportMetric(median(lost), "%lost")
	b.ReportMetric(0, "ns/op")
}
