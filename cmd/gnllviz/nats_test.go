package main

import (
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/gnllviz/gnllviz/server/bus/bustest"
	"github.com/gnllviz/gnllviz/server/operator"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// Mistakes in the flags of a cluster are told before anything is tried.
func TestMistakesOfNatsFlags(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none.creds")
	for args, want := range map[string]string{
		"serve --nats nats://127.0.0.1:1 --store x":         "--store and --nats exclude each other",
		"serve --nats 127.0.0.1:4222":                       "--nats: ",
		"serve --nats http://127.0.0.1:4222":                "must begin with nats:// or tls://",
		"serve --nats nats://":                              "is not an address of a NATS server",
		"serve --nats=":                                     "--nats names no server",
		"serve --nats-creds x":                              "--nats-creds is for NATS servers: name them with --nats",
		"serve --nats nats://a:1 --nats-creds " + missing:   "--nats-creds " + missing + ": ",
		"serve --role web":                                  "--role is for one node of several",
		"serve --nats nats://a:1 --role web,cook":           `--role "cook" is none of web, train`,
		"serve --nats nats://a:1 --role=":                   "--role names no role",
		"serve --nats nats://a:1 --role web --model m.json": "--model makes a run, which a node needs --role train for",
		"serve --nats nats://a:1 --addr 0.0.0.0:0":          "nodes that share runs need the same token",
		"runs --nats nats://a:1 --store x":                  "--store and --nats exclude each other",
		"backup --out x.tar --nats-creds x":                 "--nats-creds is for NATS servers",
	} {
		r := program(t, "", strings.Fields(args)...)
		if r.status != 2 || !wording.Has(r.stderr, want) {
			t.Errorf("%s: status %d, %q; want %q", args, r.status, r.stderr, want)
		}
	}
}

// What the nodes of a cluster share can be listed, exported, backed up, restored and
// deleted, while they train.
func TestOperatingACluster(t *testing.T) {
	on := bustest.Start(t, 3)
	at := strings.Join(on.URLs(), ",")
	s := &served{t: t}
	t.Cleanup(func() { s.end(syscall.SIGKILL) })
	s.program, s.url = begin(t, built, "serve", "--addr", "127.0.0.1:0", "--nats", at)
	still := s.trainedTo(40)
	plays := s.make(`{"dataset":"mcycle","hidden":[8]}`)
	list := func(at string) map[string]operator.Run {
		var all []operator.Run
		parse(t, works(t, "", "runs", "--json", "--nats", at), &all)
		byID := map[string]operator.Run{}
		for _, r := range all {
			byID[r.ID] = r
		}
		return byID
	}
	poll(t, "the step is not stored", func() bool { return list(at)[still.id].Step == 40 })
	out := filepath.Join(t.TempDir(), "runs.tar")
	works(t, "", "backup", "--nats", at, "--out", out)
	if file := works(t, "", "runs", "export", still.id, "--format", "json", "--nats", at); !strings.Contains(file, `"format"`) {
		t.Errorf("exported: %.200s", file)
	}
	works(t, "", "runs", "delete", plays.id, "--nats", at) // which the node trains
	if _, there := list(at)[plays.id]; there {
		t.Error("what was deleted is still there")
	}
	poll(t, "the node does not end the run", func() bool {
		_, err := plays.ask("GET", "api/runs/"+plays.id, "", new(any))
		return err != nil
	})
	works(t, "", "restore", out, "--nats", at)
	if got := list(at); len(got) != 2 || got[still.id].Step != 40 {
		t.Errorf("after it was restored: %+v", got)
	}
	poll(t, "the node does not train what was restored", func() bool {
		return plays.summary().Step > 0
	})
	other := strings.Join(bustest.Start(t, 1).URLs(), ",")
	works(t, "", "restore", out, "--nats", other)
	if got := list(other); len(got) != 2 || got[still.id].Step != 40 {
		t.Errorf("in another cluster: %+v", got)
	}
	s.end(syscall.SIGTERM)
	if got := list(at); len(got) != 2 {
		t.Errorf("after the node has ended: %+v", got)
	}
}
