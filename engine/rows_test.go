package engine

import (
	"bytes"
	"math"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// A rower is a subject whose rows can be set.
type rower interface {
	subject
	SetRows(x, y []float64) error
}

// Training continues with more rows, with fewer, and with full batches, shows each
// of them, and is the same each time.
func TestRowsAreSetBetweenSteps(t *testing.T) {
	x, y := wave(100)
	more, moreY := wave(170)
	for _, ordered := range []bool{false, true} {
		run := func(name string) (bits []uint64) {
			c := stateConfig()
			c.Ordered = ordered
			s := subjects(t, c, x, y)[name].(rower)
			h := DefaultHyper()
			h.Warmup = 40
			set := func(x, y []float64) {
				t.Helper()
				x, y = slices.Clone(x), slices.Clone(y)
				if err := s.SetRows(x, y); err != nil {
					t.Fatal(err)
				}
				clear(x) // they are not the trainer's
				clear(y)
			}
			bits = append(bits, trail(t, s, h, 20)...)
			set(more, moreY)
			bits = append(bits, trail(t, s, h, 30)...)
			set(x[:2], y[:2])
			bits = append(bits, trail(t, s, h, 5)...)
			set(more, moreY)
			h.Batch = 1000
			bits = append(bits, trail(t, s, h, 5)...)
			return bits
		}
		for _, name := range []string{"trainer", "ensemble"} {
			if !slices.Equal(run(name), run(name)) {
				t.Errorf("ordered %v: the %s went two ways", ordered, name)
			}
		}
	}

	for _, ordered := range []bool{false, true} {
		c := stateConfig()
		c.Ordered = ordered
		trainer := newTrainer(t, c, x, y)
		trail(t, trainer, DefaultHyper(), 2)
		if err := trainer.SetRows(more[:40], moreY[:40]); err != nil {
			t.Fatal(err)
		}
		var r recorder
		h := DefaultHyper()
		h.Batch = 10
		for range 2 {
			if _, err := trainer.Step(&r, h); err != nil {
				t.Fatal(err)
			}
		}
		seen, want := slices.Concat(r.batches...), trainer.Targets(moreY[:40])
		if slices.Equal(seen, want) != ordered {
			t.Errorf("ordered %v: the new rows were shown as %v", ordered, seen)
		}
		slices.Sort(seen)
		slices.Sort(want)
		if !slices.Equal(seen, want) {
			t.Errorf("ordered %v: an epoch showed others than the new rows", ordered)
		}
	}
}

// The scales stay, and so a state of before fits once its rows are back.
func TestStatesFitOnceTheirRowsAreBack(t *testing.T) {
	x, y := wave(100)
	other, otherY := wave(60)
	for i := range otherY {
		otherY[i] = 3*otherY[i] + 1
	}
	for name, s := range subjects(t, stateConfig(), x, y) {
		s := s.(rower)
		trail(t, s, DefaultHyper(), 70)
		state := s.State()
		want := trail(t, s, DefaultHyper(), 30)
		if err := s.SetRows(other, otherY); err != nil {
			t.Fatal(err)
		}
		trail(t, s, DefaultHyper(), 30)
		if err := s.SetState(state); err == nil {
			t.Errorf("%s: a state of 100 rows fits 60", name)
		}
		if err := s.SetRows(x, y); err != nil {
			t.Fatal(err)
		}
		if err := s.SetState(state); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(trail(t, s, DefaultHyper(), 30), want) {
			t.Errorf("%s: another way from a state, on its rows", name)
		}
	}
}

func TestBadRowsAreRefused(t *testing.T) {
	x, y := wave(20)
	with := func(rows []float64, v float64) []float64 {
		rows = slices.Clone(rows)
		rows[3] = v
		return rows
	}
	for name, c := range map[string]struct {
		x, y []float64
		want string
	}{
		"none":         {nil, nil, "no rows"},
		"no targets":   {x, nil, "40 input values and 0"},
		"ragged":       {x[:5], y[:4], "5 input values"},
		"NaN input":    {with(x, math.NaN()), y, "input 1 of row 1"},
		"Inf target":   {x, with(y, math.Inf(-1)), "target 1 of row 1"},
		"large":        {with(x, 1e39), y, "input 1 of row 1"},
		"large target": {x, with(y, -1e39), "target 1 of row 1"},
	} {
		for kind, s := range subjects(t, stateConfig(), x, y) {
			state := s.State()
			want := trail(t, s, DefaultHyper(), 3)
			if err := s.SetState(state); err != nil {
				t.Fatal(err)
			}
			if err := s.(rower).SetRows(c.x, c.y); err == nil || !wording.Has(err.Error(), c.want) {
				t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
			}
			if !slices.Equal(trail(t, s, DefaultHyper(), 3), want) {
				t.Errorf("%s: refused rows changed the %s", name, kind)
			}
		}
	}
	// What float32 holds, but not in the scale of the first rows.
	small := slices.Clone(y)
	for i := range small {
		small[i] *= 1e-30
	}
	trainer := newTrainer(t, stateConfig(), x, small)
	if err := trainer.SetRows(x, with(small, 1e20)); err == nil {
		t.Error("a target of 1e50 standard deviations was taken")
	}
}

// A checkpoint has the rows that there are and the scales of those that were
// first.
func TestCheckpointAfterSetRows(t *testing.T) {
	x, y := wave(100)
	other, otherY := wave(60)
	trainer := newTrainer(t, stateConfig(), x, y)
	trail(t, trainer, DefaultHyper(), 5)
	if err := trainer.SetRows(other, otherY); err != nil {
		t.Fatal(err)
	}
	trail(t, trainer, DefaultHyper(), 5)
	var file bytes.Buffer
	if err := trainer.Checkpoint(&file); err != nil {
		t.Fatal(err)
	}
	if _, err := Resume(bytes.NewReader(file.Bytes()), x, y, 1); err == nil {
		t.Error("resumed on rows that were no more")
	}
	resumed, err := Resume(&file, other, otherY, 1)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(trail(t, resumed, DefaultHyper(), 10), trail(t, trainer, DefaultHyper(), 10)) {
		t.Error("the resumed training went another way")
	}
}
