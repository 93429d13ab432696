package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/http"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/operator"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/store"
)

// lockTime is how long a command waits for the store of a process that does not answer: a
// server that is starting, or another command.
const lockTime = 5 * time.Second

// A source is where runs are kept: in a folder, or by NATS servers.
type source struct {
	dir  string
	nats natsFlags
}

// add adds the flags that name it.
func (s *source) add(f *pflag.FlagSet) {
	f.StringVar(&s.dir, "store", "", "`folder` in which the server keeps its runs; default: gnllviz in the user's state folder, as for serve")
	s.nats.add(f, "that keep the runs of several nodes, as for serve (can be repeated, or separated by commas)")
}

// operate calls f with a client of the server that has the store, or, where there is none,
// of the store itself. make says that the store may be a new one. Where the store is in use
// and nobody answers it waits for a while.
func operate(c *cobra.Command, from *source, make bool, wait time.Duration, f func(context.Context, *operator.Client) error) (err error) {
	several, err := from.nats.check(c.Flags().Changed)
	if err != nil {
		return err
	}
	if several {
		return operateCluster(c, &from.nats, wait, f)
	}
	dir := from.dir
	if dir == noStore {
		return mistakef("--store none keeps no runs; name the folder of a store")
	}
	if dir == "" {
		if dir, err = store.DefaultDir(); err != nil {
			return err
		}
	}
	if !make && !store.Exists(dir) {
		return mistakef("there is no store in %s: gnllviz serve makes one there, and --store names another", dir)
	}
	ctx, stop := untilSignal(c)
	defer stop()
	s, client, err := openStore(ctx, store.Config{Dir: dir}, wait, func(err error) {
		fmt.Fprintf(c.ErrOrStderr(), "gnllviz: waiting up to %v: %v\n", wait, err)
	})
	switch {
	case client != nil:
		defer client.Close()
		return outcomeOf(ctx, f(ctx, client))
	case err != nil:
		return outcomeOf(ctx, err)
	}
	return withStore(ctx, c, s, f)
}

// operateCluster is operate for what the nodes of a cluster share. It asks no node, but for
// runs that it deletes.
func operateCluster(c *cobra.Command, at *natsFlags, wait time.Duration, f func(context.Context, *operator.Client) error) (err error) {
	ctx, stop := untilSignal(c)
	defer stop()
	joining, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	log := slog.New(slog.DiscardHandler)
	j, err := at.join(joining, cluster.Config{Log: log}, store.Config{})
	if err != nil {
		return outcomeOf(ctx, err)
	}
	return errors.Join(withRuns(ctx, c, j.store, j.node, f), j.close())
}

// openStore opens a store. Beside a *store.LockedError it returns a client of the server
// that has the store. Where another process has it that does not answer, it says so, and
// waits for a while.
func openStore(ctx context.Context, config store.Config, wait time.Duration, say func(error)) (*store.Store, *operator.Client, error) {
	until := time.Now().Add(wait)
	for first := true; ; first = false {
		s, err := store.Open(ctx, config)
		var locked *store.LockedError
		if !errors.As(err, &locked) {
			return s, nil, err
		}
		client, refused := operator.Dial(ctx, config.Dir)
		if refused == nil {
			return nil, client, err
		}
		starting := errors.Is(refused, fs.ErrNotExist) || errors.Is(refused, syscall.ECONNREFUSED)
		if !starting || time.Now().After(until) {
			return nil, nil, fmt.Errorf("%w; %w", err, refused)
		}
		if first {
			say(err)
		}
		select {
		case <-time.After(100 * time.Millisecond):
		case <-ctx.Done():
			return nil, nil, ctx.Err()
		}
	}
}

// localMemory is what a command should do with, in MB: what it reads becomes garbage at once.
const localMemory = 512

// withStore calls f with a client of a store that was opened here.
func withStore(ctx context.Context, c *cobra.Command, s *store.Store, f func(context.Context, *operator.Client) error) error {
	for _, what := range s.Damaged() {
		fmt.Fprintln(c.ErrOrStderr(), "gnllviz: a part of the store is damaged:", what)
	}
	return errors.Join(withRuns(ctx, c, s, nil, f), s.Close())
}

// withRuns calls f with a client of the runs of a store.
func withRuns(ctx context.Context, c *cobra.Command, s *store.Store, node *cluster.Node, f func(context.Context, *operator.Client) error) error {
	if _, err := limitMemory(localMemory); err != nil {
		return err
	}
	serving, end := context.WithCancel(context.WithoutCancel(ctx))
	defer end()
	client := operator.Local(localHandler(serving, s, node))
	defer client.Close()
	return outcomeOf(ctx, f(ctx, client))
}

// localHandler answers for a store that no server has. Runs are made to be looked at, one
// at a time, whatever the limits of the server that they were made on.
func localHandler(ctx context.Context, s *store.Store, node *cluster.Node) http.Handler {
	l := access.DefaultLimits()
	l.UploadBytes, l.Rows, l.Columns, l.FieldBytes = 1<<30, 1<<24, 1<<16, 1<<20
	version, commit := version()
	log := slog.New(slog.DiscardHandler)
	return operator.New(registry.New(ctx, registry.Config{
		Limits: l, Memory: 1 << 40, Store: s, Cluster: node, Version: version, Commit: commit, Log: log,
	}), log)
}

// naming checks that a command is given arguments, of which there may be from one on to most.
func naming(what string, most int) cobra.PositionalArgs {
	return arguments(func(c *cobra.Command, args []string) error {
		switch {
		case len(args) == 0:
			return fmt.Errorf("%s: name %s", c.CommandPath(), what)
		case len(args) > most:
			return fmt.Errorf("%s: name only %s, not %d", c.CommandPath(), what, len(args))
		}
		return nil
	})
}

// outcomeOf says whether what an operator was told is a mistake, a failure, or neither, as
// a signal ended it.
func outcomeOf(ctx context.Context, err error) error {
	var p *problem.Problem
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return interrupted{"interrupted"}
	case errors.As(err, &p) && p.Status < http.StatusInternalServerError:
		return mistake{err}
	}
	return err
}
