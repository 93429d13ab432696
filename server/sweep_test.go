package server

import (
	"bufio"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/sweep"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

const smallSweep = `{"dataset":"sine","seed":3,"hidden":[8],"x":{"control":"lr","values":[0.001,0.01,0.1]},"y":{"control":"loss","values":["gaussian_nll","beta_nll"]},"steps":20}`

// A sweep's cells are those that runs with their controls have.
func TestSweepFills(t *testing.T) {
	addr, _ := serve(t, Config{})
	resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/sweeps", "", smallSweep)
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/x-ndjson" {
		t.Fatalf("%d %s", resp.StatusCode, text)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	var g struct {
		Spec         wire.Spec
		X            sweep.Axis
		Steps, Cells int
	}
	if err := json.Unmarshal([]byte(lines[0]), &g); err != nil || g.Cells != 6 || g.Steps != 20 || string(g.Spec.Controls["dataset"]) != `"sine"` || len(g.X.Values) != 3 {
		t.Fatalf("%v: %s", err, lines[0])
	}
	if len(lines) != 7 {
		t.Fatalf("%d lines", len(lines))
	}
	seen := map[[2]int]bool{}
	for _, line := range lines[1:] {
		var c sweep.Cell
		if err := json.Unmarshal([]byte(line), &c); err != nil || c.Failed != "" || c.Test["nll"] == 0 || c.X > 2 || c.Y > 1 {
			t.Fatalf("%v: %s", err, line)
		}
		seen[[2]int{c.X, c.Y}] = true
	}
	if len(seen) != 6 {
		t.Errorf("%d different cells", len(seen))
	}
}

func TestSweepsAreRefused(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{WorkLimits: access.WorkLimits{SweepSteps: 1000, SweepWork: 10}}})
	many := strings.TrimSuffix(strings.Repeat("1,", 401), ",")
	axes := `"x":{"control":"lr","values":[0.1]},"y":{"control":"eps","values":[0.1]}`
	for body, want := range map[string]struct {
		status int
		detail string
	}{
		``:                                   {422, "0 by 0"},
		`[]`:                                 {400, "JSON object"},
		`{"x":3}`:                            {400, `"x" cannot be read`},
		`{"x":{"control":"lr","value":[1]}}`: {400, "value"},
		`{` + axes + `}`:                     {422, "0 steps"},
		`{` + axes + `,"steps":1001}`:        {422, "--max-sweep-steps"},
		`{` + axes + `,"steps":-1}`:          {422, "at least 1"},
		// 1000 steps are few, but not of ten of the largest networks.
		`{` + axes + `,"steps":1000,"dataset":"sine","hidden":[128,128,128,128],"members":10,"batch":100}`:                                           {422, "--max-sweep-work"},
		`{"x":{"control":"members","values":[1,10]},"y":{"control":"hidden","values":[[128,128,128,128]]},"steps":500,"batch":100,"dataset":"sine"}`: {422, "--max-sweep-work"},
		`{` + axes + `,"steps":1,"nope":1}`:                                                                                {422, "nope"},
		`{` + axes + `,"steps":1,"paused":true}`:                                                                           {400, "paused"},
		`{` + axes + `,"steps":1,"recipe":{}}`:                                                                             {400, "recipe"},
		`{` + axes + `,"steps":1,"dataset":"no"}`:                                                                          {422, "dataset"},
		`{` + axes + `,"steps":1,"lanes":[{},{}]}`:                                                                         {422, "one lane"},
		`{"x":{"control":"lr","values":[0.1]},"y":{"control":"lr","values":[0.1]},"steps":1}`:                              {422, "two different"},
		`{"x":{"control":"no","values":[0.1]},"y":{"control":"lr","values":[0.1]},"steps":1}`:                              {422, "no control"},
		`{"x":{"control":"lr","values":[99999]},"y":{"control":"eps","values":[0.1]},"steps":1}`:                           {422, "lr"},
		`{"x":{"control":"speed","values":["max"]},"y":{"control":"lr","values":[0.1]},"steps":1}`:                         {422, "speed"},
		`{"x":{"control":"lr","values":[` + many + `]},"y":{"control":"eps","values":[0.1]},"steps":1}`:                    {422, "401 by 1"},
		`{"x":{"control":"lr","values":[` + many[:41] + `]},"y":{"control":"eps","values":[` + many[:41] + `]},"steps":1}`: {422, "21 by 21"},
	} {
		var p problemDocument
		call(t, "POST", "http://"+addr+"/api/sweeps", body, want.status, &p)
		if !wording.Has(p.Detail, want.detail) {
			t.Errorf("%.80s: got %s", body, p.Detail)
		}
	}
}

// A sweep ends when its client leaves, and is what others wait for until then.
func TestSweepEndsWithItsClient(t *testing.T) {
	addr, _ := serve(t, Config{Limits: access.Limits{WorkLimits: access.WorkLimits{SweepSteps: 100_000_000, SweepWork: 1e6, PeerTurns: api.MaxSweeps}}})
	long := `{"x":{"control":"lr","values":[0.001,0.01]},"y":{"control":"eps","values":[0.001,0.01]},"steps":10000000}`
	var leave []context.CancelFunc
	for range api.MaxSweeps {
		ctx, cancel := context.WithCancel(t.Context())
		leave = append(leave, cancel)
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr+"/api/sweeps", strings.NewReader(long))
		if err != nil {
			t.Fatal(err)
		}
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if line, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil || !strings.Contains(line, `"cells":4`) {
			t.Fatalf("%v: %s", err, line)
		}
	}
	resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/sweeps", "", smallSweep)
	if resp.StatusCode != http.StatusServiceUnavailable || resp.Header.Get("Retry-After") == "" {
		t.Errorf("%d %s", resp.StatusCode, text)
	}
	// Runs train on all the while.
	x := makeRun(t, addr, `{"paused":true}`)
	stepped(t, addr, x, 20)
	for _, cancel := range leave {
		cancel()
	}
	await(t, func() bool {
		resp, _ := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/sweeps", "", smallSweep)
		return resp.StatusCode == http.StatusOK
	})
}
