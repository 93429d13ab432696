package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

var update = flag.Bool("update", false, "write the golden files")

// TestSkeletons compares the charts of a data set with a truth, of one without
// and of one with two inputs with the golden files.
func TestSkeletons(t *testing.T) {
	for _, d := range []wire.Data{
		{
			Name: "mcycle", Title: "Motorcycle crash",
			Inputs: []wire.Column{{Name: "time after impact", Unit: "ms"}},
			Target: wire.Column{Name: "acceleration", Unit: "g"},
		},
		{
			Name: "wave", Title: "Wave", Truth: true,
			Inputs: []wire.Column{{Name: "x"}},
			Target: wire.Column{Name: "y"},
		},
		{
			Name: "quakes", Title: "Earthquakes",
			Inputs: []wire.Column{{Name: "latitude", Unit: "°"}, {Name: "longitude", Unit: "°"}},
			Target: wire.Column{Name: "depth", Unit: "km"},
		},
	} {
		t.Run(d.Name, func(t *testing.T) {
			s, err := Skeletons(d)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(s, "", "  ")
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, '\n')
			golden := filepath.Join("testdata", d.Name+".json")
			if *update {
				if err := os.WriteFile(golden, got, 0o666); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !wording.JSON(got, want) {
				t.Errorf("the charts of %s differ from %s; if that is meant, run go test ./server/artifact/chart -update\n%s", d.Name, golden, got)
			}
		})
	}
}

// TestSeriesIDs makes sure that the page can address every series, and that no
// function text of go-echarts slipped into the JSON.
func TestSeriesIDs(t *testing.T) {
	s, err := Skeletons(wire.Data{Name: "wave", Truth: true, Inputs: make([]wire.Column, 2)})
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range s {
		seen := map[any]bool{}
		for _, one := range o["series"].([]any) {
			id := one.(map[string]any)["id"]
			if id == nil || seen[id] {
				t.Errorf("%s: series id %v is missing or used twice", name, id)
			}
			seen[id] = true
		}
		b, err := json.Marshal(o)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("__f__")) {
			t.Errorf("%s: a function stands in the JSON: %s", name, b)
		}
	}
}
