package guide_test

import (
	"encoding/xml"
	"errors"
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/guide"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/site"
	"github.com/gnllviz/gnllviz/server/wire"
)

func content() guide.Content {
	c := guide.Content{
		Controls: lane.Table(),
		Lessons:  []guide.Lesson{{Slug: "a", Title: "A", Summary: "One thing."}},
		Commands: []guide.Command{{Name: "play", Help: "Lets the run train.", Example: `{"type":"play"}`}},
	}
	c.Limits, c.Facts = site.Limits()
	for _, o := range c.Controls[indexOf(c.Controls, "dataset")].Options {
		c.Datasets = append(c.Datasets, guide.Dataset{Name: o.Value, Title: o.Label, Help: o.Help, Source: "y = x", Inputs: []wire.Column{{Name: "x"}}, Targets: []wire.Column{{Name: "y", Unit: "g"}}, Rows: 1})
	}
	return c
}

func indexOf(t wire.Table, name string) int {
	for i, c := range t {
		if c.Name == name {
			return i
		}
	}
	return -1
}

func rendered(t *testing.T) string {
	t.Helper()
	b, err := guide.Render(content())
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// ids returns the elements' ids, and fails where one is there twice.
func ids(t *testing.T, html string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(html, -1) {
		if seen[m[1]] {
			t.Errorf("the id %q is there twice", m[1])
		}
		seen[m[1]] = true
	}
	return seen
}

// entry returns the article with the heading of that id.
func entry(html, id string) string {
	_, rest, found := strings.Cut(html, `<article class="entry" aria-labelledby="`+id+`">`)
	if !found {
		return ""
	}
	text, _, _ := strings.Cut(rest, "</article>")
	return text
}

func TestHelpIsWellFormed(t *testing.T) {
	d := xml.NewDecoder(strings.NewReader("<body>" + rendered(t) + "</body>"))
	d.Entity = xml.HTMLEntity
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestEveryLinkInsideLeadsSomewhere(t *testing.T) {
	html := rendered(t)
	there := ids(t, html)
	links := regexp.MustCompile(`(?:href="#|aria-labelledby=")([^"]*)"`).FindAllStringSubmatch(html, -1)
	if len(links) < 100 {
		t.Errorf("only %d links were found", len(links))
	}
	for _, m := range links {
		if !there[m[1]] {
			t.Errorf("a link leads to #%s, which there is not", m[1])
		}
	}
}

func TestEveryControlIsExplained(t *testing.T) {
	html := rendered(t)
	there := ids(t, html)
	for _, c := range lane.Table() {
		text := entry(html, c.Name)
		if !strings.Contains(text, escaped(c.Help)) {
			t.Errorf("the control %s is not explained", c.Name)
		}
		for _, o := range c.Options {
			if c.Name == "speed" {
				continue
			}
			if !there[c.Name+"-"+o.Value] {
				t.Errorf("the option %s of %s is not explained", o.Value, c.Name)
			}
		}
	}
	// The loss is what this is about: each has its formula and says where it is from.
	for _, o := range lane.Table()[indexOf(lane.Table(), "loss")].Options {
		if n := wire.NoteOn("loss", o.Value); n.Formula == "" || n.Source == "" {
			t.Errorf("the loss %s has no formula or no source", o.Value)
		}
	}
}

func TestNotesAreOnWhatThereIs(t *testing.T) {
	table := lane.Table()
	for _, n := range wire.Notes() {
		i := indexOf(table, n.Control)
		if i < 0 {
			t.Errorf("there is a note on a control %s", n.Control)
			continue
		}
		found := n.Option == ""
		for _, o := range table[i].Options {
			found = found || o.Value == n.Option
		}
		if !found {
			t.Errorf("there is a note on %s %s", n.Control, n.Option)
		}
	}
}

func TestEveryFigureIsExplained(t *testing.T) {
	html := rendered(t)
	check := func(name string) {
		f, ok := wire.FigureOf(name)
		if !ok {
			t.Errorf("no figure explains %s", name)
			return
		}
		id := f.ID
		if indexOf(lane.Table(), id) >= 0 {
			id = "figure-" + id
		}
		text := entry(html, id)
		if !strings.Contains(text, escaped(f.Help)) || !strings.Contains(text, f.Formula) {
			t.Errorf("%s is not explained under #%s", name, id)
		}
	}
	for _, f := range wire.Figures() {
		check(f.ID)
	}
	for _, name := range wire.Scalars {
		check(name)
	}
	for _, of := range []any{metrics.Report{}, wire.SplitMetrics{}} {
		for _, f := range reflect.VisibleFields(reflect.TypeOf(of)) {
			check(f.Tag.Get("json"))
		}
	}
	// A metric is more than a word: it has a formula.
	for _, f := range reflect.VisibleFields(reflect.TypeFor[metrics.Report]()) {
		if figure, _ := wire.FigureOf(f.Tag.Get("json")); figure.Formula == "" {
			t.Errorf("the metric %s has no formula", f.Name)
		}
	}
}

func TestEveryChartIsExplained(t *testing.T) {
	there := ids(t, rendered(t))
	for _, c := range wire.Charts() {
		if !there["chart-"+c.ID] {
			t.Errorf("the chart %s is not explained", c.ID)
		}
	}
}

// escaped is text as it stands in HTML.
func escaped(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", "'", "&#39;", `"`, "&#34;", "+", "&#43;").Replace(s)
}
