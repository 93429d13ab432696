//go:build !js && linux

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// asRoot says whether the test may mount file systems; if it may not, it runs the test
// where it may, in namespaces of its own, and says how that went.
func asRoot(t *testing.T) bool {
	t.Helper()
	if os.Getuid() == 0 {
		return true
	}
	c := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$", "-test.count=1")
	c.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("as root of a namespace (where that is not allowed, run it as root): %v\n%s", err, out)
	}
	return false
}

// small mounts a file system with so many bytes.
func small(t *testing.T, size string) string {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size="+size); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// fill writes a file until nothing more has room beside it.
func fill(t *testing.T, name string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	piece := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(piece)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

// On a full disk a run can be deleted, which makes room: its bytes go, and the others can be
// written to again.
func TestDeletingOnAFullDisk(t *testing.T) {
	if !asRoot(t) {
		return
	}
	disk := small(t, "48m")
	dir := filepath.Join(disk, "store")
	s := open(t, Config{Dir: dir})
	var logs []*Log
	for i, id := range []string{"a", "b", "c"} {
		l := create(t, s, id)
		for k := range uint64(4) { // in turn, so that their blocks are shared
			save(t, l, "x", noise(uint64(10*i)+k, 900_000))
		}
		logs = append(logs, l)
	}
	kept := logs[2]
	for round, id := range []string{"a", "b"} {
		ballast := filepath.Join(disk, fmt.Sprint("ballast", round))
		fill(t, ballast)
		var err error
		for range 1000 { // what is left of a page
			if err = kept.Append(t.Context(), Entry{kept.Last() + 1, noise(kept.Last(), 1000)}); err != nil {
				break
			}
		}
		if err == nil {
			t.Fatal("the disk is not full")
		}
		if err := s.Delete(t.Context(), id); err != nil {
			t.Fatalf("delete %s on a full disk: %v", id, err)
		}
		if _, ok := s.Meta(id); ok || !s.Deleted(id) {
			t.Errorf("%s is still there", id)
		}
		appendN(t, kept, 3)
		save(t, kept, "y", noise(uint64(round)+100, 500_000))
		if round == 0 {
			if err := os.Remove(ballast); err != nil {
				t.Fatal(err)
			}
			s = reopen(t, s)
			_, kept = load(t, s, "c")
		}
	}
	s = reopen(t, s)
	if list := s.List(); len(list) != 1 || list[0].ID != "c" || !s.Deleted("a") || !s.Deleted("b") {
		t.Errorf("stored are %v", list)
	}
	r, _ := load(t, s, "c")
	if string(r.Checkpoints[0].Manifest) != "y" {
		t.Errorf("the newest checkpoint is %q", r.Checkpoints[0].Manifest)
	}
}

func TestTheDiskIsFull(t *testing.T) {
	if !asRoot(t) {
		return
	}
	disk := small(t, "24m")
	dir := filepath.Join(disk, "store")
	s := open(t, Config{Dir: dir})
	l := create(t, s, "a")
	appendN(t, l, 3)
	save(t, l, "one", noise(1, 50_000))
	appendN(t, l, 1)
	other := create(t, s, "b")

	ballast := filepath.Join(disk, "ballast")
	for round := range 3 {
		fill(t, ballast)
		var err error
		full := l.Last()
		for range 1000 { // what is left of a page
			if err = l.Append(t.Context(), Entry{l.Last() + 1, entryData("a", l.Last()+1)}); err != nil {
				break
			}
			full = l.Last()
		}
		for range 3 {
			err = l.Append(t.Context(), Entry{full + 1, []byte("this does not count")})
			if err == nil || !strings.Contains(err.Error(), "no space left") {
				t.Fatalf("round %d: append on a full disk: %v", round, err)
			}
		}
		b, refs := blobs(noise(2, 50_000))
		if err := l.Save(t.Context(), Checkpoint{full, []byte("two"), b}, refs, meta("a")); err == nil {
			t.Errorf("round %d: a save on a full disk", round)
		}
		if _, err := s.Create(t.Context(), meta("c")); err == nil {
			t.Errorf("round %d: a run on a full disk", round)
		}
		if err := other.Append(t.Context(), Entry{uint64(round) + 1, nil}); err == nil {
			t.Errorf("round %d: append to another run on a full disk", round)
		}
		if m, ok := s.Meta("a"); !ok || len(s.List()) != 2 || m.Name != "Run a" {
			t.Errorf("round %d: the list is %v", round, s.List())
		}
		// What is stored can be read.
		r, _, err := s.read(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(r.Entries); n == 0 || r.Entries[n-1].Number < full {
			t.Errorf("round %d: %d entries on a full disk", round, n)
		}
		if round == 1 { // the program ends while the disk is full
			s.Close()
			if s, err := Open(context.Background(), Config{Dir: dir}); err == nil {
				s.Close()
			} else if !strings.Contains(err.Error(), "no space left") {
				t.Errorf("open on a full disk: %v", err)
			}
		}

		if err := os.Remove(ballast); err != nil {
			t.Fatal(err)
		}
		if round == 1 {
			s = open(t, Config{Dir: dir})
			_, l = load(t, s, "a")
			_, other, _ = s.Load(t.Context(), "b")
			if l.Last() != full {
				t.Fatalf("the last entry is %d, want %d", l.Last(), full)
			}
		}
		appendN(t, l, 2)
		appendN(t, other, 1)
		save(t, l, "two", noise(2, 50_000))
		r, _, err = s.read(t.Context(), "a")
		if err != nil {
			t.Fatal(err)
		}
		if n := len(r.Entries); r.Checkpoints[0].Number != full+2 || string(r.Checkpoints[0].Manifest) != "two" || r.Entries[n-1].Number != full+2 {
			t.Errorf("round %d: %d entries, the newest checkpoint is after %d", round, n, r.Checkpoints[0].Number)
		}
		for _, e := range r.Entries {
			if string(e.Data) != string(entryData("a", e.Number)) {
				t.Errorf("round %d: entry %d is %q", round, e.Number, e.Data)
			}
		}
	}
}

func TestTheDiskIsReadOnly(t *testing.T) {
	if !asRoot(t) {
		return
	}
	dir := small(t, "24m")
	s := open(t, Config{Dir: dir})
	filled(t, s, "a")
	read := func(flags uintptr) {
		t.Helper()
		if err := unix.Mount("", dir, "", unix.MS_BIND|unix.MS_REMOUNT|flags, ""); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount(dir, dir, "", unix.MS_BIND, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Unmount(dir, unix.MNT_DETACH) })
	read(unix.MS_RDONLY)
	if s, err := Open(context.Background(), Config{Dir: dir}); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("open: %v", err)
		if err == nil {
			s.Close()
		}
	}
	if _, err := Open(context.Background(), Config{Dir: filepath.Join(dir, "below")}); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("open below: %v", err)
	}
	read(0)
	r, _ := load(t, open(t, Config{Dir: dir}), "a")
	holds(t, r, "4 3 2", 7, 12)
}
