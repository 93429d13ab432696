package table

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func columnNames(columns []Column) string {
	var names []string
	for _, c := range columns {
		names = append(names, c.Name)
	}
	return strings.Join(names, "|")
}

// Columns of words become one column for each word, in whichever way they are written.
func TestWordsBecomeColumns(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          Options
		inputs     string
		columns    string
		x          []float64
		said       string // in the report
	}{
		{"words", "colour,a,y\nred,1,1\nblue,2,2\nred,3,4\ngreen,4,3\n", Options{}, "a colour", "a|colour=blue|colour=green|colour=red", []float64{
			1, 0, 0, 1,
			2, 1, 0, 0,
			3, 0, 0, 1,
			4, 0, 1, 0,
		}, ""},
		{"yes and no", "ok,y\nyes,1\nno,2\nyes,3\nno,5\n", Options{}, "ok", "ok=no|ok=yes", []float64{0, 1, 1, 0, 0, 1, 1, 0}, ""},
		{"TRUE and FALSE", "ok,y\nTRUE,1\nFALSE,2\nTRUE,3\nFALSE,5\n", Options{}, "ok", "ok=FALSE|ok=TRUE", []float64{0, 1, 1, 0, 0, 1, 1, 0}, ""},
		{"codes", "c,y\nA1,1\nB2,2\nA1,3\n7,5\n", Options{}, "c", "c=7|c=A1|c=B2", []float64{0, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0}, ""},
		{"ages", "age,y\n<18,1\n18-25,2\n26-40,3\n>40,5\n", Options{}, "age", "age=18-25|age=26-40|age=<18|age=>40", []float64{0, 0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1}, ""},
		{"quotes, delimiters and lines within", "s,y\n\"a,b\",1\n\"say \"\"a\"\"\",2\n\"two\nlines\",3\n\"a,b\",5\n", Options{}, "s", `s=a,b|s=say "a"|s=two lines`, []float64{1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}, ""},
		{"surrounded by blanks", "s;y\n  red ;1\nred;2\n\"red\";3\n\" red \";5\nblue;4\n", Options{}, "s", "s=blue|s=red", []float64{0, 1, 0, 1, 0, 1, 0, 1, 1, 0}, ""},
		{"white space of any kind around", "s;y\n\u00a0red\u2003;1\n\"\u00a0red\";2\n\" red\n\";3\nblue;4\n", Options{}, "s", "s=blue|s=red", []float64{0, 1, 0, 1, 0, 1, 1, 0}, ""},
		{"capitals are told apart", "s,y\nRed,1\nred,2\nRed,3\nred,5\n", Options{}, "s", "s=Red|s=red", []float64{1, 0, 0, 1, 1, 0, 0, 1}, `column "s": "Red" and "red" count as different values; use one spelling if they are the same`},
		{"blanks within are told apart", "s,y\nNew York,1\nNew  York,2\nBonn,3\nBonn,5\n", Options{}, "s", "s=Bonn|s=New  York|s=New York", []float64{0, 0, 1, 0, 1, 0, 1, 0, 0, 1, 0, 0}, `count as different values`},
		{"a byte order mark and every script", "\ufeffStraße,y\nKöln,1\n東京,2\nКиев,3\n🙂,5\n", Options{}, "Straße", "Straße=Köln|Straße=Киев|Straße=東京|Straße=🙂", []float64{1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1}, ""},
		{"Windows-1252", "s,y\nK\xf6ln,1\nBonn,2\nK\xf6ln,3\nBonn,5\n", Options{}, "s", "s=Bonn|s=Köln", []float64{0, 1, 1, 0, 0, 1, 1, 0}, "read as Windows-1252"},
		{"rows that lack a word", "s,y\nred,1\n,2\nblue,3\nNA,4\nred,5\n?,6\nblue,7\n", Options{}, "s", "s=blue|s=red", []float64{0, 1, 1, 0, 0, 1, 1, 0}, `column "s" skips 3 rows: empty (first: row 3)`},
		{"words that stand for nothing", "s,y\nred,1\nunknown,2\nblue,3\nred,5\nblue,7\n", Options{Missing: []string{"unknown"}}, "s", "s=blue|s=red", []float64{0, 1, 1, 0, 0, 1, 1, 0}, `declared as missing (first: row 3, "unknown")`},
		{"words of rows that lack what is not chosen", "s,a,y\nred,1,1\ngreen,,2\nblue,3,3\nred,4,5\nblue,5,7\n", Options{}, "s", "s=blue|s=green|s=red", []float64{0, 0, 1, 0, 1, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0}, ""},
		{"words of rows that lack another input", "s,a,y\nred,1,1\ngreen,,2\nblue,3,3\nred,4,5\nblue,5,7\n", Options{}, "s a", "s=blue|s=red|a", []float64{0, 1, 1, 1, 0, 3, 0, 1, 4, 1, 0, 5}, `column "a" skips 1 row`},
		{"names that are taken", "s,s=red,y\nred,1,1\nblue,2,2\nred,3,3\nblue,4,5\n", Options{}, "s s=red", "s=blue|s=red_2|s=red", []float64{0, 1, 1, 1, 0, 2, 0, 1, 3, 1, 0, 4}, ""},
		{"a column meant by its head", "shade (RAL),y\nred,1\nblue,2\nred,3\nblue,5\n", Options{}, "shade", "shade=blue|shade=red", []float64{0, 1, 1, 0, 0, 1, 1, 0}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := Read(strings.NewReader(c.text), c.o)
			if err != nil {
				t.Fatal(err)
			}
			rows, report, err := table.Choose([]string{"y"}, strings.Fields(c.inputs))
			if err != nil {
				t.Fatal(err)
			}
			if got := columnNames(rows.Inputs); got != c.columns || !slices.Equal(rows.X, c.x) {
				t.Errorf("got %s %v, want %s %v", got, rows.X, c.columns, c.x)
			}
			said := strings.Join(report.Warnings, "\n")
			for _, l := range report.LeftOut {
				said += "\n" + l.Line()
			}
			if !wording.Has(said, c.said) || c.said == "" && strings.TrimSpace(said) != "" {
				t.Errorf("said %q, want %q", said, c.said)
			}
			if err := rows.Encoding.Check(); err != nil {
				t.Error(err)
			}
			// The same rows come of the same file, in whichever order.
			b, err := json.Marshal(rows.Encoding)
			if err != nil {
				t.Fatal(err)
			}
			var again Encoding
			if err := json.Unmarshal(b, &again); err != nil || !reflect.DeepEqual(again, rows.Encoding) {
				t.Errorf("%s became %+v, %v", b, again, err)
			}
			values, _, err := table.Encode(again)
			if width := again.Width(); err != nil || len(values) != table.Rows*width {
				t.Errorf("%d numbers, %v", len(values), err)
			}
		})
	}
}

