//go:build js

// Command worker is the engine of a page without a server: runs, the API and what carries
// frames to a viewer, in a Web Worker. It speaks with web/src/net/worker.ts by functions of
// the worker's global scope; docs are there.
//
// Built with the tag lean it leaves out what makes charts, the report, Parquet and sources.
// Those are made by the same program built without it, to which a run is given as it is.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"syscall/js"
	"testing/fstest"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/web"
)

// memory is what runs may take together, in bytes: a page has four gigabytes at most.
const memory = 1 << 30

// An engine has the runs of one page.
type engine struct {
	log    *slog.Logger
	limits access.Limits
	runs   *registry.Registry
	api    *api.API
}

// begin returns an engine. Without a store its runs are gone with the page.
func begin(log *slog.Logger, kept *store.Store, lessons map[string]string, trainers int) (*engine, error) {
	e := &engine{log: log, limits: limits()}
	own := fstest.MapFS{}
	for name, text := range lessons {
		own[name] = &fstest.MapFile{Data: []byte(text)}
	}
	all, err := registry.Lessons(own, e.limits)
	if err != nil {
		return nil, err
	}
	info := buildInfo()
	e.runs = registry.New(context.Background(), registry.Config{
		Limits: e.limits, Memory: memory, Trainers: trainers, Store: kept, Log: log, Report: func(run.Stats) {},
		Version: info.version, Commit: info.commit,
	})
	load := new(access.Load)
	rations := access.NewRations(1, load)
	e.api = api.New(api.Config{
		Runs: e.runs, Lessons: all, Limits: e.limits, Gate: access.NewGate("", false, nil, log), Rations: rations,
		FileBytes: api.FileBytes(memory), Meter: meter{}, Log: log,
	})
	return e, nil
}

// limits are those of one visitor, who is alone with the processor.
func limits() access.Limits {
	l := access.DefaultLimits()
	l.RunRate = 100_000
	l.CommandRate, l.CommandBurst = 100_000, 100_000
	return l.OrDefaults()
}

type info struct{ version, commit string }

func buildInfo() (i info) {
	b, ok := debug.ReadBuildInfo()
	if !ok {
		return i
	}
	i.version = b.Main.Version
	for _, s := range b.Settings {
		if s.Key == "vcs.revision" {
			i.commit = s.Value
		}
	}
	return i
}

// elsewhere says whether a request is for a file that another program makes.
func (e *engine) elsewhere(r *http.Request) (id string, ok bool) {
	id, found := strings.CutPrefix(r.URL.Path, "/api/runs/")
	id, export := strings.CutSuffix(id, "/export")
	if !artifact.Lean || !found || !export {
		return "", false
	}
	f, err := artifact.Find(r.URL.Query().Get("format"))
	return id, err == nil && !f.Here()
}

// still gives a run away as it is.
func (e *engine) still(ctx context.Context, id string) (record, error) {
	k, missing := e.runs.Find(id)
	if missing != nil {
		return record{}, missing
	}
	of, ok := k.Session.(interface {
		Still(ctx context.Context) (*run.Still, error)
	})
	if !ok {
		return record{}, errors.New("the run is not one of this page")
	}
	s, err := of.Still(ctx)
	if err != nil {
		return record{}, err
	}
	var w run.StillWriter
	manifest, blobs, refs, err := w.Write(s)
	if err != nil {
		return record{}, err
	}
	for _, h := range refs {
		if blobs[h] != nil || e.runs.Store == nil {
			continue
		}
		if blobs[h], err = e.runs.Store.Blob(ctx, id, h); err != nil {
			return record{}, err
		}
	}
	return record{id: id, name: k.Name(), manifest: manifest, blobs: blobs}, nil
}

func main() {
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	scope := js.Global().Get("gnllviz")
	var e *engine
	set := func(name string, f func(args []js.Value)) {
		scope.Set(name, js.FuncOf(func(_ js.Value, args []js.Value) any {
			f(args)
			return nil
		}))
	}
	set("request", func(args []js.Value) { e.request(args[0]) })
	set("connect", func(args []js.Value) { e.connect(args[0].String(), args[1]) })
	set("load", func(args []js.Value) {
		r, err := recordOf(args[0])
		if err == nil {
			var kept *store.Store
			if kept, err = store.Open(context.Background(), one{r}); err == nil {
				e, err = begin(log, kept, nil, 0) // without room to train: it is only looked at
			}
		}
		if err != nil {
			log.Error("taking a run over", "err", err)
		}
	})
	set("report", func(args []js.Value) { web.SetReport(bytesOf(args[0])) })

	var lessons map[string]string
	if text := scope.Get("lessons"); text.Type() == js.TypeString {
		if err := json.Unmarshal([]byte(text.String()), &lessons); err != nil {
			log.Error("the lessons cannot be read", "err", err)
		}
	}
	var err error
	if e, err = begin(log, nil, lessons, 1); err != nil {
		scope.Call("failed", err.Error())
		return
	}
	scope.Call("ready")
	select {}
}
