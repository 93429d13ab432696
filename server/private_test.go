package server

import (
	"archive/zip"
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A privateTable is one of which three columns are learned from and four are nobody's
// business: names, account numbers and a secret number, each under a header that is one.
type privateTable struct {
	text     string
	accounts []float64
	incomes  []float64 // the target
}

// The words of the table that must be found nowhere. Digits are so many that no other
// number has them by chance.
var secretWords = []string{"Zebulon", "holder_of_the_account", "DE4400", "iban_of_holder", "70007000", "tax_number", "hush-hush", "remarks_of_the_clerk"}

func newPrivateTable(rows int) privateTable {
	var r privateTable
	var b strings.Builder
	b.WriteString("holder_of_the_account,iban_of_holder,age (a),tax_number,income,remarks_of_the_clerk,region\n")
	for i := range rows {
		account := 7000700070000 + float64(i)*7
		age := 20 + float64(i*37%4001)/100
		income := 1000 + 30*age + float64(i*i%977)/7 + 1.0/3
		r.accounts, r.incomes = append(r.accounts, account), append(r.incomes, income)
		fmt.Fprintf(&b, "Zebulon-%04d,DE4400%08d,%s,%.0f,%s,hush-hush %d,%s\n", i, i*31, strconv.FormatFloat(age, 'g', -1, 64), account, strconv.FormatFloat(income, 'g', -1, 64), i, []string{"Süd", "Nord", "West"}[i%3])
	}
	r.text = b.String()
	return r
}

// spec is what a run on the table begins with.
func (r *privateTable) spec() map[string]any {
	return map[string]any{"csv": map[string]any{"text": r.text, "target": "income", "inputs": []string{"age", "region"}}}
}

// leaks says which secret stands in bytes, as text or as a number in binary, or in what
// is packed in them; empty if none does.
func (r *privateTable) leaks(b []byte) string {
	for _, word := range secretWords {
		if bytes.Contains(b, []byte(word)) {
			return fmt.Sprintf("%q", word)
		}
	}
	for _, i := range []int{0, 1, 2, len(r.accounts) / 2, len(r.accounts) - 1} {
		bits := binary.LittleEndian.AppendUint64(nil, math.Float64bits(r.accounts[i]))
		if bytes.Contains(b, bits) {
			return fmt.Sprintf("the number %.0f in binary", r.accounts[i])
		}
	}
	for _, part := range unpacked(b) {
		if s := r.leaks(part); s != "" {
			return s + " in what is packed"
		}
	}
	return ""
}

// unpacked returns what is in an archive, and the checkpoint of a model in JSON.
func unpacked(b []byte) (parts [][]byte) {
	if z, err := zip.NewReader(bytes.NewReader(b), int64(len(b))); err == nil {
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				continue
			}
			part, err := io.ReadAll(r)
			if err == nil {
				parts = append(parts, part)
			}
		}
	}
	var model struct{ Training struct{ Checkpoint string } }
	if json.Unmarshal(b, &model) == nil && model.Training.Checkpoint != "" {
		if part, err := base64.StdEncoding.DecodeString(model.Training.Checkpoint); err == nil {
			parts = append(parts, part)
		}
	}
	return parts
}

// numbersIn counts the targets that stand in bytes, as text or in binary, or in what is
// packed in them, among a sample of 100 that are no bounds of the column.
func (r *privateTable) numbersIn(b []byte) (n int) {
	inner := slices.Sorted(slices.Values(r.incomes))
	inner = inner[len(inner)/20 : len(inner)-len(inner)/20]
	for i := 0; i < len(inner); i += max(1, len(inner)/100) {
		y := inner[i]
		if bytes.Contains(b, strconv.AppendFloat(nil, y, 'g', -1, 64)) || bytes.Contains(b, binary.LittleEndian.AppendUint64(nil, math.Float64bits(y))) {
			n++
		}
	}
	for _, part := range unpacked(b) {
		n += r.numbersIn(part)
	}
	return n
}

// A tape keeps what a websocket said.
type tape struct {
	mu    sync.Mutex
	said  []byte
	acks  int
	ended chan struct{}
}

