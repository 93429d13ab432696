package table

import (
	"errors"
	"io"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// endless repeats a text for a gigabyte, counts what was taken of it, and looks
// how full the heap is.
type endless struct {
	text  string
	taken int
	heap  uint64 // bytes at most, with what was not yet collected
}

func (e *endless) Read(p []byte) (int, error) {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	e.heap = max(e.heap, m.HeapAlloc)
	if e.taken >= 1<<30 {
		return 0, io.EOF
	}
	for i := range p {
		p[i] = e.text[(e.taken+i)%len(e.text)]
	}
	e.taken += len(p)
	return len(p), nil
}

// A gigabyte of anything is refused after as many bytes as the limits allow, and
// within 64 MB.
func TestReadRefusesAGigabyte(t *testing.T) {
	for _, text := range []string{
		"0", ",", "\"", "a", "\n", "\r\n", "\x00", "\xff", "1\n", "1,2\n", "\"\n", "\"a\n", "\"\"\n", ",\n", "1;", "é",
		"NA\n", "x\n", strings.Repeat("1,", 63) + "1\n", strings.Repeat(",", 63) + "\n", strings.Repeat("x,", 63) + "\n",
		strings.Repeat("9", 1000) + "\n", "\"" + strings.Repeat("\n", 1000) + "\"\n",
	} {
		r := &endless{text: text}
		var before runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		_, err := Read(r, Options{})
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%.20q: got %v, want a refusal", text, err)
		}
		if r.taken > 5e6+1<<16 {
			t.Errorf("%.20q: %d bytes were taken before the refusal", text, r.taken)
		}
		mb := (int64(r.heap) - int64(before.HeapAlloc)) >> 20
		if mb >= 64 {
			t.Errorf("%.20q: %d MB more", text, mb)
		}
		t.Logf("%.20q: %d bytes taken, %d MB more, %v", text, r.taken, mb, err)
	}
}

// Whatever is read gives a table whose counts add up and whose sets are finite,
// or a refusal with a cure.
func FuzzTable(f *testing.F) {
	for _, text := range []string{
		"x,y\n1,2\n2,1\n3,4\n4,3\n", "x;y\n1,5;2\n2,5;1\n", "\ufeffa\tb\r\n1\t2\r\n", "\"a\nb\",c\n1,\"2\"\n", "a|b\n1|NA\n",
		"=cmd|' /C calc'!A0,b\n1e999,2\n", "\xff\xfea\x00", "a,\"b\n", "1\n2\n3\n4\n5\n", ",,\n,,\n", "x (m) [s],x (m)\n1_0,0x1\n",
		"# c\n% d\n a  b\n1  2\n3  4\n\n", "x;y\n8,079;1\n858;2\n1,250;3\n9;4\n", "x,y\n(3),1%\n3-,2%\n−4,\"5,0\"\n", "sep=|\nx|y\n1|2\n",
		"x,2019,2020\n1,2,3\n4,5,6\n7,8,9\n", "\x1f\x8b\x08\x00", "| x | y |\n|---|---|\n| 1 | 2 |\n", "x\ty\r1\t2\r", "x,y\n\"1,2\n3,4\n5\",6\n", "Total,1\n=\"2\",3\n",
		"x,y\nred,1\nblue,2\nred,3\n\"b,\",4\n", "x,x=a,y\na,1,1\nb,2,2\na,3,3\nA,4,4\n",
	} {
		f.Add(text, "x", "y")
	}
	limits := Limits{Bytes: 4096, Rows: 50, Columns: 8, Field: 100}
	f.Fuzz(func(t *testing.T, text, target, input string) {
		table, err := Read(strings.NewReader(text), Options{Limits: limits})
		if err != nil {
			var e *Error
			if decoded, err := Decode(strings.NewReader(text), 1<<20); err == nil {
				text = decoded
			}
			if !errors.As(err, &e) || e.What == "" || e.Cure == "" || e.Row > 1+strings.Count(text, "\n")+strings.Count(text, "\r") {
				t.Fatalf("%#v", err)
			}
			return
		}
		if table.Rows > limits.Rows || len(table.Columns) > limits.Columns || len(table.First) > 10 {
			t.Fatalf("%d rows of %d columns, %d shown", table.Rows, len(table.Columns), len(table.First))
		}
		for _, c := range table.Columns {
			if c.Numbers+c.Missing+c.Other != table.Rows || c.Name == "" {
				t.Fatalf("%+v of %d rows", c, table.Rows)
			}
		}
		if values, report, err := table.Values([]string{table.Columns[0].Name}); err == nil {
			lacking := 0
			for _, v := range values {
				if math.IsNaN(v) {
					lacking++
				}
			}
			if len(values) != table.Rows || lacking != report.Dropped {
				t.Fatalf("%d values of %d rows, %d lacking and %d reported", len(values), table.Rows, lacking, report.Dropped)
			}
		}
		first, last := table.Columns[0].Name, table.Columns[len(table.Columns)-1].Name
		for _, names := range [][2][]string{{{target}, {input}}, {{first}, {last}}, {{first, last}, nil}, {table.Names(target + "," + input), {first}}} {
			s, dropped, err := table.Choose(names[0], names[1])
			if err != nil {
				var e *Error
				if !errors.As(err, &e) || e.What == "" || e.Cure == "" {
					t.Fatalf("%#v", err)
				}
				continue
			}
			for _, l := range dropped.LeftOut {
				if l.Column == "" {
					dropped.Dropped -= l.Rows // which were no rows of the table
				}
			}
			if s.Len()+dropped.Dropped != table.Rows || len(s.X) != s.Len()*len(s.Inputs) || len(s.Y) != s.Len()*len(s.Targets) || s.Len() < 4 {
				t.Fatalf("%d rows and %d dropped of %d", s.Len(), dropped.Dropped, table.Rows)
			}
			for _, v := range slices.Concat(s.X, s.Y) {
				if !(math.Abs(v) <= 1e18) {
					t.Fatalf("%v, %v", s.X, s.Y)
				}
			}
			if s.Encoding == nil {
				continue
			}
			if err := s.Encoding.Check(); err != nil || s.Encoding.Width() != len(s.Inputs) {
				t.Fatalf("%+v of %d columns: %v", s.Encoding, len(s.Inputs), err)
			}
			if again, _, err := table.Like(s); err != nil || !slices.Equal(again.X, s.X) || !slices.Equal(again.Y, s.Y) {
				t.Fatalf("%v became %+v, %v", s.X, again, err)
			}
		}
	})
}
