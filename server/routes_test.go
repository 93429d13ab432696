package server

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestDeletedRunTellsItsViewers(t *testing.T) {
	addr, _ := serve(t, Config{})
	x, other := makeRun(t, addr, `{"speed":"max"}`), makeRun(t, addr, "")
	c := dial(t, addr, x.ID)
	c.hello()
	url := "http://" + addr + "/api/runs/" + x.ID
	for key, status := range map[string]int{"": 403, other.Key: 403, "nope": 403} {
		if got, text := upload(t, "DELETE", url, key, nil); got != status {
			t.Errorf("with the key %q: %d %s", key, got, text)
		}
	}
	if status, text := upload(t, "DELETE", url, x.Key, nil); status != http.StatusNoContent || text != "" {
		t.Fatalf("got %d %s", status, text)
	}
	if code, reason := c.closedWith(); code != websocket.CloseGoingAway || !wording.Is(reason, "the run has ended") {
		t.Errorf("the viewer was told %d %q", code, reason)
	}
	call(t, "GET", url, "", http.StatusNotFound, nil)
	if status, _ := upload(t, "DELETE", url, x.Key, nil); status != http.StatusNotFound {
		t.Errorf("ended twice: %d", status)
	}
	call(t, "GET", "http://"+addr+"/api/runs/"+other.ID, "", http.StatusOK, nil)
	// Its name is free for who has the key.
	remake(t, addr, x.ID, x.Key, "", http.StatusCreated)
}

func TestRunBeginsPaused(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true}`)
	if x.State != wire.Paused || x.Step != 0 {
		t.Errorf("got %+v", x.Summary)
	}
	steer(t, addr, x, `{"type":"step","steps":10}`, http.StatusOK, nil)
	state := func() (m wire.RunMessage) {
		call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &m)
		return m
	}
	await(t, func() bool { return state().Step == 10 })
	if m := state(); m.State != wire.Paused || m.ID != x.ID || len(m.Lanes) != 1 || len(m.Data.Y) != m.Data.Train+m.Data.Test {
		t.Errorf("got %+v", m)
	}
	for body, detail := range map[string]string{
		`{"paused":1}`:                        `"paused" cannot be read`,
		`{"paused":true,"recipe":{}}`:         "beside",
		`{"eps":1,"recipe":{"spec":{}}}`:      "beside",
		`{"recipe":{"spec":{"epz":1}}}`:       "epz",
		`{"recipe":{"spec":{}}}`:              "lanes",
		`{"lanes":[{"controls":{"seed":2}}]}`: "seed is the run's",
	} {
		var p problemDocument
		status, text := upload(t, "POST", "http://"+addr+"/api/runs", "", strings.NewReader(body))
		if err := json.Unmarshal([]byte(text), &p); err != nil || status != p.Status || status < 400 || status >= 500 || !wording.Has(p.Detail, detail) {
			t.Errorf("%s: %d %s", body, status, text)
		}
	}
}

// Who polls is as good as who watches.
func TestPollingWakesARun(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{RunLimits: access.RunLimits{Idle: 50 * time.Millisecond}}})
	x := makeRun(t, addr, "")
	base := "http://" + addr + "/api/runs/" + x.ID
	state := func() wire.State {
		var s wire.Summary
		call(t, "GET", base, "", http.StatusOK, &s)
		return s.State
	}
	for _, path := range []string{"/state", "/frames"} {
		await(t, func() bool { return state() == wire.Idle })
		var before wire.Summary
		call(t, "GET", base, "", http.StatusOK, &before)
		if status, text := upload(t, "GET", base+path, "", nil); status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, status, text)
		}
		// It trains on, until it is idle again.
		await(t, func() bool {
			var s wire.Summary
			call(t, "GET", base, "", http.StatusOK, &s)
			return s.Step > before.Step
		})
	}
}

// A run that is made of a recipe has the same weights.
func TestRecipeIsReplayed(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true,"dataset":"sine","hidden":[8]}`)
	recipe := func(id string) (r wire.Recipe) {
		call(t, "GET", "http://"+addr+"/api/runs/"+id+"/recipe", "", http.StatusOK, &r)
		return r
	}
	steer(t, addr, x, `{"type":"step","steps":20}`, http.StatusOK, nil)
	await(t, func() bool { return recipe(x.ID).Steps == 20 })
	steer(t, addr, x, `{"type":"change","set":{"eps":0.25,"lr":0.05}}`, http.StatusOK, nil)
	steer(t, addr, x, `{"type":"step","steps":20}`, http.StatusOK, nil)
	await(t, func() bool { return recipe(x.ID).Steps == 40 })
	was := recipe(x.ID)
	body, err := json.Marshal(map[string]any{"recipe": was})
	if err != nil {
		t.Fatal(err)
	}
	var again made
	call(t, "POST", "http://"+addr+"/api/runs", string(body), http.StatusCreated, &again)
	await(t, func() bool { return recipe(again.ID).Steps == 40 })
	if got := recipe(again.ID); got.Weights != was.Weights || len(was.Events) == 0 || len(got.Events) != len(was.Events) {
		t.Errorf("got %+v, was %+v", got, was)
	}
}

