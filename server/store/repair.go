//go:build !js

package store

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/google/renameio/v2/maybe"
	"github.com/minio/highwayhash"
)

// A repairer looks at the files of a store before JetStream opens them, and takes what is
// damaged out of them. What it takes out it keeps, in a folder beside them.
//
// A store that was closed has an index that is good, so it walks along the lengths in the
// blocks alone: a message that is damaged then is refused when it is read, and no other
// is hurt. Otherwise, or if anything is wrong, it checks all.
type repairer struct {
	dir   string // of the store
	log   *slog.Logger
	mu    sync.Mutex // guards what follows
	aside string     // where damaged files go, made when the first does
	found []string
}

// repair makes the streams' files such that JetStream opens them as they are. clean says
// that the store was closed. found says what was damaged, in words.
func repair(dir string, clean bool, log *slog.Logger) (found []string, err error) {
	r := &repairer{dir: dir, log: log}
	streams := filepath.Join(dir, "nats", "jetstream", "$G", "streams")
	names, err := os.ReadDir(streams)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if name.IsDir() && !strings.HasPrefix(name.Name(), ".") {
			err = errors.Join(err, r.stream(filepath.Join(streams, name.Name()), name.Name(), clean))
		}
	}
	for _, what := range r.found {
		log.Warn("the store is damaged; what is whole of it is used", "what", what, "damaged files", r.aside)
	}
	return r.found, err
}

// stream looks at one stream's files.
func (r *repairer) stream(dir, name string, clean bool) error {
	if err := r.config(dir, name); err != nil {
		return err
	}
	messages := filepath.Join(dir, "msgs")
	blocks, err := blocksOf(messages, name)
	if err != nil || len(blocks) == 0 {
		return err
	}
	index := filepath.Join(messages, "index.db")
	if clean {
		ok, err := quick(index, name, blocks)
		if ok || err != nil {
			return err
		}
	}
	// It would not be of use, and JetStream makes another.
	if err := os.Remove(index); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	// As many at a time as there are processors, each in a buffer of its own.
	workers := min(runtime.GOMAXPROCS(0), len(blocks))
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			var buffer bytes.Buffer
			for i := w; i < len(blocks) && errs[w] == nil; i += workers {
				errs[w] = r.block(blocks[i], i == len(blocks)-1 && !clean, &buffer)
			}
		})
	}
	wait.Wait()
	return errors.Join(errs...)
}

// config takes away a stream's settings if they are damaged; they are made again.
func (r *repairer) config(dir, name string) error {
	settings, sumFile := filepath.Join(dir, "meta.inf"), filepath.Join(dir, "meta.sum")
	data, err := os.ReadFile(settings)
	sum, err2 := os.ReadFile(sumFile)
	if err == nil && err2 == nil {
		d := digest(name)
		d.Write(data)
		if hex.EncodeToString(d.Sum(nil)) == string(sum) {
			return nil
		}
	}
	for _, err := range []error{err, err2} {
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	r.found = append(r.found, "the settings of the stream "+name)
	return errors.Join(r.setAside(settings, name), r.setAside(sumFile, name))
}

// block is a block of a stream.
type block struct {
	name   string // of the file
	stream string
	number int
}

func (b block) digest() *highwayhash.Digest64 {
	return digest(fmt.Sprintf("%s-%d", b.stream, b.number))
}

// blocksOf gives the blocks of a stream in their order.
func blocksOf(dir, stream string) ([]block, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var blocks []block
	for _, e := range entries {
		number, ok := strings.CutSuffix(e.Name(), ".blk")
		if n, err := strconv.Atoi(number); ok && err == nil {
			blocks = append(blocks, block{filepath.Join(dir, e.Name()), stream, n})
		}
	}
	slices.SortFunc(blocks, func(a, b block) int { return cmp.Compare(a.number, b.number) })
	return blocks, nil
}

// quick says whether the index can be trusted and no block would be cut off.
func quick(index, stream string, blocks []block) (bool, error) {
	data, err := os.ReadFile(index)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !indexWhole(digest(stream), data) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	for i, b := range blocks {
		if i == len(blocks)-1 { // its last record must be that of the index
			data, err := os.ReadFile(b.name)
			if err != nil {
				return false, err
			}
			_, lost, _ := wholeRecords(b.digest(), data)
			return lost == 0, nil
		}
		f, err := os.Open(b.name)
		if err != nil {
			return false, err
		}
		ok, err := looksWhole(f)
		f.Close()
		if !ok || err != nil {
			return false, err
		}
	}
	return true, nil
}

// block checks a block and takes out what is damaged. The last one may end in what was
// being written.
func (r *repairer) block(b block, last bool, buffer *bytes.Buffer) error {
	data, err := readInto(buffer, b.name)
	if err != nil {
		return err
	}
	whole, lost, torn := wholeRecords(b.digest(), data)
	switch {
	case lost == 0 && (last || len(data) > 0):
		return nil
	case last && torn:
		return os.Truncate(b.name, int64(len(data)-lost))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, fmt.Sprintf("%d of %d bytes of %s of the stream %s", lost, len(data), filepath.Base(b.name), b.stream))
	if len(whole) == 0 {
		return r.setAside(b.name, b.stream)
	}
	if err := r.copyAside(b.name, b.stream, data); err != nil {
		return err
	}
	return maybe.WriteFile(b.name, bytes.Join(whole, nil), 0o600)
}

// readInto reads a file into a buffer in place of what it has.
func readInto(b *bytes.Buffer, name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b.Reset()
	if info, err := f.Stat(); err == nil {
		b.Grow(int(info.Size()) + bytes.MinRead)
	}
	_, err = b.ReadFrom(f)
	return b.Bytes(), err
}

func (r *repairer) folder(stream string) (string, error) {
	if r.aside == "" {
		r.aside = filepath.Join(r.dir, "damaged-"+time.Now().UTC().Format("20060102-150405.000"))
	}
	dir := filepath.Join(r.aside, stream)
	return dir, os.MkdirAll(dir, 0o700)
}

func (r *repairer) copyAside(name, stream string, data []byte) error {
	dir, err := r.folder(stream)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, filepath.Base(name)), data, 0o600)
}

func (r *repairer) setAside(name, stream string) error {
	dir, err := r.folder(stream)
	if err != nil {
		return err
	}
	err = os.Rename(name, filepath.Join(dir, filepath.Base(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
