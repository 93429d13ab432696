package export

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestCardTellsEverything(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Inputs: 2, Hidden: []int{4, 3}}, 2)
	c := &m.Card
	c.Version, c.Commit, c.Run, c.Parent, c.Lane, c.Time = "1.2", "abc", "run1", "run0", "A", time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	c.Loss, c.Optimizer, c.Schedule, c.Batch, c.Stopped = "gaussian", "adam", "constant", 32, "diverged"
	c.Dataset, c.DataSource, c.DataSHA256, c.TrainRows, c.TestRows, c.TrainShare, c.Standardise = "mcycle", "a book", "00ff", 80, 20, "80 %", "all of them"
	c.Train, c.Test = map[string]float64{"nll": 1.25, "rmse": 3}, map[string]float64{"nll": 1.5}
	c.Settings = map[string]any{"lr": 0.01}
	c.Author, c.Licence = "Ada", "MIT"
	var b bytes.Buffer
	if err := WriteCard(&b, m); err != nil {
		t.Fatal(err)
	}
	card := b.String()
	for _, want := range []string{
		"1.2", "abc", "run1", "run0", "2026-01-02T03:04:05Z", "PCG", "heteroscedastic regression", "gaussian", "log-variance", "2 → 4 → 3 → mean and variance",
		"ensemble of 2", "adam", "constant", "32 rows", "| steps | 200 |", "diverged", "mcycle", "a book", "00ff", "80 to train on, 20 to test with", "80 %",
		"all of them", "| nll | 1.25 | 1.5 |", "| rmse | 3 |  |", "| x2 (input) | ms | ", "| y (target) | g | ", "Not for decisions", "Ada", "MIT", "`model.onnx`", "epistemic", "| lr | 0.01 |",
	} {
		if !wording.Has(card, want) {
			t.Errorf("the card does not tell %q", want)
		}
	}
	if t.Failed() {
		t.Log(card)
	}
}

// The card says which input is 1 of which word.
func TestCardTellsWords(t *testing.T) {
	m, _, _ := kinds()["words"](t)
	var b bytes.Buffer
	if err := WriteCard(&b, m); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`| colour | a,"b" | colour=a,"b" |`, `| colour | 赤 \|&lt;b> | colour=赤 \|&lt;b> |`, "Any\nother value makes all inputs of its column 0.", "| when | 2006-1-2 15:04:05Z07:00 | year, day |", "| x2 | 0.3333333333333333 | x2 missing |", "| size | 0.25, 0.75 | size missing |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the card does not tell %q:\n%s", want, &b)
		}
	}
	plain, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	b.Reset()
	if err := WriteCard(&b, plain); err != nil || strings.Contains(b.String(), "column of words") || strings.Contains(b.String(), "1970") {
		t.Errorf("a card without words tells of them: %v", err)
	}
}

// The card of a model of several targets tells of each.
func TestCardTellsTargets(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}, Outputs: 3}, 1)
	var b bytes.Buffer
	if err := WriteCard(&b, m); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`a variance of each of y (g), north "wind", gusts (m/s), 温度 from x1`, "| y (target) | g |", `| north "wind", gusts (target) | m/s |`, "| 温度 (target) |  |",
		"1 → 4 → mean and variance of 3 targets", "(N, 3), all double", "each of 3 numbers", "3 outputs", "Their noises are taken for independent.",
	} {
		if !wording.Has(b.String(), want) {
			t.Errorf("the card does not tell %q:\n%s", want, &b)
		}
	}
}

// What users have named ends no line, no cell and no text.
func TestCardShowsNamesAsTheyAre(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	var plain, b bytes.Buffer
	if err := WriteCard(&plain, m); err != nil {
		t.Fatal(err)
	}
	m.Inputs[0].Name, m.Targets[0].Unit = hostile+"[a](http://b)", "<script>|`x`"
	if err := WriteCard(&b, m); err != nil {
		t.Fatal(err)
	}
	card := b.String()
	if strings.Count(card, "\n") != strings.Count(plain.String(), "\n") {
		t.Error("a name ends a line")
	}
	if strings.Contains(card, "<script>") || strings.Contains(card, "[a](") || strings.Contains(card, "<b>") {
		t.Errorf("a name is markup:\n%s", card)
	}
	for _, line := range strings.Split(card, "\n") {
		if strings.Contains(line, "(target)") && strings.Count(strings.ReplaceAll(line, `\|`, ""), "|") != 7 {
			t.Errorf("a unit ends a cell: %s", line)
		}
	}
}
