package server

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/bus/bustest"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A node is a server among others.
type node struct {
	*Server
	addr string // of its own
	conn *nats.Conn
	node *cluster.Node
	stop func()
}

// serveNode runs a node until the test ends.
func serveNode(t testing.TB, bus *bustest.Servers, c Config, as cluster.Config) *node {
	t.Helper()
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	if c.Log == nil {
		c.Log = log
	}
	n := &node{conn: bus.Dial()}
	as.Conn, as.Log, as.Processors, as.TTL = n.conn, c.Log, 1, 3*time.Second
	joining, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var err error
	if n.node, err = cluster.Join(joining, as); err != nil {
		t.Fatal(err)
	}
	kept, err := store.Join(joining, n.conn, store.Config{Hold: n.node.Hold, Log: c.Log})
	if err != nil {
		t.Fatal(err)
	}
	c.Store, c.Cluster = kept, n.node
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n.addr = l.Addr().String()
	ctx, end := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	n.Server = New(ctx, c)
	go func() { ended <- n.Serve(l) }()
	stopped := false
	n.stop = func() {
		if stopped {
			return
		}
		stopped = true
		end()
		if err := <-ended; err != nil {
			t.Errorf("a node ended with %v", err)
		}
		leaving, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = n.node.Leave(leaving)
		_ = kept.Close()
		n.conn.Close()
	}
	t.Cleanup(n.stop)
	return n
}

// serveNodes runs so many nodes that train.
func serveNodes(t testing.TB, c Config, count int) (nodes []*node) {
	t.Helper()
	bus := bustest.Start(t, 1)
	for range count {
		nodes = append(nodes, serveNode(t, bus, c, cluster.Config{Web: true, Trains: true}))
	}
	for _, n := range nodes {
		eventually(t, "all nodes are known to each", func() bool { return len(n.node.Nodes()) == count })
	}
	return nodes
}

// eventually waits until something is so.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for end := time.Now().Add(answerTime); !is(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("it never came true that %s", what)
		}
	}
}

// makeAt makes a run that a node owns.
func makeAt(t testing.TB, n *node, order string) made {
	t.Helper()
	var x made
	call(t, "POST", "http://"+n.addr+"/api/runs", order, http.StatusCreated, &x)
	p, ok := n.node.Owner(x.ID)
	for _, other := range n.node.Nodes() {
		if ok && other.ID == p.Node {
			return x
		}
	}
	t.Fatalf("nobody owns the run: %+v", p)
	return x
}

// ownedBy makes a run of which a node is the owner.
func ownedBy(t testing.TB, n *node, order string) made {
	t.Helper()
	for range 20 {
		x := makeAt(t, n, order)
		if p, _ := n.node.Owner(x.ID); p.Node == n.node.ID() {
			return x
		}
	}
	t.Fatal("the node is never chosen")
	return made{}
}

func get(t testing.TB, url, key string) (status int, body []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set(access.KeyHeader, key)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer answer.Body.Close()
	if body, err = io.ReadAll(answer.Body); err != nil {
		t.Errorf("%s: %v", url, err)
	}
	return answer.StatusCode, body
}

// members returns the names and the bytes of an archive's files, but for when they were made.
func members(t testing.TB, archive []byte) []byte {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var all bytes.Buffer
	for _, f := range z.File {
		if f.Name == "SHA256SUMS" { // of files that say when they were made
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&all, f.Name)
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
	}
	return regexp.MustCompile(`\d\d:\d\d(:\d\d)?`).ReplaceAll(all.Bytes(), nil)
}

