package main

import (
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/loss"
)

// ofWind trains a model of two targets a little, and writes it to a file.
func ofWind(t *testing.T, members int, input string) (string, *export.Model) {
	t.Helper()
	set, err := datasets.Load("wind", 1)
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.NewEnsemble(engine.Config{Net: engine.NetConfig{Inputs: 1, Outputs: 2, Hidden: []int{8}}}, members, set.X, set.Y)
	if err != nil {
		t.Fatal(err)
	}
	for range 50 {
		if _, err := e.Step(loss.DefaultGaussianNLL(), engine.DefaultHyper()); err != nil {
			t.Fatal(err)
		}
	}
	var targets []export.Column
	for _, c := range set.Targets {
		targets = append(targets, export.Column{Name: c.Name, Unit: c.Unit})
	}
	m, err := export.New(e, []export.Column{{Name: input, Unit: "h"}}, targets, set.X, set.Y, 1e-6)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wind.json")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := export.WriteJSON(f, m); err != nil {
		t.Fatal(err)
	}
	return path, m
}

// A model of several targets predicts each, in columns with its name.
func TestPredictSeveralTargets(t *testing.T) {
	for members := 1; members <= 2; members++ {
		file, m := ofWind(t, members, "hour")
		hours := []float64{1, 13.5, 22}
		p, err := m.Predict(hours)
		if err != nil {
			t.Fatal(err)
		}
		parts := []string{"mean", "std", "lower", "upper", "aleatoric", "epistemic"}
		if members == 1 {
			parts = parts[:4]
		}
		want := []string{"hour"}
		for _, target := range []string{"east wind", "north wind"} {
			for _, part := range parts {
				want = append(want, part+"_"+target)
			}
		}
		head, c := predictions(t, works(t, "hour,north wind\n1,5\n13.5,\n22,7\n", "predict", "--model", file, "--level", "80"))
		if !slices.Equal(head, want) {
			t.Fatalf("columns %q, want %q", head, want)
		}
		const reach = 1.2815515655446004 // the 0.9 quantile
		for i := range hours {
			for k, target := range []string{"east wind", "north wind"} {
				mean, std := p.Mean[2*i+k], math.Sqrt(p.Variance[2*i+k])
				got := map[string]float64{}
				for _, part := range parts {
					got[part] = c[part+"_"+target][i]
				}
				if got["mean"] != mean || got["std"] != std || math.Abs(got["lower"]-(mean-reach*std)) > 1e-9*std || math.Abs(got["upper"]-(mean+reach*std)) > 1e-9*std {
					t.Errorf("%s of row %d: %v, want %g ± %g", target, i, got, mean, std)
				}
				if members > 1 && (got["aleatoric"] != math.Sqrt(p.Aleatoric[2*i+k]) || got["epistemic"] != math.Sqrt(p.Epistemic[2*i+k])) {
					t.Errorf("%s of row %d: %v, where the parts are %g and %g", target, i, got, p.Aleatoric[2*i+k], p.Epistemic[2*i+k])
				}
			}
		}
	}
	// A row that lacks the input has empty cells, and names that are an input's stand apart.
	file, _ := ofWind(t, 1, "std_east wind")
	r := program(t, "std_east wind,a\n3,1\n,2\n", "predict", "--model", file)
	lines := strings.Split(r.stdout, "\n")
	if r.status != 0 || !strings.HasPrefix(lines[0], "std_east wind,predicted_mean_east wind,predicted_std_east wind,") || lines[2] != strings.Repeat(",", 8) {
		t.Errorf("status %d, %q, %q", r.status, r.stdout, r.stderr)
	}
}

// A model of several targets becomes other files, each of which predicts the same.
func TestExportSeveralTargets(t *testing.T) {
	file, m := ofWind(t, 2, "hour")
	want, err := m.Predict([]float64{3, 15})
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"json", "onnx", "safetensors"} {
		out := filepath.Join(t.TempDir(), "model")
		works(t, "", "export", "--model", file, "--format", format, "--out", out)
		p, err := model(t, out).Predict([]float64{3, 15})
		if err != nil || !slices.Equal(p.Mean, want.Mean) || !slices.Equal(p.Variance, want.Variance) {
			t.Errorf("%s: %v, %v, want %v", format, p, err, want)
		}
	}
	for format, names := range map[string]string{"go": "const Targets = 2", "numpy": `TARGETS = ["east wind", "north wind"]`, "pytorch": "nn.Linear(8, 2)", "card": "north wind (target)"} {
		if text := works(t, "", "export", "--model", file, "--format", format); !strings.Contains(text, names) {
			t.Errorf("%s has no %s: %.500s", format, names, text)
		}
	}
	// Charts need rows, which this model has not.
	if r := program(t, "", "export", "--model", file, "--format", "report"); r.status != 2 || r.stdout != "" {
		t.Errorf("report: status %d, %q", r.status, r.stderr)
	}
}
