package table

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A python reads tables by Python's csv and float.
type python struct {
	to   *json.Encoder
	from *bufio.Reader
}

func startPython(t *testing.T) *python {
	t.Helper()
	path, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("tables are compared with what Python reads: install python3 (apt-get install python3): %v", err)
	}
	cmd := exec.CommandContext(t.Context(), path, "testdata/read.py")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errors strings.Builder
	cmd.Stderr = &errors
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		if err := cmd.Wait(); err != nil && t.Context().Err() == nil {
			t.Errorf("%v: %s", err, &errors)
		}
	})
	return &python{json.NewEncoder(in), bufio.NewReader(out)}
}

// read returns the numbers of all cells, nil where there is none.
func (p *python) read(t *testing.T, text, delimiter string) [][]*float64 {
	t.Helper()
	if err := p.to.Encode(map[string]string{"text": text, "delimiter": delimiter}); err != nil {
		t.Fatal(err)
	}
	line, err := p.from.ReadBytes('\n')
	if err != nil && err != io.EOF {
		t.Fatal(err)
	}
	var cells [][]*string
	if err := json.Unmarshal(line, &cells); err != nil {
		t.Fatalf("%v: %.200s", err, line)
	}
	rows := make([][]*float64, len(cells))
	for i, row := range cells {
		for _, c := range row {
			if c == nil {
				rows[i] = append(rows[i], nil)
				continue
			}
			bits, err := strconv.ParseUint(*c, 16, 64)
			if err != nil {
				t.Fatal(err)
			}
			v := math.Float64frombits(bits)
			rows[i] = append(rows[i], &v)
		}
	}
	return rows
}

// A drawn table is one that chance has written, with what is meant by its cells.
type drawn struct {
	text      string
	delimiter string
	decimal   byte
	header    bool
	kinds     []string    // of the columns
	values    [][]float64 // what the cells mean; NaN where it is nothing or none
}

// draw writes a table.
func draw(r *rand.Rand) drawn {
	d := drawn{delimiter: []string{",", ";", "\t", "|", " "}[r.IntN(5)], decimal: '.', header: r.IntN(4) > 0}
	if d.delimiter != "," && r.IntN(3) == 0 {
		d.decimal = ','
	}
	columns, rows := 2+r.IntN(5), 5+r.IntN(60)
	for range columns {
		d.kinds = append(d.kinds, []string{"int", "float", "float", "small", "exponent", "thousands", "money", "text", "signed", "percent"}[r.IntN(10)])
	}
	d.kinds[0] = "float" // one that tells the decimal mark
	end := []string{"\n", "\r\n"}[r.IntN(2)]
	var b strings.Builder
	if r.IntN(5) == 0 {
		fmt.Fprintf(&b, "# this table was made by chance and nothing else%s", end)
	}
	line := func(cells []string) {
		b.WriteString(strings.Join(cells, d.delimiter) + end)
	}
	if d.header {
		var names []string
		for k := range columns {
			names = append(names, "c"+strconv.Itoa(k))
		}
		line(names)
	}
	for range rows {
		var cells []string
		var values []float64
		for _, kind := range d.kinds {
			cell, v := d.cell(r, kind)
			if r.IntN(40) == 0 {
				cell, v = []string{"NA", "", "null", "?"}[r.IntN(4)], math.NaN()
				if cell == "" && d.delimiter == " " {
					cell = "NA"
				}
			}
			if strings.Contains(cell, d.delimiter) || d.delimiter == " " && strings.Contains(cell, "\t") || r.IntN(10) == 0 && cell != "" {
				cell = `"` + cell + `"`
			}
			if d.delimiter != " " && d.delimiter != "\t" && r.IntN(10) == 0 {
				cell = " " + cell + " "
			}
			cells, values = append(cells, cell), append(values, v)
		}
		line(cells)
		d.values = append(d.values, values)
	}
	d.text = b.String()
	return d
}

