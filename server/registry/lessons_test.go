package registry

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestLessonsOfAFolder(t *testing.T) {
	ours, err := Lessons(nil, access.Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const file = "../lesson/files/010-what-eps-does.json"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	folder := func(name, old, new string) fstest.MapFS {
		return fstest.MapFS{name: {Data: []byte(strings.Replace(text, old, new, 1))}}
	}
	both, err := Lessons(folder("what-eps-does.json", "What eps does", "Was eps tut"), access.Limits{})
	if err != nil || len(both) != len(ours) || both[0].Title != "Was eps tut" {
		t.Errorf("of %d lessons became %d, the first %q (%v)", len(ours), len(both), both[0].Title, err)
	}
	both, err = Lessons(folder("mine.json", "What eps does", "Mine"), access.Limits{})
	if err != nil || len(both) != len(ours)+1 || both[len(ours)].Slug != "mine" {
		t.Errorf("of %d lessons became %d (%v)", len(ours), len(both), err)
	}
	for _, c := range []struct {
		old, new string
		limits   access.Limits
		want     string
	}{
		{"What eps does", ours[0].Title, access.Limits{}, fmt.Sprintf("mine.json: title: another lesson is called %q too", ours[0].Title)},
		{"Three values", "", access.Limits{RunLimits: access.RunLimits{Lanes: 2}}, "lesson mine: its run cannot begin: a run has at most 2 lanes"},
		{"sin(x)", "sin(", access.Limits{}, "lesson mine: its run cannot begin: mean"},
		{`"eps": 0.3`, `"eps": 30`, access.Limits{}, "lesson mine.json: lanes: lane 3: eps must be 0 or from 1e-12 to 10, not 30"},
	} {
		f := folder("mine.json", c.old, c.new)
		if c.old != "What eps does" {
			f["mine.json"].Data = []byte(strings.Replace(string(f["mine.json"].Data), "What eps does", "Mine", 1))
		}
		if _, err := Lessons(f, c.limits); err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.new, err, c.want)
		}
	}
}
