package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An order is what somebody wants a run to be: controls by their names, and
// beside them what is no control.
type order struct {
	spec   wire.Spec
	recipe *wire.Recipe
}

// parseOrder reads the body of a request for a run; an empty one is the default.
func parseOrder(body []byte) (order, error) {
	o := order{spec: wire.Spec{Controls: map[string]json.RawMessage{}}}
	if len(bytes.TrimSpace(body)) == 0 {
		return o, nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(&o.spec.Controls); err != nil {
		return o, fmt.Errorf("the body is not a JSON object of controls: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return o, errors.New("more follows after the JSON object of controls")
	}
	if o.spec.Controls == nil {
		return o, errors.New("the body is not a JSON object of controls: it is null")
	}
	for name, into := range map[string]any{"lanes": &o.spec.Lanes, "data": &o.spec.Data, "edits": &o.spec.Edits, "recipe": &o.recipe} {
		raw, ok := o.spec.Controls[name]
		if !ok {
			continue
		}
		delete(o.spec.Controls, name)
		d := json.NewDecoder(bytes.NewReader(raw))
		d.DisallowUnknownFields()
		if err := d.Decode(into); err != nil {
			return o, fmt.Errorf("%q cannot be read: %w", name, err)
		}
	}
	return o, nil
}

// make makes the run that was ordered.
func (o *order) make(id string, options run.Options) (*run.Run, error) {
	if o.recipe != nil {
		return run.Replay(id, *o.recipe, options)
	}
	return run.New(id, o.spec, options)
}
