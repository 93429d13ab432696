package api

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	schemaPrefix  = "#/components/schemas/"
	problemSchema = "Problem"
)

// newSchemas returns a registry that knows how package wire writes its types,
// and the schemas that come from the table of controls.
func newSchemas(t wire.Table) huma.Registry {
	r := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	number := reflect.TypeFor[*float64]() // null where it is not finite
	r.RegisterTypeAlias(reflect.TypeFor[wire.Number](), number)
	r.RegisterTypeAlias(reflect.TypeFor[floats](), reflect.SliceOf(number))
	r.RegisterTypeAlias(reflect.TypeFor[wire.Point](), reflect.TypeFor[pointSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[wire.State](), reflect.TypeFor[stateSchema]())
	r.RegisterTypeAlias(reflect.TypeFor[whole](), reflect.TypeFor[wholeSchema]())
	r.Schema(reflect.TypeFor[problem.Problem](), true, "")
	all := r.Map()
	every := func(wire.Control) bool { return true }
	all[controlsSchema] = controls(t, "Controls of a run and of its lanes.", every)
	all[runControlsSchema] = controls(t, "The controls that a run has once.", func(c wire.Control) bool { return c.Run })
	all[laneControlsSchema] = controls(t, "The controls that each lane has for itself.", func(c wire.Control) bool { return !c.Run })
	all[orderSchema] = orderOf(r, all[controlsSchema])
	all[sweepSchema] = sweepOf(r, all[orderSchema])
	r.Schema(reflect.TypeFor[runName](), true, "")
	all[commandSchema] = commandsOf(r)
	return r
}

type wholeSchema string

// Schema implements [huma.SchemaProvider].
func (wholeSchema) Schema(huma.Registry) *huma.Schema {
	zero := 0.0
	return &huma.Schema{Type: huma.TypeInteger, Format: "int64", Minimum: &zero}
}

type stateSchema struct{}

// Schema implements [huma.SchemaProvider].
func (stateSchema) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: []any{wire.Playing, wire.Paused, wire.Idle, wire.Diverged}}
}

type pointSchema struct{}

// Schema implements [huma.SchemaProvider].
func (pointSchema) Schema(huma.Registry) *huma.Schema {
	least, most := 2+wire.PointAlways, len(wire.PointColumns)
	return &huma.Schema{
		Type: huma.TypeArray, MinItems: &least, MaxItems: &most,
		Items:       &huma.Schema{Type: huma.TypeNumber, Nullable: true},
		Description: "One evaluation of one lane: " + strings.Join(wire.PointColumns, ", ") + ". Null where it is not finite; what an equation would add is left out where there is none.",
	}
}

// controls describes an object of some controls, all of which may be left out.
func controls(t wire.Table, text string, which func(wire.Control) bool) *huma.Schema {
	s := &huma.Schema{Type: huma.TypeObject, Description: text, Properties: map[string]*huma.Schema{}, AdditionalProperties: false}
	for _, c := range t {
		if which(c) {
			s.Properties[c.Name] = controlOf(&c)
		}
	}
	return s
}

// controlOf describes the values of one control.
func controlOf(c *wire.Control) *huma.Schema {
	text := c.Help
	if c.Unit != "" {
		text += " Unit: " + c.Unit + "."
	}
	if c.Live {
		text += " Takes effect between two steps."
	} else {
		text += " A change of it begins a new generation."
	}
	if c.When.Control != "" && len(c.When.Values) == 0 {
		text += " Matters only where there is an " + c.When.Control + "."
	} else if c.When.Control != "" {
		text += " Matters only while " + c.When.Control + " is " + strings.Join(c.When.Values, " or ") + "."
	}
	s := &huma.Schema{Title: c.Label, Description: text, Default: c.Default}
	switch c.Kind {
	case wire.KindNumber:
		s.Type = huma.TypeNumber
	case wire.KindInteger:
		s.Type = huma.TypeInteger
	case wire.KindSwitch:
		s.Type = huma.TypeBoolean
	case wire.KindChoice:
		s.Type = huma.TypeString
		var help []string
		for _, o := range c.Options {
			s.Enum = append(s.Enum, o.Value)
			help = append(help, o.Value+": "+o.Help)
		}
		s.Description += "\n\n" + strings.Join(help, "\n\n")
	case wire.KindText:
		s.Type = huma.TypeString
		most := int(c.Max)
		s.MaxLength = &most
	case wire.KindLayers:
		s.Type = huma.TypeArray
		one, most := 1, wire.MaxLayers
		s.MinItems, s.MaxItems = &one, &most
		s.Items = &huma.Schema{Type: huma.TypeInteger, Minimum: &c.Min, Maximum: &c.Max}
	}
	if s.Type == huma.TypeNumber || s.Type == huma.TypeInteger {
		s.Minimum, s.Maximum = &c.Min, &c.Max
		if c.Zero && c.Min > 0 {
			zero := 0.0
			inRange := &huma.Schema{Minimum: s.Minimum, Maximum: s.Maximum}
			s.Minimum, s.Maximum = nil, nil
			s.AnyOf = []*huma.Schema{{Enum: []any{zero}}, inRange}
		}
		if c.Auto != "" {
			number := &huma.Schema{Type: s.Type, Minimum: s.Minimum, Maximum: s.Maximum, AnyOf: s.AnyOf}
			s.Type, s.Minimum, s.Maximum = "", nil, nil
			s.AnyOf = []*huma.Schema{{Type: huma.TypeString, Enum: []any{wire.Auto}}, number}
			s.Description += ` "auto" is ` + c.Auto + "."
		}
	}
	return s
}

