//go:build linux

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// On a full disk nothing is done that could not be saved. Each refusal says what was not
// done, why, and what to do; what is stored can be read, and a run can be deleted, which
// makes room for the others.
func TestTheDiskOfTheProgramIsFull(t *testing.T) {
	disk := t.TempDir()
	if err := unix.Mount("tmpfs", disk, "tmpfs", 0, "size=48m"); err != nil {
		t.Fatalf("this test mounts a small disk, for which it must be root (sudo go test ./cmd/gnllviz -run %s): %v", t.Name(), err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(disk, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	program, url := beginQuietly(t, "serve", "--addr", "127.0.0.1:0", "--store", filepath.Join(disk, "store"))
	t.Cleanup(func() { _ = program.Process.Kill(); _ = program.Wait() }) // before the disk goes
	s := &steered{t: t, url: url}
	var here, other struct{ ID, Key string }
	for _, m := range []any{&here, &other} {
		if _, err := s.ask("POST", "api/runs", `{"dataset":"mcycle","paused":true}`, m); err != nil {
			t.Fatal(err)
		}
	}
	s.id, s.key = here.ID, here.Key
	run := "api/runs/" + here.ID
	recipe := func() string {
		t.Helper()
		var r json.RawMessage
		if _, err := s.ask("GET", run+"/recipe", "", &r); err != nil {
			t.Fatal(err)
		}
		return string(r)
	}
	f, err := os.Create(filepath.Join(disk, "ballast"))
	if err != nil {
		t.Fatal(err)
	}
	piece := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(piece)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	change := func(k int) (int, error) {
		var a any
		return s.ask("POST", run+"/commands", fmt.Sprintf(`{"type":"change","set":{"eps":%g}}`, 0.001*float64(k+1)), &a)
	}
	status := 0
	for k := 0; status != http.StatusServiceUnavailable; k++ { // what is left of a page
		if status, err = change(k); err != nil && status != http.StatusServiceUnavailable || k == 1000 {
			t.Fatalf("change %d on a full disk: %d %v", k, status, err)
		}
	}
	before := recipe()
	for _, c := range []struct{ method, path, body, what string }{
		{"POST", run + "/commands", `{"type":"change","set":{"lr":0.02}}`, "the change was not made"},
		{"PUT", run + "/data", `{"csv":{"text":"x,y\n` + strings.Repeat(`1,2\n3,5\n4,4\n`, 2000) + `","inputs":["x"],"target":"y"}}`, "the change was not made"},
		{"PATCH", run, `{"name":"Monday"}`, "the name could not be saved"},
		{"POST", "api/runs", `{"dataset":"mcycle"}`, "the run was not made"},
	} {
		var v any
		status, err := s.ask(c.method, c.path, c.body, &v)
		if status != http.StatusServiceUnavailable || err == nil {
			t.Errorf("%s %s: %d, %v", c.method, c.path, status, err)
			continue
		}
		if !wording.Has(err.Error(), c.what) || !wording.Has(err.Error(), "make room") || !strings.Contains(err.Error(), syscall.ENOSPC.Error()) {
			t.Errorf("%s %s does not say %q, why, and what to do: %v", c.method, c.path, c.what, err)
		}
		if strings.Contains(err.Error(), disk) {
			t.Errorf("%s %s names the server's folder: %v", c.method, c.path, err)
		}
	}
	if after := recipe(); after != before {
		t.Errorf("the recipe was\n%s\nand is\n%s", before, after)
	}
	s.key = other.Key
	var none any
	status, err = s.ask("DELETE", "api/runs/"+other.ID, "", &none)
	if status != http.StatusNoContent {
		t.Fatalf("deleting on a full disk: %d %v", status, err)
	}
	if status, err := s.ask("GET", "api/runs/"+other.ID+"/summary", "", &none); status != http.StatusNotFound {
		t.Errorf("what was deleted: %d %v", status, err)
	}
	s.key = here.Key
	if status, err := change(7777); err != nil {
		t.Errorf("a change after one was deleted: %d %v", status, err)
	}
	if after := recipe(); after == before {
		t.Error("the change is not in the recipe")
	}
}
