package wire

import (
	"encoding/json"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// Who knows controls by other names has the reason with these, wherever it names one.
func TestReasonsNameControlsAsTheirReaderDoes(t *testing.T) {
	dashed := func(id string) string { return "--" + id }
	for _, c := range []struct {
		refused  *ErrorMessage
		says, as string
		named    bool
	}{
		{Refuse(OutOfRange, "eps", "%s %d is too little", ControlName("eps"), -1), "eps -1 is too little", "--eps -1 is too little", true},
		{Refuse(OutOfRange, "eps", "it is %d", -1), "it is -1", "it is -1", false},
		{Refuse(BadValue, "lr", "%s needs %s", ControlName("lr"), ControlName("schedule")), "lr needs schedule", "--lr needs --schedule", true},
		{Refuse(BadValue, "lr", "take %s", ControlName("schedule")), "take schedule", "take --schedule", false},
		{&ErrorMessage{Control: "lr", Reason: "lr is 100% wrong"}, "lr is 100% wrong", "lr is 100% wrong", false},
		{&ErrorMessage{Field: "test", format: "%v: %s", args: []any{Name{ID: "test", Words: "the test rows"}, "\xff"}, Reason: "the test rows: ?"}, "the test rows: ?", "--test: \uFFFD", true},
	} {
		as, named := c.refused.Naming(dashed)
		if c.refused.Reason != c.says || as != c.as || named != c.named {
			t.Errorf("%q is %q and names it: %v; want %q, %q, %v", c.refused.Reason, as, named, c.says, c.as, c.named)
		}
	}
}

// Who looks at the page is told of controls by their labels, who writes a program by their names.
func TestReasonsOnThePageHaveLabels(t *testing.T) {
	table := testTable()
	_, _, e := table.Apply(table.Defaults(), map[string]json.RawMessage{"lr": json.RawMessage("1000")})
	if e == nil || e.Control != "lr" || !wording.Is(e.Reason, "lr must be from 1e-6 to 1, not 1000") {
		t.Fatalf("refused with %+v", e)
	}
	if l := e.Labelled(); l.Control != "lr" || !wording.Is(l.Reason, "learning rate must be from 1e-6 to 1, not 1000") {
		t.Errorf("the page says %q", l.Reason)
	}
	other := &ErrorMessage{Reason: "lr as it came"}
	if got := other.Labelled(); got.Reason != other.Reason {
		t.Errorf("a message of elsewhere became %q", got.Reason)
	}
}
