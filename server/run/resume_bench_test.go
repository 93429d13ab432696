package run

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/wire"
)

// BenchmarkResume takes up a run of two lanes with 3,000 steps, and 200 changes to undo.
func BenchmarkResume(b *testing.B) {
	r, err := New("x", wire.Spec{Lanes: []wire.LaneSpec{{}, {Controls: map[string]json.RawMessage{"loss": json.RawMessage(`"beta_nll"`)}}}}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for k := range 200 {
		for range 15 {
			r.loop.step()
		}
		c, _, refused := wire.ParseCommand(fmt.Appendf(nil, `{"type":"change","id":1,"lane":%d,"set":{"lr":%g}}`, k%2, 0.001+0.00001*float64(k)))
		if refused != nil {
			b.Fatal(refused)
		}
		if _, refused := r.loop.apply(c, nil); refused != nil {
			b.Fatal(refused)
		}
	}
	var w StillWriter
	manifest, blobs, _, err := w.Write(r.loop.still())
	if err != nil {
		b.Fatal(err)
	}
	size := len(manifest)
	for _, x := range blobs {
		size += len(x)
	}
	for b.Loop() {
		if _, err := Resume("x", manifest, map[image.Hash][]byte(blobs), nil, Options{}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(blobs)), "blobs")
	b.ReportMetric(float64(size), "bytes")
}