// cell writes a number of a kind.
func (d *drawn) cell(r *rand.Rand, kind string) (text string, v float64) {
	digits := func(v float64, places int) string {
		return strings.Replace(strconv.FormatFloat(v, 'f', places, 64), ".", string(d.decimal), 1)
	}
	read := func(text string) float64 {
		v, err := strconv.ParseFloat(strings.ReplaceAll(text, string(d.decimal), "."), 64)
		if err != nil {
			panic(err)
		}
		return v
	}
	switch kind {
	case "int":
		text = strconv.Itoa(r.IntN(2000) - 1000)
	case "float":
		text = digits(r.NormFloat64()*100, 2)
	case "small":
		text = digits(r.NormFloat64(), 1+r.IntN(17))
	case "exponent":
		text = strings.Replace(strconv.FormatFloat(r.NormFloat64()*1e5, 'e', -1, 64), ".", string(d.decimal), 1)
	case "signed":
		text = digits(math.Abs(r.NormFloat64()*50), 2)
		v = -read(text)
		return []string{"(" + text + ")", "\u2212" + text, text + "-"}[r.IntN(3)], v
	case "percent":
		text = digits(r.Float64()*100, 1)
		return text + "%", read(text)
	case "thousands", "money":
		v = float64(r.IntN(3_000_000))
		mark := map[byte]string{'.': ",", ',': "."}[d.decimal]
		if kind == "money" {
			mark = []string{"'", "\u202f", "\u00a0"}[r.IntN(3)]
		}
		text = strconv.Itoa(int(v))
		for i := len(text) - 3; i > 0; i -= 3 {
			text = text[:i] + mark + text[i:]
		}
		return text, v
	case "text":
		return []string{"Bonn", "wind, strong", "say \"\"x\"\"", "a;b", "x|y", "tab\there", "rain"}[r.IntN(7)], math.NaN()
	}
	return text, read(text)
}

// What is read of tables of all kinds is what was meant, to the last bit, or it is said
// that it was not read; and it is what Python reads wherever both take a cell for a
// number.
func TestTablesAreReadAsTheyAreMeant(t *testing.T) {
	p := startPython(t)
	compared, meant, refused := 0, 0, 0
	for seed := range uint64(1500) {
		d := draw(rand.New(rand.NewPCG(seed, 1)))
		fail := func(format string, args ...any) {
			t.Fatalf("seed %d: %s\n%s", seed, fmt.Sprintf(format, args...), d.text)
		}
		table, err := Read(strings.NewReader(d.text), Options{})
		if err != nil {
			refused++
			continue
		}
		if got := string(table.Delimiter); got != d.delimiter {
			fail("delimiter %q, want %q", got, d.delimiter)
		}
		if table.Rows != len(d.values) || len(table.Columns) != len(d.kinds) || table.Header != d.header {
			fail("%d rows of %d columns, header %v; want %d, %d, %v", table.Rows, len(table.Columns), table.Header, len(d.values), len(d.kinds), d.header)
		}
		for i, row := range d.values {
			for k, want := range row {
				c := &table.Columns[k]
				got := table.value(i, k)
				switch {
				case math.IsNaN(got) && math.IsNaN(want):
				case math.IsNaN(got) && !c.Numeric(): // which is said where it is chosen
				case got != want:
					fail("row %d, column %d (%s): %v, want %v", i, k, d.kinds[k], got, want)
				default:
					meant++
				}
			}
		}
		if d.delimiter == " " {
			continue // which csv.reader cannot run together
		}
		// Comments are ours alone.
		text := d.text
		if strings.HasPrefix(text, "#") {
			_, text, _ = strings.Cut(text, "\n")
		}
		rows := p.read(t, text, d.delimiter)
		if d.header {
			rows = rows[1:]
		}
		if len(rows) != table.Rows {
			fail("%d rows, where Python reads %d", table.Rows, len(rows))
		}
		for i, row := range rows {
			for k, want := range row {
				got := table.value(i, k)
				if want == nil || math.IsNaN(got) || slices.Contains([]string{"thousands", "money"}, d.kinds[k]) {
					continue
				}
				compared++
				if math.Float64bits(got) != math.Float64bits(*want) {
					fail("row %d, column %d (%s): %v, where Python reads %v", i, k, d.kinds[k], got, *want)
				}
			}
		}
	}
	t.Logf("%d numbers as they are meant, %d of them compared with Python, %d tables refused", meant, compared, refused)
	if compared < 20_000 || meant < 100_000 || refused > 75 {
		t.Errorf("only %d and %d numbers were compared, and %d tables refused", compared, meant, refused)
	}
}
