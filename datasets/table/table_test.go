package table

import (
	"errors"
	"io"
	"math"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// read is Read of a text that must be taken.
func read(t *testing.T, text string) *Table {
	t.Helper()
	table, err := Read(strings.NewReader(text), Options{})
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	return table
}

func TestReadTellsTheFormat(t *testing.T) {
	for _, c := range []struct {
		name, text string
		delimiter  rune
		decimal    rune
		header     bool
		columns    string
		values     []float64 // row by row
	}{
		{"comma", "x,y\n1.5,2\n3,4\n", ',', '.', true, "x y", []float64{1.5, 2, 3, 4}},
		{"German", "x;y\n1,5;2\n-3,25;4,0\n", ';', ',', true, "x y", []float64{1.5, 2, -3.25, 4}},
		{"German without header", "1,5;2,5\n3,5;4,5\n", ';', ',', false, "col1 col2", []float64{1.5, 2.5, 3.5, 4.5}},
		{"semicolon, point", "x;y\n1.5;2\n", ';', '.', true, "x y", []float64{1.5, 2}},
		{"tab", "x\ty\n1\t2\n", '\t', '.', true, "x y", []float64{1, 2}},
		{"tab, decimal comma, empty field", "x\ty\tz\n1,5\t\t2\n", '\t', ',', true, "x y z", []float64{1.5, math.NaN(), 2}},
		{"bar", "x|y\n1|2\n", '|', '.', true, "x y", []float64{1, 2}},
		{"no header", "1,2\n3,4\n", ',', '.', false, "col1 col2", []float64{1, 2, 3, 4}},
		{"no header, a column of text", "Bonn,1,2\nParis,3,4\n", ',', '.', false, "col1 col2 col3", []float64{math.NaN(), 1, 2, math.NaN(), 3, 4}},
		{"years as names", "x,2019,2020\n1,2,3\n", ',', '.', true, "x 2019 2020", []float64{1, 2, 3}},
		{"missing first row", "NA,1\n2,3\n", ',', '.', false, "col1 col2", []float64{math.NaN(), 1, 2, 3}},
		{"one column", "x\n1\n2\n", ',', '.', true, "x", []float64{1, 2}},
		{"byte order mark and CRLF", "\ufeffx,y\r\n1,2\r\n3,4", ',', '.', true, "x y", []float64{1, 2, 3, 4}},
		{"blanks and empty lines", "x, y\n\n 1 , 2 \n\n", ',', '.', true, "x y", []float64{1, 2}},
		{"quotes with delimiter and newline", "\"x, or\ny\",\"say \"\"z\"\"\"\n\"1\",2\n", ',', '.', true, `x, or y|say "z"`, []float64{1, 2}},
		{"delimiters in quotes", "name;y\n\"a,b\";1\n\"c;d\";2\n", ';', '.', true, "name y", []float64{math.NaN(), 1, math.NaN(), 2}},
		{"exponents", "x,y\n1e3,-2.5E-2\n+3,.5\n", ',', '.', true, "x y", []float64{1000, -0.025, 3, 0.5}},
		{"names missing", "x,,y\n1,2,3\n", ',', '.', true, "x col2 y", []float64{1, 2, 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(c.text), iotest.OneByteReader(strings.NewReader(c.text)), iotest.DataErrReader(strings.NewReader(c.text))} {
				table, err := Read(r, Options{})
				if err != nil {
					t.Fatal(err)
				}
				var names []string
				for _, column := range table.Columns {
					names = append(names, column.Name)
				}
				if table.Delimiter != c.delimiter || table.Decimal != c.decimal || table.Header != c.header {
					t.Errorf("got delimiter %q, decimal %q, header %v", table.Delimiter, table.Decimal, table.Header)
				}
				if strings.Join(names, " ") != c.columns && strings.Join(names, "|") != c.columns {
					t.Errorf("got columns %q, want %q", names, c.columns)
				}
				var values []float64
				for row := range table.Rows {
					for column := range table.Columns {
						values = append(values, table.value(row, column))
					}
				}
				if !slices.EqualFunc(values, c.values, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }) {
					t.Errorf("got %v, want %v", values, c.values)
				}
			}
		})
	}
}