// orderOf describes what POST /api/runs takes: the controls, and what stands
// beside them.
func orderOf(r huma.Registry, controls *huma.Schema) *huma.Schema {
	beside := huma.SchemaFromType(r, reflect.TypeFor[besides]())
	s := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Properties: maps.Clone(controls.Properties),
		Description: "What a run is to be: controls, of the run and of all its lanes, and beside them what is no control. Whatever is left out is at its default.",
	}
	maps.Copy(s.Properties, beside.Properties)
	return s
}

// sweepOf describes what POST /api/sweeps takes: an order of one lane, and beside it
// the axes.
func sweepOf(r huma.Registry, order *huma.Schema) *huma.Schema {
	axes := huma.SchemaFromType(r, reflect.TypeFor[axes]())
	s := &huma.Schema{
		Type: huma.TypeObject, AdditionalProperties: false, Properties: maps.Clone(order.Properties), Required: []string{"x", "y", "steps"},
		Description: "Two controls with their values, how many steps each pair of them trains, and what all runs have in common, as in an order.",
	}
	for _, name := range []string{"paused", "recipe", "from"} {
		delete(s.Properties, name)
	}
	maps.Copy(s.Properties, axes.Properties)
	return s
}

// commandsOf describes the commands that a run takes by HTTP.
func commandsOf(r huma.Registry) *huma.Schema {
	union := &huma.Schema{
		Description:   "One of the commands, by its type.",
		Discriminator: &huma.Discriminator{PropertyName: "type", Mapping: map[string]string{}},
	}
	for _, c := range wire.CommandTypes() {
		t := reflect.TypeOf(c.New()).Elem()
		ref := r.Schema(t, true, "").Ref
		s := r.SchemaFromRef(ref)
		s.Properties["type"] = &huma.Schema{Type: huma.TypeString, Enum: []any{c.Name}}
		for _, p := range s.Properties {
			p.Nullable = false // who has nothing to say leaves it out
		}
		if c.Name == "hello" || c.Name == "watch" {
			s.Description = "For websockets alone."
			continue
		}
		s.Required = slices.DeleteFunc(s.Required, func(name string) bool { return name == "id" })
		s.Properties["id"].Description = "Comes back in the answer; only a websocket needs it."
		union.OneOf = append(union.OneOf, &huma.Schema{Ref: ref})
		union.Discriminator.Mapping[c.Name] = ref
	}
	return union
}

// finish says of the schemas what Go's types do not: what members mean; that lists are never null, a
// pointer without omitempty can be, and objects of controls have controls.
func finish(r huma.Registry) {
	all, said := r.Map(), map[string]map[string]string{}
	text := func(t reflect.Type, member string) string {
		if said[t.PkgPath()] == nil {
			said[t.PkgPath()] = commentsOf(t)
		}
		return said[t.PkgPath()][t.Name()+member]
	}
	delete(all, "ErrorModel") // huma's own, instead of which there is Problem
	delete(all, "ErrorDetail")
	for name, s := range all {
		correct(s)
		t := r.TypeFromRef(schemaPrefix + name)
		if t == nil {
			continue
		}
		s.Description = cmp.Or(s.Description, text(t, ""))
		for _, f := range reflect.VisibleFields(t) {
			tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
			p := s.Properties[tag]
			if p == nil {
				continue
			}
			p.Description = cmp.Or(p.Description, text(declarer(t, f), "."+f.Name))
			if f.Type.Kind() == reflect.Pointer && p.Ref != "" && !strings.Contains(options, "omitempty") && !slices.Contains(commandTypes(), t) {
				s.Properties[tag] = &huma.Schema{AnyOf: []*huma.Schema{p, {Type: "null"}}, Description: p.Description}
			}
			if f.Type.Kind() == reflect.Map && f.Type.Key().Kind() == reflect.String && f.Type.Elem().Kind() != reflect.Float64 && f.Type != reflect.TypeFor[lesson.View]() {
				if ref := controlsOf(t); ref != "" {
					s.Properties[tag] = &huma.Schema{Ref: schemaPrefix + ref, Description: p.Description}
				}
			}
		}
	}
}

// controlsOf returns which controls a type's maps hold, or nothing.
func controlsOf(t reflect.Type) string {
	switch t {
	case reflect.TypeFor[wire.RunMessage]():
		return runControlsSchema
	case reflect.TypeFor[wire.Lane](), reflect.TypeFor[wire.LaneSpec](), reflect.TypeFor[wire.LaneAddCommand]():
		return laneControlsSchema
	case reflect.TypeFor[wire.Spec](), reflect.TypeFor[wire.ChangeCommand](), reflect.TypeFor[wire.BeginCommand](), reflect.TypeFor[lesson.Lesson](), reflect.TypeFor[lesson.Action](), reflect.TypeFor[known]():
		return controlsSchema
	}
	return ""
}

func commandTypes() []reflect.Type {
	var list []reflect.Type
	for _, c := range wire.CommandTypes() {
		list = append(list, reflect.TypeOf(c.New()).Elem())
	}
	return list
}

// correct takes from a schema and those within it what huma adds on its own:
// that lists can be null, and that a uint32 has 31 bits.
func correct(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Type == huma.TypeArray {
		s.Nullable = false
	}
	if s.Format == "int32" {
		s.Format = "int64"
	}
	correct(s.Items)
	for _, p := range s.Properties {
		correct(p)
	}
	if more, ok := s.AdditionalProperties.(*huma.Schema); ok {
		correct(more)
	}
}
