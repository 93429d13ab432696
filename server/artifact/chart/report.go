package chart

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

//go:embed report.html report.css
var reportFiles embed.FS

// Report writes a record as one HTML file that needs nothing else: no network and no
// other file. The script draws the charts: it is the built web/src/report.ts, with
// ECharts in it. The file's content security policy allows that script alone, by its
// hash, so that even words which got past the escaping would not be run.
func Report(w io.Writer, script []byte, r *capture.Capture) error {
	if lower := bytes.ToLower(script); len(script) == 0 || bytes.Contains(lower, []byte("</script")) || bytes.Contains(lower, []byte("<!--")) {
		return errors.New("chart: the report's script is empty, or would end before its end in an HTML file")
	}
	t, err := template.ParseFS(reportFiles, "report.html", "report.css")
	if err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	p, err := newReport(r)
	if err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	sum := sha256.Sum256(script)
	p.Script, p.Hash = template.JS(script), template.HTMLAttr(`content="default-src 'none'; script-src 'sha256-`+base64.StdEncoding.EncodeToString(sum[:])+`'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"`)
	// Written whole or not at all.
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return fmt.Errorf("chart: %w", err)
	}
	_, err = w.Write(b.Bytes())
	return err
}

// A report is what the template is made of.
type report struct {
	*capture.Capture
	Script template.JS
	Hash   template.HTMLAttr // the attribute content of the policy
	Colour uint8             // of the lane

	Input, Target string // as axes name them
	Summary       []score
	Charts        map[string]chartOption // by the id of what they are drawn in
	Drawn         map[string]drawn
	Order         []string // of the charts
	Held          *held    // nil without an equation
	Scores        []score
	ByTarget      []targetScores // of several targets, and last over all
	Of            string         // the target that charts are of, where there are several
	Changed, Rest []setting
	Edits         []edit
	Card          []fact
	Columns       []fact
}

// chartOption is an option of ECharts.
type chartOption = map[string]any

// A drawn chart has a heading, what is to be seen in it, its keys and its numbers.
type drawn struct {
	ID, Title, Note string
	Keys            []drawnKey
	Table           numbers
	Tall, Half      bool // its height, and whether another stands beside it
}

// A drawnKey says what a thing looks like, by a class of the style sheet.
type drawnKey struct{ Class, Name string }

// Numbers are the same as the chart, for whoever reads rather than looks.
type numbers struct {
	Caption string
	Columns []string
	Rows    [][]string
}

type score struct {
	Label, Unit, Help string
	Train, Test       string
}

// A targetScores are the scores of test rows of one target.
type targetScores struct {
	Name    string
	Unit    string
	Values  []string // of each of byTarget
	Verdict string
}

// byTarget are the figures that are told of each target.
func byTarget() []wire.Figure {
	return slices.DeleteFunc(wire.MetricFigures(), func(f wire.Figure) bool { return !f.Each })
}

type setting struct{ Label, Value, Default, Help string }

type edit struct {
	Number int
	Step   uint64
	Text   string
}

type fact struct{ Name, Value string }

func newReport(r *capture.Capture) (*report, error) {
	p := &report{
		Capture: r, Colour: r.Lane.Colour % wire.MaxColours, Target: label(r.Data.Target),
		Charts: map[string]chartOption{}, Drawn: map[string]drawn{},
	}
	if err := p.draw(); err != nil {
		return nil, err
	}
	p.Held = newHeld(r)
	p.Scores = scores(r)
	if r.Targets != nil {
		p.Of = r.Data.Target.Name
		for i := range r.Targets {
			of := &r.Targets[i]
			p.ByTarget = append(p.ByTarget, scoresOf(of.Target.Name, of.Target.Unit, &of.Test))
		}
		p.ByTarget = append(p.ByTarget, scoresOf("over all", overAll, &r.Test))
	}
	for _, f := range byTarget() {
		if i := slices.IndexFunc(p.Scores, func(s score) bool { return s.Label == f.Label }); i >= 0 {
			p.Summary = append(p.Summary, p.Scores[i])
		}
	}
	for _, c := range lane.Table() {
		v, ok := r.Controls[c.Name]
		if !ok {
			continue
		}
		s := setting{Label: c.Label, Value: value(&c, v), Default: value(&c, c.Default), Help: c.Help}
		if s.Value != s.Default {
			p.Changed = append(p.Changed, s)
		}
		if c.Auto != "" {
			s.Help += " " + wire.Auto + " is " + c.Auto + "."
			if v == wire.Auto {
				s.Value = fmt.Sprintf("%s (%s)", wire.Auto, strings.TrimSpace(shown(r.Data.Auto[c.Name])+" "+c.Unit))
			}
		}
		p.Rest = append(p.Rest, s)
	}
	for i, c := range r.Changes {
		p.Edits = append(p.Edits, edit{i + 1, c.Step, capture.ChangeWords(c)})
	}
	for _, c := range r.Model.Inputs {
		p.Columns = append(p.Columns, fact{label(wire.Column{Name: c.Name, Unit: c.Unit}), between(c.Min, c.Max, c.Mean, c.Std)})
	}
	for _, t := range r.Model.Targets {
		p.Columns = append(p.Columns, fact{label(wire.Column{Name: t.Name, Unit: t.Unit}) + ", the target", between(t.Min, t.Max, t.Mean, t.Std)})
	}
	p.Card = cardFacts(r)
	return p, nil
}

