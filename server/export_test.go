package server

import (
	"encoding/json"
	"mime"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// stepped makes so many steps of a paused run and waits for them.
func stepped(t testing.TB, addr string, x made, steps int) {
	t.Helper()
	state := func() (s wire.Summary) {
		call(t, "GET", "http://"+addr+"/api/runs/"+x.ID, "", http.StatusOK, &s)
		return s
	}
	want := state().Step + uint64(steps)
	b, err := json.Marshal(map[string]any{"type": "step", "steps": steps})
	if err != nil {
		t.Fatal(err)
	}
	steer(t, addr, x, string(b), http.StatusOK, nil)
	await(t, func() bool { return state().Step == want })
}

// Viewers can download every file, with its type, and browsers never display it.
func TestEveryFormatIsTaken(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	x := makeWith(t, addr, `{"paused":true,"speed":"max","hidden":[8]}`)
	stepped(t, addr, x, 60)
	var formats []artifact.Format
	call(t, "GET", "http://"+addr+"/api/formats", "", http.StatusOK, &formats)
	if len(formats) != len(artifact.Formats()) {
		t.Errorf("%d formats are listed, not %d", len(formats), len(artifact.Formats()))
	}
	name := regexp.MustCompile(`^gnllviz-mcycle-A-step60(-[A-Za-z_]+)?\.[a-z]+$`)
	seen := map[string]bool{}
	for _, f := range formats {
		resp, text := askGet(t, "http://"+addr+"/api/runs/"+x.ID+"/export?format="+f.Name)
		if resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", f.Name, resp.StatusCode, text)
			continue
		}
		how, parameters, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
		if err != nil || how != "attachment" || !name.MatchString(parameters["filename"]) || seen[parameters["filename"]] {
			t.Errorf("%s comes as %q", f.Name, resp.Header.Get("Content-Disposition"))
		}
		seen[parameters["filename"]] = true
		for header, want := range map[string]string{"Content-Type": f.Media, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"} {
			if got := resp.Header.Get(header); got != want {
				t.Errorf("%s: %s is %q, want %q", f.Name, header, got, want)
			}
		}
		if len(text) < 100 {
			t.Errorf("%s has %d bytes", f.Name, len(text))
		}
	}
}

// makeWith makes a run on a server that has a token.
func makeWith(t *testing.T, addr, body string) (x made) {
	t.Helper()
	resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/runs", token, body)
	if err := json.Unmarshal([]byte(text), &x); err != nil || resp.StatusCode != http.StatusCreated {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	return x
}

func TestExportsAreRefused(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true}`)
	for query, want := range map[string]struct {
		status int
		detail string
	}{
		"":                                     {422, "there are zip, json"},
		"?format=nope":                         {422, "there are zip, json"},
		"?format=" + strings.Repeat("x", 3000): {422, "there are zip, json"},
		"?format=..%2fjson":                    {422, "there are zip, json"},
		"?format=json&lane=7":                  {422, "no lane 7"},
		"?format=json&lane=x":                  {400, "lane"},
	} {
		var p problemDocument
		call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/export"+query, "", want.status, &p)
		if !wording.Has(p.Detail, want.detail) || len(p.Detail) > 1000 {
			t.Errorf("%.40s: got %s", query, p.Detail)
		}
	}
	call(t, "GET", "http://"+addr+"/api/runs/abcdefgh2345abcd/export?format=json", "", http.StatusNotFound, nil)
	// A map has no fit along one input.
	two := makeRun(t, addr, `{"paused":true,"dataset":"`+ofTwoInputs(t)+`"}`)
	var p problemDocument
	call(t, "GET", "http://"+addr+"/api/runs/"+two.ID+"/export?format=fit-svg", "", http.StatusUnprocessableEntity, &p)
	if !wording.Has(p.Detail, "slice") {
		t.Errorf("got %s", p.Detail)
	}
}

// ofTwoInputs is the name of a data set with two inputs.
func ofTwoInputs(t *testing.T) string {
	t.Helper()
	for _, e := range datasets.Catalogue() {
		set, err := datasets.Load(e.Name, 1)
		if err != nil {
			t.Fatal(err)
		}
		if len(set.Inputs) == 2 {
			return e.Name
		}
	}
	t.Fatal("there is no such set")
	return ""
}

// Whatever has a model in it can be imported as a run that predicts the same, at its step.
func TestEveryModelComesBack(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true,"speed":"max","hidden":[8],"members":2,"seed":7}`)
	stepped(t, addr, x, 50)
	predicted := func(id string) string {
		_, text := askGet(t, "http://"+addr+"/api/runs/"+id+"/predict?x=5&x=25")
		return text
	}
	for _, format := range []string{"json", "safetensors", "onnx", "zip"} {
		_, file := askGet(t, "http://"+addr+"/api/runs/"+x.ID+"/export?format="+format)
		status, text := upload(t, "POST", "http://"+addr+"/api/runs/import", "", strings.NewReader(file))
		var y made
		if err := json.Unmarshal([]byte(text), &y); err != nil || status != http.StatusCreated || y.Step != 50 || y.State != wire.Paused {
			t.Errorf("%s: %d %s", format, status, text)
			continue
		}
		if got, want := predicted(y.ID), predicted(x.ID); got != want {
			t.Errorf("%s predicts %s, not %s", format, got, want)
		}
	}
}