func TestCurves(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true,"speed":"max"}`)
	base := "http://" + addr + "/api/runs/" + x.ID
	steer(t, addr, x, `{"type":"step","steps":3000}`, http.StatusOK, nil)
	ask := func(query string) (c struct {
		Steps      []uint64
		Values     []*float64
		Of         int
		Not_finite int
		Full       bool
	},
	) {
		call(t, "GET", base+"/curve?curve=batch_loss"+query, "", http.StatusOK, &c)
		if len(c.Steps) != len(c.Values) {
			t.Errorf("%s: %d steps, %d values", query, len(c.Steps), len(c.Values))
		}
		return c
	}
	await(t, func() bool { return ask("").Of == 3000 })
	if c := ask("&pixels=100"); c.Full || len(c.Steps) > 303 || len(c.Steps) < 100 || c.Steps[0] != 1 || c.Of != 3000 {
		t.Errorf("from afar: %d of %d points from step %d, full %v", len(c.Steps), c.Of, c.Steps[0], c.Full)
	}
	if c := ask("&pixels=100&from=1001&to=1100&lane=0"); !c.Full || len(c.Steps) != 100 || c.Steps[0] != 1001 || c.Steps[99] != 1100 {
		t.Errorf("near: %+v", c)
	}
	if c := ask("&from=5000"); len(c.Steps) != 0 || c.Steps == nil || !c.Full {
		t.Errorf("beyond the end: %+v", c)
	}
	var names []string
	call(t, "GET", base+"/curves", "", http.StatusOK, &names)
	for _, name := range names {
		call(t, "GET", base+"/curve?curve="+name, "", http.StatusOK, nil)
	}
	if !slices.Contains(names, "batch_loss") || !slices.Contains(names, "test_nll") {
		t.Errorf("there are %q", names)
	}
	for query, want := range map[string]int{
		"": 422, "?curve=nope": 422, "?curve=batch_loss&lane=7": 422, "?curve=batch_loss&lane=x": 400, "?curve=batch_loss&lane=256": 400,
		"?curve=batch_loss&from=-1": 400, "?curve=batch_loss&from=5&to=4": 400, "?curve=batch_loss&pixels=300001": 400,
		"?curve=batch_loss&pixels=0": 200, "?curve=batch_loss&to=18446744073709551615": 200, "?curve=batch_loss&to=18446744073709551616": 400,
		"?curve=batch_loss&from=1e3": 400, "?curve=%00": 422, "?curve=" + strings.Repeat("x", 5000): 422,
	} {
		var p problemDocument
		call(t, "GET", base+"/curve"+query, "", want, &p)
		if len(p.Detail) > 1000 {
			t.Errorf("%.50s: a detail of %d bytes", query, len(p.Detail))
		}
	}
}

func TestSnapshotsAndTheirFrames(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true,"dataset":"sine","speed":"max"}`)
	base := "http://" + addr + "/api/runs/" + x.ID
	steer(t, addr, x, `{"type":"lane_add"}`, http.StatusOK, nil)
	steer(t, addr, x, `{"type":"step","steps":100}`, http.StatusOK, nil)
	var steps []uint64
	await(t, func() bool {
		call(t, "GET", base+"/snapshots", "", http.StatusOK, &steps)
		return len(steps) > 0 && steps[len(steps)-1] == 100
	})
	if steps[0] != 0 || !slices.IsSorted(steps) || len(steps) < 20 {
		t.Errorf("got %d", steps)
	}
	for query, want := range map[string]uint64{"": 100, "?step=50": 50, "?step=51": 50, "?step=0": 0, "?step=99999": 100} {
		status, text := upload(t, "GET", base+"/frames"+query, "", nil)
		frames, err := wire.ParseFrames([]byte(text))
		if status != http.StatusOK || err != nil {
			t.Fatalf("%s: %d, %v", query, status, err)
		}
		var kinds []wire.FrameKind
		for _, f := range frames {
			kinds = append(kinds, f.Kind)
			if f.Kind == wire.FrameFit && f.Step != want {
				t.Errorf("%s: a frame of step %d, want %d", query, f.Step, want)
			}
		}
		if !reflect.DeepEqual(kinds, []wire.FrameKind{
			wire.FrameGrid, wire.FrameTruth,
			wire.FrameFit, wire.FrameRows, wire.FrameCalibration, wire.FramePIT,
			wire.FrameFit, wire.FrameRows, wire.FrameCalibration, wire.FramePIT,
		}) {
			t.Errorf("%s: frames of kinds %v", query, kinds)
		}
	}
	call(t, "GET", base+"/frames?step=x", "", http.StatusBadRequest, nil)
	call(t, "GET", base+"/predict?x=1&lane=1", "", http.StatusOK, nil)
	call(t, "GET", base+"/predict?x=1&lane=9", "", http.StatusUnprocessableEntity, nil)
}

