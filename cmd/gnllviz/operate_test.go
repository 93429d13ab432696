package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/operator"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A served is a program that serves a store, now and then.
type served struct {
	t       *testing.T
	dir     string
	program *exec.Cmd // nil while none does
	url     string
}

func (s *served) start() {
	s.t.Helper()
	s.program, s.url = begin(s.t, built, "serve", "--addr", "127.0.0.1:0", "--store", s.dir)
}

// end ends the program by a signal, if it is running.
func (s *served) end(by os.Signal) {
	s.t.Helper()
	if s.program == nil {
		return
	}
	if err := s.program.Process.Signal(by); err != nil {
		s.t.Fatal(err)
	}
	if err := s.program.Wait(); err != nil && by != os.Kill {
		s.t.Errorf("the server ended with %v", err)
	}
	s.program = nil
}

func newServed(t *testing.T) *served {
	t.Helper()
	// Sockets have short paths.
	dir, err := os.MkdirTemp("", "gv")
	if err != nil {
		t.Fatal(err)
	}
	s := &served{t: t, dir: filepath.Join(dir, "store")}
	t.Cleanup(func() {
		s.end(os.Kill)
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	s.start()
	return s
}

// make has a run made and returns what gives it commands.
func (s *served) make(order string) *steered {
	s.t.Helper()
	r := &steered{t: s.t, url: s.url, chance: rand.New(rand.NewPCG(1, 2))}
	var made struct{ ID, Key string }
	if _, err := r.ask("POST", "api/runs", order, &made); err != nil {
		s.t.Fatal(err)
	}
	r.id, r.key = made.ID, made.Key
	return r
}

// trainedTo has a paused run of two models made and trains it for some steps.
func (s *served) trainedTo(steps int) *steered {
	s.t.Helper()
	r := s.make(`{"dataset":"mcycle","hidden":[8],"paused":true,"speed":"max","lanes":[{},{"controls":{"loss":"beta_nll"}}]}`)
	if _, err := r.ask("POST", "api/runs/"+r.id+"/commands", fmt.Sprintf(`{"type":"step","steps":%d}`, steps), new(wire.Ack)); err != nil {
		s.t.Fatal(err)
	}
	poll(s.t, "the run does not come to its step", func() bool { return r.summary().Step == uint64(steps) })
	return r
}

func (r *steered) summary() (sum wire.Summary) {
	r.t.Helper()
	if _, err := r.ask("GET", "api/runs/"+r.id, "", &sum); err != nil {
		r.t.Fatal(err)
	}
	return sum
}

// list returns what gnllviz runs --json lists.
func (s *served) list(more ...string) (list []operator.Run) {
	s.t.Helper()
	parse(s.t, works(s.t, "", append([]string{"runs", "--json", "--store", s.dir}, more...)...), &list)
	return list
}

func (s *served) ids() (ids []string) {
	s.t.Helper()
	for _, r := range s.list() {
		ids = append(ids, r.ID)
	}
	slices.Sort(ids)
	return ids
}

// backup returns the bytes of a backup.
func (s *served) backup(ids ...string) string {
	s.t.Helper()
	return works(s.t, "", append([]string{"backup", "--out", "-", "--store", s.dir}, ids...)...)
}

// predicted returns what a run's second model predicts, by its exported ONNX.
func (s *served) predicted(id string) string {
	s.t.Helper()
	return predictedBy(s.t, []byte(works(s.t, "", "runs", "export", id, "--format", "onnx", "--model", "B", "--store", s.dir)))
}

func predictedBy(t *testing.T, onnx []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "model.onnx")
	if err := os.WriteFile(file, onnx, 0o600); err != nil {
		t.Fatal(err)
	}
	text := works(t, "time after impact\n3\n17.5\n40\n", "predict", "--model", file)
	if strings.Count(text, "\n") != 4 {
		t.Fatalf("the predictions are %q", text)
	}
	return text
}

// All that an operator asks for works while the server is running and when it is not, on
// runs in memory and on those that rest, and an export changes nothing.
func TestOperator(t *testing.T) {
	s := newServed(t)
	a, b := s.trainedTo(300), s.trainedTo(20)
	var table strings.Builder
	for i := range 200 {
		fmt.Fprintf(&table, `%d,%d.5\n`, i, i*i%17)
	}
	own := s.make(`{"data":{"csv":{"text":"x,y\n` + table.String() + `","target":"y"}},"paused":true}`)
	with, without := works(t, "", "runs", "export", own.id, "--format", "json", "--store", s.dir), works(t, "", "runs", "export", own.id, "--format", "json", "--no-rows", "--store", s.dir)
	if !json.Valid([]byte(with)) || !json.Valid([]byte(without)) || len(without) > len(with)-1000 {
		t.Errorf("the model in JSON has %d bytes with rows, and %d without", len(with), len(without))
	}
	works(t, "", "runs", "delete", own.id, "--store", s.dir)
	resp, err := http.Get(s.url + "api/runs/" + a.id + "/export?format=onnx&lane=1")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	onnx, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %s", err, resp.Status)
	}
	want := predictedBy(t, onnx)

	for _, how := range []string{"running", "ended", "resting"} {
		switch how {
		case "ended":
			s.end(syscall.SIGTERM)
			if _, err := os.Lstat(filepath.Join(s.dir, "gnllviz.sock")); !os.IsNotExist(err) {
				t.Errorf("after a clean exit the socket is there: %v", err)
			}
		case "resting":
			s.start()
		default:
			info, err := os.Lstat(filepath.Join(s.dir, "gnllviz.sock"))
			if err != nil || info.Mode().Perm() != 0o600 {
				t.Errorf("the socket: %v, %v", info, err)
			}
		}
		list := s.list("--check")
		if len(list) != 2 {
			t.Fatalf("%s: %+v", how, list)
		}
		one := list[slices.IndexFunc(list, func(r operator.Run) bool { return r.ID == a.id })]
		if one.Step != 300 || one.State != "paused" || one.Dataset != "mcycle" || one.Bytes < 1000 || one.Problem != "" || one.InMemory != (how == "running") || one.LastUsed.Before(one.Created) {
			t.Errorf("%s: it is listed as %+v", how, one)
		}
		if text := works(t, "", "runs", "--store", s.dir); !strings.Contains(text, a.id) || !strings.Contains(text, "300") || strings.Count(text, "\n") != 3 {
			t.Errorf("%s: the list is\n%s", how, text)
		}
		before := s.backup(a.id)
		if got := s.predicted(a.id); got != want {
			t.Errorf("%s: the exported model predicts\n%s, and in the server it did\n%s", how, got, want)
		}
		if how != "running" { // which saves by itself now and then
			if after := s.backup(a.id); after != before {
				t.Errorf("%s: an export changed what is stored", how)
			}
			if one := s.list()[0]; one.InMemory {
				t.Errorf("%s: an export has loaded the run", how)
			}
		}
		if offered := program(t, "", "__complete", "runs", "delete", "--store", s.dir, "").stdout; !strings.Contains(offered, b.id) {
			t.Errorf("%s: completions offer %q", how, offered)
		}

		file := filepath.Join(t.TempDir(), "runs.tar")
		if text := works(t, "", "backup", b.id, "--out", file, "--store", s.dir); !wording.Begins(text, "1 run (") {
			t.Errorf("%s: the backup says %q", how, text)
		}
		works(t, "", "runs", "delete", b.id, "--store", s.dir)
		if ids := s.ids(); len(ids) != 1 || ids[0] != a.id {
			t.Fatalf("%s: after one was deleted there are %v", how, ids)
		}
		if text := works(t, "", "restore", file, "--store", s.dir); !wording.Begins(text, "restored 1 run\n") {
			t.Errorf("%s: restoring says %q", how, text)
		}
		if text := works(t, s.backup(), "restore", "-", "--store", s.dir); !strings.HasPrefix(text, "restored 0 runs\n") || !strings.Contains(text, a.id) || !strings.Contains(text, b.id) {
			t.Errorf("%s: restoring what is there says %q", how, text)
		}
		if how != "ended" {
			b.url = s.url
			// Steps that were not saved yet are made again.
			poll(t, "the restored run does not come to its step", func() bool { return b.summary().Step == 20 })
		}
	}
}

