//go:build !js

package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"

	"github.com/gofrs/flock"
	"github.com/google/renameio/v2/maybe"
)

// format is the format of the store in a folder. In format 1 all records have version 1; they
// are read as they are, and what is written is of the present version, so a folder is of the
// present format once it was opened.
const format = 2

// folder is a store's folder, which this process alone uses.
//
//	lock         locked while a process has the folder
//	owner.json   which process, for people
//	format.json  the format and the program that wrote it
//	closed       is there when the store was closed, and not while it is open
//	reserve      takes room, so that a run can be deleted when the disk is full
//	gnllviz.sock asks whoever has the folder; see package operator
//	nats/        JetStream's files
//	damaged-*/   what was damaged, as it was found
type folder struct {
	dir   string
	lock  *flock.Flock
	clean bool // it was closed
}

type owner struct {
	PID  int    `json:"pid"`
	Host string `json:"host"`
}

type written struct {
	Format  int    `json:"format"`
	Program string `json:"program"`
}

func openFolder(dir string) (*folder, error) {
	if dir == "" {
		return nil, errors.New("a store needs a folder")
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("the store's folder cannot be made: %w; choose another one", err)
	}
	f := &folder{dir: dir, lock: flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))}
	ok, err := f.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("the store's folder cannot be written to: %w; choose another one", err)
	}
	if !ok {
		return nil, &LockedError{dir, f.owner()}
	}
	if err := f.claim(); err != nil {
		return nil, errors.Join(err, f.close())
	}
	return f, nil
}

// Exists says whether there is a store in a folder.
func Exists(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "format.json"))
	return err == nil
}

// owner says who has the folder, or nothing.
func (f *folder) owner() string {
	data, err := os.ReadFile(filepath.Join(f.dir, "owner.json"))
	var o owner
	if err != nil || json.Unmarshal(data, &o) != nil || o.PID == 0 {
		return ""
	}
	return fmt.Sprintf("process %d on %s", o.PID, o.Host)
}

// claim writes who has the folder, and looks at its format.
func (f *folder) claim() error {
	err := os.Remove(filepath.Join(f.dir, "closed"))
	f.clean = err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("the store's folder cannot be written to: %w; choose another one", err)
	}
	host, _ := os.Hostname()
	if err := f.write("owner.json", owner{os.Getpid(), host}); err != nil {
		return fmt.Errorf("the store's folder cannot be written to: %w; choose another one, or make room", err)
	}
	name := filepath.Join(f.dir, "format.json")
	data, err := os.ReadFile(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return f.write("format.json", written{format, "gnllviz"})
	case err != nil:
		return err
	}
	var w written
	if err := json.Unmarshal(data, &w); err != nil || w.Format < 1 {
		// Records say themselves which version they have.
		return f.write("format.json", written{format, "gnllviz"})
	}
	if w.Format > format {
		return &VersionError{f.dir, w.Format, format, w.Program}
	}
	if w.Format < format {
		return f.write("format.json", written{format, "gnllviz"})
	}
	return nil
}

// write writes a file whole or not at all.
func (f *folder) write(name string, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return maybe.WriteFile(filepath.Join(f.dir, name), append(data, '\n'), 0o600)
}

// probe says whether the folder can be written to.
func (f *folder) probe() error {
	const size = 1 << 20 // more than a message
	file, err := os.CreateTemp(f.dir, "probe-")
	if err == nil {
		_, err = file.Write(make([]byte, size))
		err = errors.Join(err, file.Sync(), file.Close(), os.Remove(file.Name()))
	}
	if path := (*fs.PathError)(nil); errors.As(err, &path) {
		err = path.Err // where the folder is, is nobody's business who reads a refusal
	}
	if err != nil {
		return fmt.Errorf("the store cannot be written to: %w; make room, or see to the disk", err)
	}
	return nil
}

// reserved is how many bytes are held in reserve: what JetStream needs to start again, to mark
// a run as deleted and to write a block afresh that is half empty.
const reserved = 4 << 20

// stock holds room in reserve, if as much is left beside it.
func (f *folder) stock() error {
	name := filepath.Join(f.dir, "reserve")
	if info, err := os.Stat(name); err == nil && info.Size() == reserved {
		return nil
	}
	noise := make([]byte, 2*reserved) // which no file system makes smaller
	rand.NewChaCha8([32]byte{1}).Read(noise)
	err := os.WriteFile(name, noise, 0o600)
	if err == nil {
		err = os.Truncate(name, reserved)
	}
	if err != nil {
		return errors.Join(err, os.Remove(name))
	}
	return nil
}

// spend frees the room that was held in reserve, and says whether there was any.
func (f *folder) spend() bool { return os.Remove(filepath.Join(f.dir, "reserve")) == nil }

// closed notes that JetStream has closed its files.
func (f *folder) closed() error {
	return os.WriteFile(filepath.Join(f.dir, "closed"), nil, 0o600)
}

func (f *folder) close() error {
	os.Remove(filepath.Join(f.dir, "owner.json"))
	return f.lock.Close()
}

// DefaultDir gives the folder of the user's runs: $XDG_STATE_HOME/gnllviz or
// ~/.local/state/gnllviz, on macOS ~/Library/Application Support/gnllviz, on Windows
// %LocalAppData%\gnllviz.
func DefaultDir() (string, error) {
	return defaultDir(runtime.GOOS, os.Getenv, os.UserHomeDir)
}

func defaultDir(goos string, env func(string) string, home func() (string, error)) (string, error) {
	const advice = "say with --store where runs are to be kept, or --store none"
	switch goos {
	case "windows":
		if dir := env("LocalAppData"); dir != "" {
			return filepath.Join(dir, "gnllviz"), nil
		}
		return "", errors.New("%LocalAppData% is not set: " + advice)
	case "darwin", "ios":
		h, err := home()
		if err != nil {
			return "", fmt.Errorf("%w: %s", err, advice)
		}
		return filepath.Join(h, "Library", "Application Support", "gnllviz"), nil
	}
	// The specification has relative paths ignored.
	if dir := env("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "gnllviz"), nil
	}
	h, err := home()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, advice)
	}
	return filepath.Join(h, ".local", "state", "gnllviz"), nil
}
