package export

import (
	"archive/zip"
	"bytes"
	"io"
	"reflect"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/engine"
)

// writers are the formats that have all of a model, by the names of their files.
func writers() map[string]func(io.Writer, *Model) error {
	return map[string]func(io.Writer, *Model) error{
		"model.json": WriteJSON, "model.safetensors": WriteSafetensors, "model.onnx": WriteONNX,
	}
}

func encode(t testing.TB, m *Model, file string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := writers()[file](&b, m); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return b.Bytes()
}

// archive packs files, by name, in the order given.
func archive(t testing.TB, files ...any) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		w, err := z.Create(files[i].(string))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(files[i+1].([]byte)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withTraining gives a model something to train on from.
func withTraining(m *Model) *Model {
	m.Training = &Training{
		Spec: []byte(`{"data":{"rows":{"y":[1.5,2.5]}}}`), Rowless: []byte(`{"controls":{}}`), Checkpoint: []byte{1, 2, 3}, Changes: []byte(`[]`),
		History: &History{Columns: []string{"step", "nll"}, Rows: [][]float64{{0, 1.5}, {1, 2}}},
	}
	return m
}

// Whatever format a model was written in, Read knows it, and it comes back the same,
// with as much of its training as the format has.
func TestModelsComeBack(t *testing.T) {
	models := kinds()
	for _, name := range sortedKinds() {
		m, _, x := models[name](t)
		m.Card.Author, m.Card.Test, m.Card.Settings = "Ada", map[string]float64{"nll": 1.5}, map[string]any{"lr": 0.01}
		withTraining(m)
		want, err := m.Predict(x)
		if err != nil {
			t.Fatal(err)
		}
		for file := range writers() {
			alone := encode(t, m, file)
			for what, b := range map[string][]byte{file: alone, "archive of " + file: archive(t, "read.me", []byte("hello"), file, alone)} {
				got, err := Read(bytes.NewReader(b))
				if err != nil {
					t.Fatalf("%s: %s: %v", name, what, err)
				}
				training := *m.Training
				training.Rowless = nil
				if file != "model.json" {
					training.Checkpoint, training.Spec = nil, m.Training.Rowless // rows are in JSON alone
				}
				if file == "model.onnx" {
					training.History, training.Changes = nil, nil
				}
				if len(got.Training.Checkpoint) == 0 {
					got.Training.Checkpoint = nil
				}
				if !reflect.DeepEqual(got.Training, &training) {
					t.Errorf("%s: %s: the training came back as %+v", name, what, got.Training)
				}
				if !reflect.DeepEqual(got.Card, m.Card) || !reflect.DeepEqual(got.Inputs, m.Inputs) || !reflect.DeepEqual(got.Encoding, m.Encoding) || !reflect.DeepEqual(got.Targets, m.Targets) || got.Eps != m.Eps {
					t.Errorf("%s: %s: another card or other columns came back", name, what)
				}
				for i := range m.Members {
					if !sameTensors(got.Members[i], m.Members[i]) {
						t.Errorf("%s: %s: other parameters came back", name, what)
					}
				}
				if p, err := got.Predict(x); err != nil || !reflect.DeepEqual(p, want) {
					t.Errorf("%s: %s: it predicts something else: %v", name, what, err)
				}
			}
		}
	}
}

func sameTensors(a, b Tensors) bool {
	return slices.EqualFunc(a, b, func(a, b engine.Tensor) bool {
		return a.Name == b.Name && slices.Equal(a.Shape, b.Shape) && slices.Equal(a.Data, b.Data)
	})
}

// A model without settings comes back without a training.
func TestWeightsAloneComeBack(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	for file := range writers() {
		got, err := Read(bytes.NewReader(encode(t, m, file)))
		if err != nil || got.Training != nil {
			t.Errorf("%s: %v, and a training %v", file, err, got.Training)
		}
	}
}

// Of several models in an archive the one is read that has most.
func TestArchiveIsReadFromItsBestFile(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	withTraining(m)
	b := archive(t, "model.onnx", []byte("damaged"), "model.safetensors", []byte("damaged"), "model.json", encode(t, m, "model.json"))
	got, err := Read(bytes.NewReader(b))
	if err != nil || len(got.Training.Checkpoint) != 3 {
		t.Errorf("%v", err)
	}
}
