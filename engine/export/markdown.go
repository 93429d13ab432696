package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

//go:embed card.md.tmpl
var cardTemplate string

func cardFormat() Format {
	return Format{
		Name: "card", Aliases: []string{"md", "markdown"}, File: "MODEL_CARD.md", Media: "text/markdown", Source: true, Form: "model card",
		Help:  "Describes the model: where it comes from, how good it is and what it is for.",
		Write: WriteCard,
	}
}

// WriteCard writes the model's card in Markdown. What users have named stands in it
// as text, whatever it is.
func WriteCard(w io.Writer, m *Model) error {
	if err := m.Check(); err != nil {
		return err
	}
	var b bytes.Buffer
	err := fillIn(&b, cardTemplate, map[string]any{"text": markdown, "number": number, "time": cardTime, "row": row}, cardOf(m))
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("export: model card: %w", err)
	}
	return nil
}

// cardData is what the card's template is filled in with.
type cardData struct {
	*Model
	Ensemble bool
	Several  bool // targets
	Layers   string
	Words    []word
	Dates    table.Encoding
	Gaps     []word // columns that are filled in, and with what
	Scores   []score
	Settings []setting
}

// Rows is what the Python files' predict takes.
func (d *cardData) Rows() string {
	if d.Encoding != nil {
		return "encode(rows)[0]"
	}
	return "rows"
}

// A word is a value of a column of words, and the input that is 1 of it.
type word struct{ Column, Value, Input string }

type setting struct{ Name, Value string }

// A score is one figure of the training and the test rows; empty is not known.
type score struct{ Name, Train, Test string }

func cardOf(m *Model) *cardData {
	d := &cardData{Model: m, Ensemble: len(m.Members) > 1, Several: len(m.Targets) > 1}
	units := []string{fmt.Sprint(m.Net.Inputs)}
	for _, u := range m.Net.Hidden {
		units = append(units, fmt.Sprint(u))
	}
	heads := "mean and variance"
	if m.Net.Head == engine.Homoscedastic || m.Net.Head == engine.Fixed {
		heads = "mean"
	}
	if n := len(m.Targets); n > 1 {
		heads += fmt.Sprintf(" of %d targets", n)
	}
	d.Layers = strings.Join(units, " → ") + " → " + heads
	at := 0
	for _, s := range m.Encoding {
		for i, v := range s.Values {
			d.Words = append(d.Words, word{s.Name, v, m.Inputs[at+i].Name})
		}
		if s.Kind == table.OfDates {
			d.Dates = append(d.Dates, s)
		}
		at += table.Encoding{s}.Width()
		if len(s.Fill) > 0 {
			d.Gaps = append(d.Gaps, word{s.Name, sourceColumn{Fill: s.Fill}.Filled(), m.Inputs[at-1].Name})
		}
	}
	names := map[string]bool{}
	for _, scores := range []map[string]float64{m.Card.Train, m.Card.Test} {
		for name := range scores {
			names[name] = true
		}
	}
	for _, name := range slices.Sorted(maps.Keys(names)) {
		d.Scores = append(d.Scores, score{name, scoreText(m.Card.Train, name), scoreText(m.Card.Test, name)})
	}
	for _, name := range slices.Sorted(maps.Keys(m.Card.Settings)) {
		d.Settings = append(d.Settings, setting{name, fmt.Sprint(m.Card.Settings[name])})
	}
	return d
}

// row is a row of two cells, which is left out where the second is empty.
func row(name, value string) [2]string { return [2]string{name, value} }

func scoreText(scores map[string]float64, name string) string {
	if v, ok := scores[name]; ok {
		return fmt.Sprintf("%.6g", v)
	}
	return ""
}

func cardTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// markdown is a text as Markdown that shows it within a line, and in a cell of a
// table as well: no character of it means anything.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range oneLine([]string{s})[0] {
		switch {
		case r == '<':
			b.WriteString("&lt;")
		case r == '&':
			b.WriteString("&amp;")
		case strings.ContainsRune("\\`*_[]|~$", r):
			b.WriteByte('\\')
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return strings.ReplaceAll(b.String(), "://", "\\://") // no link
}