// taped has a tape run until the connection ends.
func taped(p *peer) *tape {
	t := &tape{ended: make(chan struct{})}
	go func() {
		defer close(t.ended)
		for {
			_, b, err := p.conn.ReadMessage()
			if err != nil {
				return
			}
			t.mu.Lock()
			t.said = append(append(t.said, b...), '\n')
			if bytes.HasPrefix(b, []byte(`{"type":"ack"`)) || bytes.HasPrefix(b, []byte(`{"type":"error"`)) {
				t.acks++
			}
			t.mu.Unlock()
		}
	}()
	return t
}

func (t *tape) answers() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.acks
}

func (t *tape) text() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.said)
}

// A journal keeps a server's log.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

// serveLogged is serve with all of the log.
func serveLogged(t *testing.T) (addr string, log *journal) {
	t.Helper()
	log = new(journal)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := New(t.Context(), Config{Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(l) }()
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return l.Addr().String(), log
}

// getBy asks for an address with a run's key, or without one.
func getBy(t *testing.T, address, key string) (int, []byte) {
	t.Helper()
	status, text := upload(t, "GET", address, key, http.NoBody)
	return status, []byte(text)
}

// firstEvents returns what a stream of events says up to the state of the run.
func firstEvents(t *testing.T, address string) (said []byte) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	req, err := http.NewRequestWithContext(ctx, "GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	for r := bufio.NewReader(resp.Body); !bytes.Contains(said, []byte(`"type":"run"`)); {
		line, err := r.ReadBytes('\n')
		if err != nil {
			t.Fatalf("after %q: %v", said, err)
		}
		said = append(said, line...)
	}
	return said
}