// A set of the catalogue comes as it is, and is what a run has.
func TestDatasetsAsCSV(t *testing.T) {
	addr, _ := serve(t, Config{})
	var list []api.Dataset
	call(t, "GET", "http://"+addr+"/api/datasets", "", http.StatusOK, &list)
	if len(list) != len(datasets.Catalogue()) || list[0].Name != "mcycle" || list[0].Truth || list[0].Target.Unit != "g" || !slices.Equal(list[0].Targets, []wire.Column{list[0].Target}) {
		t.Errorf("got %+v", list)
	}
	for _, d := range list {
		resp, text := askGet(t, "http://"+addr+"/api/datasets/"+d.Name+"?seed=7")
		if got := resp.Header.Get("Content-Type"); got != "text/csv; charset=utf-8" {
			t.Errorf("%s is %s", d.Name, got)
		}
		if got := resp.Header.Get("Content-Disposition"); got != `attachment; filename="`+d.Name+`.csv"` {
			t.Errorf("%s comes as %s", d.Name, got)
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) != d.Rows+1 || len(rows[0]) != len(d.Inputs)+len(d.Targets) {
			t.Fatalf("%s: %d rows, %v", d.Name, len(rows), err)
		}
		set, err := datasets.Load(d.Name, 7)
		if err != nil {
			t.Fatal(err)
		}
		for i, row := range rows[1:] {
			for k, v := range slices.Concat(set.Row(i), set.RowTargets(i)) {
				if got, err := strconv.ParseFloat(row[k], 64); err != nil || got != v {
					t.Fatalf("%s, row %d: %s (%v), want %v", d.Name, i+1, row[k], err, v)
				}
			}
		}
		// Our own reader takes it, units and all.
		read, err := table.Read(strings.NewReader(text), table.Options{})
		if err != nil {
			t.Errorf("%s: %v", d.Name, err)
			continue
		}
		for k, c := range d.Targets {
			if got := wire.Column(read.Columns[len(d.Inputs)+k].Column); got != c {
				t.Errorf("%s: the target %v is read as %v", d.Name, c, got)
			}
		}
	}
	for path, want := range map[string]int{
		"nope": 404, "own": 404, "mcycle?seed=x": 400, "mcycle?seed=4294967296": 400, "..%2f..%2fgo.mod": 404, "mcycle%00": 404, "%22%0d%0aX:1": 404,
	} {
		call(t, "GET", "http://"+addr+"/api/datasets/"+path, "", want, nil)
	}
}

func askGet(t *testing.T, url string) (*http.Response, string) {
	t.Helper()
	return ask(t, http.DefaultClient, "GET", url, "", "")
}

// Tables are read for those who may make runs; looking at the catalogue and at the
// description is everybody's.
func TestTablesNeedTheToken(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	for bearer, want := range map[string]int{"": http.StatusUnauthorized, "not " + token: http.StatusUnauthorized, token: http.StatusOK} {
		if resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/data/inspect", bearer, "x,y\n1,2\n2,3\n"); resp.StatusCode != want {
			t.Errorf("with the token %q: %d %s", bearer, resp.StatusCode, text)
		}
	}
	for _, path := range []string{"/api/datasets", "/api/datasets/sine", "/api/controls", "/api/openapi.json", "/api/openapi.yaml"} {
		call(t, "GET", "http://"+addr+path, "", http.StatusOK, nil)
	}
}

