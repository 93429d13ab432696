package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/gnllviz/gnllviz/server"
	"github.com/gnllviz/gnllviz/server/operator"
	"github.com/gnllviz/gnllviz/server/store"
)

// noStore is what --store says to have runs in memory alone.
const noStore = "none"

// storedFor is how long a stored run is kept that nobody opens, unless --keep says.
const storedFor = 90 * 24 * time.Hour

// A storeFlags is where runs are kept, and how many.
type storeFlags struct {
	dir   string // empty: the user's own folder for such things
	runs  int
	bytes int64
	keep  time.Duration

	join func(context.Context, store.Config) (*joined, error) // instead, unless nil
}

// into opens the store for a server, or joins those that share one, and returns how to close
// what it opened.
func (f *storeFlags) into(ctx context.Context, c *server.Config) (closeAll func() error, err error) {
	if f.join == nil {
		if c.Store, err = f.open(ctx, c.Log); err != nil || c.Store == nil {
			return func() error { return nil }, err
		}
		return c.Store.Close, nil
	}
	j, err := f.join(ctx, store.Config{Log: c.Log, MaxRuns: f.runs, MaxBytes: f.bytes, Keep: f.keep})
	if err != nil {
		return nil, err
	}
	c.Store, c.Cluster = j.store, j.node
	c.Log.Info("runs are kept by NATS", "node", j.node.ID(), "runs", len(c.Store.List()))
	return j.close, nil
}

// open opens the store, or returns nil where runs are in memory alone. The folder that
// nobody asked for may be in use, or there may be none: then a warning says that runs are
// not kept.
func (f *storeFlags) open(ctx context.Context, log *slog.Logger) (*store.Store, error) {
	if f.dir == noStore {
		return nil, nil
	}
	dir, asked := f.dir, f.dir != ""
	var err error
	if !asked {
		dir, err = store.DefaultDir()
	}
	var s *store.Store
	if err == nil {
		var other *operator.Client // of a server that has the store
		s, other, err = openStore(ctx, store.Config{Dir: dir, Log: log, MaxRuns: f.runs, MaxBytes: f.bytes, Keep: f.keep}, lockTime, func(err error) {
			log.Info("waiting for the store", "err", err)
		})
		if other != nil {
			other.Close()
		}
	}
	var newer *store.VersionError
	switch {
	case err == nil:
		log.Info("runs are kept", "store", dir, "runs", len(s.List()))
		return s, nil
	case asked || errors.As(err, &newer):
		return nil, err
	}
	log.Warn("runs are in memory only, and end with this program; --store says where to keep them", "err", err)
	return nil, nil
}