// Of a table of names and account numbers of which two columns are learned from, nothing
// of the others is in anything that a server gives, to its owner or to who watches.
func TestNothingIsGivenAway(t *testing.T) {
	secret := newPrivateTable(300)
	addr, log := serveLogged(t)
	order, err := json.Marshal(map[string]any{"data": secret.spec(), "speed": "max", "hidden": []int{8}, "paused": true})
	if err != nil {
		t.Fatal(err)
	}
	var x made
	call(t, "POST", "http://"+addr+"/api/runs", string(order), http.StatusCreated, &x)
	owner, watcher := dial(t, addr, x.ID), dial(t, addr, x.ID)
	ownerSaid, watcherSaid := taped(owner), taped(watcher)
	owner.send(fmt.Sprintf(`{"type":"hello","key":%q}`, x.Key))
	watcher.send(`{"type":"hello"}`)
	stepped(t, addr, x, 40)
	data, err := json.Marshal(secret.spec())
	if err != nil {
		t.Fatal(err)
	}
	commands := []string{
		`{"type":"data","id":%d,"data":` + string(data) + `}`,
		`{"type":"data","id":%d,"data":{"csv":{"text":"holder_of_the_account,income\nZebulon,1\n","target":"nothing of it"}}}`,
		`{"type":"edit","id":%d,"add":[{"x":[33],"y":1234.5}],"erase":[3]}`,
		`{"type":"lane_add","id":%d,"copy":0,"name":"other"}`,
		`{"type":"change","id":%d,"set":{"eps":0.01,"noise":5}}`,
		`{"type":"undo","id":%d}`, `{"type":"redo","id":%d}`, `{"type":"reset","id":%d}`,
		`{"type":"begin","id":%d,"data":` + string(data) + `,"set":{"pool":20}}`,
		`{"type":"acquire","id":%d,"count":3}`,
		`{"type":"step","id":%d,"steps":5}`,
	}
	for i, c := range commands {
		owner.send(fmt.Sprintf(c, i+1))
		await(t, func() bool { return ownerSaid.answers() == i+1 })
	}
	if status, text := upload(t, "PUT", "http://"+addr+"/api/runs/"+x.ID+"/data", x.Key, bytes.NewReader(data)); status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	stepped(t, addr, x, 20)

	for path, o := range readDocument(t, addr).Paths {
		if _, ok := o["get"]; !ok || strings.HasSuffix(path, "/live") {
			continue
		}
		if strings.HasSuffix(path, "/events") { // which has no end
			if s := secret.leaks(firstEvents(t, "http://"+addr+strings.Replace(path, "{id}", x.ID, 1))); s != "" {
				t.Errorf("%s gives %s", path, s)
			}
			continue
		}
		address := "http://" + addr + strings.NewReplacer("{id}", x.ID, "{name}", "mcycle").Replace(path)
		queries := []string{""}
		switch {
		case strings.HasSuffix(path, "/export"):
			queries = nil
			for _, f := range artifact.Formats() {
				if f.Group != "chart" { // which the archive has
					queries = append(queries, "?format="+f.Name)
				}
			}
		case strings.HasSuffix(path, "/predict"):
			queries = []string{"?x=30"}
		case strings.HasSuffix(path, "/curve"):
			queries = []string{"?curve=batch_loss"}
		}
		for _, query := range queries {
			for who, key := range map[string]string{"the owner": x.Key, "a watcher": ""} {
				status, b := getBy(t, address+query, key)
				if status >= 500 {
					t.Errorf("%s%s: %d %s", path, query, status, b)
				}
				if s := secret.leaks(b); s != "" {
					t.Errorf("%s%s gives %s to %s", path, query, s, who)
				}
			}
		}
	}
	sweep := bytes.TrimSuffix(order, []byte("}"))
	sweep = append(bytes.Replace(sweep, []byte(`"paused":true,`), nil, 1), `,"x":{"control":"lr","values":[0.01]},"y":{"control":"beta","values":[0.5]},"steps":3}`...)
	if resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/sweeps", "", string(sweep)); resp.StatusCode != http.StatusOK || secret.leaks([]byte(text)) != "" {
		t.Errorf("a sweep: %d, which gives %s", resp.StatusCode, secret.leaks([]byte(text)))
	}

	// What comes back from a model holds no more than it did.
	_, model := getBy(t, "http://"+addr+"/api/runs/"+x.ID+"/export?format=json", x.Key)
	var again made
	call(t, "POST", "http://"+addr+"/api/runs/import", string(model), http.StatusCreated, &again)
	if _, b := getBy(t, "http://"+addr+"/api/runs/"+again.ID+"/recipe", again.Key); secret.leaks(b) != "" {
		t.Errorf("the recipe of a model that came back gives %s", secret.leaks(b))
	}

	// Both have heard of all of it when they hear of a command after it.
	owner.send(fmt.Sprintf(`{"type":"lane_edit","id":%d,"lane":0,"name":"last"}`, len(commands)+1))
	for who, said := range map[string]*tape{"the owner": ownerSaid, "a watcher": watcherSaid} {
		await(t, func() bool { return bytes.Contains(said.text(), []byte(`"name":"last"`)) })
		if s := secret.leaks(said.text()); s != "" && who != "the owner" {
			t.Errorf("the websocket gives %s to %s", s, who)
		} else if s != "" && !onlyRefused(said.text(), &secret) {
			t.Errorf("the websocket gives %s to %s", s, who)
		}
	}
	log.mu.Lock()
	defer log.mu.Unlock()
	if s := secret.leaks(log.text.Bytes()); s != "" || log.text.Len() == 0 {
		t.Errorf("the log of %d bytes has %s", log.text.Len(), s)
	}
}

// onlyRefused says whether secrets are in refusals alone: who sends a table is told which
// of its columns there are.
func onlyRefused(said []byte, secret *privateTable) bool {
	for line := range bytes.Lines(said) {
		if secret.leaks(line) != "" && !bytes.HasPrefix(line, []byte(`{"type":"error"`)) {
			return false
		}
	}
	return true
}

