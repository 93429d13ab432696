package history

import (
	"math/rand/v2"
	"slices"
	"testing"
)

func TestDueGrowsByOnePartInSixteenAtMost(t *testing.T) {
	last, due := uint64(0), 0
	for step := range uint64(1 << 20) {
		if !Due(step) {
			continue
		}
		grown := step - last
		if step > 1 && (grown > max(1, last/16) || grown < max(1, last/32)) {
			t.Fatalf("%d is due after %d", step, last)
		}
		last = step
		due++
	}
	if want := 16 + 16*16; due != want {
		t.Errorf("%d are due, want %d", due, want)
	}
	if !Due(1<<63) || Due(1<<63+1) {
		t.Error("large steps are not as small ones")
	}
}

// keep offers every due step below end, each with its step as item.
func keep(t *testing.T, l *Ladder[uint64], from, end uint64, size func(step uint64) int) {
	t.Helper()
	for step := from; step < end; step++ {
		if Due(step) {
			if err := l.Keep(step, step, size(step)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestLadderWithinBudget(t *testing.T) {
	const budget = 10_000
	l := NewLadder[uint64](budget)
	size := func(step uint64) int { return 150 + int(step%100) }
	keep(t, l, 0, 1<<20, size)
	steps := l.Steps()
	bytes := 0
	for _, step := range steps {
		bytes += size(step)
	}
	if bytes > budget || bytes < budget-300 || bytes != l.bytes {
		t.Errorf("%d bytes (%d by its own count) of %d", bytes, l.bytes, budget)
	}
	if steps[0] != 0 || steps[len(steps)-1] != 1<<20-1<<15 {
		t.Errorf("the first is %d, the newest %d", steps[0], steps[len(steps)-1])
	}
	for i := 2; i < len(steps); i++ {
		if ratio := float64(steps[i]) / float64(steps[i-1]); ratio > 2 {
			t.Errorf("%d is followed by %d", steps[i-1], steps[i])
		}
	}
}

func TestLadderDropsTheSmallestRatio(t *testing.T) {
	var l Ladder[string]
	l.budget = 4
	for _, step := range []uint64{0, 10, 20, 24, 100} {
		if err := l.Keep(step, "", 1); err != nil {
			t.Fatal(err)
		}
	}
	// Without 20, 24 follows 10, a ratio of 2.4; without 24 it would be 5, and
	// without 10 infinite.
	if got, want := l.Steps(), []uint64{0, 10, 24, 100}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestLadderKeepsFirstAndNewest(t *testing.T) {
	var l Ladder[int]
	for i := range 100 {
		if err := l.Keep(uint64(i), i, 1000); err != nil {
			t.Fatal(err)
		}
	}
	if got := l.Steps(); !slices.Equal(got, []uint64{0, 99}) {
		t.Errorf("%v are kept without a budget", got)
	}
}

func TestLadderAt(t *testing.T) {
	l := NewLadder[uint64](1 << 20)
	if _, _, ok := l.At(1 << 40); ok {
		t.Error("an empty ladder has an item")
	}
	for _, step := range []uint64{5, 8, 20} {
		if err := l.Keep(step, step*10, 1); err != nil {
			t.Fatal(err)
		}
	}
	for step, want := range map[uint64]uint64{5: 5, 6: 5, 7: 5, 8: 8, 19: 8, 20: 20, 1 << 63: 20} {
		if item, at, ok := l.At(step); !ok || at != want || item != want*10 {
			t.Errorf("at %d: %d of step %d, %v", step, item, at, ok)
		}
	}
	if _, _, ok := l.At(4); ok {
		t.Error("there is an item before the first")
	}
}

func TestLadderRefuses(t *testing.T) {
	l := NewLadder[int](10)
	if err := l.Keep(3, 0, 1); err != nil {
		t.Fatal(err)
	}
	if l.Keep(3, 0, 1) == nil || l.Keep(2, 0, 1) == nil || l.Keep(4, 0, -1) == nil {
		t.Error("a step that does not ascend or a negative size was taken")
	}
	if len(l.Steps()) != 1 {
		t.Error("an error has changed what is kept")
	}
}

// A ladder that continues from a clone ends as the one that was not interrupted,
// and the clone's origin stays as it was.
func TestLadderIsTheSameInAReplay(t *testing.T) {
	size := func(step uint64) int { return int(rand.New(rand.NewPCG(step, 0)).IntN(1000)) }
	whole, half := NewLadder[uint64](20_000), NewLadder[uint64](20_000)
	keep(t, whole, 0, 1<<18, size)
	keep(t, half, 0, 1<<12, size)
	before := half.Steps()
	rest := half.Clone()
	keep(t, rest, 1<<12, 1<<18, size)
	if !slices.Equal(rest.Steps(), whole.Steps()) {
		t.Errorf("%v after a clone, %v without", rest.Steps(), whole.Steps())
	}
	if !slices.Equal(half.Steps(), before) {
		t.Error("a clone has changed its origin")
	}
	for _, step := range before {
		if item, at, ok := half.At(step); !ok || at != step || item != step {
			t.Fatalf("the origin has %d at %d", item, step)
		}
	}
}
