package run

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"testing"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Both files are of one run of the program that spoke gnllviz.v1: a reset, 100 steps, a
// change of two controls after 40 and a row added after 70.

func gunzipped(t *testing.T, name string) []byte {
	t.Helper()
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// A recipe of gnllviz.v1 is done over again.
func TestRecipesOfV1AreReplayed(t *testing.T) {
	var recipe wire.Recipe
	if err := json.Unmarshal(gunzipped(t, "testdata/v1_recipe.json.gz"), &recipe); err != nil {
		t.Fatal(err)
	}
	h, err := Replay("testtest", recipe, Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := h.loop
	for r.replay != nil {
		r.step()
	}
	if r.present.Steps != 100 || r.revision != 3 || len(r.present.Changes) != 3 {
		t.Errorf("it came to step %d and revision %d with %d changes", r.present.Steps, r.revision, len(r.present.Changes))
	}
	if got := r.present.Fingerprint(); sameBits() && got != recipe.Weights {
		t.Errorf("it came to the weights %s, not %s", got, recipe.Weights)
	}
}

// A model of gnllviz.v1 is read with its training, its history and its changes.
func TestModelsOfV1AreRead(t *testing.T) {
	m, err := export.Read(bytes.NewReader(gunzipped(t, "testdata/v1_model.json.gz")))
	if err != nil {
		t.Fatal(err)
	}
	h, err := Import("testtest", m, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	r := h.loop
	if r.present.Steps != 100 || len(r.present.Points) < 100 {
		t.Errorf("it is at step %d, with %d points", r.present.Steps, len(r.present.Points))
	}
	var kinds []wire.ChangeKind
	for _, c := range r.present.Changes {
		if c.Generation != r.generation {
			t.Errorf("a change is of generation %d, and the run of %d", c.Generation, r.generation)
		}
		kinds = append(kinds, c.Kind)
	}
	if len(kinds) != 4 || kinds[1] != wire.ControlChange || kinds[3] != wire.DataChange || r.present.Changes[3].Step != 70 {
		t.Errorf("its changes are %v: %+v", kinds, r.present.Changes)
	}
	var recipe wire.Recipe
	if err := json.Unmarshal(gunzipped(t, "testdata/v1_recipe.json.gz"), &recipe); err != nil {
		t.Fatal(err)
	}
	if got := r.present.Fingerprint(); got != recipe.Weights {
		t.Errorf("it has the weights %s, not %s", got, recipe.Weights)
	}
	before := r.present.Fingerprint()
	r.step()
	if r.present.Steps != 101 || r.present.Fingerprint() == before {
		t.Error("it cannot be trained on")
	}
}