// Every route that names a run gives the same answer at both nodes, whichever has it, and
// every file is the same.
func TestEveryRouteAtEveryNode(t *testing.T) {
	nodes := serveNodes(t, Config{}, 2)
	a := nodes[0]
	const order = `{"dataset":"mcycle","seed":7,"paused":true,"lanes":[{"name":"A"},{"name":"B","controls":{"loss":"beta_nll"}}]}`
	var api struct {
		Paths map[string]map[string]json.RawMessage
	}
	call(t, "GET", "http://"+a.addr+"/api/openapi.json", "", http.StatusOK, &api)
	queries := map[string][]string{
		"/api/runs/{id}":           {""},
		"/api/runs/{id}/summary":   {""},
		"/api/runs/{id}/state":     {""},
		"/api/runs/{id}/recipe":    {""},
		"/api/runs/{id}/snapshots": {""},
		"/api/runs/{id}/curves":    {""},
		"/api/runs/{id}/history":   {"", "?first=20"},
		"/api/runs/{id}/frames":    {"", "?step=64"},
		"/api/runs/{id}/predict":   {"?x=5&x=25", "?x=nan"},
		"/api/runs/{id}/curve":     {"?curve=train_nll", "?curve=nothing"},
		"/api/runs/{id}/export":    {"?format=nothing"},
		"/api/runs/{id}/live":      {""}, // without an upgrade it is refused
		"/api/runs/{id}/events":    {"?next=x"},
	}
	var formats []struct{ Name string }
	call(t, "GET", "http://"+a.addr+"/api/formats", "", http.StatusOK, &formats)
	if len(formats) < 10 {
		t.Fatalf("%d formats", len(formats))
	}
	for _, f := range formats {
		queries["/api/runs/{id}/export"] = append(queries["/api/runs/{id}/export"], "?format="+f.Name)
	}
	for i, owner := range nodes {
		x := ownedBy(t, owner, order)
		other := nodes[1-i]
		var ack wire.Ack
		steer(t, other.addr, x, `{"type":"step","steps":100}`, http.StatusOK, &ack)
		eventually(t, "the steps are made", func() bool {
			var s wire.Summary
			call(t, "GET", "http://"+owner.addr+"/api/runs/"+x.ID, "", http.StatusOK, &s)
			return s.Step == 100
		})
		steer(t, other.addr, x, `{"type":"change","set":{"eps":0.01}}`, http.StatusOK, nil)
		for path, methods := range api.Paths {
			if methods["get"] == nil || !strings.Contains(path, "{id}") {
				continue
			}
			if len(queries[path]) == 0 {
				t.Errorf("%s is not tried", path)
			}
			for _, q := range queries[path] {
				at := strings.ReplaceAll(path, "{id}", x.ID) + q
				var s1, s2 int
				var b1, b2 []byte
				zipped := strings.HasSuffix(q, "=zip")
				for try := 0; try < 10 && (s1 == 0 || !bytes.Equal(b1, b2) && !zipped); try++ { // files say in which second they were made
					var both sync.WaitGroup
					both.Go(func() { s1, b1 = get(t, "http://"+owner.addr+at, x.Key) })
					both.Go(func() { s2, b2 = get(t, "http://"+other.addr+at, x.Key) })
					both.Wait()
					if zipped {
						b1, b2 = members(t, b1), members(t, b2)
					}
				}
				if s1 != s2 || !bytes.Equal(b1, b2) {
					t.Errorf("%s: %d at its node, %d at the other; %d and %d bytes: %.300s, %.300s", at, s1, s2, len(b1), len(b2), b1, b2)
				}
				if bad := strings.Contains(q, "nothing") || strings.Contains(q, "nan") || strings.Contains(q, "next=x") || strings.HasSuffix(path, "live"); !bad && s1 != http.StatusOK {
					t.Errorf("%s: %d %.300s", at, s1, b1)
				}
			}
		}
	}
}

