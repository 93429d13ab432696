//go:build js

package main

import (
	"context"
	"encoding/json"
	"errors"
	"syscall/js"
	"time"

	"github.com/gnllviz/gnllviz/server/store"
)

// A record is a run as it is given to another program.
type record struct {
	id, name string
	manifest []byte
	blobs    map[string][]byte
}

func (r record) value() js.Value {
	blobs := js.Global().Get("Object").New()
	for h, b := range r.blobs {
		blobs.Set(h, arrayOf(b))
	}
	return js.ValueOf(map[string]any{"id": r.id, "name": r.name, "manifest": arrayOf(r.manifest), "blobs": blobs})
}

func recordOf(v js.Value) (record, error) {
	if !v.Get("manifest").Truthy() {
		return record{}, errors.New("there is no run to be looked at")
	}
	r := record{id: v.Get("id").String(), name: v.Get("name").String(), manifest: bytesOf(v.Get("manifest")), blobs: map[string][]byte{}}
	blobs := v.Get("blobs")
	names := js.Global().Get("Object").Call("keys", blobs)
	for i := range names.Length() {
		h := names.Index(i).String()
		r.blobs[h] = bytesOf(blobs.Get(h))
	}
	return r, nil
}

// one is a disk with one run, which nobody writes.
type one struct{ record }

// List implements [store.Disk].
func (o one) List(context.Context) ([][]byte, error) {
	b, err := json.Marshal(store.Meta{ID: o.id, Name: o.name, Created: time.Now()})
	return [][]byte{b}, err
}

// Read implements [store.Disk].
func (o one) Read(context.Context, string) (store.Kept, error) {
	return store.Kept{Checkpoint: store.Checkpoint{Manifest: o.manifest, Blobs: o.blobs}}, nil
}

// PutMeta implements [store.Disk].
func (o one) PutMeta(context.Context, string, []byte) error { return nil }

// PutEntry implements [store.Disk].
func (o one) PutEntry(context.Context, string, uint64, []byte) error { return nil }

// PutCheckpoint implements [store.Disk].
func (o one) PutCheckpoint(context.Context, string, store.Checkpoint, []string, []byte) error {
	return nil
}

// Blob implements [store.Disk].
func (o one) Blob(_ context.Context, _, hash string) ([]byte, error) { return o.blobs[hash], nil }

// Drop implements [store.Disk].
func (o one) Drop(context.Context, string) error { return nil }