// The socket of a server that was killed is in nobody's way, and what a killed server had
// not saved is exported with the steps that its journal has.
func TestOperatorAfterAKill(t *testing.T) {
	s := newServed(t)
	r := s.trainedTo(50)
	if _, err := r.ask("POST", "api/runs/"+r.id+"/commands", `{"type":"change","lane":1,"set":{"lr":0.02}}`, new(wire.Ack)); err != nil {
		t.Fatal(err)
	}
	s.end(os.Kill)
	if _, err := os.Lstat(filepath.Join(s.dir, "gnllviz.sock")); err != nil {
		t.Fatalf("the killed server took its socket with it: %v", err)
	}
	before := s.backup()
	got := s.predicted(r.id)
	if after := s.backup(); after != before {
		t.Error("an export changed what is stored")
	}
	s.start()
	r.url = s.url
	if sum := r.summary(); sum.Step != 50 || sum.Revision != 1 {
		t.Errorf("the run is back as %+v", sum)
	}
	if now := s.predicted(r.id); now != got {
		t.Errorf("the model predicts\n%s, and of the store alone it did\n%s", now, got)
	}
	if list := s.list(); len(list) != 1 || !list[0].InMemory {
		t.Errorf("through the new socket there are %+v", list)
	}
}

// A backup that is made while the run trains and takes commands has all that was
// acknowledged before, and the restored run goes on with the bits of the first.
func TestBackupUnderLoad(t *testing.T) {
	s := newServed(t)
	r := s.make(`{"dataset":"mcycle","speed":"300","pool":20,"hidden":[16],"lanes":[{},{"controls":{"loss":"beta_nll"}}]}`)
	// during has commands given while f does something.
	during := func(f func()) {
		until := make(chan struct{})
		var steering sync.WaitGroup
		steering.Go(func() { r.steer(until) })
		defer steering.Wait()
		defer close(until)
		f()
	}
	during(func() {
		poll(t, "the run does not train", func() bool { return r.summary().Step > 300 })
	})
	known := *r
	known.acked = slices.Clone(r.acked)
	if len(known.acked) < 5 {
		t.Fatalf("only %d commands were acknowledged", len(known.acked))
	}
	var backups []string
	during(func() {
		for range 12 {
			backups = append(backups, s.backup())
		}
	})
	if t.Failed() || len(r.acked) == len(known.acked) {
		t.Fatalf("no command was acknowledged beside the backups")
	}
	other := &served{t: t}
	for i, backup := range []string{backups[0], backups[5], backups[11]} {
		other.dir = filepath.Join(filepath.Dir(s.dir), fmt.Sprint("other", i))
		if text := works(t, backup, "restore", "-", "--store", other.dir); !wording.Begins(text, "restored 1 run\n") {
			t.Fatalf("restoring says %q", text)
		}
		other.start()
		again := known
		again.url = other.url
		sum, last := again.summary(), known.acked[len(known.acked)-1]
		if sum.Revision < last.Revision || sum.Step < last.Step {
			t.Errorf("the restored run is at revision %d, step %d; before the backup %d at %d was acknowledged", sum.Revision, sum.Step, last.Revision, last.Step)
		}
		again.check()
		poll(t, "the restored run does not go on", func() bool { return again.summary().Step > sum.Step })
		other.end(os.Kill)
	}
}