// Whoever watches through another node is told why that ends: the run was deleted, or the
// node that they reached goes away.
func TestEndsThroughAnotherNode(t *testing.T) {
	nodes := serveNodes(t, Config{}, 2)
	a, b := nodes[0], nodes[1]
	x, y := ownedBy(t, b, `{"paused":true}`), ownedBy(t, b, `{"paused":true}`)
	gone, stays, streamed := dial(t, a.addr, x.ID), dial(t, a.addr, y.ID), listen(t, a.addr, y.ID, "", "")
	gone.hello()
	stays.hello()
	streamed.frame()
	if status, text := upload(t, "DELETE", "http://"+a.addr+"/api/runs/"+x.ID, x.Key, nil); status != http.StatusNoContent {
		t.Fatalf("%d %s", status, text)
	}
	if code, reason := gone.closedWith(); code != websocket.CloseGoingAway || !wording.Is(reason, "the run has ended") {
		t.Errorf("of a run that was deleted: %d %q", code, reason)
	}
	stopped := make(chan struct{})
	go func() { a.stop(); close(stopped) }()
	if code, reason := stays.closedWith(); code != websocket.CloseGoingAway || !wording.Is(reason, "the server is going away") {
		t.Errorf("at a node that goes away: %d %q", code, reason)
	}
	var c struct{ Code int }
	if streamed.await(&c, "close"); c.Code != websocket.CloseGoingAway {
		t.Errorf("a stream at a node that goes away: %d", c.Code)
	}
	<-stopped
}

// What changes a run does so through any node, and what is not there is not there anywhere.
func TestChangesThroughAnotherNode(t *testing.T) {
	nodes := serveNodes(t, Config{}, 2)
	a, b := nodes[0], nodes[1]
	x := ownedBy(t, b, `{"dataset":"sine","paused":true}`)
	at := "http://" + a.addr + "/api/runs/" + x.ID
	if status, text := upload(t, "PUT", at+"/data", x.Key, strings.NewReader(`{"csv":{"text":"x,y\n1,2\n2,3\n3,5\n4,4\n5,4\n6,7\n","target":"y"}}`)); status != http.StatusOK {
		t.Fatalf("rows: %d %s", status, text)
	}
	if status, text := upload(t, "PUT", at+"/data", "", strings.NewReader(`{}`)); status != http.StatusForbidden {
		t.Errorf("rows without the key: %d %s", status, text)
	}
	if status, text := upload(t, "PATCH", at, x.Key, strings.NewReader(`{"name":"a name"}`)); status != http.StatusNoContent {
		t.Fatalf("a name: %d %s", status, text)
	}
	var s wire.Summary
	call(t, "GET", "http://"+b.addr+"/api/runs/"+x.ID, "", http.StatusOK, &s)
	if s.Name != "a name" || s.Dataset != "own" {
		t.Errorf("got %+v", s)
	}
	// It is remade where it is.
	remake(t, a.addr, x.ID, x.Key, `{"dataset":"sine"}`, http.StatusOK)
	// A run elsewhere is copied.
	var c made
	y := ownedBy(t, b, `{"dataset":"sine","paused":true,"seed":3}`)
	call(t, "POST", "http://"+a.addr+"/api/runs", `{"from":"`+y.ID+`","paused":true}`, http.StatusCreated, &c)
	if c.Dataset != "sine" || c.ID == y.ID {
		t.Errorf("the copy is %+v", c.Summary)
	}
	if status, text := upload(t, "DELETE", at, x.Key, nil); status != http.StatusNoContent {
		t.Fatalf("end: %d %s", status, text)
	}
	for _, n := range nodes {
		eventually(t, "the run is gone everywhere", func() bool {
			status, _ := get(t, "http://"+n.addr+"/api/runs/"+x.ID, "")
			return status == http.StatusNotFound
		})
	}
	if status, text := upload(t, "DELETE", at, x.Key, nil); status != http.StatusNotFound {
		t.Errorf("ended twice: %d %s", status, text)
	}
}

