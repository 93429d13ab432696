package guide

import (
	"fmt"
	"html/template"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/guide/capacity"
	"github.com/gnllviz/gnllviz/server/wire"
)

// functions are what the templates can call. What they are asked for by a name
// that there is not fails the whole page, so that no test has to look for it.
func (p *page) functions() template.FuncMap {
	return template.FuncMap{
		"control": func(name string) (template.HTML, error) {
			c, err := p.control(name)
			return link(name, c.Label), err
		},
		"figure": func(id string) (template.HTML, error) {
			f, err := figure(id)
			return link(p.anchor(f), f.Label), err
		},
		"chart": func(id string) (wire.Chart, error) {
			all := wire.Charts()
			i := slices.IndexFunc(all, func(c wire.Chart) bool { return c.ID == id })
			if i < 0 {
				return wire.Chart{}, fmt.Errorf("there is no chart %q", id)
			}
			return all[i], nil
		},
		"formula": func(id string) (template.HTML, error) {
			f, err := figure(id)
			if err == nil && f.Formula == "" {
				err = fmt.Errorf("the figure %q has no formula", id)
			}
			return template.HTML(f.Formula), err // MathML of the program's own
		},
		"formulaOf": func(control, option string) (template.HTML, error) {
			n := wire.NoteOn(control, option)
			if n.Formula == "" {
				return "", fmt.Errorf("there is no formula of %s %s", control, option)
			}
			return template.HTML(n.Formula), nil
		},
		// A configuration that the browser tests run, with names and ports of their own.
		"proxy": func(name string) (string, error) {
			b, err := files.ReadFile("proxies/" + name)
			return strings.TrimSpace(string(b)), err
		},
		// A configuration of the deployment that tests run.
		"deploy": func(name string) (string, error) {
			b, err := files.ReadFile("deploy/" + name)
			return strings.TrimSpace(string(b)), err
		},
		// The default of a flag, and a figure of the program that no flag changes.
		"limit": func(flag string) (template.HTML, error) {
			i := slices.IndexFunc(p.Limits, func(l Limit) bool { return l.Flag == flag })
			if i < 0 {
				return "", fmt.Errorf("there is no limit --%s", flag)
			}
			return link("limit-"+flag, p.Limits[i].Default), nil
		},
		"fact": func(name string) (string, error) {
			v, ok := p.Facts[name]
			if !ok {
				return "", fmt.Errorf("there is no fact %q", name)
			}
			return v, nil
		},
		"capacity": capacity.Made,
		"bytes":    capacity.Bytes,
		"count":    count,
		"percent":  func(share float64) string { return strconv.FormatFloat(100*share, 'g', 3, 64) + " %" },
		"note":     wire.NoteOn,
		"math":     func(mathML string) template.HTML { return template.HTML(mathML) },
		"anchor":   p.anchor,
		"unit":     unit,
		"better":   better,
		"limits":   limits,
		"initial":  initial,
		"column":   column,
		"slug":     slug,
		"when":     p.when,
		"capital":  func(s string) string { return strings.ToUpper(s[:1]) + s[1:] },
	}
}

func link(anchor, label string) template.HTML {
	return template.HTML(`<a href="#` + template.HTMLEscapeString(anchor) + `">` + template.HTMLEscapeString(label) + `</a>`)
}

func (p *page) control(name string) (wire.Control, error) {
	i := slices.IndexFunc(p.Controls, func(c wire.Control) bool { return c.Name == name })
	if i < 0 {
		return wire.Control{}, fmt.Errorf("there is no control %q", name)
	}
	return p.Controls[i], nil
}

func figure(id string) (wire.Figure, error) {
	for _, f := range wire.Figures() {
		if f.ID == id {
			return f, nil
		}
	}
	return wire.Figure{}, fmt.Errorf("there is no figure %q", id)
}

// anchor is a figure's place in the page: its name, unless that is a control's.
func (p *page) anchor(f wire.Figure) string {
	if _, err := p.control(f.ID); err == nil {
		return "figure-" + f.ID
	}
	return f.ID
}

// unit puts a figure's unit into words.
func unit(f wire.Figure) string {
	switch f.Unit {
	case "":
		return "no unit"
	case wire.TargetUnit:
		return "the target’s unit"
	}
	return f.Unit
}

// better puts into words which way a figure is better, if either.
func better(f wire.Figure) string {
	switch f.Better {
	case wire.BetterLower:
		return "lower is better"
	case wire.BetterHigher:
		return "higher is better"
	case wire.BetterNear:
		return "best near " + number(f.Best, f.Unit)
	}
	return ""
}

func number(v float64, unit string) string {
	if unit == "%" {
		return strconv.FormatFloat(100*v, 'g', 4, 64) + " %"
	}
	return strconv.FormatFloat(v, 'g', -1, 64)
}

// limits puts into words which values a control takes; of a choice its options
// say so.
func limits(c wire.Control) string {
	s := ""
	switch c.Kind {
	case wire.KindSwitch:
		return "on or off"
	case wire.KindChoice:
		return ""
	case wire.KindLayers:
		s = fmt.Sprintf("1 to %d layers of ", wire.MaxLayers)
	case wire.KindText:
		return fmt.Sprintf("text of at most %g bytes", c.Max)
	case wire.KindNumber, wire.KindInteger:
	}
	if c.Auto != "" {
		s += wire.Auto + ", or "
	}
	if c.Zero {
		s += "0, or "
	}
	s += plain(c.Min) + " to " + plain(c.Max)
	if c.Unit != "" {
		s += " " + c.Unit
	}
	if c.Log {
		s += ", on a log scale"
	}
	if c.Auto != "" {
		s += "; " + wire.Auto + " is " + c.Auto
	}
	return s
}

// plain writes a number as the page does.
func plain(v any) string {
	if f, ok := v.(float64); ok {
		s := strconv.FormatFloat(f, 'g', 10, 64)
		return strings.NewReplacer("e-0", "e-", "e+0", "e", "e+", "e").Replace(s)
	}
	return fmt.Sprint(v)
}

// initial is a control's default as the page shows it.
func initial(c wire.Control) string {
	switch v := c.Default.(type) {
	case bool:
		if v {
			return "on"
		}
		return "off"
	case []int:
		words := make([]string, len(v))
		for i, n := range v {
			words[i] = strconv.Itoa(n)
		}
		return strings.Join(words, ", ")
	case string:
		for _, o := range c.Options {
			if o.Value == v {
				return o.Label
			}
		}
	}
	return plain(c.Default)
}

// when says with which values of another control this one matters.
func (p *page) when(c wire.Control) (template.HTML, error) {
	if c.When.Control == "" {
		return "", nil
	}
	other, err := p.control(c.When.Control)
	return "used only if " + link(other.Name, other.Label) + template.HTML(" is "+template.HTMLEscapeString(strings.Join(c.When.Values, " or "))), err
}

func column(c wire.Column) string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + " (" + c.Unit + ")"
}

// slug makes a name fit for an address.
func slug(s string) string { return strings.ReplaceAll(strings.ToLower(s), " ", "-") }

// count writes a whole number with a comma after each thousand.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
