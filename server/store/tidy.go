//go:build !js

package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

const (
	// tidyEvery is how often JetStream drops blocks of which nothing is needed, and writes
	// those that are half empty afresh.
	tidyEvery = time.Second

	// slack is how many bytes the blocks may have beyond twice those that are stored.
	slack = 64 << 20

	// stride is how many bytes are written between two looks at the blocks.
	stride = slack / 4

	// patience is how long a checkpoint waits for room before it is written all the same.
	patience = 10 * tidyEvery
)

// A tidier bounds how much of the disk is taken by what is needed no longer. JetStream
// frees it by the clock alone: a block without messages stays while it has marks of what
// was deleted in others. Whoever writes faster than that waits.
type tidier struct {
	dir string // of the stream's blocks; none are looked at if it is empty

	mu      sync.Mutex
	written int64 // since the blocks were last looked at
}

// note counts bytes that were written.
func (t *tidier) note(bytes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.written += bytes
}

// wait returns when there is room for more, or when the disk will not get any emptier.
func (t *tidier) wait(ctx context.Context, b *bus) error {
	if t.dir == "" {
		return nil
	}
	for begun := time.Now(); ; {
		t.mu.Lock()
		due := t.written >= stride
		t.mu.Unlock()
		if !due {
			return nil
		}
		info, err := b.work.Info(ctx)
		if err != nil {
			return err
		}
		have, err := blockBytes(t.dir)
		if err != nil {
			return err
		}
		if have <= 2*int64(info.State.Bytes)+slack-stride || time.Since(begun) > patience || b.trouble() != nil {
			t.mu.Lock()
			t.written = 0
			t.mu.Unlock()
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(tidyEvery / 20):
		}
	}
}

// blockBytes counts the bytes of a stream's blocks.
func blockBytes(dir string) (bytes int64, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	for _, e := range entries {
		if !strings.HasSuffix(e.Name(), ".blk") {
			continue
		}
		if info, err := e.Info(); err == nil { // else it is gone
			bytes += info.Size()
		}
	}
	return bytes, nil
}

// blocksDir is where JetStream has a stream's blocks.
func blocksDir(dir, stream string) string {
	return filepath.Join(dir, "nats", "jetstream", "$G", "streams", stream, "msgs")
}
