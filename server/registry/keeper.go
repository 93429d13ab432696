package registry

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	// appendTime is how long a change may wait for the disk.
	appendTime = 5 * time.Second

	// saveTime is how long a still may.
	saveTime = time.Minute

	// pause is how many times as long as a still took no other is written, up to longest:
	// to write them is to cost little, whatever a run has to keep.
	pause   = 30
	longest = 5 * time.Second

	// Servers that others use, too, and that take their time, are asked less often: after
	// sharedPause times as long as the last still took, up to sharedLongest.
	sharedPause   = 10
	sharedLongest = 30 * time.Second

	// urgentPause is pause of a still on which memory depends.
	urgentPause = 2

	// retryEvery is the time between two attempts to save what could not be saved.
	retryEvery = time.Second
)

// A keeper writes one run to the store. It is the run's [run.Journal], and owns the
// goroutine that writes stills, until finish is called.
type keeper struct {
	of      *store.Log
	slog    *slog.Logger
	meter   Meter             // may be nil
	meta    func() store.Meta // what others than the run know of it
	slot    chan job          // room for one, the newest
	end     chan struct{}     // closed by finish
	ended   chan struct{}
	shared  bool          // the store is on servers that others use, too
	usurped chan struct{} // closed when somebody else writes the run
	once    sync.Once

	mu     sync.Mutex
	failed error         // of the last save, or nil
	took   time.Duration // by the last save
	busy   bool          // a still is being written
	begun  time.Time     // when the last one was
	ready  time.Time     // when the next one may
	urgent time.Time     // and when, if memory depends on it
	entry  uint64        // the last one that was appended, or that there was
	kept   uint64        // the last one that the newest checkpoint includes
	taken  time.Time     // when that was taken

	// ---- owned by the goroutine ----
	writer run.StillWriter
	last   *run.Still // that was given
	given  time.Time  // when
	saved  bool       // and written
}

// A job is a still to be written. done, unless nil, has room for how that went.
type job struct {
	still *run.Still
	taken time.Time
	done  chan error
}

func newKeeper(of *store.Log, log *slog.Logger, meter Meter, meta func() store.Meta) *keeper {
	k := &keeper{of: of, slog: log, meter: meter, meta: meta, slot: make(chan job, 1), end: make(chan struct{}), ended: make(chan struct{}), usurped: make(chan struct{})}
	k.entry, k.taken = of.Last(), time.Now()
	k.kept = k.entry
	go k.write()
	return k
}

// Append implements [run.Journal].
func (k *keeper) Append(e *run.Entry) error {
	ctx, cancel := context.WithTimeout(context.Background(), appendTime)
	defer cancel()
	begun := time.Now()
	err := k.of.Append(ctx, store.Entry{Number: e.Number, Data: wire.Encode(e)})
	if k.meter != nil {
		k.meter.Appended(time.Since(begun), err)
	}
	if errors.Is(err, store.ErrTaken) {
		k.once.Do(func() { close(k.usurped) })
	}
	if err == nil {
		k.mu.Lock()
		k.entry = e.Number
		k.mu.Unlock()
	}
	return err
}

// Ready implements [run.Journal].
func (k *keeper) Ready(urgent bool) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if urgent {
		return !k.busy && len(k.slot) == 0 && !now.Before(k.urgent)
	}
	most := longest
	if k.shared {
		most = max(longest, min(sharedPause*k.took, sharedLongest))
	}
	return !k.busy && (!now.Before(k.ready) || now.Sub(k.begun) >= most)
}

// Fetch implements [run.Journal].
func (k *keeper) Fetch(ctx context.Context, blobs []string) (map[string][]byte, error) {
	return k.of.Fetch(ctx, blobs)
}

// Keep implements [run.Journal].
func (k *keeper) Keep(s *run.Still) { k.put(job{still: s, taken: time.Now()}) }

func (k *keeper) put(j job) {
	for {
		select {
		case k.slot <- j:
			return
		default:
		}
		select {
		case <-k.slot: // an older one that was not begun
		default:
		}
	}
}

// Failed returns why the last still could not be saved, or nil.
func (k *keeper) Failed() error {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.failed
}