// A node that does not train serves all the same: runs, models and sweeps are made where
// there is least to do.
func TestNodesThatOnlyServe(t *testing.T) {
	bus := bustest.Start(t, 1)
	trains := serveNode(t, bus, Config{}, cluster.Config{Trains: true})
	web := serveNode(t, bus, Config{}, cluster.Config{Web: true})
	eventually(t, "the nodes know each other", func() bool { return len(web.node.Nodes()) == 2 })
	x := makeRun(t, web.addr, `{"dataset":"sine","paused":true}`)
	eventually(t, "it is known who owns the run", func() bool {
		p, _ := web.node.Owner(x.ID)
		return p.Node == trains.node.ID()
	})
	status, model := get(t, "http://"+web.addr+"/api/runs/"+x.ID+"/export?format=json", x.Key)
	if status != http.StatusOK {
		t.Fatalf("the model: %d %s", status, model)
	}
	var m made
	r, err := http.NewRequest("POST", "http://"+web.addr+"/api/runs/import", bytes.NewReader(model))
	if err != nil {
		t.Fatal(err)
	}
	send(t, r, http.StatusCreated, &m)
	if m.Dataset != "sine" || m.State != wire.Paused {
		t.Errorf("imported %+v", m.Summary)
	}
	answer, err := http.Post("http://"+web.addr+"/api/sweeps", "", strings.NewReader(`{"dataset":"sine","x":{"control":"lr","values":[0.001,0.01]},"y":{"control":"seed","values":[1,2]},"steps":50}`))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	b, err := io.ReadAll(answer.Body)
	if lines := bytes.Count(b, []byte("\n")); err != nil || answer.StatusCode != http.StatusOK || lines != 5 {
		t.Errorf("a sweep: %s, %d lines, %v: %s", answer.Status, lines, err, b)
	}
	// A body that is too long is refused before any of it comes.
	for _, head := range []string{"POST /api/runs HTTP/1.1", "PUT /api/runs/" + x.ID + "/data HTTP/1.1\r\nRun-Key: " + x.Key} {
		if got := rawStatus(t, web.addr, head+"\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n"); got != http.StatusBadRequest {
			t.Errorf("%s: %d", head, got)
		}
	}
	c := dial(t, web.addr, x.ID)
	if m := c.hello(); m.ID != x.ID {
		t.Errorf("got %+v", m)
	}
	// A run that rests is woken where runs are trained.
	trains.stop()
	if code, reason := c.closedWith(); code != websocket.CloseServiceRestart && code != websocket.CloseGoingAway {
		t.Errorf("closed with %d %s", code, reason)
	}
	if status, b := get(t, "http://"+web.addr+"/api/runs/"+x.ID, ""); status != http.StatusServiceUnavailable {
		t.Errorf("without a node that trains: %d %s", status, b)
	}
	var s wire.Summary
	call(t, "GET", "http://"+web.addr+"/api/runs/"+x.ID+"/summary", "", http.StatusOK, &s)
	if !s.Resting {
		t.Errorf("the run does not rest: %+v", s)
	}
	again := serveNode(t, bus, Config{}, cluster.Config{Trains: true})
	eventually(t, "the node is known", func() bool { return web.node.Choose() == again.node.ID() })
	s = wire.Summary{}
	call(t, "GET", "http://"+web.addr+"/api/runs/"+x.ID, "", http.StatusOK, &s)
	if s.ID != x.ID || s.Resting {
		t.Errorf("got %+v", s)
	}
}

