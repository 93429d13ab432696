package wire

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
)

func TestAutoNumber(t *testing.T) {
	if n := (AutoNumber{}); n.Or(0.25) != 0.25 || n.Value() != Auto || n.String() != "auto" {
		t.Errorf("the zero value is %v, %v", n, n.Or(0.25))
	}
	if n := Given(0); n.Or(0.25) != 0 || n.Value() != 0.0 || n.String() != "0" {
		t.Errorf("0 is %v, %v", n, n.Or(0.25))
	}
	b, err := json.Marshal([]AutoNumber{{}, Given(0.01)})
	if err != nil || string(b) != `["auto",0.01]` {
		t.Errorf("in JSON: %s (%v)", b, err)
	}
}

func TestAutoDecay(t *testing.T) {
	for rows, want := range map[int]float64{106: 1.0 / 106, 8192: 1.0 / 8192, 1: 1, 0: 1} {
		if got := (Basis{TrainRows: rows, Equation: true}).Decay(); got != 0 {
			t.Errorf("of %d rows with an equation %g", rows, got)
		}
		if got := (Basis{TrainRows: rows}).Decay(); got != want {
			t.Errorf("of %d rows %g, want %g", rows, got, want)
		}
	}
}

// A control has words for what it comes to by itself, and the number, exactly where
// its setting can be automatic.
func TestAutomaticControls(t *testing.T) {
	table := testTable()
	var s Settings
	want := map[string]float64{}
	for _, c := range table {
		_, can := c.field(&s).(*AutoNumber)
		if can != (c.Auto != "") || can != (c.auto != nil) {
			t.Errorf("%s can be automatic: %v; it has the words %q and a number: %v", c.Name, can, c.Auto, c.auto != nil)
		}
		if can {
			want[c.Name] = map[string]float64{"equation_from": -1, "equation_to": 2, "decay": 1.0 / 106, "variance_decay": 1.0 / 106}[c.Name]
		}
	}
	if got := table.Automatic(Basis{TrainRows: 106, Low: -1, High: 2}); !reflect.DeepEqual(got, want) {
		t.Errorf("on 106 rows %v, want %v", got, want)
	}
}

func TestAutoIsSetAndTakenBack(t *testing.T) {
	table := testTable()
	set := func(s Settings, raw string) (Settings, []Delta) {
		t.Helper()
		next, deltas, refused := table.Apply(s, map[string]json.RawMessage{"decay": json.RawMessage(raw)})
		if refused != nil {
			t.Fatalf("%s: %v", raw, refused)
		}
		return next, deltas
	}
	s := table.Defaults()
	if s.Decay != (AutoNumber{}) || table.Values(s)["decay"] != Auto {
		t.Errorf("by default it is %v", s.Decay)
	}
	if _, deltas := set(s, `"auto"`); len(deltas) != 0 {
		t.Errorf("auto is a change of auto: %v", deltas)
	}
	s, deltas := set(s, `0.01`)
	if s.Decay != Given(0.01) || table.Values(s)["decay"] != 0.01 || len(deltas) != 1 || deltas[0].Old != Auto || deltas[0].New != 0.01 {
		t.Errorf("it is %v after %+v", s.Decay, deltas)
	}
	if s, _ = set(s, `-0`); math.Signbit(s.Decay.Or(1)) || s.Decay != Given(0) {
		t.Errorf("-0 is %v", s.Decay)
	}
	if s, deltas = set(s, `"auto"`); s.Decay != (AutoNumber{}) || len(deltas) != 1 || deltas[0].New != Auto {
		t.Errorf("it is %v after %+v", s.Decay, deltas)
	}
}