// Of a damaged file what can be is restored, and the file is named.
func TestRestoreNamesDamage(t *testing.T) {
	s := newServed(t)
	s.trainedTo(5)
	s.trainedTo(5)
	whole := s.backup()
	s.end(syscall.SIGTERM)
	flipped := []byte(whole)
	flipped[len(whole)*3/4] ^= 4
	for i, c := range []struct {
		data string
		runs int
		said string
	}{
		{whole[:len(whole)*3/4], 1, "beyond its first 1 run: unexpected EOF"},
		{whole[:len(whole)/4], 0, "unexpected EOF"},
		{string(flipped), 1, "beyond its first 1 run"},
		{"", 0, "not a backup"},
		{"id,name\n1,2\n", 0, "not a backup"},
	} {
		file := filepath.Join(t.TempDir(), "b.tar")
		if err := os.WriteFile(file, []byte(c.data), 0o600); err != nil {
			t.Fatal(err)
		}
		s.dir = filepath.Join(filepath.Dir(s.dir), fmt.Sprint("other", i))
		r := program(t, "", "restore", file, "--store", s.dir)
		if r.status != 2 || strings.Count(r.stderr, "\n") != 1 || !strings.Contains(r.stderr, file) || !wording.Has(r.stderr, c.said) || !wording.Has(r.stderr, "restored "+runsOf(c.runs)+" before that") {
			t.Errorf("%d: status %d, said %q, want 2 and %q", i, r.status, r.stderr, c.said)
		}
		if n := len(s.list("--check")); n != c.runs {
			t.Errorf("%d: %d runs are listed, want %d", i, n, c.runs)
		}
	}
}

