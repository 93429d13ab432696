package server

import (
	"encoding/json"
	"net/http"
	"testing"

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
