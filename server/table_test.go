package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire"
)

// fromTheField returns a file that somebody had trouble with.
func fromTheField(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../datasets/table/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

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
			{Column: "plant", Kind: "constant", Reason: "the same number in all rows", Rows: 30, FirstRow: 2},
			{Column: "y", Reason: "a mark after the number, such as a footnote's", Value: "3.25*", Rows: 3, FirstRow: 7},
		}
		if !slices.Equal(leftOut, want) {
			t.Errorf("%s: left out %+v, want %+v", way, leftOut, want)
		}
		if len(warnings) != 1 || !strings.HasPrefix(warnings[0], `column "co": -200 stands 3 times, far outside the rest`) {
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
	if len(x.LeftOut) != 2 || x.LeftOut[0] != (wire.LeftOut{Column: "co", Reason: "named as missing", Value: "-200", Rows: 3, FirstRow: 5}) {
		t.Errorf("left out %+v", x.LeftOut)
	}
}

// What is told of a file can be overruled, when it is looked over and when it is learned
// from, and what there is not is refused.
func TestDialectIsOverruled(t *testing.T) {
	addr, _ := serve(t, Config{})
	inspect := func(text, query string) (found inspection) {
		t.Helper()
		call(t, "POST", "http://"+addr+"/api/data/inspect?"+query, text, http.StatusOK, &found)
		return found
	}
	const unclear = "a;b\n1;8,079\n2;9,858\n3;1,250\n4;3,125\n5;2,001\n"
	if c := inspect(unclear, "").Columns[1]; c.Kind != "unclear" || c.Numeric || !strings.Contains(c.Odd[0].Why, "8,079 may be 8079") {
		t.Errorf("unclear: %+v", c)
	}
	if c := inspect(unclear, "decimal=comma").Columns[1]; c.Kind != "number" || c.Decimal != "," || c.Max != 9.858 {
		t.Errorf("decimal comma: %+v", c)
	}
	if c := inspect(unclear, "decimal=.").Columns[1]; c.Max != 9858 {
		t.Errorf("decimal point: %+v", c)
	}
	if found := inspect("1,2\n3,4\n", "header=yes"); !found.Header || found.Columns[0].Name != "1" || found.Rows != 1 {
		t.Errorf("header: %+v", found)
	}
	if found := inspect("1 2;3 4\n5 6;7 8\n", "delimiter="+url.QueryEscape(" ")); found.Delimiter != " " || len(found.Columns) != 3 {
		t.Errorf("delimiter: %+v", found)
	}
	sentinels := fromTheField(t, "01-sentinel-minus200.csv")
	if c := inspect(sentinels, "").Columns[1]; len(c.Far) != 1 || c.Far[0] != (farValue{-200, 7}) || c.Min != -200 {
		t.Errorf("sentinels: %+v", c)
	}
	if c := inspect(sentinels, "missing=-200&missing=-999").Columns[1]; len(c.Far) != 0 || c.Missing != 7 || c.Min != 0.6 {
		t.Errorf("sentinels named: %+v", c)
	}
	for _, query := range []string{"header=maybe", "delimiter=x", "decimal=;", "missing=" + strings.Repeat("x", 100)} {
		call(t, "POST", "http://"+addr+"/api/data/inspect?"+query, "a,b\n1,2\n", http.StatusBadRequest, nil)
	}
	for field, want := range map[string]string{`"header":"maybe"`: "header", `"delimiter":"x"`: "delimiter", `"decimal":";"`: "decimal"} {
		var p problemDocument
		call(t, "POST", "http://"+addr+"/api/runs", `{"data":{"csv":{"text":"a,b\n1,2\n","target":"b",`+field+`}}}`, http.StatusUnprocessableEntity, &p)
		if !strings.Contains(p.Detail, want) {
			t.Errorf("%s: %s", field, p.Detail)
		}
	}
	x := makeRun(t, addr, `{"paused":true,"data":{"csv":{"text":`+fmt.Sprintf("%q", unclear)+`,"target":"b","decimal":"comma"}}}`)
	var m wire.RunMessage
	call(t, "GET", "http://"+addr+"/api/runs/"+x.ID+"/state", "", http.StatusOK, &m)
	if slices.Max(m.Data.Y) != 9.858 {
		t.Errorf("rows %v", m.Data.Y)
	}
}

// More columns than a server reads for strangers are refused, with the flag that raises
// the limit, and read where it was raised.
func TestWideTables(t *testing.T) {
	wide := fromTheField(t, "22-wide-70-columns.csv")
	addr, _ := serve(t, Config{})
	var p problemDocument
	call(t, "POST", "http://"+addr+"/api/data/inspect", wide, http.StatusUnprocessableEntity, &p)
	if !strings.Contains(p.Detail, "72 columns, and at most 64") || !strings.Contains(p.Detail, "--max-columns") {
		t.Errorf("got %s", p.Detail)
	}
	addr, _ = serve(t, Config{Limits: Limits{Columns: 100}})
	var found inspection
	call(t, "POST", "http://"+addr+"/api/data/inspect", wide, http.StatusOK, &found)
	if len(found.Columns) != 72 || found.Columns[0].Kind != "constant" || found.Columns[0].Reason == "" {
		t.Errorf("%d columns, the first %+v", len(found.Columns), found.Columns[0])
	}
}
