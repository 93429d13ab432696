//go:build unix

package lesson

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A folder of lessons has regular files, or links to such; what would have the start
// wait for somebody, or read for ever, is refused unopened.
func TestOnlyRegularFilesAreRead(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kept elsewhere")
	if err := os.WriteFile(file, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		make func(name string) error
		want string
	}{
		{func(name string) error { return os.Symlink(file, name) }, ""},
		{func(name string) error { return syscall.Mkfifo(name, 0o600) }, "lesson mine.json: it is a named pipe, and only regular files are read"},
		{func(name string) error { return os.Symlink("/dev/zero", name) }, "lesson mine.json: it is a device, and only regular files are read"},
		{func(name string) error { return os.Mkdir(name, 0o700) }, "lesson mine.json: it is a folder, and only regular files are read"},
		{func(name string) error { return os.Symlink("nowhere", name) }, "no such file"},
	} {
		folder := t.TempDir()
		if err := c.make(filepath.Join(folder, "mine.json")); err != nil {
			t.Fatal(err)
		}
		list, err := Read(lane.Table(), os.DirFS(folder))
		switch {
		case c.want == "" && (err != nil || len(list) != 1):
			t.Errorf("a link to a lesson: %d lessons, %v", len(list), err)
		case c.want != "" && (err == nil || !wording.Has(err.Error(), c.want)):
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
