package registry

import (
	"archive/tar"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/store"
	"github.com/gnllviz/gnllviz/server/wire"
)

// unpack puts the files of a tar.gz into a folder.
func unpack(t *testing.T, name, dir string) {
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
	for r := tar.NewReader(z); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, filepath.FromSlash(h.Name))
		if h.Typeflag == tar.TypeDir {
			err = os.MkdirAll(path, 0o700)
		} else {
			b, _ := io.ReadAll(r)
			err = errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, b, 0o600))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A store of format 1, whose program was killed after changes of which no checkpoint
// knows, is opened: its run has the weights, the recipe and the history that it had. What is
// written of it from then on is of the present format, and older programs refuse the store.
func TestStoreOfFormatOne(t *testing.T) {
	dir := t.TempDir()
	unpack(t, "testdata/format1.tar.gz", dir)
	b, err := os.ReadFile("testdata/format1.json")
	if err != nil {
		t.Fatal(err)
	}
	var was struct {
		ID              string
		Recipe, History map[string]any
	}
	if err := json.Unmarshal(b, &was); err != nil {
		t.Fatal(err)
	}
	parsed := func(v any) (m map[string]any) {
		t.Helper()
		if err := json.Unmarshal(wire.Encode(v), &m); err != nil {
			t.Fatal(err)
		}
		return m
	}
	h := stayAt(t, dir, access.Limits{})
	for _, how := range []string{"as it was found", "written again"} {
		recipe, err := h.run(was.ID).Recipe(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed(recipe); !reflect.DeepEqual(got, was.Recipe) {
			t.Errorf("%s: the recipe is\n%v\nwant\n%v", how, got, was.Recipe)
		}
		history, err := h.run(was.ID).History(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := parsed(history); !reflect.DeepEqual(got["points"], was.History["points"]) {
			t.Errorf("%s: the history is\n%v\nwant\n%v", how, got["points"], was.History["points"])
		}
		h.end()
		f, err := os.ReadFile(filepath.Join(dir, "format.json"))
		if err != nil || string(f) != "{\"format\":2,\"program\":\"gnllviz\"}\n" {
			t.Errorf("%s: the format is %s, %v", how, f, err)
		}
		h = stayAt(t, dir, access.Limits{})
	}
	h.end()
	if err := os.WriteFile(filepath.Join(dir, "format.json"), []byte(`{"format":3,"program":"gnllviz 9"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	var newer *store.VersionError
	if _, err := store.Open(t.Context(), store.Config{Dir: dir}); !errors.As(err, &newer) || newer.Have != 3 {
		t.Errorf("a newer store: %v", err)
	}
}
