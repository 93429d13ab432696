//go:build unix

package main

import (
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A pipe among the lessons, into which nobody writes, does not hold up the start.
func TestPipeAmongLessonsDoesNotHang(t *testing.T) {
	folder := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(folder, "mine.json"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := program(t, "", "serve", "--addr", "127.0.0.1:0", "--lessons", folder)
	if want := "lesson mine.json: it is a named pipe, and only regular files are read"; r.status != 2 || !wording.Has(r.stderr, want) {
		t.Errorf("status %d, %q; want 2 and %q", r.status, r.stderr, want)
	}
}
