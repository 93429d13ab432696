// Package guide writes the documentation that the program serves: chapters by
// hand, and what each control, figure and data set means from the tables that
// the program itself goes by. So it cannot say of one what is not so.
//
// Everything here is a pure function; any goroutine may call it.
package guide

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"slices"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Content is what is written about.
type Content struct {
	Controls wire.Table
	Lessons  []Lesson
	Datasets []Dataset
	Commands []Command
	Limits   []Limit
	Facts    map[string]string // figures that no flag changes, by name
}

// A Lesson is a run that shows one thing.
type Lesson struct{ Slug, Title, Summary string }

// A Dataset is a set of the catalogue.
type Dataset struct {
	Name, Title, Help string
	Source            string // where it is from, or the formula that it is drawn from
	Inputs            []wire.Column
	Target            wire.Column // where there is one
	Targets           []wire.Column
	Rows              int
	Truth             bool // its true mean and standard deviation are known
}

// A Command is one that a run takes, with JSON that gives it.
type Command struct{ Name, Help, Example string }

// A Limit is a bound on what others can ask for.
type Limit struct{ Flag, Help, Default string }

//go:embed chapters/*.html proxies deploy/*.conf page.html reference.html
var files embed.FS

//go:embed images
var images embed.FS

// Images returns the pictures of the documentation, which finds them below help/.
func Images() fs.FS {
	list, err := fs.Sub(images, "images")
	if err != nil {
		panic(err) // the name above is valid
	}
	return list
}

// A chapter has its text in the file of its name.
type chapter struct{ ID, Title string }

func chapters() []chapter {
	return []chapter{
		{"about", "What this is"},
		{"first-steps", "First steps"},
		{"lessons", "Lessons"},
		{"the-loss", "The Gaussian NLL"},
		{"reading", "Fit, noise and bands"},
		{"reading-loss", "The loss chart"},
		{"reading-anatomy", "Loss terms and gradients"},
		{"believing", "Calibration"},
		{"recalibration", "Recalibration"},
		{"ensembles", "Ensembles"},
		{"equations", "Equations"},
		{"lanes", "Models"},
		{"time", "Undo and time"},
		{"own-data", "Your own data"},
		{"sharing", "Sharing"},
		{"taking-away", "Export, import and sweeps"},
		{"command-line", "The command line"},
		{"keys", "Keys and commands"},
		{"limits", "Limits and safety"},
		{"behind-a-proxy", "Behind a proxy"},
		{"in-the-browser", "Training in the browser"},
		{"several-machines", "Several machines"},
		{"capacity", "How many students"},
		{"api", "The HTTP API"},
		{"glossary", "Glossary"},
	}
}

// Render returns the documentation as HTML that goes into a body.
func Render(c Content) ([]byte, error) {
	p := page{Content: c}
	t, err := template.New("guide").Funcs(p.functions()).ParseFS(files, "*.html", "chapters/*.html")
	if err != nil {
		return nil, fmt.Errorf("guide: %w", err)
	}
	for _, ch := range chapters() {
		var b bytes.Buffer
		if err := t.ExecuteTemplate(&b, ch.ID+".html", c); err != nil {
			return nil, fmt.Errorf("guide: chapter %s: %w", ch.ID, err)
		}
		p.Chapters = append(p.Chapters, written{ch, template.HTML(b.String())}) // it comes out of a template
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, "page.html", &p); err != nil {
		return nil, fmt.Errorf("guide: %w", err)
	}
	return b.Bytes(), nil
}

type page struct {
	Content
	Chapters []written
}

type written struct {
	chapter
	Text template.HTML
}

// A group is some of the controls or of the figures under one heading.
type group[T any] struct {
	ID, Title string
	Members   []T
}

func groups[T any](all []T, prefix string, name func(T) string) []group[T] {
	var list []group[T]
	for _, m := range all {
		i := slices.IndexFunc(list, func(g group[T]) bool { return g.Title == name(m) })
		if i < 0 {
			i = len(list)
			list = append(list, group[T]{ID: prefix + slug(name(m)), Title: name(m)})
		}
		list[i].Members = append(list[i].Members, m)
	}
	return list
}

// ControlGroups are the controls as the page's panel has them.
func (p *page) ControlGroups() []group[wire.Control] {
	return groups(p.Controls, "controls-", func(c wire.Control) string { return c.Group })
}

// DatasetGroups are the sets of which the truth is known, and the others.
func (p *page) DatasetGroups() []group[Dataset] {
	return groups(p.Datasets, "datasets-", func(d Dataset) string {
		if d.Truth {
			return "truth known"
		}
		return "truth unknown"
	})
}

// FigureGroups are the figures under the headings of their table.
func (p *page) FigureGroups() []group[wire.Figure] {
	return groups(wire.Figures(), "figures-", func(f wire.Figure) string { return f.Group })
}