func TestReadLooksOverColumns(t *testing.T) {
	table := read(t, "speed (m/s),speed (km/h),accel [g],=cmd|' /C calc'!A0,\"a\x07b\u202ec\"\n"+
		"3,1.0,1,=cmd(),1\n-1,1,?,=1+1,2\n3,-,n/a,@SUM(A1),3\n0,-0,NaN,+x,4\n")
	want := []struct {
		name, unit               string
		numeric                  bool
		numbers, missing, others int
		min, max                 float64
		distinct                 int
	}{
		{"speed (m/s)", "", true, 4, 0, 0, -1, 3, 3},
		{"speed (km/h)", "", true, 3, 1, 0, 0, 1, 2},
		{"accel", "g", true, 1, 3, 0, 1, 1, 1},
		{"=cmd|' /C calc'!A0", "", false, 0, 0, 4, 0, 0, 4},
		{"abc", "", true, 4, 0, 0, 1, 4, 4},
	}
	for i, w := range want {
		c := &table.Columns[i]
		if c.Name != w.name || c.Unit != w.unit || c.Numeric() != w.numeric || c.Numbers != w.numbers || c.Missing != w.missing ||
			c.Other != w.others || c.Min != w.min || c.Max != w.max || c.Distinct != w.distinct {
			t.Errorf("column %d is %+v, want %+v", i, *c, w)
		}
	}
	if table.Missing.Total != 4 || table.Missing.First[0] != (Cell{3, "accel", "?", whyMissing.of(nil)}) {
		t.Errorf("missing: %+v", table.Missing)
	}
	if len(table.First) != 4 || table.First[0][3] != "=cmd()" {
		t.Errorf("first rows: %q", table.First)
	}
	long := read(t, strings.Repeat("é", 200)+",y\n1,2\n").Columns[0].Name
	if long != strings.Repeat("é", 60)+"…" {
		t.Errorf("a long name became %q", long)
	}
}

func TestListsAreBounded(t *testing.T) {
	table := read(t, "x,y\n1,2\n2,3\n3,4\n4,1\n"+strings.Repeat("NA,1\n1,z\n", 500))
	if m := table.Missing; m.Total != 500 || len(m.First) != 100 || m.First[99].Row != 6+2*99 {
		t.Errorf("%d missing, %d listed", m.Total, len(m.First))
	}
	s, d, err := table.Choose([]string{"y"}, []string{"x"})
	if err != nil {
		t.Fatal(err)
	}
	if s.Len() != 4 || d.Dropped != 1000 || d.Cells.Total != 1000 || len(d.Cells.First) != 100 || d.Cells.First[99].Row != 6+99 {
		t.Errorf("%d rows, dropped %d for %d cells, %d listed to row %d", s.Len(), d.Dropped, d.Cells.Total, len(d.Cells.First), d.Cells.First[99].Row)
	}
	if n := len(table.First); n != 10 {
		t.Errorf("%d rows shown, want 10", n)
	}
}

