package api

import (
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestTableIsLookedOver(t *testing.T) {
	a := newAPI(t, access.Limits{})
	var got inspection
	call(t, a, "POST", "/api/data/inspect", "time (ms);accel (g);who\n2,4;0;ann\n2,6;-1,3;bob\n;1,5;NA\n", http.StatusOK, &got)
	want := inspection{
		Encoding: "utf-8", Delimiter: ";", Decimal: ",", Header: true, Rows: 3,
		Columns: []inspectedColumn{
			{Name: "time", Unit: "ms", Kind: "number", Numeric: true, Decimal: ",", Numbers: 2, Missing: 1, Min: 2.4, Max: 2.6, Distinct: 2, Odd: []badCell{}, Far: []farValue{}},
			{Name: "accel", Unit: "g", Kind: "number", Numeric: true, Decimal: ",", Numbers: 3, Min: -1.3, Max: 1.5, Distinct: 3, Odd: []badCell{}, Far: []farValue{}},
			{
				Name: "who", Kind: "two", Reason: "text with two values, ann and bob; choose it as an input to use it", Decimal: ".",
				Other: 2, Missing: 1, Words: 2, Distinct: 2, Odd: []badCell{{2, "who", "ann", "not a number"}, {3, "who", "bob", "not a number"}}, Far: []farValue{},
			},
		},
		First:    [][]string{{"2,4", "0", "ann"}, {"2,6", "-1,3", "bob"}, {"", "1,5", "NA"}},
		Warnings: []string{},
	}
	want.Missing.Total = 2
	missing := got.Missing.First
	got.Missing.First = nil
	if !wording.Same(got, want) || len(missing) != 2 || missing[0].Row != 4 || missing[0].Column != "time" {
		t.Errorf("got %+v with %+v, want %+v", got, missing, want)
	}
}

// What is told of a file can be overruled, when it is looked over and when it is learned
// from, and what there is not is refused.
func TestDialectIsOverruled(t *testing.T) {
	a := newAPI(t, access.Limits{})
	inspect := func(text, query string) (found inspection) {
		t.Helper()
		call(t, a, "POST", "/api/data/inspect?"+query, text, http.StatusOK, &found)
		return found
	}
	const unclear = "a;b\n1;8,079\n2;9,858\n3;1,250\n4;3,125\n5;2,001\n"
	if c := inspect(unclear, "").Columns[1]; c.Kind != "unclear" || c.Numeric || !wording.Has(c.Odd[0].Why, "8,079 could also be read as 8079") {
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
		call(t, a, "POST", "/api/data/inspect?"+query, "a,b\n1,2\n", http.StatusBadRequest, nil)
	}
	for field, want := range map[string]string{`"header":"maybe"`: "header", `"delimiter":"x"`: "delimiter", `"decimal":";"`: "decimal"} {
		var p problem.Problem
		call(t, a, "POST", "/api/runs", `{"data":{"csv":{"text":"a,b\n1,2\n","target":"b",`+field+`}}}`, http.StatusUnprocessableEntity, &p)
		if !strings.Contains(p.Detail, want) {
			t.Errorf("%s: %s", field, p.Detail)
		}
	}
	x := makeRun(t, a, `{"paused":true,"data":{"csv":{"text":`+fmt.Sprintf("%q", unclear)+`,"target":"b","decimal":"comma"}}}`)
	var m wire.RunMessage
	call(t, a, "GET", "/api/runs/"+x.ID+"/state", "", http.StatusOK, &m)
	if slices.Max(m.Data.Y) != 9.858 {
		t.Errorf("rows %v", m.Data.Y)
	}
}

// More columns than a server reads for strangers are refused, with the flag that raises
// the limit, and read where it was raised.
func TestWideTables(t *testing.T) {
	wide := fromTheField(t, "22-wide-70-columns.csv")
	a := newAPI(t, access.Limits{})
	var p problem.Problem
	call(t, a, "POST", "/api/data/inspect", wide, http.StatusUnprocessableEntity, &p)
	if !wording.Has(p.Detail, "72 columns; the maximum is 64") || !wording.Has(p.Detail, "--max-columns") {
		t.Errorf("got %s", p.Detail)
	}
	a = newAPI(t, access.Limits{SizeLimits: access.SizeLimits{Columns: 100}})
	var found inspection
	call(t, a, "POST", "/api/data/inspect", wide, http.StatusOK, &found)
	if len(found.Columns) != 72 || found.Columns[0].Kind != "constant" || found.Columns[0].Reason == "" {
		t.Errorf("%d columns, the first %+v", len(found.Columns), found.Columns[0])
	}
}

// fromTheField returns a file that somebody had trouble with.
func fromTheField(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile("../../datasets/table/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