// A backup is for its owner alone, and is there whole or not at all.
func TestBackupIsPrivate(t *testing.T) {
	s := newServed(t)
	s.trainedTo(5)
	dir := t.TempDir()
	file := filepath.Join(dir, "b.tar")
	if err := os.WriteFile(file, []byte("another"), 0o644); err != nil {
		t.Fatal(err)
	}
	if r := program(t, "", "backup", "nobody", "--out", file, "--store", s.dir); r.status != 2 || !wording.Has(r.stderr, `there is no run "nobody"`) {
		t.Errorf("a backup of what is not there: %+v", r)
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "another" {
		t.Errorf("it left %q, %v", b, err)
	}
	works(t, "", "backup", "--out", file, "--store", s.dir)
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the backup: %v, %v", info, err)
	}
	if full := program(t, "", "backup", "--out", "/dev/full", "--store", s.dir); full.status != 1 || !wording.Has(full.stderr, "no space left") {
		t.Errorf("a full device: %+v", full)
	}
	if r := program(t, "", "backup", "--out", filepath.Join(dir, "no", "b.tar"), "--store", s.dir); r.status != 2 || !wording.Has(r.stderr, "no such file or directory") {
		t.Errorf("a folder that is not there: %+v", r)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("there are %v, %v", left, err)
	}
}