// A file that is more than a message holds is learned from.
func TestLargeFileIsGivenToARun(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true}`)
	var text strings.Builder
	text.WriteString("x;y\n")
	for i := range 20_000 {
		fmt.Fprintf(&text, "%d;%d\n", i, i%97)
	}
	body, err := json.Marshal(wire.DataSpec{CSV: &wire.CSVSpec{Text: text.String(), Target: "y"}})
	if err != nil || len(body) < 100_000 {
		t.Fatal(err, len(body))
	}
	url := "http://" + addr + "/api/runs/" + x.ID + "/data"
	status, answer := upload(t, "PUT", url, x.Key, strings.NewReader(string(body)))
	if status != http.StatusOK {
		t.Fatalf("got %d %s", status, answer)
	}
	var m wire.RunMessage
	call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &m)
	if m.Data.Name != wire.OwnData || m.Data.Train+m.Data.Test != 20_000 {
		t.Errorf("got %d and %d rows of %s", m.Data.Train, m.Data.Test, m.Data.Name)
	}
	for _, c := range []struct {
		key, body string
		status    int
		detail    string
	}{
		{"", `{}`, 403, "key"},
		{x.Key, `{}`, 422, `"formula" or a "csv"`},
		{x.Key, `{"csv":{"text":"a,b\n1,2\n","target":"c"}}`, 422, `"c"`},
		{x.Key, `{"formula":{"mean":"sin(","std":"1","from":0,"to":1,"rows":10}}`, 422, "parenthesis"},
		{x.Key, `{"csv":{"text":"a"},"more":1}`, 400, "more"},
		{x.Key, `{},"id":1,"x":{`, 400, "more follows"},
		{x.Key, ``, 400, "EOF"},
	} {
		var p problemDocument
		status, answer := upload(t, "PUT", url, c.key, strings.NewReader(c.body))
		if err := json.Unmarshal([]byte(answer), &p); err != nil || status != c.status || !wording.Has(p.Detail, c.detail) {
			t.Errorf("%s: %d %s, want %d with %q", c.body, status, answer, c.status, c.detail)
		}
	}
}

// HEAD is as GET, and another method than a route's is refused with those it has.
func TestMethods(t *testing.T) {
	addr, _ := serve(t, Config{})
	id := makeRun(t, addr, "").ID
	for path, allow := range map[string]string{
		"/api/runs":                               "GET, HEAD, POST",
		"/api/runs/" + id:                         "DELETE, GET, HEAD, PATCH, PUT",
		"/%61pi/runs/" + id:                       "DELETE, GET, HEAD, PATCH, PUT",
		"/api/runs/" + id + "/state":              "GET, HEAD",
		"/api/runs/" + id + "/frames":             "GET, HEAD",
		"/api/runs/" + id + "/commands":           "POST",
		"/api/runs/" + id + "/data":               "PUT",
		"/api/datasets/mcycle":                    "GET, HEAD",
		"/api/runs/" + id + "/export?format=json": "GET, HEAD",
		"/api/formats":                            "GET, HEAD",
		"/api/sweeps":                             "POST",
		"/api/data/inspect":                       "POST",
		"/api/login":                              "POST",
		"/api/openapi.json":                       "GET, HEAD",
	} {
		for _, method := range []string{"PATCH", "OPTIONS", "POST", "DELETE", "HEAD"} {
			req, err := http.NewRequestWithContext(t.Context(), method, "http://"+addr+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			has := slices.Contains(strings.Split(allow, ", "), method)
			if has && method != "HEAD" {
				continue
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if has && resp.StatusCode != http.StatusOK || !has && (resp.StatusCode != http.StatusMethodNotAllowed || resp.Header.Get("Allow") != allow) {
				t.Errorf("%s %s: status %d, Allow %q", method, path, resp.StatusCode, resp.Header.Get("Allow"))
			}
		}
	}
	// Odd spellings of a path are other names, or are cleaned, and harm nobody.
	for path, want := range map[string]int{
		"/api/runs/" + id + "%2fstate": 404, "/api/runs/..%2f..%2fmetrics": 404, "/api/runs/%00": 404, "/api/runs/%0d%0aX": 404,
		"/api/runs/" + id + "/curve%3Fcurve=x": 404, "/api/runs/" + id + "/state/": 404, "/api/openapi.json/": 404, "/API/runs": 404,
		"/api/runs/" + strings.ToUpper(id): 404, "/api//runs/" + id + "/state": 200, "/api/x/../runs/" + id + "/state": 200,
	} {
		resp, text := askGet(t, "http://"+addr+path)
		if resp.StatusCode != want {
			t.Errorf("%s: status %d, want %d: %.200s", path, resp.StatusCode, want, text)
		}
	}
}
