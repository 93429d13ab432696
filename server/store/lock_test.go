//go:build !js

package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnotherProcessHasTheStore(t *testing.T) {
	dir := t.TempDir()
	c, words := spawn(t, dir)
	for words.Scan() && words.Text() != "open" {
	}
	_, err := Open(context.Background(), Config{Dir: dir})
	var locked *LockedError
	if !errors.As(err, &locked) {
		t.Fatalf("open: %v", err)
	}
	if want := fmt.Sprintf("process %d", c.Process.Pid); !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), dir) {
		t.Errorf("%q does not name %s and %s", err, want, dir)
	}
	if err := c.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for words.Scan() {
	}
	c.Wait()
	open(t, Config{Dir: dir})
	// A second one in this process, too.
	if _, err := Open(context.Background(), Config{Dir: dir}); !errors.As(err, &locked) {
		t.Errorf("open twice: %v", err)
	}
}

func TestAFolderThatCannotBe(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"", file, filepath.Join(file, "below")} {
		s, err := Open(context.Background(), Config{Dir: bad})
		if err == nil {
			s.Close()
		}
		if err == nil || bad != "" && !strings.Contains(err.Error(), file) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func TestAStoreOfANewerFormat(t *testing.T) {
	dir := t.TempDir()
	s := open(t, Config{Dir: dir})
	filled(t, s, "a")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "format.json")
	was, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(`{"format":99,"program":"gnllviz 7"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var version *VersionError
	if _, err := Open(context.Background(), Config{Dir: dir}); !errors.As(err, &version) || version.Have != 99 || !strings.Contains(err.Error(), "gnllviz 7") {
		t.Errorf("open: %v", err)
	}
	if err := os.WriteFile(name, was, 0o600); err != nil {
		t.Fatal(err)
	}
	r, _ := load(t, open(t, Config{Dir: dir}), "a")
	holds(t, r, "4 3 2", 7, 12)
}

func TestDefaultDir(t *testing.T) {
	env := map[string]string{}
	home := func() (string, error) {
		if h := env["HOME"]; h != "" {
			return h, nil
		}
		return "", errors.New("$HOME is not defined")
	}
	at := func(goos string) string {
		dir, err := defaultDir(goos, func(k string) string { return env[k] }, home)
		if err != nil {
			return err.Error()
		}
		return dir
	}
	for _, goos := range []string{"linux", "darwin", "windows"} {
		if got := at(goos); !strings.Contains(got, "--store") {
			t.Errorf("%s without a home: %s", goos, got)
		}
	}
	env["HOME"], env["LocalAppData"] = "/home/ada", `C:\Users\ada`
	for goos, want := range map[string]string{
		"linux":   "/home/ada/.local/state/gnllviz",
		"darwin":  "/home/ada/Library/Application Support/gnllviz",
		"windows": filepath.Join(`C:\Users\ada`, "gnllviz"),
	} {
		if got := at(goos); got != want {
			t.Errorf("%s: %s, want %s", goos, got, want)
		}
	}
	env["XDG_STATE_HOME"] = "/state"
	if got := at("linux"); got != "/state/gnllviz" {
		t.Errorf("with XDG_STATE_HOME: %s", got)
	}
}
