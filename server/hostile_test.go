package server

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// deep nests brackets so deep.
func deep(open, shut string, n int) string {
	return strings.Repeat(open, n) + strings.Repeat(shut, n)
}

// refusedWith fails unless the answer is a problem document of that status, with
// a part in its detail, that is short and has no control characters.
func refusedWith(t *testing.T, name string, status int, answer string, want int, detail string) {
	t.Helper()
	var p problemDocument
	if err := json.Unmarshal([]byte(answer), &p); err != nil {
		t.Errorf("%s: %d, %v in %.300q", name, status, err, answer)
		return
	}
	if status != want || p.Status != want || !wording.Has(p.Detail, detail) {
		t.Errorf("%s: %d %.300q, want %d with %q", name, status, p.Detail, want, detail)
	}
	if len(p.Detail) > 1500 || strings.ContainsFunc(p.Detail, func(r rune) bool { return r < ' ' && r != '\n' }) {
		t.Errorf("%s: a detail of %d bytes: %.300q", name, len(p.Detail), p.Detail)
	}
}

func TestHostileOrders(t *testing.T) {
	addr, _ := serve(t, Config{})
	for name, c := range map[string]struct {
		body   string
		status int
		detail string
	}{
		"half an object":        {`{"eps":`, 400, "not a JSON object"},
		"two objects":           {`{}{}`, 400, "more follows"},
		"a comment":             {`{} // x`, 400, "more follows"},
		"a list":                {`[1]`, 400, "not a JSON object"},
		"a text":                {`"eps"`, 400, "not a JSON object"},
		"a NUL":                 {"{\"eps\":1\x00}", 400, "not a JSON object"},
		"not UTF-8":             {"{\"dataset\":\"\xff\xfe\"}", 422, "is none of"},
		"UTF-16":                {"\xff\xfe{\x00}\x00", 400, "not a JSON object"},
		"a form":                {"dataset=mcycle", 400, "not a JSON object"},
		"XML":                   {`<?xml version="1.0"?><a/>`, 400, "not a JSON object"},
		"deep lists":            {`{"eps":` + deep("[", "]", 20_000) + `}`, 400, "depth"},
		"deep objects":          {strings.Repeat(`{"a":`, 20_000), 400, "depth"},
		"less deep":             {`{"hidden":` + deep("[", "]", 9_000) + `}`, 422, "hidden must be"},
		"deep lanes":            {`{"lanes":` + deep("[", "]", 9_000) + `}`, 400, `"lanes" cannot be read`},
		"a text for a number":   {`{"eps":"1"}`, 422, "eps must be a number"},
		"null for a number":     {`{"eps":null}`, 422, "eps must be a number"},
		"a number for a choice": {`{"loss":7}`, 422, "loss must be one of"},
		"a huge number":         {`{"eps":1e999}`, 422, "too large for a float64"},
		"a long number":         {`{"eps":` + strings.Repeat("9", 100_000) + `}`, 422, "too large for a float64"},
		"a huge seed":           {`{"seed":4294967296}`, 422, "from 0 to 4294967295"},
		"half a seed":           {`{"seed":0.5}`, 422, "whole number"},
		"a huge network":        {`{"hidden":[1000000000]}`, 422, "hidden must be from 1 to 128, not 1e"},
		"a deep network":        {`{"hidden":[8,8,8,8,8]}`, 422, "5 layers"},
		"no network":            {`{"hidden":[]}`, 422, "0 layers"},
		"a huge layer":          {`{"hidden":[99999999999999999999]}`, 422, "hidden must be"},
		"an unknown control":    {`{"epz":1}`, 422, `there is no control "epz"`},
		"a long name":           {`{"` + strings.Repeat("x", 1<<20) + `":1}`, 422, "there is no control"},
		"a control's name":      {`{"\u0000\u001b[31m":1}`, 422, "there is no control"},
		"lanes that are none":   {`{"lanes":{}}`, 400, `"lanes" cannot be read`},
		"an unknown field":      {`{"lanes":[{"nam":1}]}`, 400, "nam"},
		"a long field":          {`{"lanes":[{"` + strings.Repeat("x", 1<<20) + `":1}]}`, 400, `"lanes" cannot be read`},
		"too many lanes":        {`{"lanes":[{},{},{},{},{},{},{}]}`, 422, "at most 6 lanes"},
		"a million lanes":       {`{"lanes":[` + strings.Repeat("{},", 1_000_000) + `{}]}`, 422, "at most 6 lanes"},
		"a lane's long name":    {`{"lanes":[{"name":"` + strings.Repeat("x", 41) + `"}]}`, 422, "at most 40 characters"},
		"a lane's odd name":     {`{"lanes":[{"name":"a\u0007b"}]}`, 422, "printable"},
		"a lane's colour":       {`{"lanes":[{"colour":12}]}`, 422, "colour 12"},
		"a lane's wrong colour": {`{"lanes":[{"colour":-1}]}`, 400, `"lanes" cannot be read`},
		"a lane's control":      {`{"lanes":[{},{"controls":{"eps":-1}}]}`, 422, "lane 1: eps must be 0 or from 1e-12 to 10, not -1"},
		"no data":               {`{"data":{}}`, 422, `"formula" or a "csv"`},
		"two data":              {`{"data":{"formula":{},"csv":{}}}`, 422, `"formula" or a "csv"`},
		"a program as formula":  {`{"data":{"formula":{"mean":"let a = 1; a","std":"1","from":0,"to":1,"rows":9}}}`, 422, "mean"},
		"an endless formula":    {`{"data":{"formula":{"mean":"` + strings.Repeat("(", 5000) + `","std":"1","from":0,"to":1,"rows":9}}}`, 422, "mean"},
		"a billion rows":        {`{"data":{"formula":{"mean":"x","std":"1","from":0,"to":1,"rows":1000000000}}}`, 422, "rows"},
		"a row of the wrong":    {`{"edits":[{"add":[{"x":[1,2,3],"y":1}]}]}`, 422, "edit: "},
		"a row that is not":     {`{"edits":[{"erase":[4294967295]}]}`, 422, "edit: "},
		"edits without end":     {`{"edits":[{"erase":[` + strings.Repeat("1,", 100_000) + `1]}]}`, 422, "edit: "},
		"an empty recipe":       {`{"recipe":{}}`, 422, "lanes"},
		"a recipe from behind":  {`{"recipe":{"spec":{},"lane_ids":[0],"events":[{"at":5},{"at":4}],"steps":9}}`, 422, "event 2"},
		"a recipe's command":    {`{"recipe":{"spec":{},"lane_ids":[0],"events":[{"at":0,"command":{"type":"rm"}}],"steps":9}}`, 422, "event 1"},
		"a recipe's lanes":      {`{"recipe":{"spec":{},"lane_ids":[300]}}`, 422, "300"},
		"a recipe for ever":     {`{"recipe":{"spec":{},"lane_ids":[0],"steps":1000000000000000000}}`, 422, "recipe.steps: "},
		"a recipe of a float":   {`{"recipe":{"spec":{},"lane_ids":[0],"steps":1e18}}`, 400, "steps"},
	} {
		status, answer := upload(t, "POST", "http://"+addr+"/api/runs", "", strings.NewReader(c.body))
		refusedWith(t, name, status, answer, c.status, c.detail)
	}
	var all []any
	call(t, "GET", "http://"+addr+"/api/runs", "", http.StatusOK, &all)
	if len(all) != 0 {
		t.Errorf("%d runs were made", len(all))
	}
}