// Who only watches a run of many rows gets no more of them than the page shows, in any
// file; its owner gets all, or none where they are to be left out.
func TestWhoWatchesGetsTheRowsThatAreShown(t *testing.T) {
	table := newPrivateTable(1500)
	addr, _ := serve(t, Config{})
	order, err := json.Marshal(map[string]any{"data": table.spec(), "speed": "max", "hidden": []int{8}, "paused": true})
	if err != nil {
		t.Fatal(err)
	}
	var x made
	call(t, "POST", "http://"+addr+"/api/runs", string(order), http.StatusCreated, &x)
	stepped(t, addr, x, 5)
	base := "http://" + addr + "/api/runs/" + x.ID
	var state wire.RunMessage
	call(t, "GET", base+"/state", "", http.StatusOK, &state)
	if !state.Data.Private || len(state.Data.Y) >= len(table.incomes) {
		t.Fatalf("private %v, %d rows of %d are shown", state.Data.Private, len(state.Data.Y), len(table.incomes))
	}
	hidden := table
	hidden.incomes = slices.DeleteFunc(slices.Clone(table.incomes), func(y float64) bool {
		return slices.Contains(state.Data.Y, y)
	})
	for _, f := range artifact.Formats() {
		if f.Group == "chart" {
			continue // the archive has them
		}
		all, rows := base+"/export?format="+f.Name, f.Rows && f.Name != "predictions-parquet" // which is packed
		for name, c := range map[string]struct {
			query, key string
			status     int
			some       bool // rows that are hidden are in it
		}{
			"the owner":               {"", x.Key, http.StatusOK, rows},
			"the owner, without rows": {"&rows=false", x.Key, http.StatusOK, false},
			"a watcher":               {"", "", http.StatusOK, false},
			"a watcher, without rows": {"&rows=false", "", http.StatusOK, false},
		} {
			if strings.Contains(c.query, "false") && strings.HasPrefix(f.Name, "predictions") {
				c.status = http.StatusUnprocessableEntity
			}
			if f.Name == "predictions-parquet" && c.query == "" {
				continue
			}
			status, b := getBy(t, all+c.query, c.key)
			if n := hidden.numbersIn(b); status != c.status || (n > 0) != c.some {
				t.Errorf("%s for %s: %d, with %d of %d hidden rows", f.Name, name, status, n, len(hidden.incomes))
			}
			if n := table.numbersIn(b); n > 0 && strings.Contains(c.query, "false") {
				t.Errorf("%s for %s has %d rows", f.Name, name, n)
			}
		}
		if status, _ := getBy(t, all+"&rows=true", ""); f.Rows && status != http.StatusForbidden {
			t.Errorf("%s: who watches and asks for all rows gets %d", f.Name, status)
		}
	}
	if status, _ := getBy(t, base+"/recipe", ""); status != http.StatusForbidden {
		t.Errorf("who watches gets the recipe: %d", status)
	}
	if status, b := getBy(t, base+"/recipe", x.Key); status != http.StatusOK || hidden.numbersIn(b) < 100 {
		t.Errorf("the owner's recipe: %d, with %d rows", status, hidden.numbersIn(b))
	}
	for _, path := range []string{"/state", "/history", "/frames?step=5", "/predict?x=33"} {
		if _, b := getBy(t, base+path, ""); hidden.numbersIn(b) > 0 {
			t.Errorf("%s has %d hidden rows", path, hidden.numbersIn(b))
		}
	}
	if status, b := getBy(t, base+"/export?format=json&rows="+url.QueryEscape("perhaps"), ""); status != http.StatusBadRequest || !wording.Has(string(b), "neither true nor false") {
		t.Errorf("%d %s", status, b)
	}
}

// A small table that the page shows whole is as open as it is, until its owner hides
// some of it.
func TestRowsThatAreAllShownAreOpen(t *testing.T) {
	table := newPrivateTable(60)
	addr, _ := serve(t, Config{})
	order, err := json.Marshal(map[string]any{"data": table.spec(), "paused": true})
	if err != nil {
		t.Fatal(err)
	}
	var x made
	call(t, "POST", "http://"+addr+"/api/runs", string(order), http.StatusCreated, &x)
	base := "http://" + addr + "/api/runs/" + x.ID
	if status, _ := getBy(t, base+"/recipe", ""); status != http.StatusOK {
		t.Errorf("got %d", status)
	}
	steer(t, addr, x, `{"type":"edit","erase":[3]}`, http.StatusOK, nil)
	var state wire.RunMessage
	call(t, "GET", base+"/state", "", http.StatusOK, &state)
	if status, _ := getBy(t, base+"/recipe", ""); status != http.StatusForbidden || !state.Data.Private {
		t.Errorf("with a row erased: %d, private %v", status, state.Data.Private)
	}
	_, b := getBy(t, base+"/export?format=json", "")
	m, err := export.Read(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if left := capture.RowsLeftOut(m); left == nil || left.Count != 60 || table.numbersIn(b) > 0 {
		t.Errorf("who watches gets %+v, with %d rows", left, table.numbersIn(b))
	}
	var refused *wire.ErrorMessage
	if _, err := run.Import("again", m, run.Options{}); !errors.As(err, &refused) || !wording.Has(refused.Reason, "but not the table that it was trained on") {
		t.Errorf("got %v", err)
	}
}
