package run

import "testing"

// BenchmarkFrame is what a frame costs the training.
func BenchmarkFrame(b *testing.B) {
	r, err := New("testtest", Table().Defaults(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := r.frame(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkStep is the step that it stands beside.
func BenchmarkStep(b *testing.B) {
	r, err := New("testtest", Table().Defaults(), Options{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		r.step()
	}
}
