package api

import (
	"encoding/json"
	"testing"
	"unicode/utf8"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
)

// Whatever the body, it is refused in words or is an order, which is a run with
// settings that the table allows, or is refused in words too.
func FuzzParseOrder(f *testing.F) {
	for _, e := range orderExamples() {
		f.Add([]byte(e))
	}
	for _, text := range []string{
		"", " ", "null", "{}", "{}{}", "[]", `{"eps":1e999}`, `{"eps":"1"}`, `{"hidden":[1,2]}`, `{"lanes":null}`, `{"lanes":[{"colour":3}]}`,
		`{"edits":[{"add":[{"x":[1],"y":2}],"erase":[1]}]}`, `{"data":{"csv":{"text":"x,y\n1,2\n2,3\n","target":"y"}}}`,
		`{"recipe":{"spec":{"controls":{"eps":1}},"lane_ids":[0],"events":[{"at":1,"command":{"type":"undo","id":1}}],"steps":2}}`,
		`{"paused":true,"paused":false}`, "{\"\xff\":1}", `{"recipe":{},"eps":1}`,
	} {
		f.Add([]byte(text))
	}
	table := lane.Table()
	f.Fuzz(func(t *testing.T, body []byte) {
		o, err := parseOrder(body)
		if err != nil {
			if s := err.Error(); s == "" || len(s) > 2000 {
				t.Fatalf("an error of %d bytes: %.100q", len(s), s)
			}
			return
		}
		if o.Recipe != nil && len(o.controls) > 0 {
			t.Fatalf("a recipe with %v", o.controls)
		}
		for _, name := range []string{"lanes", "data", "edits", "paused", "recipe"} {
			if _, ok := o.controls[name]; ok {
				t.Fatalf("%q passes for a control", name)
			}
		}
		if _, _, refused := table.Apply(table.Defaults(), o.controls); refused != nil && (refused.Reason == "" || !utf8.ValidString(refused.Reason)) {
			t.Fatalf("refused with %q", refused.Reason)
		}
		// What was read is written so that it is read the same.
		again, err := json.Marshal(o.controls)
		if err != nil {
			t.Fatal(err)
		}
		if p, err := parseOrder(again); err != nil || len(p.controls) != len(o.controls) {
			t.Fatalf("%s became %v (%v)", again, p.controls, err)
		}
		// A small one is made, too, unless it is refused.
		if n := len(o.controls) + len(o.Lanes) + len(o.Edits); n > 4 || o.Recipe != nil || o.Data != nil {
			return
		}
		x, err := run.New("abcdefgh2345abcd", o.spec(), run.Options{Paused: o.Paused})
		if (x == nil) == (err == nil) {
			t.Fatalf("got %v and %v", x, err)
		}
		if err != nil && err.Error() == "" {
			t.Fatalf("refused with %#v", err)
		}
	})
}