// A model can be imported as a run of its own, paused, with the same bits and its past.
func TestModelsComeBack(t *testing.T) {
	addr, _ := serve(t, Config{})
	x := makeRun(t, addr, `{"paused":true,"speed":"max","hidden":[8],"members":2,"seed":7}`)
	stepped(t, addr, x, 50)
	steer(t, addr, x, `{"type":"change","set":{"eps":0.001}}`, http.StatusOK, nil)
	_, file := askGet(t, "http://"+addr+"/api/runs/"+x.ID+"/export?format=json")
	var y made
	status, text := upload(t, "POST", "http://"+addr+"/api/runs/import", "", strings.NewReader(file))
	if err := json.Unmarshal([]byte(text), &y); err != nil || status != http.StatusCreated || y.Key == "" || y.ID == x.ID || y.Step != 50 || y.State != wire.Paused {
		t.Fatalf("%d %s", status, text)
	}
	if !strings.Contains(y.Reason, x.ID) {
		t.Errorf("it does not say where it is from: %q", y.Reason)
	}
	for _, r := range []made{x, y} {
		steer(t, addr, r, `{"type":"open","open":true}`, http.StatusOK, nil)
		stepped(t, addr, r, 50)
	}
	model := func(r made) *export.Model {
		_, file := askGet(t, "http://"+addr+"/api/runs/"+r.ID+"/export?format=json")
		m, err := export.ReadJSON(strings.NewReader(file))
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	a, b := model(x), model(y)
	for i, member := range a.Members {
		for k, tensor := range member {
			if !slices.Equal(tensor.Data, b.Members[i][k].Data) {
				t.Fatalf("%s of member %d went another way", tensor.Name, i+1)
			}
		}
	}
	if len(b.Training.History.Rows) != len(a.Training.History.Rows) || b.Card.Parent != x.ID {
		t.Errorf("%d points of %d, parent %q", len(b.Training.History.Rows), len(a.Training.History.Rows), b.Card.Parent)
	}
}

func TestImportsAreRefused(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{SizeLimits: access.SizeLimits{ModelBytes: 100_000}, RunLimits: access.RunLimits{Units: 16, RunRate: 100}}})
	x := makeRun(t, addr, `{"paused":true,"hidden":[16]}`)
	_, file := askGet(t, "http://"+addr+"/api/runs/"+x.ID+"/export?format=json")
	for name, c := range map[string]struct {
		body   string
		status int
		detail string
	}{
		"empty":             {"", 422, ""},
		"no model":          {`{"eps":1}`, 422, "no model"},
		"cut short":         {file[:len(file)/2], 422, "cut short"},
		"another version":   {strings.Replace(file, `"version":1,`, `"version":9,`, 1), 422, "version 9"},
		"a huge layer":      {strings.Replace(file, `"hidden":[16],"activation"`, `"hidden":[99999999],"activation"`, 1), 422, "units"},
		"too large":         {file + strings.Repeat(" ", 100_000), 400, "--max-model-bytes"},
		"spreadsheet":       {"x,y\n1,2\n", 422, ""},
		"zeros":             {strings.Repeat("\x00", 5000), 422, ""},
		"a header too long": {"\xff\xff\xff\xff\xff\xff\xff\x7f{}", 422, ""},
	} {
		var p problemDocument
		status, text := upload(t, "POST", "http://"+addr+"/api/runs/import", "", strings.NewReader(c.body))
		if err := json.Unmarshal([]byte(text), &p); err != nil || status != c.status || p.Detail == "" || len(p.Detail) > 1000 || !wording.Has(p.Detail, c.detail) {
			t.Errorf("%s: %d %.300s", name, status, text)
		}
	}
	// The bounds of this server hold for what another one made.
	other, _ := serve(t, Config{})
	y := makeRun(t, other, `{"paused":true,"hidden":[32]}`)
	_, file = askGet(t, "http://"+other+"/api/runs/"+y.ID+"/export?format=json")
	if status, text := upload(t, "POST", "http://"+addr+"/api/runs/import", "", strings.NewReader(file)); status != 422 || !wording.Has(text, "this server allows 16") {
		t.Errorf("%d %s", status, text)
	}
}

func TestImportsNeedTheTokenAndAreRationed(t *testing.T) {
	addr, _ := serve(t, Config{Token: token, Limits: access.Limits{RunLimits: access.RunLimits{RunRate: 1}}})
	for bearer, want := range map[string]int{"": http.StatusUnauthorized, "not " + token: http.StatusUnauthorized} {
		for _, path := range []string{"/api/runs/import", "/api/sweeps"} {
			if resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+path, bearer, "{}"); resp.StatusCode != want {
				t.Errorf("%s with the token %q: %d %s", path, bearer, resp.StatusCode, text)
			}
		}
	}
	x := makeWith(t, addr, `{"paused":true}`)
	_, file := askGet(t, "http://"+addr+"/api/runs/"+x.ID+"/export?format=json")
	if resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/runs/import", token, file); resp.StatusCode != http.StatusTooManyRequests || !strings.Contains(text, "--run-rate") {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
}