// The order of the rows makes no difference.
func TestEncodingsDoNotDependOnTheOrderOfRows(t *testing.T) {
	lines := []string{"red,1,1", "blue,2,2", "green,3,4", "blue,4,3", "red,5,9"}
	want, _, err := read(t, "s,a,y\n"+strings.Join(lines, "\n")).Choose([]string{"y"}, []string{"s", "a"})
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(lines)
	got, _, err := read(t, "s,a,y\n"+strings.Join(lines, "\n")).Choose([]string{"y"}, []string{"s", "a"})
	if err != nil || !reflect.DeepEqual(got.Encoding, want.Encoding) {
		t.Errorf("got %+v, want %+v, %v", got, want, err)
	}
}

func TestColumnsOfNumbersNeedNoEncoding(t *testing.T) {
	rows, _, err := read(t, "a,b,y\n1,2,1\n2,3,2\n3,1,4\n1,2,3\n").Choose([]string{"y"}, nil)
	if err != nil || rows.Encoding != nil || columnNames(rows.Inputs) != "a|b" {
		t.Errorf("got %+v, %v", rows, err)
	}
}

// Words are an input where they are named alone: which of them are names of things, or
// remarks, nobody can tell.
func TestWordsAreNoInputUnasked(t *testing.T) {
	rows, report, err := read(t, "a,s,on,y\n1,red,yes,1\n2,blue,no,2\n3,red,yes,4\n1,green,no,3\n").Choose([]string{"y"}, nil)
	if err != nil || columnNames(rows.Inputs) != "a" || len(report.LeftOut) != 2 {
		t.Fatalf("got %+v, %+v, %v", rows, report, err)
	}
	for i, want := range []string{
		`column "s" is not an input: text with 3 different values; choose it as an input to use it ("red" in row 2)`,
		`column "on" is not an input: text with two values, yes and no; choose it as an input to use it ("yes" in row 2)`,
	} {
		if got := report.LeftOut[i].Line(); !wording.Is(got, want) {
			t.Errorf("said %q, want %q", got, want)
		}
	}
}

