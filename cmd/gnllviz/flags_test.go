package main

import (
	"encoding/json"
	"testing"

	"github.com/spf13/cobra"
)

// Whatever is refused of a control, the reason names it by its flag.
func TestRefusalsNameFlags(t *testing.T) {
	cs := addControls(&cobra.Command{})
	for i := range cs.table {
		control := &cs.table[i]
		for _, raw := range []string{`{}`, `"no such"`, `1e300`, `-1e300`, `0.5`, `[]`, `[0.5]`, `[-1]`} {
			_, _, e := cs.table.Apply(cs.table.Defaults(), map[string]json.RawMessage{control.Name: json.RawMessage(raw)})
			if e == nil {
				continue
			}
			if reason, named := e.Naming(func(id string) string { return "--" + id }); !named || e.Control != control.Name {
				t.Errorf("%s %s: %q does not name it", control.Name, raw, reason)
			}
		}
	}
}
