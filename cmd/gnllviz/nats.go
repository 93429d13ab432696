package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/gnllviz/gnllviz/server/bus"
	"github.com/gnllviz/gnllviz/server/cluster"
	"github.com/gnllviz/gnllviz/server/store"
)

// joinTime is how long NATS may take to answer at the start: servers that are started
// together with this program need a while to know each other.
const joinTime = time.Minute

// natsFlags say where a cluster's NATS servers are.
type natsFlags struct {
	urls  []string
	creds string
}

func (f *natsFlags) add(flags *pflag.FlagSet, of string) {
	flags.StringSliceVar(&f.urls, "nats", nil, "addresses of NATS servers, such as nats://10.0.0.7:4222, "+of)
	flags.StringVar(&f.creds, "nats-creds", "", "`file` with the credentials for the NATS servers")
}

// check says what is wrong with the flags, of which given says which there are. It returns
// whether a cluster is meant.
func (f *natsFlags) check(given func(string) bool) (bool, error) {
	if !given("nats") {
		if f.creds != "" {
			return false, mistakef("--nats-creds is for NATS servers: name them with --nats")
		}
		return false, nil
	}
	if given("store") {
		return false, mistakef("--store and --nats exclude each other: with --nats the NATS servers keep the runs")
	}
	if len(f.urls) == 0 {
		return false, mistakef("--nats names no server, such as nats://10.0.0.7:4222")
	}
	for i, u := range f.urls {
		f.urls[i] = strings.TrimSpace(u)
		if err := bus.Check(f.urls[i]); err != nil {
			return false, mistakef("--nats: %w", err)
		}
	}
	if f.creds != "" {
		if _, err := os.ReadFile(f.creds); err != nil {
			return false, mistakef("--nats-creds %s: %w", f.creds, cause(err))
		}
	}
	return true, nil
}

// A joined is a node of a cluster, and the store that the nodes share.
type joined struct {
	hang  func() // up the connection
	node  *cluster.Node
	store *store.Store
}

// join makes this process a node, and waits for that until the context ends.
func (f *natsFlags) join(ctx context.Context, node cluster.Config, kept store.Config) (j *joined, err error) {
	j = new(joined)
	defer func() {
		if err != nil {
			err = errors.Join(err, j.close())
			j = nil
		}
	}()
	conn, err := bus.Dial(ctx, bus.Config{URLs: f.urls, Creds: f.creds, Log: node.Log})
	if err != nil {
		return j, err
	}
	j.hang, node.Conn = conn.Close, conn
	if j.node, err = cluster.Join(ctx, node); err != nil {
		return j, err
	}
	kept.Hold, kept.Log = j.node.Hold, node.Log
	j.store, err = store.Join(ctx, conn, kept)
	return j, err
}

// leaveTime is how long the other nodes may take to hear that this one has gone.
const leaveTime = 2 * time.Second

func (j *joined) close() (err error) {
	if j.node != nil {
		ctx, cancel := context.WithTimeout(context.Background(), leaveTime)
		defer cancel()
		if err := j.node.Leave(ctx); err != nil {
			slog.Debug("leaving the other nodes", "err", err) // they will notice
		}
	}
	if j.store != nil {
		err = j.store.Close()
	}
	if j.hang != nil {
		j.hang()
	}
	return err
}

// roles are what a node of a cluster may do.
var roles = []string{"web", "train"}

// roleOf reads a list of roles.
func roleOf(list []string) (web, trains bool, err error) {
	for _, r := range list {
		switch r = strings.TrimSpace(r); r {
		case "web":
			web = true
		case "train":
			trains = true
		default:
			return false, false, mistakef("--role %q is none of %s; several are separated by a comma", r, strings.Join(roles, ", "))
		}
	}
	if !web && !trains {
		return false, false, mistakef("--role names no role; there are %s", strings.Join(roles, " and "))
	}
	return web, trains, nil
}