// write writes stills until the slot is closed.
func (k *keeper) write() {
	defer close(k.ended)
	retry := time.NewTicker(retryEvery)
	defer retry.Stop()
	for {
		select {
		case j, ok := <-k.slot:
			if !ok {
				return
			}
			if k.ending() { // finish saves it, once
				k.last, k.given, k.saved = j.still, j.taken, false
				return
			}
			k.last, k.given, k.saved = j.still, j.taken, false
			err := k.try(false)
			if j.done != nil {
				j.done <- err
			}
		case <-retry.C:
			if k.last != nil && !k.saved {
				_ = k.try(false)
			}
		}
	}
}

// try saves the last still, and says when that fails, and when it is well again.
func (k *keeper) try(rest bool) error {
	k.mu.Lock()
	k.busy, k.begun = true, time.Now()
	k.mu.Unlock()
	bytes, err := k.save(k.last, rest)
	k.mu.Lock()
	took := time.Since(k.begun)
	k.took = took
	k.busy, k.ready, k.urgent = false, time.Now().Add(pause*took), time.Now().Add(urgentPause*took)
	if err == nil {
		k.kept, k.taken = k.last.Entry, k.given
	}
	k.mu.Unlock()
	if errors.Is(err, store.ErrTaken) || errors.Is(err, store.ErrNotFound) {
		k.last = nil // the run was deleted, and nobody wants it
		k.once.Do(func() { close(k.usurped) })
		return err
	}
	if k.meter != nil {
		k.meter.Saved(bytes, took, err)
	}
	k.saved = err == nil
	k.mu.Lock()
	was := k.failed
	k.failed = err
	k.mu.Unlock()
	switch {
	case errors.Is(err, store.ErrUnheld): // which is said of the run
	case err != nil && was == nil:
		k.slog.Error("the run is not saved; trying again until it is", "err", err)
	case err == nil && was != nil:
		k.slog.Info("the run is saved again")
	}
	return err
}

// save writes a still, and returns how many bytes it gave to the store.
func (k *keeper) save(s *run.Still, rest bool) (bytes int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), saveTime)
	defer cancel()
	for again := false; ; again = true {
		done := k.of.Turn()
		manifest, fresh, refs, err := k.writer.Write(s)
		done()
		if err != nil {
			return 0, err
		}
		m := k.meta()
		m.Dataset, m.State, m.Step, m.Training, m.Touched = s.Summary.Dataset, string(s.Summary.State), s.Summary.Step, s.Training && !rest, time.Now().UTC()
		c := store.Checkpoint{Number: s.Entry, Manifest: manifest, Blobs: fresh}
		save := k.of.Save
		if rest {
			save = k.of.Rest
		}
		bytes = len(manifest)
		for _, b := range fresh {
			bytes += len(b)
		}
		err = save(ctx, c, refs, m)
		if err == nil {
			k.writer.Stored(s)
			return bytes, nil
		}
		k.writer.Forget() // what was fresh is to be brought once more
		lacks := (*store.MissingError)(nil)
		if !errors.As(err, &lacks) || again {
			return 0, err
		}
		k.slog.Warn("blobs of the stored run are damaged; those that are not in memory are lost", "blobs", len(lacks.Hashes))
		k.writer.Lost(s, lacks.Hashes)
	}
}

// first saves a run that nobody serves yet, and returns when it is on the disk.
func (k *keeper) first(s *run.Still) error {
	j := job{still: s, taken: time.Now(), done: make(chan error, 1)}
	k.put(j)
	return <-j.done
}

// ending says whether finish was called.
func (k *keeper) ending() bool {
	select {
	case <-k.end:
		return true
	default:
		return false
	}
}

// abandon ends the goroutine, and saves nothing.
func (k *keeper) abandon() {
	close(k.slot)
	<-k.ended
	k.of.Close()
}

// finish saves the run as it was last, and ends the goroutine. The run has ended. rest says
// that it leaves memory for a while, and else that the program ends.
func (k *keeper) finish(rest bool) {
	close(k.end)
	close(k.slot)
	<-k.ended
	if k.last != nil && (rest || !k.saved) {
		_ = k.try(rest)
	}
	ctx, cancel := context.WithTimeout(context.Background(), appendTime)
	defer cancel()
	if err := k.of.Settle(ctx); err != nil && !errors.Is(err, store.ErrTaken) && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, store.ErrUnheld) {
		k.slog.Warn("the list of runs is behind this one until it is loaded", "err", err)
	}
	k.of.Close()
}
