package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// TestMain makes the real binary, once; the tests below run it as a user would.
func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "gnllviz")
	if err != nil {
		panic(err)
	}
	if err := os.Setenv("XDG_STATE_HOME", filepath.Join(dir, "state")); err != nil { // where runs are kept
		panic(err)
	}
	built = filepath.Join(dir, "gnllviz")
	status := 1
	if out, err := exec.Command("go", "build", "-o", built, ".").CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "go build: %v\n%s", err, out)
	} else {
		status = m.Run()
	}
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(status)
}

// built is the binary, which TestMain has made.
var built string

// begin starts the program and returns the address that it prints.
func begin(t *testing.T, path string, args ...string) (*exec.Cmd, string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), path, args...)
	c.Stderr = os.Stderr
	return c, addressOf(t, c)
}

// addressOf starts a program, and returns the address that it prints.
func addressOf(t *testing.T, c *exec.Cmd) string {
	t.Helper()
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	at := strings.Index(line, "http://")
	if at < 0 {
		t.Fatalf("the first line was %q", line)
	}
	return strings.TrimSpace(line[at:])
}

func TestServesAndStopsOnASignal(t *testing.T) {
	path := built
	for _, args := range [][]string{{"--addr", "127.0.0.1:0"}, {"serve", "--addr", "127.0.0.1:0"}} {
		for _, signal := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
			c, url := begin(t, path, args...)
			resp, err := http.Get(url + "healthz")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("healthz: status %d", resp.StatusCode)
			}
			resp, err = http.Post(url+"api/runs", "application/json", nil)
			if err != nil {
				t.Fatal(err)
			}
			location := resp.Header.Get("Location")
			resp.Body.Close()
			d := websocket.Dialer{Subprotocols: []string{"gnllviz.v2"}}
			conn, _, err := d.Dial("ws"+strings.TrimPrefix(url, "http")+strings.TrimPrefix(location, "/")+"/live", nil)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if err := c.Process.Signal(signal); err != nil {
				t.Fatal(err)
			}
			if _, _, err := conn.ReadMessage(); !websocket.IsCloseError(err, websocket.CloseGoingAway) {
				t.Errorf("%v: the viewer was told %v, want close 1001", signal, err)
			}
			if err := c.Wait(); err != nil {
				t.Errorf("%v: ended with %v, want status 0", signal, err)
			}
		}
	}
}

// Off the loopback address a token is made up and printed, and nowhere else.
// The address that is printed is that of the model's run, with its key.
func TestServesAModel(t *testing.T) {
	c, address := begin(t, built, "serve", "--addr", "127.0.0.1:0", "--model", trained(t))
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	id, ofRun := strings.CutPrefix(u.Path, "/r/")
	key, isKey := strings.CutPrefix(u.Fragment, "key=")
	if !ofRun || !isKey {
		t.Fatalf("the address is %s", address)
	}
	u.Path, u.Fragment = "/api/runs/"+id, ""
	resp, err := http.Get(u.String())
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var s struct {
		Step  int
		State string
	}
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil || s.Step != 50 || s.State != "paused" {
		t.Errorf("the run is %+v, %v", s, err)
	}
	step, err := http.NewRequestWithContext(t.Context(), http.MethodPost, u.String()+"/commands", strings.NewReader(`{"type":"step","steps":1}`))
	if err != nil {
		t.Fatal(err)
	}
	step.Header.Set("Run-Key", key)
	step.Header.Set("Content-Type", "application/json")
	done, err := http.DefaultClient.Do(step)
	if err != nil {
		t.Fatal(err)
	}
	defer done.Body.Close()
	if done.StatusCode != http.StatusOK {
		t.Errorf("a step: status %d", done.StatusCode)
	}
}