func between(low, high, mean, std float64) string {
	return fmt.Sprintf("%s to %s in the training data; scaled by mean %s and standard deviation %s", shown(low), shown(high), shown(mean), shown(std))
}

// value is a setting as the page shows it, with its unit.
func value(c *wire.Control, v any) string { return strings.TrimSpace(c.Words(v) + " " + c.Unit) }

// shown is a number in four digits.
func shown(v float64) string {
	switch {
	case math.IsNaN(v):
		return "–"
	case math.IsInf(v, 0):
		return strings.Replace(fmt.Sprint(v), "Inf", "∞", 1)
	}
	s := strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(strconv.FormatFloat(v, 'g', 4, 64))
	if strings.HasPrefix(s, "-") {
		s = "−" + s[1:]
	}
	return s
}

// scores are all scores of training and test rows, in the order of the figures.
func scores(r *capture.Capture) (list []score) {
	values := func(s *capture.Scores) map[string]float64 {
		if s.Rows == 0 {
			return nil
		}
		return s.Values()
	}
	train, test := values(&r.Train), values(&r.Test)
	for _, f := range wire.Figures() {
		a, inTrain := train[f.ID]
		b, inTest := test[f.ID]
		if !inTrain && !inTest {
			continue
		}
		s := score{Label: f.Label, Unit: f.Unit, Help: f.Help}
		switch f.Unit {
		case wire.TargetUnit:
			s.Unit = r.Data.Target.Unit
			if r.Targets != nil {
				s.Unit = overAll
			}
		case "%":
			s.Unit = "" // it is in the label, and with the number
		}
		s.Train, s.Test = inFigures(f, a, inTrain), inFigures(f, b, inTest)
		list = append(list, s)
	}
	return list
}

// overAll is the unit of scores over several targets.
const overAll = "std"

// scoresOf are the scores of one target.
func scoresOf(name, unit string, s *capture.Scores) targetScores {
	t := targetScores{Name: name, Unit: unit, Verdict: s.Verdict.String()}
	values := map[string]float64{}
	if s.Rows > 0 {
		values = s.Values()
	}
	for _, f := range byTarget() {
		v, ok := values[f.ID]
		t.Values = append(t.Values, inFigures(f, v, ok))
	}
	return t
}

// Bands are those of the fit, the widest first.
func (*report) Bands() []wire.Band { return wire.Pictures().Bands() }

// NoiseOpacity is how dark the band of an equation's noise is.
func (*report) NoiseOpacity() float64 { return wire.Pictures().EquationOpacity }

// ByTargetColumns names the figures that are told of each target.
func (*report) ByTargetColumns() (list []string) {
	for _, f := range byTarget() {
		list = append(list, f.Label)
	}
	return list
}

// inFigures writes a figure's value, if there is one.
func inFigures(f wire.Figure, v float64, there bool) string {
	switch {
	case !there:
		return "–"
	case f.Unit == "%":
		return shown(100*v) + " %"
	}
	return shown(v)
}

// cardFacts are the model card but for what the report tells elsewhere.
func cardFacts(r *capture.Capture) (list []fact) {
	c := &r.Model.Card
	for _, f := range []fact{
		{"program", strings.TrimSpace(c.Program + " " + c.Version + " " + c.Commit)},
		{"run", c.Run},
		{"continued from run", c.Parent},
		{"model", c.Lane},
		{"time", c.Time.Format("2006-01-02 15:04:05 UTC")},
		{"task", c.Task},
		{"network", c.Network},
		{"parameters", strconv.Itoa(c.Parameters)},
		{"variance", c.Variance},
		{"loss", c.Loss},
		{"optimiser", c.Optimizer},
		{"schedule", c.Schedule},
		{"batch", strconv.Itoa(c.Batch) + " rows"},
		{"steps", strconv.FormatUint(c.Steps, 10)},
		{"stopped", c.Stopped},
		{"seed", strconv.FormatUint(c.Seed, 10)},
		{"chance", c.Chance},
		{"SHA-256 of the rows", c.DataSHA256},
		{"use", c.Use},
		{"limits", c.Limits},
		{"author", c.Author},
		{"licence", c.Licence},
	} {
		if f.Value != "" {
			list = append(list, f)
		}
	}
	return list
}