func TestWordsThatAreRefused(t *testing.T) {
	many := func(n int) string {
		text := "s,y\n"
		for i := range 2 * n {
			text += fmt.Sprintf("w%02d,%d\n", i%n, i)
		}
		return text
	}
	two := "s,t,u,y\n"
	for i := range 60 {
		two += fmt.Sprintf("s%d,t%d,%d,%d\n", i%32, i%30, i, i%7)
	}
	three := strings.ReplaceAll(two, "s,t,u,y", "s,t,v,y")
	for i := range 60 {
		three = strings.Replace(three, fmt.Sprintf(",%d,%d\n", i, i%7), fmt.Sprintf(",v%d,%d\n", i%5, i%7), 1)
	}
	for _, c := range []struct {
		name, text, target, inputs, want string
	}{
		{"as many as may be", many(MaxValues), "y", "s", ""},
		{"one too many", many(MaxValues + 1), "y", "s", `row 34, column "s": more than 32 different words ("w32" is one too many); merge rare words, or choose another column`},
		{"as many columns as may be", two, "y", "s t u", ""},
		{"columns too many", three, "y", "s t v", `column "s": the 3 inputs become 67 columns, 32 of them from this one; the maximum is 64; choose fewer inputs, or merge rare words`},
		{"one word", "s,y\nred,1\nred,2\nred,3\nred,4\n", "y", "s", `column "s": all complete rows have the same word; choose another column`},
		{"words as target", "s,y\nred,1\nblue,2\nred,3\nblue,4\n", "s", "y", `row 2, column "s": contains text that cannot be used: "red" (not a number); choose another column`},
		{"currencies", "s,y\n$1,1\n$2,2\n$1,3\n$2,4\n", "y", "s", `row 2, column "s": contains text that cannot be used: "$1" (currency signs are not supported); choose another column`},
		{"units", "s,y\n1 kg,1\n2 kg,2\n1 kg,3\n2 kg,4\n", "y", "s", `(a word or unit beside the number)`},
		{"bounds", "s,y\n<0.5,1\n0.7,2\n<0.5,3\n<0.5,4\n", "y", "s", `(a bound such as <1 is not a number)`},
		{"dates in two ways", "s,y\n3/1/2024,1\n3/2/2024,2\n4/3/2024,3\n4/5/2024,4\n", "y", "s", `row 2, column "s": "3/1/2024" may be 2024-01-03 or 2024-03-01, and no other row decides it; write dates as year-month-day`},
		{"dates and others", "s,y\n2024-01-02,1\n2024-01-03,2\n2024-01-02,3\n3.4.2024,4\n", "y", "s", `(a date or time in an unsupported format)`},
		{"one date", "s,y\n2024-01-02,1\n2024-01-02,2\n2024-01-02,3\n2024-01-02,4\n", "y", "s", `all complete rows have the same date`},
		{"dates as target", "y,s\n2024-01-02,1\n2024-01-03,2\n2024-01-02,3\n2024-01-04,4\n", "y", "s", `contains text that cannot be used: "2024-01-02" (a date or time in an unsupported format)`},
		{"times", "s,y\n10:30,1\n11:30,2\n10:30,3\n11:30,4\n", "y", "s", `(a date or time in an unsupported format)`},
		{"few rows", "s,y\nred,1\n,2\nred,3\nblue,4\n", "y", "s", `3 rows are complete`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := read(t, c.text).Choose([]string{c.target}, strings.Fields(c.inputs))
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || !wording.Has(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// What was not there in training is none of the values, and counted.
func TestUnseenWords(t *testing.T) {
	rows, _, err := read(t, "s,a,y\nred,1,1\nblue,2,2\nred,3,4\nblue,4,3\n").Choose([]string{"y"}, []string{"s", "a"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		want       []float64
		unseen     string
	}{
		{"all known", "a,s\n1,blue\n2,red\n", []float64{1, 0, 1, 0, 1, 2}, ""},
		{"others", "s,a\nmauve,1\nred,2\nRED,3\n", []float64{0, 0, 1, 0, 1, 2, 0, 0, 3}, `column "s": 2 rows have a value that was not in the training data; it is encoded as all zeros (first: row 2, "mauve")`},
		{"numbers alone", "s,a\n5,1\n6,2\n", []float64{0, 0, 1, 0, 0, 2}, `column "s": 2 rows have`},
		{"nothing", "s,a\n,1\nred,\nblue,2\n", []float64{nan, nan, 1, 0, 1, nan, 1, 0, 2}, ""},
	} {
		values, report, err := read(t, c.text).Encode(rows.Encoding)
		said := ""
		for _, u := range report.Unseen {
			said += u.Line()
		}
		if err != nil || !equal(values, c.want) || !wording.Begins(said, c.unseen) || c.unseen == "" && said != "" {
			t.Errorf("%s: %v, %q, %v", c.name, values, said, err)
		}
	}
	// The rows of a second file are encoded as the first ones are.
	more, report, err := read(t, "y,s,a\n1,blue,2\n2,green,3\n").Like(rows)
	if err != nil || !slices.Equal(more.X, []float64{1, 0, 2, 0, 0, 3}) || len(report.Unseen) != 1 || report.Unseen[0] != (Unseen{"s", "green", 1, 3}) {
		t.Errorf("%+v, %+v, %v", more, report, err)
	}
	if _, _, err := read(t, "y,a\n1,2\n2,3\n").Like(rows); err == nil || !wording.Begins(err.Error(), `column "s": no column has this name`) {
		t.Error(err)
	}
}

// A file from the field whose column was refused.
func TestBooleanColumnFromTheField(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("testdata", "23-boolean-column.csv"))
	if err != nil {
		t.Fatal(err)
	}
	rows, _, err := read(t, string(text)).Choose([]string{"y"}, []string{"x", "on"})
	if err != nil || columnNames(rows.Inputs) != "x|on=FALSE|on=TRUE" || rows.Len() != 60 {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestEncodingsFromElsewhereAreChecked(t *testing.T) {
	values := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"v%02d"`, i)
		}
		return strings.Join(list, ",")
	}
	for text, want := range map[string]string{
		`[{"name":"a","kind":"number"},{"name":"b","kind":"values","values":["x","y"]}]`: "",
		`[]`: "1 to 64",
		`[{"name":"a","kind":"values","values":[` + values(32) + `]},{"name":"b","kind":"values","values":[` + values(32) + `]},{"name":"c","kind":"number"}]`: "become 65",
		`[{"name":"a","kind":"values","values":[` + values(33) + `]}]`:                                                                                         "1 to 32",
		`[{"name":"a","kind":"values"}]`:                                                "has 0 values",
		`[{"name":"a","kind":"date","layout":"2006-1-2","circles":["year"]}]`:           "",
		`[{"name":"a","kind":"date","layout":"Monday"}]`:                                "unknown date layout",
		`[{"name":"a","kind":"date","layout":"2006-1-2","circles":["week"]}]`:           "choose year, day or both",
		`[{"name":"a","kind":"date","layout":"2006-1-2","circles":["day","day"]}]`:      "choose year, day or both",
		`[{"name":"a","kind":"number","layout":"2006-1-2"}]`:                            "must not have a layout",
		`[{"name":"a","kind":"words"}]`:                                                 `the kind "words"`,
		`[{"kind":"number"}]`:                                                           "is empty",
		`[{"name":"a","kind":"number"},{"name":"a","kind":"number"}]`:                   "taken",
		`[{"name":"a","kind":"number","values":["x"]}]`:                                 "must not have values",
		`[{"name":"a","kind":"values","values":["y","x"]}]`:                             "unsorted",
		`[{"name":"a","kind":"values","values":["x","x"]}]`:                             "repeated",
		`[{"name":"a","kind":"values","values":[" x"]}]`:                                "surrounded by blanks",
		`[{"name":"a","kind":"values","values":["","x"]}]`:                              "empty",
		`[{"name":"a","kind":"values","values":["` + strings.Repeat("x", 5000) + `"]}]`: "too long",
		`[{"name":"` + strings.Repeat("x", 500) + `","kind":"number"}]`:                 "too long",
	} {
		var e Encoding
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err)
		}
		if err := e.Check(); want == "" && err != nil || want != "" && (err == nil || !wording.Has(err.Error(), want)) {
			t.Errorf("%.80s: %v, want %q", text, err, want)
		}
	}
}

// Names that are too long are cut where a character ends, and stay different.
func TestLongWordsHaveNamesThatCanBeShown(t *testing.T) {
	long := strings.Repeat("東", 60)
	e := Encoding{{Name: long, Kind: OfValues, Values: []string{"x", long + "a", long + "b"}}}
	columns := e.Columns()
	seen := map[string]bool{}
	for _, c := range columns {
		if len(c.Name) > maxEncodedName || seen[c.Name] || Printable(c.Name) == "" || !strings.HasPrefix(c.Name, "東") {
			t.Errorf("%q of %d bytes", c.Name, len(c.Name))
		}
		seen[c.Name] = true
	}
	if err := e.Check(); err != nil {
		t.Error(err)
	}
}

// What exported sources take for nothing is what a table does.
func TestMissingIsWhatCellsAreMissing(t *testing.T) {
	for _, word := range Missing() {
		if !missing([]byte(word)) || word != `\N` && strings.ToLower(word) != word {
			t.Errorf("%q is not missing", word)
		}
	}
	for b := range 256 { // marks of one character
		cell := string(rune(b))
		if got := slices.Contains(Missing(), cell); got != missing([]byte(cell)) {
			t.Errorf("%q is listed as missing: %v", cell, got)
		}
	}
}

// Dates become days since 1970, and on circles sines and cosines, however they are written.
func TestDatesBecomeDays(t *testing.T) {
	for _, c := range []struct {
		name, text string
		circles    []string
		columns    string
		x          []float64
	}{
		{"ISO", "d,y\n1970-01-01,1\n1970-01-02,2\n2024-02-29,3\n1969-12-31,5\n", nil, "d", []float64{0, 1, 19782, -1}},
		{"American by one that tells", "d,y\n1/3/1970,1\n1/25/1970,2\n1/2/1970,3\n1/4/1970,5\n", nil, "d", []float64{2, 24, 1, 3}},
		{"European by one that tells", "d,y\n3/1/1970,1\n25/1/1970,2\n2/1/1970,3\n4/1/1970,5\n", nil, "d", []float64{2, 24, 1, 3}},
		{"German", "d;y\n03.01.1970;1\n25.01.70;2\n02.01.1970;3\n04.01.1970;5\n", nil, "", nil},
		{"German, all alike", "d;y\n03.01.1970;1\n25.01.1970;2\n02.01.1970;3\n04.01.1970;5\n", nil, "d", []float64{2, 24, 1, 3}},
		{"with a time", "d,y\n1970-01-01 06:00,1\n1970-01-02 12:00,2\n1970-01-01 18:00,3\n1970-01-01 00:00,5\n", nil, "d", []float64{0.25, 1.5, 0.75, 0}},
		{"with zones", "d,y\n1970-01-01T06:00:00Z,1\n1970-01-02T12:00:00+02:00,2\n1970-01-01T18:00:00Z,3\n1970-01-01T00:00:00Z,5\n", nil, "d", []float64{0.25, 1 + 10./24, 0.75, 0}},
		{"months", "d,y\n1970-01,1\n1970-02,2\n1970-03,3\n1970-04,5\n", nil, "d", []float64{0, 31, 59, 90}},
		{"the day's circle", "d,y\n1970-01-01 06:00,1\n1970-01-02 12:00,2\n1970-01-01 18:00,3\n1970-01-01 00:00,5\n", []string{"day"}, "d|d day sine|d day cosine", []float64{
			0.25, 1, 0, 1.5, 0, -1, 0.75, -1, 0, 0, 0, 1,
		}},
		{"the year's circle, no time for the day's", "d,y\n1970-01-01,1\n1970-07-02,2\n1970-04-02,3\n1972-12-31,5\n", []string{"year", "day"}, "d|d year sine|d year cosine", []float64{
			0, 0, 1, 182, 0.00860, -0.99996, 91, 0.99999, 0.00430, 1095, -0.01717, 0.99985,
		}},
		{"rows that lack a date", "d,y\n1970-01-01,1\n,2\n1970-01-03,3\nNA,4\n1970-01-05,5\n1970-01-06,3\n", nil, "d", []float64{0, 2, 4, 5}},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := Read(strings.NewReader(c.text), Options{Circles: c.circles})
			if err != nil {
				t.Fatal(err)
			}
			rows, _, err := table.Choose([]string{"y"}, []string{"d"})
			if c.columns == "" {
				if err == nil {
					t.Errorf("got %+v", rows)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			near := func(a, b float64) bool { return a-b < 1e-5 && b-a < 1e-5 }
			if got := columnNames(rows.Inputs); got != c.columns || !slices.EqualFunc(rows.X, c.x, near) || rows.Inputs[0].Unit != "days since 1970-01-01" {
				t.Errorf("got %+v %v, want %s %v", rows.Inputs, rows.X, c.columns, c.x)
			}
			if err := rows.Encoding.Check(); err != nil {
				t.Error(err)
			}
		})
	}
}

// A later table is read as the dates of the first are written, and nothing is guessed.
func TestDatesOfALaterTable(t *testing.T) {
	rows, _, err := read(t, "d,y\n1/3/1970,1\n1/25/1970,2\n1/2/1970,3\n1/4/1970,5\n").Choose([]string{"y"}, []string{"d"})
	if err != nil {
		t.Fatal(err)
	}
	values, report, err := read(t, "d\n2/1/1970\n1970-01-05\n25/1/1970\n5\n").Encode(rows.Encoding)
	if err != nil || !equal(values, []float64{31, nan, nan, nan}) || len(report.LeftOut) != 1 {
		t.Fatalf("%v, %+v, %v", values, report, err)
	}
	if got := report.LeftOut[0].Line(); !wording.Is(got, `column "d" skips 3 rows: not a date in the format of the others (first: row 3, "1970-01-05")`) {
		t.Error(got)
	}
	if _, err := Read(strings.NewReader("d,y\n"), Options{Circles: []string{"week"}}); err == nil || !wording.Has(err.Error(), "choose year, day or both") {
		t.Error(err)
	}
}

// By choice a row that lacks an input has the means of the others, and a mark.
func TestLackingInputsAreFilled(t *testing.T) {
	text := "a,s,d,y\n1,red,1970-01-02,1\n,blue,1970-01-04,2\n4,,1970-01-03,3\n7,red,,4\noops,red,1970-01-02,5\n2,blue,1970-01-02,\n3,-1,1970-01-02,6\n"
	table, err := Read(strings.NewReader(text), Options{Lacking: FillMean, Missing: []string{"-1"}})
	if err != nil {
		t.Fatal(err)
	}
	rows, report, err := table.Choose([]string{"y"}, []string{"a", "s", "d"})
	if err != nil {
		t.Fatal(err)
	}
	if got := columnNames(rows.Inputs); got != "a|a missing|s=blue|s=red|s missing|d|d missing" {
		t.Errorf("columns %s", got)
	}
	third := 1. / 3
	want := []float64{
		1, 0, 0, 1, 0, 1, 0,
		3.75, 1, 1, 0, 0, 3, 0,
		4, 0, third, 2 * third, 1, 2, 0,
		7, 0, 0, 1, 0, 1.75, 1,
		3, 0, third, 2 * third, 1, 1, 0,
	}
	if !slices.Equal(rows.X, want) || !slices.Equal(rows.Y, []float64{1, 2, 3, 4, 6}) {
		t.Errorf("got %v, want %v", rows.X, want)
	}
	if report.Dropped != 2 || !slices.Equal(report.Filled, []Filled{{"a", 1, 3}, {"s", 2, 4}, {"d", 1, 5}}) {
		t.Errorf("%+v", report)
	}
	if err := rows.Encoding.Check(); err != nil {
		t.Error(err)
	}
	// A later table is filled with the means of the first, whatever is asked of it.
	values, report, err := read(t, "a,s,d\n,,\n1,red,x\n1,mauve,1970-01-01\n").Encode(rows.Encoding)
	if err != nil || !equal(values, []float64{3.75, 1, third, 2 * third, 1, 1.75, 1, 1, 0, 0, 1, 0, nan, nan, 1, 0, 0, 0, 0, 0, 0}) || len(report.Filled) != 3 || report.Dropped != 1 || report.Unseen[0].Rows != 1 {
		t.Errorf("%v, %+v, %v", values, report, err)
	}
	if got := report.Filled[0].Line(); !wording.Is(got, `column "a": 1 empty cell is filled with the mean of the training rows and marked (first: row 2)`) {
		t.Error(got)
	}
	// Where none lack it there is no mark, and a row that does is dropped later.
	whole, _, err := read(t, "a,y\n1,1\n2,2\n3,4\n4,3\n").Choose([]string{"y"}, []string{"a"})
	if err != nil || whole.Encoding != nil {
		t.Errorf("%+v, %v", whole, err)
	}
	if _, err := Read(strings.NewReader("a,y\n"), Options{Lacking: "zero"}); err == nil || !wording.Has(err.Error(), "choose drop or mean") {
		t.Error(err)
	}
	for text, want := range map[string]string{
		`[{"name":"a","kind":"number","fill":[1,2]}]`:                        "2 fill values",
		`[{"name":"a","kind":"number","fill":[1e300]}]`:                      "too large",
		`[{"name":"a","kind":"values","values":["x","y"],"fill":[0.5,0.5]}]`: "",
	} {
		var e Encoding
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			t.Fatal(err)
		}
		if err := e.Check(); want == "" && err != nil || want != "" && (err == nil || !wording.Has(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