func TestTokenIsMadeUpOffLoopback(t *testing.T) {
	path := built
	for _, x := range []struct {
		args          []string
		env           string
		printed, bare int // runs made with what is printed, and without
	}{
		{[]string{"--addr", "127.0.0.1:0"}, "", http.StatusCreated, http.StatusCreated},
		{[]string{"--addr", ":0"}, "", http.StatusCreated, http.StatusUnauthorized},
		{[]string{"--addr", ":0", "--token", "off"}, "", http.StatusCreated, http.StatusCreated},
		{[]string{"--addr", "127.0.0.1:0", "--token", "chosen by me & you"}, "", http.StatusCreated, http.StatusUnauthorized},
		{[]string{"--addr", "127.0.0.1:0"}, "from the environment", http.StatusCreated, http.StatusUnauthorized},
	} {
		if x.env != "" {
			t.Setenv("GNLLVIZ_TOKEN", x.env)
		}
		c, page := begin(t, path, x.args...)
		home, fragment, _ := strings.Cut(page, "#")
		values, err := url.ParseQuery(fragment)
		if err != nil {
			t.Fatal(err)
		}
		for token, want := range map[string]int{values.Get("token"): x.printed, "": x.bare} {
			req, err := http.NewRequestWithContext(t.Context(), "POST", home+"api/runs", nil)
			if err != nil {
				t.Fatal(err)
			}
			if token != "" {
				req.Header.Set("Authorization", "Bearer "+token)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != want {
				t.Errorf("%q at %s with token %q: status %d, want %d", x.args, page, token, resp.StatusCode, want)
			}
		}
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			t.Error(err)
		}
	}
}

func TestMistakesAreOneLine(t *testing.T) {
	path := built
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	lessons := t.TempDir()
	if err := os.WriteFile(filepath.Join(lessons, "mine.json"), []byte(`{"title":"Mine","summry":"?"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		args   []string
		want   string
		status int
	}{
		{[]string{"--lessons", lessons}, "lesson mine.json: summry: a lesson has no such member", 2},
		{[]string{"--lessons", filepath.Join(lessons, "mine.json")}, "is not a folder", 2},
		{[]string{"--lessons", filepath.Join(lessons, "nowhere")}, "no such file or directory", 2},
		{[]string{"--addr", l.Addr().String()}, "is taken by another program", 1},
		{[]string{"serve", "--addr", "nonsense"}, "--addr nonsense is not HOST:PORT, such as 127.0.0.1:8080", 2},
		{[]string{"serve", "--addr", "127.0.0.1:99999"}, "--addr 127.0.0.1:99999: the port must be from 0 to 65535", 2},
		{[]string{"serve", "--addr", "192.0.2.1:80"}, "cannot listen on 192.0.2.1:80: cannot assign requested address", 1},
		{[]string{"--lessons", "no/folder"}, "--lessons no/folder: no such file or directory", 2},
		{[]string{"--adr", "x"}, "unknown flag: --adr", 2},
		{[]string{"dance"}, `there is no command "dance"`, 2},
		{[]string{"--max-runs", "0"}, "--max-runs 0 is less than 1", 2},
		{[]string{"--idle", "1ms"}, "--idle 1ms is less than 1s", 2},
		{[]string{"--log-format", "xml"}, `--log-format "xml" is neither text nor json`, 2},
		{[]string{"--command-rate", "0"}, "--command-rate 0 is less than 1", 2},
		{[]string{"--addr", ":0", "--token", "short"}, "--token is shorter than 8 characters", 2},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
		defer cancel()
		p := exec.CommandContext(ctx, path, c.args...)
		var stdout, stderr bytes.Buffer
		p.Stdout, p.Stderr = &stdout, &stderr
		err := p.Run()
		if p.ProcessState.ExitCode() != c.status {
			t.Errorf("%q: ended with %v, want status %d", c.args, err, c.status)
		}
		if got := stderr.String(); !wording.Has(got, c.want) || strings.Count(got, "\n") != 1 {
			t.Errorf("%q: said %q, want one line with %q", c.args, got, c.want)
		}
		if stdout.Len() > 0 {
			t.Errorf("%q: wrote %q to standard output", c.args, &stdout)
		}
	}
}

func TestHelp(t *testing.T) {
	t.Setenv("GNLLVIZ_TOKEN", "nobody's to read")
	c := command()
	var out bytes.Buffer
	c.SetOut(&out)
	c.SetErr(io.Discard)
	c.SetArgs([]string{"--help"})
	if err := c.Execute(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"serve", "--addr", "127.0.0.1:8080", "--open"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the help lacks %q:\n%s", want, &out)
		}
	}
	if strings.Contains(out.String(), "nobody's") {
		t.Errorf("the help tells the token:\n%s", &out)
	}
}
