package wire

import (
	"encoding/json"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func testTable() Table {
	o := func(values ...string) (o []Option) {
		for _, v := range values {
			o = append(o, Option{Value: v, Label: v, Help: v})
		}
		return o
	}
	return NewTable(Choices{
		Datasets: o("mcycle", "sine"), Acquisitions: o("total", "random"),
	})
}

func TestTableIsComplete(t *testing.T) {
	table := testTable()
	seen := map[string]bool{}
	fields := map[any]bool{}
	var s Settings
	for _, c := range table {
		if seen[c.Name] {
			t.Errorf("%s is declared twice", c.Name)
		}
		seen[c.Name] = true
		fields[c.field(&s)] = true
		if c.Label == "" || c.Group == "" || !strings.HasSuffix(c.Help, ".") {
			t.Errorf("%s lacks a label, a group or a sentence of help", c.Name)
		}
		switch c.Kind {
		case KindText:
			if c.Max < 1 || c.Max != math.Trunc(c.Max) {
				t.Errorf("%s takes texts of %g bytes", c.Name, c.Max)
			}
		case KindNumber, KindInteger, KindLayers:
			// A range that no slider can show has no step.
			if c.Min >= c.Max || c.Step <= 0 && c.Max < 1e9 || c.Log && c.Min <= 0 {
				t.Errorf("%s has a range of %g to %g by %g", c.Name, c.Min, c.Max, c.Step)
			}
		case KindChoice:
			if len(c.Options) < 2 {
				t.Errorf("%s leaves no choice", c.Name)
			}
		}
	}
	for _, c := range table {
		if c.When.Control == "" {
			continue
		}
		i := slices.IndexFunc(table, func(o Control) bool { return o.Name == c.When.Control })
		if i < 0 || (len(c.When.Values) == 0) != (table[i].Kind == KindText) {
			t.Errorf("%s matters only with %+v, which never is", c.Name, c.When)
			continue
		}
		for _, v := range c.When.Values {
			if !slices.ContainsFunc(table[i].Options, func(o Option) bool { return o.Value == v }) {
				t.Errorf("%s matters only with %s %s, which there is not", c.Name, c.When.Control, v)
			}
		}
	}
	parameters := len(lossParameters()) // which are one field
	settings := reflect.TypeFor[RunSettings]().NumField()
	for i, groups := 0, reflect.TypeFor[LaneSettings](); i < groups.NumField(); i++ {
		settings += groups.Field(i).Type.NumField()
	}
	if n := settings - 1 + parameters; len(fields) != n {
		t.Errorf("the table sets %d of %d settings", len(fields), n)
	}
	// A control says that it is the run's exactly where its value is.
	run := reflect.ValueOf(&s.RunSettings).Elem()
	for _, c := range table {
		at := reflect.ValueOf(c.field(&s)).Pointer()
		if inRun := at >= run.Addr().Pointer() && at < run.Addr().Pointer()+run.Type().Size(); inRun != c.Run {
			t.Errorf("%s says that it is the run's: %v", c.Name, c.Run)
		}
	}
}

func TestApply(t *testing.T) {
	table := testTable()
	before := table.Defaults()
	set := map[string]json.RawMessage{
		"hidden": json.RawMessage("[8,16,8]"), "eps": json.RawMessage("0"), "lr": json.RawMessage("0.01"),
		"full": json.RawMessage("true"), "reduction": json.RawMessage(`"sum"`), "batch": json.RawMessage("32.0"), "seed": json.RawMessage("4294967295"),
	}
	after, deltas, refused := table.Apply(before, set)
	if refused != nil {
		t.Fatal(refused)
	}
	if after.Eps != 0 || after.LR != 0.01 || !after.Full || after.Reduction != loss.Sum || after.Seed != 1<<32-1 || !slices.Equal(after.Hidden, []int{8, 16, 8}) {
		t.Errorf("got %+v", after)
	}
	var names []string
	for _, d := range deltas {
		names = append(names, d.Control.Name)
	}
	// batch has the value it had: not a change.
	if want := []string{"eps", "full", "reduction", "lr", "hidden", "seed"}; !slices.Equal(names, want) {
		t.Errorf("changes of %v, want %v", names, want)
	}
	if deltas[0].Old != 1e-6 || deltas[0].New != 0.0 {
		t.Errorf("eps went from %v to %v", deltas[0].Old, deltas[0].New)
	}
	if !reflect.DeepEqual(before, table.Defaults()) {
		t.Error("the settings applied to were changed")
	}
	// What Values shows, Apply takes.
	for name, v := range table.Values(after) {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		if _, deltas, refused := table.Apply(after, map[string]json.RawMessage{name: raw}); refused != nil || len(deltas) != 0 {
			t.Errorf("%s %s: %v %v", name, raw, deltas, refused)
		}
	}
}

func TestBadValuesAreRefused(t *testing.T) {
	table := testTable()
	before := table.Defaults()
	for _, c := range []struct {
		name, value string
		code        ErrorCode
		reason      string
	}{
		{"eps", `-1`, OutOfRange, "eps must be 0 or from 1e-12 to 10, not -1"},
		{"eps", `1e-13`, OutOfRange, "0 or from 1e-12"},
		{"eps", `11`, OutOfRange, "to 10, not 11"},
		{"eps", `1e999`, OutOfRange, "too large"},
		{"eps", `-1e999`, OutOfRange, "too large"},
		{"eps", `"x"`, BadValue, `must be a number, not "x"`},
		{"eps", `null`, BadValue, "must be a number, not null"},
		{"eps", `[1]`, BadValue, "must be a number"},
		{"decay", `"Auto"`, BadValue, `decay must be a number or "auto", not "Auto"`},
		{"decay", `null`, BadValue, `a number or "auto", not null`},
		{"decay", `-1`, OutOfRange, "decay must be 0 or from 1e-6 to 1, not -1"},
		{"decay", `1e999`, OutOfRange, "too large"},
		{"lr", `"auto"`, BadValue, "must be a number, not"},
		{"full", `1`, BadValue, "must be true or false"},
		{"full", `null`, BadValue, "must be true or false"},
		{"batch", `1.5`, BadValue, "whole number"},
		{"batch", `0`, OutOfRange, "must be from 1 to"},
		{"seed", `-1`, OutOfRange, "must be from 0 to"},
		{"seed", `4294967296`, OutOfRange, "to 4294967295, not 4294967296"},
		{"reduction", `"avg"`, OutOfRange, `"avg" is none of mean, sum`},
		{"reduction", `2`, BadValue, "one of mean, sum"},
		{"hidden", `[]`, OutOfRange, "0 layers"},
		{"hidden", `[1,2,3,4,5]`, OutOfRange, "5 layers"},
		{"hidden", `[64,0]`, OutOfRange, "must be from 1 to"},
		{"hidden", `[64,129]`, OutOfRange, "to 128, not 129"},
		{"hidden", `[1.5]`, BadValue, "list of whole numbers"},
		{"hidden", `64`, BadValue, "list of whole numbers"},
		{"epsilon", `1`, UnknownControl, `no control "epsilon"; there are loss, beta`},
	} {
		// A good value beside the bad one must not be applied either.
		set := map[string]json.RawMessage{"lr": json.RawMessage("0.5"), c.name: json.RawMessage(c.value)}
		after, deltas, refused := table.Apply(before, set)
		if refused == nil {
			t.Errorf("%s %s was accepted", c.name, c.value)
			continue
		}
		if refused.Code != c.code || !wording.Has(refused.Reason, c.reason) {
			t.Errorf("%s %s: %s %q, want %s %q", c.name, c.value, refused.Code, refused.Reason, c.code, c.reason)
		}
		if !reflect.DeepEqual(after, before) || deltas != nil {
			t.Errorf("%s %s: a refused change changed something", c.name, c.value)
		}
	}
}
