package wire

import (
	"encoding/json"
	"os"
	"testing"
)

// The page's own test reads the same table, so that both say the same.
func TestChangesAreSaidAsThePageSaysThem(t *testing.T) {
	raw, err := os.ReadFile("testdata/words.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		Control Control
		Old     any
		New     any
		Words   string
	}
	if err := json.Unmarshal(raw, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) < 10 {
		t.Fatalf("%d cases", len(cases))
	}
	for _, c := range cases {
		table := Table{c.Control}
		if got := table.Words(Change{Kind: ControlChange, Control: c.Control.Name, Old: c.Old, New: c.New}); got != c.Words {
			t.Errorf("%s from %v to %v is %q, not %q", c.Control.Name, c.Old, c.New, got, c.Words)
		}
	}
}

func TestOtherChangesHaveTheirText(t *testing.T) {
	if got := (Table{}).Words(Change{Kind: DataChange, Text: "3 points added"}); got != "3 points added" {
		t.Error(got)
	}
	if got := (Table{}).Words(Change{Kind: ControlChange, Control: "later"}); got != "later" {
		t.Error(got)
	}
}