// Whoever watches through another node sees and does what they would at the run's own.
func TestLiveThroughAnotherNode(t *testing.T) {
	nodes := serveNodes(t, Config{}, 2)
	a, b := nodes[0], nodes[1]
	x := ownedBy(t, b, `{"dataset":"sine","paused":true}`)
	far, near := dial(t, a.addr, x.ID), dial(t, b.addr, x.ID)
	near.hello()
	far.send(`{"type":"hello","key":"` + x.Key + `"}`)
	var w wire.WelcomeMessage
	if far.await(&w, "welcome"); !w.Steer {
		t.Errorf("not to steer: %+v", w)
	}
	far.send(`{"type":"change","id":7,"set":{"eps":0.02}}`)
	var ack wire.Ack
	for _, p := range []*peer{far, near} {
		for acked, shown := p == near, false; !acked || !shown; { // in either order
			f, kind, text := p.read()
			shown = shown || f != nil && f.Kind == wire.FrameFit && f.Revision == 1
			if kind == "ack" {
				acked = true
				if err := json.Unmarshal(text, &ack); err != nil || ack.ID != 7 || ack.Revision != 1 {
					t.Errorf("got %s", text)
				}
			}
		}
	}
	far.send(`{"type":"change","id":8,"set":{"eps":-1}}`)
	var refused wire.ErrorMessage
	if far.await(&refused, "error"); refused.ID != 8 || refused.Code != wire.OutOfRange {
		t.Errorf("got %+v", refused)
	}
	for _, n := range nodes {
		var s wire.Summary
		if call(t, "GET", "http://"+n.addr+"/api/runs/"+x.ID, "", http.StatusOK, &s); s.Viewers != 2 {
			t.Errorf("%d viewers", s.Viewers)
		}
	}
	near.send(`{"type":"change","id":9,"set":{"eps":0.5}}`)
	if near.await(&refused, "error"); refused.Code != wire.ReadOnly {
		t.Errorf("got %+v", refused)
	}

	l := listen(t, a.addr, x.ID, "", x.Key)
	var m wire.RunMessage
	l.await(&m, "run")
	if !strings.HasPrefix(l.id, a.node.ID()) {
		t.Errorf("the stream is called %s", l.id)
	}
	l.post(`{"type":"change","id":10,"set":{"eps":0.03}}`, http.StatusNoContent)
	if l.await(&ack, "ack"); ack.ID != 10 {
		t.Errorf("got %+v", ack)
	}
	// What is posted may reach the other node.
	l.at = strings.Replace(l.at, a.addr, b.addr, 1)
	l.post(`{"type":"change","id":11,"set":{"eps":0.04}}`, http.StatusNoContent)
	if l.await(&ack, "ack"); ack.ID != 11 {
		t.Errorf("got %+v", ack)
	}
	l.id = "nothing-" + l.id
	l.post(`{"type":"play","id":12}`, http.StatusNotFound)
}

// A run that moves closes its viewers' connections with 1012 wherever they are, and who
// comes again finds it where it is then, with all that it was.
func TestViewersFollowARunThatMoves(t *testing.T) {
	nodes := serveNodes(t, Config{}, 3)
	x := ownedBy(t, nodes[1], `{"dataset":"sine","speed":"max"}`)
	viewers := []*peer{dial(t, nodes[0].addr, x.ID), dial(t, nodes[2].addr, x.ID)}
	last := make([]uint64, len(viewers))
	for i, v := range viewers {
		v.hello()
		for last[i] < 100 {
			if f, _, _ := v.read(); f != nil && f.Kind == wire.FrameFit {
				last[i] = f.Step
			}
		}
	}
	nodes[1].stop()
	for i, v := range viewers {
		code, reason := v.closedWith()
		if code != websocket.CloseServiceRestart {
			t.Errorf("closed with %d %s", code, reason)
		}
		m := dial(t, nodes[2*i].addr, x.ID).hello()
		if m.ID != x.ID || m.Step < last[i] {
			t.Errorf("it is at step %d, after %d; %s", m.Step, last[i], m.State)
		}
	}
	if p, ok := nodes[0].node.Owner(x.ID); !ok || p.Node == nodes[1].node.ID() {
		t.Errorf("the owner is %+v", p)
	}
}

