package table

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

var nan = math.NaN()

// lines makes a text of a first line and of rows that a format makes of their number.
func lines(head string, n int, row func(i int) string) string {
	var b strings.Builder
	b.WriteString(head)
	for i := range n {
		b.WriteString(row(i) + "\n")
	}
	return b.String()
}

// Every kind of table that strangers have brought, with what stands in it.
func TestKindsOfTables(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          Options
		columns    string      // names
		want       [][]float64 // rows
		said       string      // in the notes
	}{
		// Thousands and decimals.
		{"commas of thousands", "a;b\n1;8,079\n2;858\n3;1,250\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 1250}}, "a thousands separator"},
		{"points of thousands", "a;b\n1;8.079\n2;858\n3;1.250\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 1250}}, "a thousands separator"},
		{"points of thousands, tabs", "a\tb\n1\t8.079\n2\t858\n3\t1.250\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 1250}}, "a thousands separator"},
		{"two marks", "a;b\n1;8,079.5\n2;858\n3;1,250\n", Options{}, "a b", [][]float64{{1, 8079.5}, {2, 858}, {3, 1250}}, ""},
		{"two marks, German", "a;b\n1;8.079,5\n2;858\n3;1.250\n", Options{}, "a b", [][]float64{{1, 8079.5}, {2, 858}, {3, 1250}}, ""},
		{"millions", "a;b\n1;8,079,123\n2;858\n3;1,250\n", Options{}, "a b", [][]float64{{1, 8079123}, {2, 858}, {3, 1250}}, ""},
		{"lakhs", "a;b\n1;12,34,567\n2;858\n3;1,250\n", Options{}, "a b", [][]float64{{1, 1234567}, {2, 858}, {3, 1250}}, ""},
		{"blanks of thousands", "a;b\n1;8 079\n2;858\n3;12 345,5\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 12345.5}}, ""},
		{"narrow blanks", "a,b\n1,8\u202f079\n2,858\n3,12\u00a0345.5\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 12345.5}}, ""},
		{"apostrophes", "a,b\n1,8'079\n2,858\n3,12’345.5\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 12345.5}}, ""},
		{"thousands in quotes", "a,b\n1,\"8,079\"\n2,858\n3,\"12,345.5\"\n", Options{}, "a b", [][]float64{{1, 8079}, {2, 858}, {3, 12345.5}}, ""},
		{"decimals in quotes", "a,b\n1,\"8,07\"\n2,858\n3,\"12,3\"\n4,\"1,234\"\n", Options{}, "a b", [][]float64{{1, 8.07}, {2, 858}, {3, 12.3}, {4, 1.234}}, ""},
		{"three decimals", "a;b\n1;8,079\n2;0,858\n3;1,250\n", Options{}, "a b", [][]float64{{1, 8.079}, {2, 0.858}, {3, 1.25}}, ""},
		{"three decimals with points", "a,b\n1,8.079\n2,9.858\n3,1.250\n", Options{}, "a b", [][]float64{{1, 8.079}, {2, 9.858}, {3, 1.25}}, ""},
		{"three decimals by the other column", "a;b\n0,5;8,079\n2,5;9,858\n3,5;1,250\n", Options{}, "a b", [][]float64{{0.5, 8.079}, {2.5, 9.858}, {3.5, 1.25}}, ""},
		{"thousands by the other column", "a;b\n0.5;8,079\n2.5;9,858\n3.5;1,250\n", Options{}, "a b", [][]float64{{0.5, 8079}, {2.5, 9858}, {3.5, 1250}}, ""},
		{"either", "a;b\n1;8,079\n2;9,858\n3;1,250\n", Options{}, "a b", [][]float64{{1, nan}, {2, nan}, {3, nan}}, ""},
		{"either, points", "a;b\n1;8.079\n2;9.858\n3;1.250\n", Options{}, "a b", [][]float64{{1, nan}, {2, nan}, {3, nan}}, ""},
		{"either, told", "a;b\n1;8,079\n2;9,858\n3;1,250\n", Options{Decimal: ','}, "a b", [][]float64{{1, 8.079}, {2, 9.858}, {3, 1.25}}, ""},
		{"either, told otherwise", "a;b\n1;8,079\n2;9,858\n3;1,250\n", Options{Decimal: '.'}, "a b", [][]float64{{1, 8079}, {2, 9858}, {3, 1250}}, ""},
		{"a large number without a mark", "a;b\n1;8,079\n2;9858\n3;125\n", Options{}, "a b", [][]float64{{1, nan}, {2, 9858}, {3, 125}}, ""},
		{"eighths", "a;b\n1;4,125\n2;3\n3;2,875\n", Options{}, "a b", [][]float64{{1, nan}, {2, 3}, {3, nan}}, ""},
		{"columns of their own", "a;b;c\n1,5;8.25;8,079\n2,5;9.5;0,858\n", Options{}, "a b c", [][]float64{{1.5, 8.25, 8.079}, {2.5, 9.5, 0.858}}, ""},
		{"both decimal marks", "a;b\n1;8.25\n2;9,5\n3;7\n", Options{}, "a b", [][]float64{{1, 8.25}, {2, 9.5}, {3, 7}}, "some numbers have a decimal comma"},
		{"decimal comma far down", lines("a;b\n", 1500, func(i int) string {
			return fmt.Sprintf("%d;%d", i, i%7)
		}) + "1500;2,5\n1501;3,25\n", Options{}, "a b", nil, ""},

		// Signs, exponents, wrappings.
		{"minus signs", "a,b\n1,−2\n2,–3.5\n3,－4\n", Options{}, "a b", [][]float64{{1, -2}, {2, -3.5}, {3, -4}}, ""},
		{"brackets and signs behind", "a,b\n1,(3.2)\n2,3.2-\n3,+4\n", Options{}, "a b", [][]float64{{1, -3.2}, {2, -3.2}, {3, 4}}, ""},
		{"exponents", "a b\n1.5D+03 1e3\n2d-1 1E-2\n3D0 .5\n", Options{}, "a b", [][]float64{{1500, 1000}, {0.2, 0.01}, {3, 0.5}}, ""},
		{"percent", "a,b\n1,5%\n2,12.5 %\n3,0\n", Options{}, "a b", [][]float64{{1, 5}, {2, 12.5}, {3, 0}}, ""},
		{"some percent", "a,b\n1,5\n2,12.5\n3,7%\n", Options{}, "a b", [][]float64{{1, 5}, {2, 12.5}, {3, nan}}, ""},
		{"Excel's text", "a,b\n1,=\"1.5\"\n2,\"=\"\"2.5\"\"\"\n", Options{}, "a b", [][]float64{{1, 1.5}, {2, 2.5}}, ""},
		{"quotes around all", "\"a\",\"b\"\n\"1\",\"1.5\"\n\"2\",\"\"\n", Options{}, "a b", [][]float64{{1, 1.5}, {2, nan}}, ""},

		// Delimiters.
		{"runs of blanks", "  a   b\n 1.0  -2\n10.5   3\n", Options{}, "a b", [][]float64{{1, -2}, {10.5, 3}}, ""},
		{"blanks and tabs", "1.0 \t -2\n10.5\t 3\n", Options{}, "col1 col2", [][]float64{{1, -2}, {10.5, 3}}, ""},
		{"blanks without names", "1 2 3\n4 5 6\n", Options{}, "col1 col2 col3", [][]float64{{1, 2, 3}, {4, 5, 6}}, ""},
		{"blanks and decimal commas", "1,5 2,25\n3,75 4,5\n", Options{}, "col1 col2", [][]float64{{1.5, 2.25}, {3.75, 4.5}}, ""},
		{"blanks and text in quotes", "18.0 8 \"chevrolet malibu\"\n15.0 4 \"buick\"\n", Options{}, "col1 col2 col3", [][]float64{{18, 8, nan}, {15, 4, nan}}, ""},
		{"blanks and a tab before text", "18.0   8   307.0\t\"chevrolet malibu\"\n15.0   4   350.0\t\"buick\"\n", Options{}, "col1 col2 col3 col4", [][]float64{{18, 8, 307, nan}, {15, 4, 350, nan}}, ""},
		{"commas with blanks", "a, b\n1.5, 2\n3, 4\n", Options{}, "a b", [][]float64{{1.5, 2}, {3, 4}}, ""},
		{"times of day", "when;a\n2024-01-01 00:00;1,5\n2024-01-02 00:00;2,5\n", Options{}, "when a", [][]float64{{nan, 1.5}, {nan, 2.5}}, ""},
		{"dates and decimal commas without names", "01.02.2024;1,5\n02.02.2024;2,5\n", Options{}, "col1 col2", [][]float64{{nan, 1.5}, {nan, 2.5}}, ""},
		{"sep=", "sep=;\na;b\n1;2\n3;4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"sep= in quotes", "\"sep=\t\"\na\tb\n1\t2\n3\t4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"bars with bars around", "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"told delimiter", "a b;c d\n1 2;3 4\n5 6;7 8\n", Options{Delimiter: ' '}, "a b;c d", [][]float64{{1, nan, 4}, {5, nan, 8}}, ""},
		{"carriage returns", "a,b\r1,2\r3,4\r", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"doubled carriage returns", "a,b\r\r\n1,2\r\r\n3,4\r\r\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},

		// Comments, preambles, footers.
		{"comments", "# one, two\n# three\na,b\n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"other comments", "% one, two\n! three\n// four\na,b\n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"names in a comment", "# run 7\n# a b\n1 2\n3 4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, "the column names are from the comment in row 2"},
		{"names in a comment with commas", "#a,b\n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, "the column names are from the comment in row 1"},
		{"a comment among the rows", "a,b\n1,2\n# broken\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, "skipped 1 comment among the rows"},
		{"a quote in a comment", "# 5\" pipe\na,b\n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"a column called #", "#,a\n1,2\n2,3\n", Options{}, "# a", [][]float64{{1, 2}, {2, 3}}, ""},
		{"text that begins with #", "c,a\n#f00,2\n#0f0,3\n", Options{}, "c a", [][]float64{{nan, 2}, {nan, 3}}, ""},
		{"a preamble", "Instrument X\nSerial 4711\n\na,b\n1,2\n3,4\n5,6\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}, {5, 6}}, "before the table"},
		{"a preamble of pairs", "Serial,4711\nChannels,2\n\na,b\n1,2\n3,4\n5,6\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}, {5, 6}}, "before the table"},
		{"a preamble of pairs without a gap", "Serial,4711\nChannels,2\na,b\n1,2\n3,4\n5,6\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}, {5, 6}}, "before the table"},
		{"a preamble of a wide table", "Station: Bonn\nUnits: K, hPa\ntime,T,p,q\n1,2,3,4\n5,6,7,8\n", Options{}, "time T p q", [][]float64{{1, 2, 3, 4}, {5, 6, 7, 8}}, "before the table"},
		{"NIST", "NIST/ITL StRD\nDataset Name:  Misra1a (Misra1a.dat)\n\nFile Format:   ASCII\n               Certified Values  (lines 41 to 47)\n               Data              (lines 61 to 74)\n\nData:   y               x\n      10.07E0      77.6E0\n      14.73E0     114.9E0\n      17.94E0     141.1E0\n      23.93E0     190.8E0\n", Options{}, "y x", [][]float64{{10.07, 77.6}, {14.73, 114.9}, {17.94, 141.1}, {23.93, 190.8}}, "before the table"},
		{"a blank line under the names", "a,b\n\n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"units under the names", "a,b\ns,g\n1,2\n3,4\n", Options{}, "a b", [][]float64{{nan, nan}, {1, 2}, {3, 4}}, ""},
		{"a footer", "a,b\n1,2\n3,4\nTotal rows: 2\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, "after the table"},
		{"a line of sums", "c,a,b\nx,1,2\ny,3,4\nTotal,4,6\n", Options{}, "c a b", [][]float64{{nan, 1, 2}, {nan, 3, 4}}, "after the table"},
		{"the end of a DOS file", "a,b\r\n1,2\r\n3,4\r\n\x1a", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"empty rows at the end", "a;b\n1;2\n3;4\n;\n;\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"ragged ends", "a,b\n1,2,\n3,4\n5,6,,\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}, {5, 6}}, ""},
		{"ragged names", "a,b,,\n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"short rows", "a,b\n1,2\n3\n5,6\n", Options{}, "a b", [][]float64{{1, 2}, {3, nan}, {5, 6}}, "1 row has fewer than the 2 fields"},
		{"a row of blanks that lacks a field", lines("a b c\n", 200, func(i int) string { return fmt.Sprintf("%d %d %d", i, 2*i, i%9) }) + "7 8\n", Options{}, "a b c", nil, "skipped 1 row: 2 fields"},
		{"stray quotes", "s,a,b\n5\" pipe,1,2\nx,3,4\n\"abc,5,6\ny,7,8\n\"z\",9,10\n", Options{}, "s a b", [][]float64{{nan, 1, 2}, {nan, 3, 4}, {nan, 5, 6}, {nan, 7, 8}, {nan, 9, 10}}, "2 quotes are not closed"},
		{"a text over lines", "s,a,b\n\"two\nlines, 5\",1,2\nx,3,4\n", Options{}, "s a b", [][]float64{{nan, 1, 2}, {nan, 3, 4}}, ""},
		{"two stray quotes that pair", "s,a,b\n\"abc,1,2\nx,3,4\npipe 5\",5,6\n", Options{}, "s a b", [][]float64{{nan, 1, 2}, {nan, 3, 4}, {nan, 5, 6}}, "not closed"},

		// Names.
		{"years", "region,2019,2020\nr0,1.5,2.5\nr1,3.5,4.5\nr2,0.1,2\n", Options{}, "region 2019 2020", [][]float64{{nan, 1.5, 2.5}, {nan, 3.5, 4.5}, {nan, 0.1, 2}}, "row 1 (region, 2019, 2020) contains numbers"},
		{"years alone", "2019,2020\n1.5,2.5\n3.5,4.5\n0.1,2\n", Options{}, "2019 2020", [][]float64{{1.5, 2.5}, {3.5, 4.5}, {0.1, 2}}, "contains numbers"},
		{"years under years", "2001,2002\n2003,2004\n2005,2006\n", Options{}, "col1 col2", [][]float64{{2001, 2002}, {2003, 2004}, {2005, 2006}}, ""},
		{"a year in each row", "Bonn,2001,1.5\nRome,2002,2.5\nOslo,2003,3.5\n", Options{}, "col1 col2 col3", [][]float64{{nan, 2001, 1.5}, {nan, 2002, 2.5}, {nan, 2003, 3.5}}, ""},
		{"quantiles", "0.05,0.5,0.95\n10,20,30\n11,21,32\n9,18,27\n", Options{}, "0.05 0.5 0.95", [][]float64{{10, 20, 30}, {11, 21, 32}, {9, 18, 27}}, "contains numbers"},
		{"quantiles beside a name", "q,0.1,0.5,0.9\nr1,0,10,20\nr2,5,11,21\nr3,9,12,25\n", Options{}, "q 0.1 0.5 0.9", [][]float64{{nan, 0, 10, 20}, {nan, 5, 11, 21}, {nan, 9, 12, 25}}, "contains numbers"},
		{"shares under shares", "0.1,0.5,0.9\n0.2,0.4,0.7\n0.3,0.6,0.8\n0.1,0.3,0.9\n", Options{}, "col1 col2 col3", [][]float64{{0.1, 0.5, 0.9}, {0.2, 0.4, 0.7}, {0.3, 0.6, 0.8}, {0.1, 0.3, 0.9}}, ""},
		{"wavelengths", "400,410,420\n0.1,0.2,0.3\n0.2,0.1,0.3\n0.3,0.2,0.1\n", Options{}, "400 410 420", [][]float64{{0.1, 0.2, 0.3}, {0.2, 0.1, 0.3}, {0.3, 0.2, 0.1}}, "contains numbers"},
		{"a count", ",0,1\n0,1.5,2.5\n1,3.5,0.5\n2,0.1,2.25\n", Options{}, "col1 0 1", [][]float64{{0, 1.5, 2.5}, {1, 3.5, 0.5}, {2, 0.1, 2.25}}, "contains numbers"},
		{"numbers that are none", "1,2\n3,4\n5,6\n", Options{}, "col1 col2", [][]float64{{1, 2}, {3, 4}, {5, 6}}, ""},
		{"told that there are", "1,2\n3,4\n5,6\n", Options{Header: "yes"}, "1 2", [][]float64{{3, 4}, {5, 6}}, ""},
		{"told that there are none", "region,2019,2020\nr0,1.5,2.5\nr1,3.5,4.5\nr2,0.1,2\n", Options{Header: "no"}, "col1 col2 col3", [][]float64{{nan, 2019, 2020}, {nan, 1.5, 2.5}, {nan, 3.5, 4.5}, {nan, 0.1, 2}}, ""},
		{"a first row that lacks numbers", "a,b\noops,2\n3,4\n5,6\n", Options{}, "a b", [][]float64{{nan, 2}, {3, 4}, {5, 6}}, ""},
		{"blanks around names", " a , b \n1,2\n3,4\n", Options{}, "a b", [][]float64{{1, 2}, {3, 4}}, ""},
		{"a name twice", "a,a,b\n1,2,3\n4,5,6\n", Options{}, "a a_2 b", [][]float64{{1, 2, 3}, {4, 5, 6}}, `two columns are called "a"`},
		{"names of rows, as R writes them", "\"a\",\"b\"\n\"1\",1.5,2.5\n\"2\",3.5,4.5\n", Options{}, "col1 a b", [][]float64{{1, 1.5, 2.5}, {2, 3.5, 4.5}}, ""},
		{"names of rows between blanks", "a b\nx 1.5 2.5\ny 3.5 4.5\n", Options{}, "col1 a b", [][]float64{{nan, 1.5, 2.5}, {nan, 3.5, 4.5}}, ""},
		{"one column", "a\n1\n2\n", Options{}, "a", [][]float64{{1}, {2}}, ""},
		{"one column of decimal commas", "a\n1,5\n2,5\n", Options{Decimal: ','}, "a", [][]float64{{1.5}, {2.5}}, ""},

		// Missing.
		{"codes", "a,b\n1,-200\n2,-200.0\n3,x\n4,5\n", Options{Missing: []string{"-200", "x"}}, "a b", [][]float64{{1, nan}, {2, nan}, {3, nan}, {4, 5}}, ""},
		{"codes with commas", "a;b\n1;-999,99\n2;3,5\n4;5\n", Options{Missing: []string{"-999.99"}}, "a b", [][]float64{{1, nan}, {2, 3.5}, {4, 5}}, ""},
		{"a value far out", lines("a,b\n", 30, func(i int) string {
			if i%10 == 3 {
				return fmt.Sprintf("%d,-999.99", i)
			}
			return fmt.Sprintf("%d,%d.5", i, i%7)
		}), Options{}, "a b", nil, `column "b": -999.99 occurs 3 times, far outside the rest`},
		{"nines", lines("a,b\n", 30, func(i int) string {
			if i%10 == 3 {
				return fmt.Sprintf("%d,9999", i)
			}
			return fmt.Sprintf("%d,%d.5", i, i%7)
		}), Options{}, "a b", nil, `column "b": 9999 occurs 3 times, far outside the rest`},
		{"codes at both ends", lines("a,b\n", 30, func(i int) string {
			switch i % 10 {
			case 3:
				return fmt.Sprintf("%d,-999", i)
			case 7:
				return fmt.Sprintf("%d,9999", i)
			}
			return fmt.Sprintf("%d,%d.5", i, i%7)
		}), Options{}, "a b", nil, `column "b": -999 occurs 3 times, far outside the rest`},
		{"mostly codes", lines("a,b\n", 30, func(i int) string {
			if i%3 > 0 {
				return fmt.Sprintf("%d,-200", i)
			}
			return fmt.Sprintf("%d,%d.5", i, i%7)
		}), Options{}, "a b", nil, `column "b": -200 occurs 20 times, far outside the rest`},
		{"in the order of time", lines("date,b\n", 20, func(i int) string { return fmt.Sprintf("2024-01-%02d,%d.5", i+1, i%7) }), Options{}, "date b", nil, `the rows are sorted by "date"`},
		{"in the order of days", lines("day;b\n", 20, func(i int) string { return fmt.Sprintf("%d.1.2024;%d,5", i+1, i%7) }), Options{}, "day b", nil, `the rows are sorted by "day"`},
		{"in the order of years", lines("year,b\n", 20, func(i int) string { return fmt.Sprintf("%d,%d.5", 1990+i/2, i%7) }), Options{}, "year b", nil, `the rows are sorted by "year"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			table, err := Read(strings.NewReader(c.text), c.o)
			if err != nil {
				t.Fatal(err)
			}
			var names []string
			for _, p := range table.Columns {
				names = append(names, p.Name)
			}
			if got := strings.Join(names, " "); got != c.columns {
				t.Errorf("columns %q, want %q", got, c.columns)
			}
			if c.want != nil {
				if table.Rows != len(c.want) {
					t.Errorf("%d rows, want %d", table.Rows, len(c.want))
				}
				for i := range min(table.Rows, len(c.want)) {
					var row []float64
					for k := range table.Columns {
						row = append(row, table.value(i, k))
					}
					if !equal(row, c.want[i]) {
						t.Errorf("row %d is %v, want %v", i, row, c.want[i])
					}
				}
			}
			notes := table.Notes()
			if c.said != "" && !slices.ContainsFunc(notes, func(s string) bool { return wording.Has(s, c.said) }) {
				t.Errorf("said %q, want %q", notes, c.said)
			}
			if c.said == "" && len(notes) > 0 {
				t.Errorf("said %q", notes)
			}
		})
	}
}

// What can be read in two ways is refused where it is chosen.
func TestUnclearTablesAreRefused(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"thousands or decimals", "a;b\n1;8,079\n2;9,858\n3;1,250\n4;3,125\n5;4,111\n", `row 2, column "b": 5 cells are ambiguous: "8,079" (8,079 could also be read as 8079`},
		{"one column or two", "b\n1,5\n2,5\n3,7\n", "could be a delimiter or a decimal mark"},
		{"a decimal comma as a delimiter", "a,b\n1,5,2\n2,5,3\n4,5,1\n", "row 2: 3 fields, but the first row has 2"},
		{"commas or blanks", "42,1 416\n43,2 083\n44,3 152\n", "commas and blanks could both"},
		{"many rows that are too long", "a,b\n1,2\n3,4,5\n6,7\n", "row 3: 3 fields, but the first row has 2"},
	} {
		table, err := Read(strings.NewReader(c.text), Options{})
		if err == nil {
			_, _, err = table.Choose([]string{"b"}, nil)
		}
		if err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", c.name, err, c.want)
		}
	}
}

// What the columns of a second table leave open is read as those of the first.
func TestSecondTablesAreReadAsTheFirst(t *testing.T) {
	first := read(t, "a;b\n1;8,079\n2;858\n3;1,250\n4;900\n")
	for _, text := range []string{"b;a\n8,079;1\n9,858;2\n", "a\tb\n1\t8,079\n2\t9,858\n"} {
		second, err := Read(strings.NewReader(text), Options{As: first})
		if err != nil {
			t.Fatal(err)
		}
		rows, _, err := second.Like(&Rows{Inputs: []Column{{Name: "a"}}, Targets: []Column{{Name: "b"}}})
		if err != nil || !slices.Equal(rows.Y, []float64{8079, 9858}) {
			t.Errorf("%q: %v, %v", text, rows, err)
		}
	}
}

// One table in all encodings is one table.
func TestEncodings(t *testing.T) {
	const text = "Größe (m),Straße\n1.5,2\n2.5,4\n3,1\n0.5,7\n"
	latin := strings.NewReplacer("ö", "\xf6", "ß", "\xdf").Replace(text)
	wide := func(order, mark string) string {
		b := mark
		for _, r := range text {
			if lo, hi := string([]byte{byte(r)}), string([]byte{byte(r >> 8)}); order == "le" {
				b += lo + hi
			} else {
				b += hi + lo
			}
		}
		return b
	}
	packed := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		if _, err := z.Write([]byte(s)); err != nil {
			t.Fatal(err)
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for name, c := range map[string]struct {
		text, encoding string
		gzip, said     bool
	}{
		"UTF-8":            {text, "utf-8", false, false},
		"with a mark":      {"\ufeff" + text, "utf-8", false, false},
		"UTF-16, low":      {wide("le", "\xff\xfe"), "utf-16le", false, false},
		"UTF-16, high":     {wide("be", "\xfe\xff"), "utf-16be", false, false},
		"Latin 1":          {latin, "windows-1252", false, true},
		"gzip":             {packed(text), "utf-8", true, false},
		"gzip of UTF-16":   {packed(wide("le", "\xff\xfe")), "utf-16le", true, false},
		"gzip of Latin 1":  {packed(latin), "windows-1252", true, true},
		"two files packed": {packed(text[:30]) + packed(text[30:]), "utf-8", true, false},
	} {
		table, err := Read(strings.NewReader(c.text), Options{})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rows, _, err := table.Choose([]string{"Straße"}, []string{"Größe (m)"})
		if err != nil || !slices.Equal(rows.X, []float64{1.5, 2.5, 3, 0.5}) || !slices.Equal(rows.Y, []float64{2, 4, 1, 7}) {
			t.Errorf("%s: %+v, %v", name, rows, err)
		}
		if table.Encoding != c.encoding || table.Gzip != c.gzip || len(table.Warnings) > 0 != c.said {
			t.Errorf("%s: %s, %v, %q", name, table.Encoding, table.Gzip, table.Warnings)
		}
		decoded, err := Decode(strings.NewReader(c.text), 1e6)
		if err != nil || decoded != text {
			t.Errorf("%s: decoded %q, %v", name, decoded, err)
		}
	}
}
