package server

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What the list has of a lesson is what begins it, as a command and as an order.
func TestLessonsCanBeBegun(t *testing.T) {
	addr, _ := serve(t, Config{})
	var list []map[string]json.RawMessage
	call(t, "GET", "http://"+addr+"/api/lessons", "", http.StatusOK, &list)
	if len(list) < 11 {
		t.Fatalf("there are %d lessons", len(list))
	}
	x := makeRun(t, addr, "")
	for _, l := range list {
		var title string
		if err := json.Unmarshal(l["title"], &title); err != nil {
			t.Fatal(err)
		}
		title = lesson.TitlePrefix + title
		command := map[string]any{"type": "begin", "title": title}
		order := map[string]json.RawMessage{}
		for _, member := range []string{"set", "lanes", "data"} {
			if l[member] != nil {
				command[member] = l[member]
			}
		}
		b, err := json.Marshal(command)
		if err != nil {
			t.Fatal(err)
		}
		steer(t, addr, x, string(b), http.StatusOK, nil)
		var m wire.RunMessage
		call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &m)
		if m.Title != title || m.State != wire.Playing || m.Changes[len(m.Changes)-1].Text != title {
			t.Errorf("begun as %s, the run is %s, and called %s", title, m.State, m.Title)
		}
		if err := json.Unmarshal(l["set"], &order); err != nil {
			t.Fatal(err)
		}
		order["lanes"], order["paused"], order["title"] = l["lanes"], json.RawMessage("true"), json.RawMessage(`"`+title+`"`)
		if l["data"] != nil {
			order["data"] = l["data"]
		}
		if b, err = json.Marshal(order); err != nil {
			t.Fatal(err)
		}
		made := makeRun(t, addr, string(b))
		var same wire.RunMessage
		call(t, "GET", "http://"+addr+"/api/runs/"+made.ID+"/state", "", http.StatusOK, &same)
		if same.Title != title || same.Data.Train != m.Data.Train || len(same.Lanes) != len(m.Lanes) {
			t.Errorf("ordered as %s, the run is called %s and has %d lanes on %d rows", title, same.Title, len(same.Lanes), same.Data.Train)
		}
	}
}

func TestLessonsOfAFolder(t *testing.T) {
	ours, err := Lessons(nil, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	const file = "lesson/files/010-what-eps-does.json"
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	folder := func(name, old, new string) fstest.MapFS {
		return fstest.MapFS{name: {Data: []byte(strings.Replace(text, old, new, 1))}}
	}
	both, err := Lessons(folder("what-eps-does.json", "What eps does", "Was eps tut"), Limits{})
	if err != nil || len(both) != len(ours) || both[0].Title != "Was eps tut" {
		t.Errorf("of %d lessons became %d, the first %q (%v)", len(ours), len(both), both[0].Title, err)
	}
	both, err = Lessons(folder("mine.json", "What eps does", "Mine"), Limits{})
	if err != nil || len(both) != len(ours)+1 || both[len(ours)].Slug != "mine" {
		t.Errorf("of %d lessons became %d (%v)", len(ours), len(both), err)
	}
	for _, c := range []struct {
		old, new string
		limits   Limits
		want     string
	}{
		{"What eps does", "What eps does", Limits{}, `mine.json: title: another lesson is called "What eps does" too`},
		{"Three floors", "", Limits{Lanes: 2}, "lesson mine: its run cannot begin: a run has at most 2 lanes"},
		{"sin(x)", "sin(", Limits{}, "lesson mine: its run cannot begin: mean"},
		{`"eps": 0.3`, `"eps": 30`, Limits{}, "lesson mine.json: lanes: lane 3: eps 30 is above"},
	} {
		f := folder("mine.json", c.old, c.new)
		if c.old != "What eps does" {
			f["mine.json"].Data = []byte(strings.Replace(string(f["mine.json"].Data), "What eps does", "Mine", 1))
		}
		if _, err := Lessons(f, c.limits); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %s", c.new, err, c.want)
		}
	}
}