// A refusal names the control, or the member of the body, that is to blame.
func TestRefusalsNameTheirField(t *testing.T) {
	addr, _ := serve(t, Config{})
	for body, want := range map[string]string{
		`{"recipe":{"spec":{},"lane_ids":[0],"steps":1000000000000000000}}`: "recipe.steps",
		`{"recipe":{"spec":{},"lane_ids":[0],"steps":1e18}}`:                "recipe.steps",
		`{"recipe":{"spec":{"title":7}}}`:                                   "recipe.spec.title",
		`{"recipe":7}`:                                                      "recipe",
		`{"eps":-1}`:                                                        "eps",
		`{"hidden":[8,8,8,8,8]}`:                                            "hidden",
	} {
		status, answer := upload(t, "POST", "http://"+addr+"/api/runs", "", strings.NewReader(body))
		var p problem.Problem
		if err := json.Unmarshal([]byte(answer), &p); err != nil || p.Field != want || p.Status != status {
			t.Errorf("%s is refused with %d, field %q, want %q (%v): %s", body, status, p.Field, want, err, answer)
		}
	}
}

func TestHostileCommands(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true}`)
	for name, c := range map[string]struct {
		body   string
		status int
		detail string
	}{
		"nothing":           {``, 422, "not a JSON object"},
		"null":              {`null`, 422, `no "type"`},
		"a list":            {`[{"type":"play"}]`, 422, "not a JSON object"},
		"two commands":      {`{"type":"play"}{"type":"play"}`, 422, "not a JSON object"},
		"an unknown type":   {`{"type":"dance"}`, 422, `"dance" is none of`},
		"a long type":       {`{"type":"` + strings.Repeat("x", 60_000) + `"}`, 422, "is none of"},
		"a type of 7":       {`{"type":7}`, 422, `"type" cannot be`},
		"an unknown field":  {`{"type":"play","fast":true}`, 422, "fast"},
		"no steps":          {`{"type":"step"}`, 422, "from 1 to 100000"},
		"too many steps":    {`{"type":"step","steps":1e9}`, 422, "steps"},
		"a hello":           {`{"type":"hello"}`, 422, "websocket"},
		"a watch":           {`{"type":"watch","frames":true}`, 422, "websocket"},
		"a wrong id":        {`{"type":"play","id":-1}`, 422, `"id" cannot be`},
		"nothing to set":    {`{"type":"change","set":{}}`, 422, "at least one control"},
		"an infinite value": {`{"type":"change","set":{"eps":1e999}}`, 422, "too large"},
		"no such lane":      {`{"type":"change","lane":200,"set":{"eps":1}}`, 422, "no lane 200"},
		"an impossible one": {`{"type":"change","lane":256,"set":{"eps":1}}`, 422, `"lane" cannot be`},
		"deep":              {`{"type":"change","set":{"eps":` + deep("[", "]", 20_000) + `}}`, 422, "depth"},
		"a row of NaN":      {`{"type":"edit","add":[{"x":[NaN],"y":1}]}`, 422, "not a JSON object"},
		"a row far away":    {`{"type":"edit","add":[{"x":[1e308],"y":-1e308}]}`, 422, "edit"},
	} {
		status, answer := upload(t, "POST", "http://"+addr+"/api/runs/"+x.ID+"/commands", x.Key, strings.NewReader(c.body))
		refusedWith(t, name, status, answer, c.status, c.detail)
	}
	var p problemDocument
	steer(t, addr, x, `{"type":"open","open":false}`, http.StatusOK, nil)
	call(t, "POST", "http://"+addr+"/api/runs/"+x.ID+"/commands", `{"type":"play"}`, http.StatusForbidden, &p)
	// Who has no key has no use for large bodies.
	call(t, "POST", "http://"+addr+"/api/runs/"+x.ID+"/commands", strings.Repeat(" ", 65<<10), http.StatusBadRequest, &p)
	if !strings.Contains(p.Detail, "--max-body-bytes") {
		t.Errorf("got %+v", p)
	}
}

func TestHostileTables(t *testing.T) {
	addr, _ := serve(t, Config{})
	wide := strings.Repeat("1,", 9_999) + "1\n"
	for name, c := range map[string]struct {
		body        string
		status, row int
		column      string
		detail      string
	}{
		"nothing":        {"", 422, 0, "", ""},
		"an endless row": {strings.Repeat("9", 2_000_000), 422, 1, "", "1024"},
		"10,000 columns": {wide + wide, 422, 1, "", "maximum is 64"},
		"NULs":           {"a,b\n1,\x002\n", 422, 2, "", ""},
		"UTF-32":         {"\xff\xfe\x00\x00a\x00\x00\x00,\x00\x00\x00", 422, 1, "", "UTF-8"},
		"a ragged row":   {"a,b\n1,2\n3,4,5\n", 422, 3, "", ""},
		"too many rows":  {strings.Repeat("1,2\n", 100_002), 422, 100_001, "", "100000"},
		"packed badly":   {"\x1f\x8b\x08\x00\x00\x00\x00\x00", 422, 0, "", "gzip"},
		"packed a lot":   {bomb(t), 413, 0, "", "--max-upload-bytes"},
	} {
		status, answer := upload(t, "POST", "http://"+addr+"/api/data/inspect", "", strings.NewReader(c.body))
		refusedWith(t, name, status, answer, c.status, c.detail)
		var where struct {
			Row    int
			Column string
		}
		if err := json.Unmarshal([]byte(answer), &where); err != nil || where.Row != c.row || where.Column != c.column {
			t.Errorf("%s: row %d, column %q, want %d, %q: %s", name, where.Row, where.Column, c.row, c.column, answer)
		}
	}
	// These are tables all the same, of which nothing is computed or run.
	for name, body := range map[string]string{
		"formulas": "a,b\n=1+1,2\n@SUM(A1),3\n", "far numbers": "a,b\n1e999,1\n-1e999,2\n1,3\n", "markup": "a,b\n<script>,1\n",
	} {
		var got struct {
			Columns []struct {
				Numeric bool
				Other   int
				Max     float64
			}
		}
		call(t, "POST", "http://"+addr+"/api/data/inspect", body, http.StatusOK, &got)
		if c := got.Columns[0]; c.Numeric || c.Other == 0 || c.Max > 1 {
			t.Errorf("%s: got %+v", name, c)
		}
	}
	for _, path := range []string{"/api/data/inspect", "/api/runs"} {
		req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+addr+path, strings.NewReader("x"))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Encoding", "gzip")
		var p problemDocument
		send(t, req, http.StatusUnsupportedMediaType, &p)
		if !strings.Contains(p.Detail, `"gzip"`) {
			t.Errorf("%s: got %+v", path, p)
		}
	}
}

// bomb is a gigabyte of rows in gzip.
func bomb(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	chunk := []byte(strings.Repeat(strings.Repeat("12345678,", 40)+"1\n", 1<<10))
	for n := 0; n < 1<<30; n += len(chunk) {
		if _, err := z.Write(chunk); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// pour sends a gigabyte in chunks, or less if it is stopped, and returns how much
// was sent and the answer.
func pour(t *testing.T, addr, head, text string) (sent int64, status int, answer string) {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// What the kernel keeps for the sender, up to 4 MB, was not taken by anybody.
	if err := conn.(*net.TCPConn).SetWriteBuffer(64 << 10); err != nil {
		t.Fatal(err)
	}
	chunk := strings.Repeat(text, 1+(64<<10)/len(text))
	chunk = fmt.Sprintf("%x\r\n%s\r\n", len(chunk), chunk)
	var n atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		if _, err := io.WriteString(conn, head+"\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"); err != nil {
			return
		}
		for n.Load() < 1<<30 {
			k, err := io.WriteString(conn, chunk)
			n.Add(int64(k))
			if err != nil {
				return
			}
		}
	}()
	if err := conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatalf("%s: %v after %d bytes", head, err, n.Load())
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	conn.Close()
	<-done
	return n.Load(), resp.StatusCode, string(b)
}

// watchHeap looks how full the heap is until it is stopped, and then returns by
// how many megabytes it had grown at most, with what was not yet collected.
func watchHeap() (stop func() int64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, most := m.HeapAlloc, m.HeapAlloc
	quit, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			select {
			case <-quit:
				return
			case <-time.After(time.Millisecond):
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapAlloc)
			}
		}
	}()
	return func() int64 {
		close(quit)
		<-ended
		return int64(most-before) >> 20
	}
}

// A gigabyte of anything is refused early, and the server does not keep it.
func TestAGigabyteIsRefusedEarly(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true}`)
	key := "\r\n" + access.KeyHeader + ": " + x.Key
	for name, c := range map[string]struct {
		head, text string
		status     int
		most       int64 // bytes that are read; the kernel's buffers come on top
	}{
		"an order":          {"POST /api/runs HTTP/1.1", " ", 400, 6 << 20},
		"an order of lanes": {"POST /api/runs HTTP/1.1", `{"lanes":[[`, 400, 6 << 20},
		"a run made again":  {"PUT /api/runs/" + x.ID + " HTTP/1.1" + key, " ", 400, 6 << 20},
		"a command":         {"POST /api/runs/" + x.ID + "/commands HTTP/1.1" + key, " ", 400, 6 << 20},
		"without the key":   {"POST /api/runs/" + x.ID + "/commands HTTP/1.1", " ", 400, 64 << 10},
		"rows":              {"PUT /api/runs/" + x.ID + "/data HTTP/1.1" + key, " ", 400, 6 << 20},
		"rows, no key":      {"PUT /api/runs/" + x.ID + "/data HTTP/1.1", " ", 403, 0},
		"a login":           {"POST /api/login HTTP/1.1", " ", 400, 4 << 10},
		"a table":           {"POST /api/data/inspect HTTP/1.1", "1,2\n", 422, 1 << 20},
		"one line":          {"POST /api/data/inspect HTTP/1.1", "9", 422, 64 << 10},
		"long rows":         {"POST /api/data/inspect HTTP/1.1", strings.Repeat("12345678,", 40) + "1\n", 413, 6 << 20},
		"nowhere":           {"POST /api/nope HTTP/1.1", " ", 404, 0},
	} {
		stop := watchHeap()
		sent, status, answer := pour(t, addr, c.head, c.text)
		grown := stop()
		t.Logf("%s: %d after %.1f MB were sent, the heap grew by %d MB", name, status, float64(sent)/(1<<20), grown)
		refusedWith(t, name, status, answer, c.status, "")
		if sent > c.most+12<<20 {
			t.Errorf("%s: %d bytes were taken", name, sent)
		}
		if grown > 128 {
			t.Errorf("%s: the heap grew by %d MB", name, grown)
		}
	}
	// What says how long it is need not be read at all.
	for _, head := range []string{
		"POST /api/runs HTTP/1.1", "POST /api/data/inspect HTTP/1.1", "PUT /api/runs/" + x.ID + "/data HTTP/1.1" + key,
	} {
		want := 400
		if strings.Contains(head, "inspect") {
			want = 413
		}
		if got := rawStatus(t, addr, head+"\r\nHost: localhost\r\nContent-Length: 1073741824\r\n\r\n"); got != want {
			t.Errorf("%s: status %d, want %d", head, got, want)
		}
	}
}

// Many large tables at once are read in turns.
func TestManyTablesAtOnce(t *testing.T) {
	addr, _ := serve(t, Config{})
	// As many numbers as 6 MB hold, all different.
	var text strings.Builder
	for i := 0; text.Len() < 6<<20-1000; i++ {
		for k := range 64 {
			fmt.Fprintf(&text, "%d,", (i*64+k)%100)
		}
		text.WriteString("1\n")
	}
	rows := strings.ReplaceAll(text.String(), ",1\n", "\n")
	stop := watchHeap()
	var all sync.WaitGroup
	for range 10 {
		all.Go(func() {
			status, answer := upload(t, "POST", "http://"+addr+"/api/data/inspect", "", strings.NewReader(rows))
			if status != http.StatusOK && status != http.StatusServiceUnavailable {
				t.Errorf("got %d %.200s", status, answer)
			}
		})
	}
	all.Wait()
	grown := stop()
	t.Logf("ten tables of %.1f MB: the heap grew by %d MB", float64(len(rows))/(1<<20), grown)
	if grown > 512 {
		t.Errorf("the heap grew by %d MB", grown)
	}
}
