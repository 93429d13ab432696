package run

import (
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// BenchmarkFrame is what a frame costs the training.
func BenchmarkFrame(b *testing.B) {
	r, err := New("testtest", wire.Spec{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.loop.frames(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStep is the step that it stands beside.
func BenchmarkStep(b *testing.B) {
	r, err := New("testtest", wire.Spec{}, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r.loop.step()
	}
}
