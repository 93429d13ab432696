package wire

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// Rows of one target are written as ever, of several with a list; both come back.
func TestRowsOfOneTargetAndOfSeveral(t *testing.T) {
	one := RowsSpec{Inputs: []Column{{Name: "x"}}, Target: Column{"y", "g"}, Count: 2, X: Numbers{1, 2}, Y: Numbers{3, 4}}
	several := one
	several.SetTargets([]Column{{"a", "g"}, {Name: "b"}})
	several.Y = Numbers{3, 4, 5, 6}
	for want, r := range map[string]RowsSpec{
		`{"inputs":[{"name":"x","unit":""}],"target":{"name":"y","unit":"g"},"count":2,"x":[1,2],"y":[3,4]}`:                               one,
		`{"inputs":[{"name":"x","unit":""}],"targets":[{"name":"a","unit":"g"},{"name":"b","unit":""}],"count":2,"x":[1,2],"y":[3,4,5,6]}`: several,
	} {
		b, err := json.Marshal(r)
		if err != nil || string(b) != want {
			t.Errorf("got %s, %v, want %s", b, err, want)
		}
		var back RowsSpec
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%s comes back as %+v, %v", b, back, err)
		}
		if e := (&DataSpec{Rows: &r}).Check(); e != nil {
			t.Errorf("%s: %v", b, e)
		}
	}
	if got := several.Against(); got != "a, b against x" {
		t.Errorf("they are %s", got)
	}
}

// The fingerprint of one target is what it was before there could be several, and that of
// several says how many they are.
func TestFingerprintOfTargets(t *testing.T) {
	print := func(head string, values ...float64) string {
		b := []byte(head)
		for _, v := range values {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
		sum := sha256.Sum256(b)
		return hex.EncodeToString(sum[:])
	}
	r := RowsSpec{Inputs: []Column{{Name: "x"}}, Target: Column{Name: "y"}, Count: 4, Test: 1, X: Numbers{1, 2, 3, 4}, Y: Numbers{5, 6, 7, 8}}
	if got, want := r.Fingerprint(), print("gnllviz rows 4 1 1\n", 1, 2, 3, 4, 5, 6, 7, 8); got != want {
		t.Errorf("one target has %s, want %s", got, want)
	}
	r.SetTargets([]Column{{Name: "a"}, {Name: "b"}})
	if got, want := r.Fingerprint(), print("gnllviz rows 2 1 1 2\n", 1, 2, 3, 4, 5, 6, 7, 8); got != want {
		t.Errorf("two targets have %s, want %s", got, want)
	}
}

func TestTargetsAreChecked(t *testing.T) {
	for spec, want := range map[string]string{
		`{"rows":{"inputs":[{"name":"x"}],"target":{"name":"y"},"targets":[{"name":"a"},{"name":"b"}],"count":2,"x":[1,2],"y":[3,4,5,6]}}`:                  `a "target" and "targets"`,
		`{"rows":{"inputs":[{"name":"x"}],"targets":[{"name":"a"},{"name":"b"}],"count":2,"x":[1,2],"y":[3,4,5]}}`:                                          `2 targets, and has 2 numbers in "x" and 3 in "y"`,
		fmt.Sprintf(`{"rows":{"inputs":[{"name":"x"}],"targets":[%s{"name":"a"}],"count":1,"x":[1],"y":[3]}}`, strings.Repeat(`{"name":"b"},`, MaxTargets)): "17 targets; it must have 1 to 16",
		`{"csv":{"text":"x,y\n1,2\n","target":"y","targets":["y","x"]}}`:                                                                                    `a "target" and "targets"`,
	} {
		var d DataSpec
		if err := json.Unmarshal([]byte(spec), &d); err != nil {
			t.Fatal(err)
		}
		if e := d.Check(); e == nil || e.Code != BadData || !wording.Has(e.Reason, want) {
			t.Errorf("%s: got %v, want %q", spec, e, want)
		}
	}
	c := CSVSpec{Text: "x", Target: "y"}
	if b, err := json.Marshal(c); err != nil || string(b) != `{"text":"x","target":"y"}` {
		t.Errorf("a file with one target is %s, %v", b, err)
	}
}
