package run

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// trainTo returns a served run after so many steps.
func trainTo(t *testing.T, r *Run, steps int) *Run {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	go r.Serve(ctx)
	t.Cleanup(func() { cancel(); <-r.Done() })
	makeSteps(t, r, steps)
	return r
}

func makeSteps(t *testing.T, r *Run, steps int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 6*patience) // one that makes none fails the test by name
	defer cancel()
	before, err := r.Summary(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Do(ctx, &wire.StepCommand{Steps: steps}, true); err != nil {
		t.Fatal(err)
	}
	for {
		s, err := r.Summary(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if s.Step >= before.Step+uint64(steps) {
			return
		}
	}
}

func recordOf(t *testing.T, r *Run) *capture.Capture {
	t.Helper()
	rec, err := r.Capture(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

func specWith(t *testing.T, s wire.Spec, controls string) wire.Spec {
	t.Helper()
	if err := json.Unmarshal([]byte(controls), &s.Controls); err != nil {
		t.Fatal(err)
	}
	return s
}

// A model that is taken out, written, read and trained on has the bits of one that
// was never interrupted, whatever is in its settings, and its past is with it.
func TestImportedModelsGoOnBitForBit(t *testing.T) {
	csv := &wire.CSVSpec{Text: "a,b,y\n1,2,3\n2,1,4\n3,5,1\n4,4,2\n5,1,6\n6,2,5\n7,7,7\n", Test: "y,b,a\n3,2,1\n2,2,2\n", Target: "y"}
	for name, spec := range map[string]wire.Spec{
		"words": specWith(t, wire.Spec{Data: &wire.DataSpec{CSV: &wire.CSVSpec{
			Text: "s,a,y\nred,2,3\nblue,1,4\nred,5,1\ngreen,4,2\nblue,1,6\nred,2,5\ngreen,7,7\n", Test: "y,s,a\n3,mauve,1\n2,red,2\n", Target: "y", Inputs: []string{"s", "a"},
		}}}, `{"speed":"max"}`),
		"plain":            specWith(t, wire.Spec{}, `{"speed":"max"}`),
		"ensemble":         specWith(t, wire.Spec{}, `{"speed":"max","members":3,"batch":20,"dropout":10,"seed":4}`),
		"schedule":         specWith(t, wire.Spec{}, `{"speed":"max","schedule":"one-cycle","schedule_steps":150,"mean_first":30,"noise":20,"optimizer":"sgd","momentum":0.9,"lr":0.003}`),
		"acquired":         specWith(t, wire.Spec{}, `{"speed":"max","dataset":"sine","pool":60,"acquire_every":10,"acquire_by":"random"}`),
		"edited":           specWith(t, wire.Spec{Edits: []wire.Edit{{Erase: []uint32{3}, Add: []wire.NewRow{{X: []float64{9}, Y: 5}}}}}, `{"speed":"max","noise":10}`),
		"two files":        specWith(t, wire.Spec{Data: &wire.DataSpec{CSV: csv}}, `{"speed":"max","hidden":[8]}`),
		"equation":         specWith(t, wire.Spec{}, `{"speed":"max","dataset":"oscillator","activation":"sin","equation":"d2u + mu*du + 400*u","parameters":"mu=2:learned","equation_spacing":"drawn","members":2}`),
		"targets":          specWith(t, wire.Spec{Edits: []wire.Edit{{Erase: []uint32{3}, Move: []wire.MovedRow{{Row: 5, X: []float64{9}, Y: 5, Target: 2}}}}}, `{"speed":"max","dataset":"wind","hidden":[8],"noise":10,"shown_target":2}`),
		"natural, rmsprop": specWith(t, wire.Spec{}, `{"speed":"max","head":"natural","optimizer":"rmsprop","activation":"silu"}`),
	} {
		t.Run(name, func(t *testing.T) {
			make := func() *Run {
				r, err := New("whole", spec, Options{Paused: true})
				if err != nil {
					t.Fatal(err)
				}
				return r
			}
			whole := trainTo(t, make(), 200)
			half := trainTo(t, make(), 100)
			rec := recordOf(t, half)
			var file bytes.Buffer
			if err := export.WriteJSON(&file, rec.Model); err != nil {
				t.Fatal(err)
			}
			m, err := export.ReadJSON(&file)
			if err != nil {
				t.Fatal(err)
			}
			r, err := Import("again", m, Options{Paused: true})
			if err != nil {
				t.Fatal(err)
			}
			trainTo(t, r, 100)
			a, b := recordOf(t, whole), recordOf(t, r)
			for i, tensors := range a.Model.Members {
				for k, tensor := range tensors {
					if !slices.Equal(tensor.Data, b.Model.Members[i][k].Data) {
						t.Fatalf("%s of member %d went another way", tensor.Name, i+1)
					}
				}
			}
			if !reflect.DeepEqual(a.Model.Encoding, b.Model.Encoding) || (a.Model.Encoding != nil) != (name == "words") {
				t.Errorf("encoded by %+v and %+v", a.Model.Encoding, b.Model.Encoding)
			}
			if !slices.EqualFunc(a.Points, b.Points, samePoint) {
				t.Errorf("other points: %d and %d", len(a.Points), len(b.Points))
			}
			if a.Model.Card.DataSHA256 != b.Model.Card.DataSHA256 || b.Parent != "whole" || b.Step != 200 {
				t.Errorf("parent %q, step %d", b.Parent, b.Step)
			}
			// Its recipe tells the whole of it, too.
			recipe, err := r.Recipe(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			replayed, err := Replay("replayed", recipe, Options{})
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(context.Background(), 6*patience)
			go replayed.Serve(ctx)
			defer func() { cancel(); <-replayed.Done() }()
			for {
				s, err := replayed.State(ctx)
				if err != nil {
					t.Fatal(err)
				}
				if s.State == wire.Paused {
					if strings.Contains(s.Reason, "other weights") {
						t.Error(s.Reason)
					}
					break
				}
			}
		})
	}
}

// Weights alone, as safetensors and ONNX have them, continue from their step.
func TestWeightsAloneGoOn(t *testing.T) {
	spec := specWith(t, wire.Spec{}, `{"speed":"max","members":2,"hidden":[8]}`)
	r, err := New("one", spec, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	rec := recordOf(t, trainTo(t, r, 50))
	for name, write := range map[string]func(io.Writer, *export.Model) error{"safetensors": export.WriteSafetensors, "ONNX": export.WriteONNX} {
		var file bytes.Buffer
		if err := write(&file, rec.Model); err != nil {
			t.Fatal(err)
		}
		m, err := export.Read(&file)
		if err != nil {
			t.Fatal(err)
		}
		again, err := Import("two", m, Options{Paused: true})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !capture.SameWeights(again.loop.present.Lanes[0].Ensemble, rec.Model.Members) {
			t.Errorf("%s: it came back with other weights", name)
		}
		if !wording.Has(again.loop.reason, "weights alone") {
			t.Errorf("%s: it does not say that the optimiser starts from zero: %q", name, again.loop.reason)
		}
		trainTo(t, again, 1)
		if s, err := again.Summary(context.Background()); err != nil || s.Step != 51 {
			t.Errorf("%s: step %d, %v", name, s.Step, err)
		}
	}
}

// Of weights that predict nothing finite there is a record all the same.
func TestRecordOfWeightsBeyondAllNumbers(t *testing.T) {
	spec := specWith(t, wire.Spec{}, `{"hidden":[8]}`)
	r, err := New("one", spec, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	rec := recordOf(t, trainTo(t, r, 10))
	rec.Model.Training.Checkpoint = nil
	for name, v := range map[string]float32{"body.0.weight": 0, "body.0.bias": 100, "mean.weight": 3e38} {
		weights := rec.Model.Members[0].Find(name).Data
		for i := range weights {
			weights[i] = v
		}
	}
	again, err := Recall(rec.Model, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if v := again.Test.Report.NLL; v-v == 0 {
		t.Errorf("the NLL is %v", v)
	}
	many := func(v float64) []float64 { return slices.Repeat([]float64{v}, 100) }
	if s, err := capture.Score(many(math.NaN()), many(1), many(2)); err != nil || s.Verdict != metrics.NoVerdict {
		t.Errorf("of NaN: %v, %v", s.Verdict, err)
	}
}

func TestImportsAreRefused(t *testing.T) {
	spec := specWith(t, wire.Spec{}, `{"hidden":[8]}`)
	r, err := New("one", spec, Options{Paused: true})
	if err != nil {
		t.Fatal(err)
	}
	rec := recordOf(t, trainTo(t, r, 10))
	for name, c := range map[string]struct {
		spoil func(m *export.Model)
		want  string
	}{
		"no settings":      {func(m *export.Model) { m.Training = nil }, "no rows and settings"},
		"no JSON":          {func(m *export.Model) { m.Training.Spec = []byte("(") }, "cannot be read"},
		"unknown control":  {func(m *export.Model) { m.Training.Spec = []byte(`{"controls":{"x":1},"lanes":[{}]}`) }, "no control"},
		"two lanes":        {func(m *export.Model) { m.Training.Spec = []byte(`{"lanes":[{},{}]}`) }, "2 lanes"},
		"another net":      {func(m *export.Model) { m.Training.Spec = []byte(`{"lanes":[{}]}`) }, "does not match the settings"},
		"other rows":       {func(m *export.Model) { m.Training.Spec = []byte(`{"controls":{"seed":9,"hidden":[8]},"lanes":[{}]}`) }, "other rows"},
		"damaged state":    {func(m *export.Model) { m.Training.Checkpoint[60] ^= 1 }, "damaged"},
		"weights edited":   {func(m *export.Model) { m.Members[0][0].Data[0]++ }, "weights do not match"},
		"history":          {func(m *export.Model) { m.Training.History.Columns = []string{"step"} }, "columns"},
		"history backward": {func(m *export.Model) { h := m.Training.History; h.Rows[1][0] = 0 }, "history"},
	} {
		var file bytes.Buffer
		if err := export.WriteJSON(&file, rec.Model); err != nil {
			t.Fatal(err)
		}
		m, err := export.ReadJSON(&file)
		if err != nil {
			t.Fatal(err)
		}
		c.spoil(m)
		if _, err := Import("two", m, Options{}); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
	}
}

// samePoint compares points by their bits: there is no equation whose values were numbers.
func samePoint(a, b wire.Point) bool {
	return a.Lane == b.Lane && a.Step == b.Step && slices.EqualFunc(a.Values[:], b.Values[:], func(x, y float32) bool {
		return x == y || x != x && y != y
	})
}