// A command waits for another that has the store, and so does a server; an interrupted
// backup leaves nothing.
func TestOperatorsWaitForOneAnother(t *testing.T) {
	s := newServed(t)
	s.trainedTo(5)
	s.end(syscall.SIGTERM)
	dir := t.TempDir()
	// waits starts the program, which is to say that it waits for the store.
	waits := func(args ...string) (c *exec.Cmd, stdout *bytes.Buffer) {
		c = exec.CommandContext(t.Context(), built, append(args, "--store", s.dir)...)
		stdout = new(bytes.Buffer)
		c.Stdout = stdout
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		if line, err := bufio.NewReader(stderr).ReadString('\n'); err != nil || !wording.Has(line, "waiting") {
			t.Fatalf("%v says %q, %v", args, line, err)
		}
		return c, stdout
	}
	holding := func() *store.Store {
		kept, err := store.Open(t.Context(), store.Config{Dir: s.dir})
		if err != nil {
			t.Fatal(err)
		}
		return kept
	}
	kept := holding()
	interrupted, _ := waits("backup", "--out", filepath.Join(dir, "b.tar"))
	if err := interrupted.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := interrupted.Wait(); interrupted.ProcessState.ExitCode() != 130 {
		t.Errorf("the interrupted backup: %v", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
	list, text := waits("runs")
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	if err := list.Wait(); err != nil || strings.Count(text.String(), "\n") != 2 {
		t.Errorf("the list is\n%s%v", text, err)
	}
	kept = holding()
	s.program, _ = waits("serve", "--addr", "127.0.0.1:0")
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	poll(t, "the server does not answer", func() bool {
		_, err := os.Lstat(filepath.Join(s.dir, "gnllviz.sock"))
		return err == nil
	})
	if n := len(s.list()); n != 1 {
		t.Errorf("the server has %d runs", n)
	}
}

// A run that cannot be loaded is listed with the reason, keeps no other from the backup, and
// can be deleted.
func TestOperatorNamesWhatIsDamaged(t *testing.T) {
	s := newServed(t)
	whole := s.trainedTo(5)
	s.end(syscall.SIGTERM)
	kept, err := store.Open(t.Context(), store.Config{Dir: s.dir})
	if err != nil {
		t.Fatal(err)
	}
	const hollow = "hollow"
	if _, err := kept.Create(t.Context(), store.Meta{ID: hollow, Touched: time.Now(), Bytes: 100}); err != nil { // and nothing of the run is left
		t.Fatal(err)
	}
	if err := kept.Close(); err != nil {
		t.Fatal(err)
	}
	for _, running := range []bool{true, false} {
		if running {
			s.start()
		} else {
			s.end(syscall.SIGTERM)
		}
		list := s.list("--check")
		at := slices.IndexFunc(list, func(r operator.Run) bool { return r.ID == hollow })
		if len(list) != 2 || at < 0 || list[at].Problem == "" || list[1-at].Problem != "" {
			t.Fatalf("there are %+v", list)
		}
		if text := works(t, "", "runs", "--check", "--store", s.dir); !strings.Contains(text, list[at].Problem) {
			t.Errorf("the list does not say %q:\n%s", list[at].Problem, text)
		}
		if r := program(t, "", "runs", "export", hollow, "--format", "card", "--store", s.dir); r.status != 1 || !wording.Has(r.stderr, "restore it from a backup, or delete it") {
			t.Errorf("exporting it: %+v", r)
		}
		file := filepath.Join(t.TempDir(), "b.tar")
		r := program(t, "", "backup", "--out", file, "--store", s.dir)
		if r.status != 1 || !strings.Contains(r.stderr, hollow) || !wording.Begins(r.stdout, "1 run (") {
			t.Errorf("the backup: %+v", r)
		}
		other := filepath.Join(filepath.Dir(s.dir), fmt.Sprint("other", running))
		if text := works(t, "", "restore", file, "--store", other); !wording.Begins(text, "restored 1 run\n") {
			t.Errorf("restoring says %q", text)
		}
	}
	works(t, "", "runs", "delete", hollow, "--store", s.dir)
	if ids := s.ids(); len(ids) != 1 || ids[0] != whole.id {
		t.Errorf("there are %v", ids)
	}
}

// Where the store's path is too long for a socket the server says so and serves, and the
// commands say why they cannot reach it.
func TestOperatorWithoutASocket(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long", 30))
	c := exec.CommandContext(t.Context(), built, "serve", "--addr", "127.0.0.1:0", "--store", dir)
	var log bytes.Buffer
	c.Stderr = &log
	stdout, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(stdout, make([]byte, 10)); err != nil { // it has said where it is
		t.Fatal(err)
	}
	r := program(t, "", "runs", "--store", dir)
	if r.status != 1 || !strings.Contains(r.stderr, fmt.Sprintf("process %d", c.Process.Pid)) || !strings.Contains(r.stderr, dir) || !wording.Has(r.stderr, "too long") {
		t.Errorf("status %d, said %q", r.status, r.stderr)
	}
	if err := c.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := c.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
	if !wording.Has(log.String(), "too long") {
		t.Errorf("the server's log is\n%s", log.String())
	}
	if text := works(t, "", "runs", "--store", dir); !wording.Is(text, "no runs are stored\n") {
		t.Errorf("without a server it says %q", text)
	}
}
