package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// What was left out of a file, and what else there is to know of it, is told to whoever
// brought it, by each way, and to nobody else.
func TestNotesOnRows(t *testing.T) {
	addr, _ := serve(t, Config{})
	text := "who,x,co,plant,y\n"
	for i := range 30 {
		co := fmt.Sprintf("%d.5", i%7)
		if i%10 == 3 {
			co = "-200"
		}
		y := fmt.Sprintf("%d.25", i*i%11)
		if i%10 == 5 {
			y += "*"
		}
		text += fmt.Sprintf("p%d,%d,%s,3,%s\n", i, i, co, y)
	}
	spec, err := json.Marshal(wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: " y "}})
	if err != nil {
		t.Fatal(err)
	}
	check := func(way string, leftOut []wire.LeftOut, warnings []string) {
		t.Helper()
		want := []wire.LeftOut{
			{Column: "who", Kind: "text", Reason: "text", Value: "p0", Rows: 30, FirstRow: 2},
			{Column: "plant", Kind: "constant", Reason: "all rows have the same number", Rows: 30, FirstRow: 2},
			{Column: "y", Reason: "a mark after the number, such as a footnote", Value: "3.25*", Rows: 3, FirstRow: 7},
		}
		if !wording.Same(leftOut, want) {
			t.Errorf("%s: left out %+v, want %+v", way, leftOut, want)
		}
		if len(warnings) != 1 || !wording.Begins(warnings[0], `column "co": -200 occurs 3 times, far outside the rest`) {
			t.Errorf("%s: warnings %q", way, warnings)
		}
	}
	x := makeRun(t, addr, `{"paused":true,"data":`+string(spec)+`}`)
	check("POST /api/runs", x.LeftOut, x.Warnings)
	var ack wire.Ack
	steer(t, addr, x, `{"type":"data","data":`+string(spec)+`}`, http.StatusOK, &ack)
	check("a command", ack.LeftOut, ack.Warnings)
	status, answer := upload(t, "PUT", "http://"+addr+"/api/runs/"+x.ID+"/data", x.Key, strings.NewReader(string(spec)))
	ack = wire.Ack{}
	if err := json.Unmarshal([]byte(answer), &ack); err != nil || status != http.StatusOK {
		t.Fatalf("%d %s", status, answer)
	}
	check("PUT data", ack.LeftOut, ack.Warnings)
	p := dial(t, addr, x.ID)
	p.send(`{"type":"hello","key":"` + x.Key + `"}`)
	ack = wire.Ack{}
	p.send(`{"type":"begin","id":7,"data":` + string(spec) + `}`)
	p.await(&ack, "ack", "error")
	check("begin", ack.LeftOut, ack.Warnings)
	// Other commands have nothing of it, nor has who only watches.
	ack = wire.Ack{}
	if steer(t, addr, x, `{"type":"pause"}`, http.StatusOK, &ack); ack.LeftOut != nil || ack.Warnings != nil {
		t.Errorf("pause answers %+v", ack)
	}
	for _, path := range []string{"", "/state"} {
		if _, told := askGet(t, "http://"+addr+"/api/runs/"+x.ID+path); strings.Contains(told, "plant") || strings.Contains(told, "p0") {
			t.Errorf("%q tells %s", path, told)
		}
	}
	// What stands for no value is named, and a row that needs it left out.
	named, err := json.Marshal(wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: "y", Inputs: []string{"x", "co"}, Missing: []string{"-200"}}})
	if err != nil {
		t.Fatal(err)
	}
	x = makeRun(t, addr, `{"paused":true,"data":`+string(named)+`}`)
	if len(x.LeftOut) != 2 || !wording.Same(x.LeftOut[0], wire.LeftOut{Column: "co", Reason: "declared as missing", Value: "-200", Rows: 3, FirstRow: 5}) {
		t.Errorf("left out %+v", x.LeftOut)
	}
}
