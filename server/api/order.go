package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strings"

	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An order is what somebody wants a run to be: controls by their names, and
// beside them what is no control.
type order struct {
	controls map[string]json.RawMessage
	besides
}

// besides is what an order may have besides controls, by the names that its
// fields have in JSON. The API's description is made of it too.
type besides struct {
	Title  string          `json:"title" doc:"What the run is called until it has another data set, at most 80 characters."`
	Lesson string          `json:"lesson" doc:"The name of the lesson that the run is, as long as it has its title."`
	Lanes  []wire.LaneSpec `json:"lanes" doc:"The lanes that the run begins with, each with what it has different from the controls beside this; without it the run has one."`
	Data   *wire.DataSpec  `json:"data" doc:"Rows of your own, of a formula or of a file; the control dataset is then \"own\"."`
	Edits  []wire.Edit     `json:"edits" doc:"What is done to the rows before the first step."`
	Paused bool            `json:"paused" doc:"The run makes no step until it is told to play or to step."`
	From   string          `json:"from" doc:"The id of a run of this server, of which the new one is an independent copy: the same lanes with their weights of this moment, rows, settings, seed, history and lesson. Rows that not everyone who watches may have take that run's key, in the header Run-Key. Nothing but paused may be given beside it."`
	Recipe *wire.Recipe    `json:"recipe" doc:"The recipe of an earlier run, from GET /api/runs/{id}/recipe: it is replayed as fast as possible, and then paused. Nothing else may be given beside it."`
}

// parseOrder reads the body of a request for a run; an empty one is the default.
// What else may stand in it is read into more: pointers to structs, by the names that
// their fields have in JSON.
func parseOrder(body []byte, more ...any) (order, error) {
	o := order{controls: map[string]json.RawMessage{}}
	if len(bytes.TrimSpace(body)) == 0 {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&o.controls); err != nil {
		return o, fmt.Errorf("the body is not a JSON object of controls: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("more follows after the JSON object of controls")
	}
	if o.controls == nil {
		return o, errors.New("the body is not a JSON object of controls: it is null")
	}
	members := len(o.controls)
	_, paused := o.controls["paused"]
	for _, into := range append([]any{&o.besides}, more...) {
		if err := o.take(into); err != nil {
			return o, err
		}
	}
	if alone := members == 1 || members == 2 && paused; o.From != "" && !alone {
		return o, errors.New(`"from" defines the whole run; nothing but "paused" may be given beside it`)
	}
	if o.Recipe != nil && members > 1 {
		return o, errors.New(`a "recipe" defines the whole run; nothing else may be given beside it`)
	}
	return o, nil
}

// take reads what is no control out of the controls, into a struct by the names that
// its fields have in JSON.
func (o *order) take(into any) error {
	fields := reflect.ValueOf(into).Elem()
	for i := range fields.NumField() {
		name := fields.Type().Field(i).Tag.Get("json")
		raw, ok := o.controls[name]
		if !ok {
			continue
		}
		delete(o.controls, name)
		if err := strictly(raw, fields.Field(i).Addr().Interface()); err != nil {
			return &memberError{memberOf(name, err), fmt.Errorf("%q cannot be read: %.200s", name, strings.TrimPrefix(err.Error(), "json: "))}
		}
	}
	return nil
}

// spec is what the run of an order without a recipe begins with.
func (o *order) spec() wire.Spec {
	return wire.Spec{Title: o.Title, Lesson: o.Lesson, Controls: o.controls, Lanes: o.Lanes, Data: o.Data, Edits: o.Edits}
}

// run is the order in the registry's terms.
func (o *order) run() registry.Order {
	return registry.Order{Recipe: o.Recipe, Spec: o.spec(), Paused: o.Paused}
}

// A memberError says which member of a body is not right.
type memberError struct {
	member string // such as recipe.steps
	error
}

// memberOf names the member below name of which an error is, if that is known.
func memberOf(name string, err error) string {
	var typ *json.UnmarshalTypeError
	if errors.As(err, &typ) && typ.Field != "" {
		return name + "." + typ.Field
	}
	return name
}

// strictly reads one JSON value that has no members but those of a type. Its errors may
// be long: an unknown field is named in full.
func strictly(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows after the JSON value")
	}
	return nil
}