// What is not read as a number is told why.
func TestWhatIsNoNumber(t *testing.T) {
	for _, c := range []struct{ cell, why string }{
		{"1e999", "larger than 1e+18"},
		{"-2e18", "larger than 1e+18"},
		{"inf", "not finite"},
		{"-Infinity", "not finite"},
		{"0x1F", "hexadecimal"},
		{"0x1p-2", "hexadecimal"},
		{"1_000", "underscores"},
		{"12 34.5", "neither decimal nor thousands separators"},
		{"1.2.3", "a date or time"},
		{"2024-05-06", "a date or time"},
		{"12:30", "a date or time"},
		{"06/05/2024 12:30:00", "a date or time"},
		{"=1+1", "not a number"},
		{"five", "not a number"},
		{"5%", "a percent sign"},
		{"$3", "currency signs"},
		{"3 €", "currency signs"},
		{"USD 3", "currency signs"},
		{"3 EUR", "currency signs"},
		{"<1", "a bound"},
		{"≥ 2", "a bound"},
		{"~3", "a bound"},
		{"12.3*", "a mark after the number"},
		{"12.3†", "a mark after the number"},
		{"12.3a", "a mark after the number"},
		{"12.3[1]", "a mark after the number"},
		{"3 m", "a word or unit"},
		{"3 km/h", "a word or unit"},
		{"'3.5'", "single quotes"},
		{"1e", "a mark after the number"},
		{"--1", "not a number"},
	} {
		table := read(t, "x,y\n1,1\n2,3\n3,2\n4,4\n5,"+c.cell+"\n")
		s, d, err := table.Choose([]string{"y"}, []string{"x"})
		if err != nil {
			t.Errorf("%s: %v", c.cell, err)
			continue
		}
		if s.Len() != 4 || d.Dropped != 1 || len(d.Cells.First) != 1 || d.Cells.First[0].Row != 6 || !wording.Has(d.Cells.First[0].Why, c.why) {
			t.Errorf("%s: %d rows, dropped %+v, want one in row 6 as %s", c.cell, s.Len(), d, c.why)
		}
		if len(d.LeftOut) != 1 || d.LeftOut[0].Rows != 1 || d.LeftOut[0].First != 6 || !wording.Has(d.LeftOut[0].Reason, c.why) {
			t.Errorf("%s: left out %+v", c.cell, d.LeftOut)
		}
	}
	for _, cell := range []string{"", "NA", "n/a", "N/A", "null", "NULL", "?", "-", ".", "nan", "NaN", " na ", "#N/A", "None", "--", "–", "\"\"", "\"NA\""} {
		if table := read(t, "x,y\n2,1\n1,"+cell+"\n"); table.Columns[1].Missing != 1 || table.Missing.First[0].Row != 3 {
			t.Errorf("%q is not missing", cell)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	utf16 := func(s string, mark string) string {
		for _, r := range s {
			mark += string([]byte{byte(r), 0})
		}
		return mark
	}
	small := Limits{Bytes: 60, Rows: 3, Columns: 3, Field: 10}
	for _, c := range []struct {
		name, text string
		limits     Limits
		row        int
		column     string
		want       string
	}{
		{"nothing", "", Limits{}, 0, "", "no rows"},
		{"blank lines", "\n\n\n", Limits{}, 0, "", "no rows"},
		{"only a header", "x,y\n", Limits{}, 0, "", "no rows"},
		{"NUL", "x,y\n1,2\n3,\x004\n", Limits{}, 3, "", "NUL"},
		{"more fields", "x,y\n1,2\n3,4,5\n", Limits{}, 3, "", "3 fields, but the first row has 2"},
		{"more fields behind a field of two lines", "x,y\n\"a\nb\",2\n3,4,5\n", Limits{}, 4, "", "3 fields"},
		{"UTF-32, low byte first", "\xff\xfe\x00\x00x\x00\x00\x00", Limits{}, 1, "", "UTF-32"},
		{"damaged gzip", "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03zzz", Limits{}, 0, "", "gzip"},
		{"UTF-16 without a mark", utf16("x,y\n1,2\n", ""), Limits{}, 1, "", "NUL byte: this is not a text file"},
		{"UTF-32", "\x00\x00\xfe\xff\x00\x00\x00x", Limits{}, 1, "", "UTF-32"},
		{"10,000 columns", strings.Repeat("1,", 9999) + "1\n", Limits{}, 1, "", "10000 columns; the maximum is 64"},
		{"long field", "x,y\n1,2\n1," + strings.Repeat("9", 1025) + "\n", Limits{}, 3, "col2", "1025 bytes; the maximum is 1024"},
		{"long line", "x,y\n" + strings.Repeat("9", 200_000), Limits{}, 2, "", "a line has more than"},
		{"too many bytes", strings.Repeat("1,2\n", 16), Limits{Bytes: 60}, 16, "", "larger than the maximum of 6e-05 MB"},
		{"too many rows", "x,y\n1,2\n1,2\n1,2\n1,2\n", small, 5, "", "maximum of 3 rows"},
		{"too many columns", "1,2,3,4\n", small, 1, "", "4 columns; the maximum is 3"},
		{"too long a field", "1,2,12345678901\n", small, 1, "col3", "11 bytes; the maximum is 10"},
	} {
		_, err := Read(strings.NewReader(c.text), Options{Limits: c.limits})
		var e *Error
		if !errors.As(err, &e) || !wording.Has(e.What, c.want) || e.Row != c.row || e.Column != c.column || e.Cure == "" {
			t.Errorf("%s: got %v, want row %d, column %q, %q", c.name, err, c.row, c.column, c.want)
		}
	}
	if _, err := Read(strings.NewReader("1,2,3\n1,2,3\n1,2,1234567890\n"), Options{Limits: small}); err != nil {
		t.Errorf("a table at its limits: %v", err)
	}
	broken := errors.New("the line went dead")
	if _, err := Read(io.MultiReader(strings.NewReader("x,y\n1,2\n"), iotest.ErrReader(broken)), Options{}); !errors.Is(err, broken) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// Several targets stand side by side; a row that lacks one is left out.
func TestChooseSeveralTargets(t *testing.T) {
	table := read(t, "x,a,b,c,twin\n1,10,5,1,10\n2,20,,2,20\n3,30,7,3,30\n4,40,8,4,40\n5,50,n/a,9,50\n6,60,11,7,60\n")
	s, report, err := table.Choose([]string{"b", " a "}, []string{"x"})
	if err != nil || report.Dropped != 2 || s.Len() != 4 || !slices.Equal(s.Targets, []Column{{Name: "b"}, {Name: "a"}}) ||
		!slices.Equal(s.X, []float64{1, 3, 4, 6}) || !slices.Equal(s.Y, []float64{5, 10, 7, 30, 8, 40, 11, 60}) {
		t.Errorf("got %+v, %+v, %v", s, report, err)
	}
	if s, _, err := table.Choose([]string{"a", "b"}, nil); err != nil || !slices.Equal(s.Inputs, []Column{{Name: "x"}, {Name: "c"}}) {
		t.Errorf("without inputs: %+v, %v", s, err)
	}
	if _, report, err := table.Choose([]string{"a", "twin"}, []string{"x"}); err != nil || !slices.ContainsFunc(report.Warnings, func(w string) bool { return wording.Has(w, `column "twin" has the same numbers as "a"`) }) {
		t.Errorf("of twins: %q, %v", report.Warnings, err)
	}
	constant := read(t, "x,a,b\n1,1,5\n2,2,5\n3,3,5\n4,5,5\n")
	for want, targets := range map[string][]string{
		"0 targets chosen; choose 1 to 16":                   nil,
		"17 targets chosen; choose 1 to 16":                  make([]string, 17),
		`column "a": chosen twice as a target`:               {"a", "a "},
		`column "x": chosen as a target and as an input`:     {"a", "x"},
		`column "z": no column has this name`:                {"a", "z"},
		`column "b": all complete rows have the same number`: {"a", "b"},
		"the table has no columns besides the targets;":      {"a", "b", "x"},
	} {
		inputs := []string{"x"}
		if slices.Contains(targets, "x") && slices.Contains(targets, "b") {
			inputs = nil
		}
		var e *Error
		if _, _, err := constant.Choose(targets, inputs); !errors.As(err, &e) || !wording.Has(err.Error(), want) {
			t.Errorf("targets %q: got %v, want %q", targets, err, want)
		}
	}
	// The rows of a second file, whose columns stand elsewhere.
	more, _, err := read(t, "a,x,b\n70,7,12\n80,8,\n").Like(s)
	if err != nil || !slices.Equal(more.X, []float64{7}) || !slices.Equal(more.Y, []float64{12, 70}) {
		t.Errorf("like the first: %+v, %v", more, err)
	}
	if _, _, err := read(t, "a,x\n70,7\n80,8\n").Like(s); err == nil || !strings.Contains(err.Error(), `column "b"`) {
		t.Errorf("a file without a target: %v", err)
	}
}

// A list of names is one name where a column is called so.
func TestNames(t *testing.T) {
	table := read(t, "\"y,z\",y,z (m),\"a,b\"\n1,2,3,4\n")
	for list, want := range map[string][]string{
		"y":            {"y"},
		"y,z":          {"y,z"},
		"z,y":          {"z", "y"},
		"z (m)":        {"z (m)"},
		"z,\"a,b\"":    {"z", "a,b"},
		"z,\"y,z\",y":  {"z", "y,z", "y"},
		"y,q":          {"y", "q"},
		"z, \"a,b\"":   {"z", "a,b"},
		"y\nz,q":       {"y\nz", "q"},
		"y,\"unclosed": {"y", "\"unclosed"},
		"":             {""},
	} {
		if got := table.Names(list); !slices.Equal(got, want) {
			t.Errorf("%s names %q, want %q", list, got, want)
		}
	}
}

func TestChooseRefuses(t *testing.T) {
	table := read(t, "a,b,c,city,empty,typo,twice,twice\n"+
		"1,2,5,Bonn,,NA,1,1\n2,1,5,Rome,,x,2,2\n3,4,5,Oslo,,1,3,3\n4,3,5,Kyiv,,2,4,4\n5,5,5,Riga,,3,5,5\n")
	many := make([]string, 17)
	for _, c := range []struct {
		target string
		inputs []string
		column string
		want   string
	}{
		{"a", many, "", "17 inputs chosen"},
		{"a", []string{"b", "a"}, "a", "chosen as a target and as an input"},
		{"a", []string{"b", "b"}, "b", "chosen twice as an input"},
		{"z", []string{"b"}, "z", "no column has this name; choose one of a, b, c, city"},
		{"a", []string{"z"}, "z", "no column has this name"},
		{"city", []string{"a"}, "city", `"Bonn" (not a number)`},
		{"a", []string{"empty"}, "empty", "is empty"},
		{"c", []string{"a"}, "c", "all complete rows have the same number"},
		{"a", []string{"b", "c"}, "c", "all complete rows have the same number"},
		{"a", []string{"typo"}, "", `only 3 rows are complete; 2 were skipped, the first for "NA" in row 2, column "typo" (empty); at least 4`},
	} {
		_, _, err := table.Choose([]string{c.target}, c.inputs)
		var e *Error
		if !errors.As(err, &e) || !wording.Has(err.Error(), c.want) || e.Column != c.column {
			t.Errorf("%s of %q: got %v, want column %q, %q", c.target, c.inputs, err, c.column, c.want)
		}
	}
	s, d, err := table.Choose([]string{"b"}, []string{"a"})
	if err != nil || d.Dropped != 0 || !slices.Equal(s.X, []float64{1, 2, 3, 4, 5}) || !slices.Equal(s.Y, []float64{2, 1, 4, 3, 5}) {
		t.Errorf("got %+v, %+v, %v", s, d, err)
	}
}

// The rows of a second table are of the same columns, in the same units as far as both
// say theirs.
func TestRowsLikeOthers(t *testing.T) {
	read := func(text string) *Table {
		table, err := Read(strings.NewReader(text), Options{})
		if err != nil {
			t.Fatal(err)
		}
		return table
	}
	first, _, err := read("time (ms),y\n1,2\n2,3\n3,5\n4,4\n").Choose([]string{"y"}, []string{"time"})
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string]string{"y,time (ms)": "", "y,time": "", "y (m),time [ms]": "", "y,time (s)": "the unit is s here, but ms in the first table"} {
		more, _, err := read(head + "\n7,8\n").Like(first)
		if want != "" {
			var e *Error
			if !errors.As(err, &e) || e.Column != "time" || !wording.Has(err.Error(), want) {
				t.Errorf("%s: got %v, want %q", head, err, want)
			}
			continue
		}
		if err != nil || !slices.Equal(more.X, []float64{8}) || !slices.Equal(more.Y, []float64{7}) {
			t.Errorf("%s: got %+v, %v", head, more, err)
		}
	}
}

func TestColumnsAreMeantByTheirHeads(t *testing.T) {
	table, err := Read(strings.NewReader("time (ms),a [g],b,speed (m/s),speed (km/h)\n1,2,3,4,5\n2,3,4,5,6\n"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	for head, want := range map[string]string{
		"time (ms)": "time", "time": "time", "a [g]": "a", "a (g)": "a", "b": "b", "time (s)": "time (s)",
		"speed (m/s)": "speed (m/s)", "speed": "speed", "none": "none", "": "",
	} {
		if got := table.Name(head); got != want {
			t.Errorf("%q means %q, not %q", head, got, want)
		}
	}
}

// What is not there is NaN, and reported; a column that is none is refused.
func TestValuesSayWhereThereIsNone(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		text   string
		want   []float64
		report string
		err    string
	}{
		{"a,b\n1,2\n3,4\n", []float64{2, 1, 4, 3}, "", ""},
		{"a,b\n1,2\n3,x\n5,6\n", []float64{2, 1, nan, 3, 6, 5}, `column "b" skips 1 row: not a number (first: row 3, "x")`, ""},
		{"a,b\n1,2\n,4\n4,?\n", []float64{2, 1, 4, nan, nan, 4}, `column "a" skips 1 row: empty (first: row 3)`, ""},
		{"a,b\n1,2\n3,1e40\n5,6\n", []float64{2, 1, nan, 3, 6, 5}, `column "b" skips 1 row: larger than 1e+18`, ""},
		{"a,c\n1,2\n", nil, "", `column "b": no column has this name`},
		{"a,b\n1,x\n", nil, "", `row 2, column "b": contains text that cannot be used: "x" (not a number)`},
	} {
		values, report, err := read(t, c.text).Values([]string{"b", "a"})
		if c.err != "" {
			if err == nil || !wording.Begins(err.Error(), c.err) {
				t.Errorf("%q: %v; want %s", c.text, err, c.err)
			}
			continue
		}
		if err != nil || !equal(values, c.want) || c.report == "" != (len(report.LeftOut) == 0) || c.report != "" && !wording.Begins(report.LeftOut[0].Line(), c.report) {
			t.Errorf("%q: %v, %+v, %v", c.text, values, report, err)
		}
	}
}

// equal compares numbers, among which NaN is like NaN.
func equal(a, b []float64) bool {
	return slices.EqualFunc(a, b, func(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) })
}