// A list has the runs of all nodes once, the same at each; those of a node that does not
// answer with what is stored.
func TestListsHaveAllRuns(t *testing.T) {
	nodes := serveNodes(t, Config{}, 2)
	a, b := nodes[0], nodes[1]
	var want []string
	for range 3 {
		for _, n := range nodes {
			want = append(want, makeAt(t, n, `{"dataset":"sine","paused":true}`).ID)
		}
	}
	slices.Reverse(want)
	ids := func(list []wire.Summary) (ids []string) {
		for _, s := range list {
			ids = append(ids, s.ID)
			if s.Resting {
				t.Errorf("%s rests", s.ID)
			}
		}
		return ids
	}
	var both [2][]byte
	for i, n := range nodes {
		var list []wire.Summary
		status, body := get(t, "http://"+n.addr+"/api/runs", "")
		if err := json.Unmarshal(body, &list); err != nil || status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
		both[i] = body
		if got := ids(list); !slices.Equal(got, want) {
			t.Errorf("listed %v, not %v", got, want)
		}
	}
	if !bytes.Equal(both[0], both[1]) {
		t.Errorf("the lists are not the same:\n%s\n%s", both[0], both[1])
	}
	if err := b.nodes.Close(); err != nil { // it answers no other node
		t.Fatal(err)
	}
	var list []wire.Summary
	begun := time.Now()
	call(t, "GET", "http://"+a.addr+"/api/runs", "", http.StatusOK, &list)
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("a list took %v", took)
	}
	got := []string{}
	for _, s := range list {
		got = append(got, s.ID)
	}
	if slices.Sort(got); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		t.Errorf("listed %v, not %v", got, want)
	}
}

// Who has logged in at one node is known at all, and what one node found out is believed by
// another alone, not by whoever says so.
func TestLoginHoldsAtEveryNode(t *testing.T) {
	nodes := serveNodes(t, Config{Token: "a token"}, 2)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &http.Client{Jar: jar}
	post := func(n *node, path, body string, header ...string) int {
		t.Helper()
		r, err := http.NewRequest("POST", "http://"+n.addr+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		for i := 0; i < len(header); i += 2 {
			r.Header.Set(header[i], header[i+1])
		}
		answer, err := c.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	for _, n := range nodes {
		for name, header := range map[string][]string{
			"nothing":       nil,
			"a wrong token": {"Authorization", "Bearer nope"},
			"the word":      {"Word", `{"member":true}`, "Run-Owner", n.node.ID(), "X-Forwarded-For", "127.0.0.1"},
		} {
			if got := post(n, "/api/runs", `{"paused":true}`, header...); got != http.StatusUnauthorized {
				t.Errorf("with %s: %d", name, got)
			}
		}
		if got := post(n, "/api/runs", `{"paused":true}`, "Authorization", "Bearer a token"); got != http.StatusCreated {
			t.Errorf("with the token: %d", got)
		}
	}
	if got := post(nodes[0], "/api/login", `{"token":"a token"}`); got != http.StatusNoContent {
		t.Fatalf("logging in: %d", got)
	}
	for _, n := range nodes {
		for range 4 { // of which some are made at the other
			if got := post(n, "/api/runs", `{"paused":true}`); got != http.StatusCreated {
				t.Errorf("with the cookie: %d", got)
			}
		}
		answer, err := c.Get("http://" + n.addr + "/api/runs")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		var list []struct{ ID string }
		if err := json.NewDecoder(answer.Body).Decode(&list); err != nil || answer.StatusCode != http.StatusOK {
			t.Fatal(answer.Status, err)
		}
		for _, x := range list {
			var known struct {
				CanMake bool `json:"can_make"`
			}
			answer, err := c.Get("http://" + n.addr + "/api/runs/" + x.ID)
			if err != nil {
				t.Fatal(err)
			}
			if err := json.NewDecoder(answer.Body).Decode(&known); err != nil || !known.CanMake {
				t.Errorf("%s: %+v, %v", x.ID, known, err)
			}
			answer.Body.Close()
		}
	}
}
