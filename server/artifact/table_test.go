package artifact

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/parquet-go/parquet-go"
)

// readCSV returns the columns of a CSV file by their names.
func readCSV(t *testing.T, write func(io.Writer, *capture.Capture) error, r *capture.Capture) (names []string, columns map[string][]string) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	columns = map[string][]string{}
	for k, name := range lines[0] {
		if _, twice := columns[name]; twice {
			t.Errorf("column %q is there twice", name)
		}
		columns[name] = []string{}
		for _, l := range lines[1:] {
			columns[name] = append(columns[name], l[k])
		}
	}
	return lines[0], columns
}

func TestPredictionsReadBackExactly(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","members":2,"hidden":[8]}`, 30)
	names, columns := readCSV(t, predictionsCSV, r)
	want := []string{"id", "part", r.Data.Inputs[0].Name, r.Data.Target.Name, "mean", "std", "variance", "aleatoric_std", "epistemic_std", "lower_95", "upper_95", "z"}
	if !slices.Equal(names, want) {
		t.Errorf("columns %q, want %q", names, want)
	}
	if len(columns["id"]) != len(r.Rows) || len(r.Rows) == 0 {
		t.Fatalf("%d rows of %d", len(columns["id"]), len(r.Rows))
	}
	for i, row := range r.Rows {
		if columns["id"][i] != strconv.Itoa(int(row.ID)) || columns["part"][i] != row.Part {
			t.Fatalf("row %d is %s of %s", i, columns["id"][i], columns["part"][i])
		}
		for name, want := range map[string]float64{
			r.Data.Inputs[0].Name: row.X[0], r.Data.Target.Name: row.Y, "mean": row.Mean, "std": row.Std, "variance": row.Std * row.Std,
			"aleatoric_std": row.Aleatoric, "epistemic_std": row.Epistemic, "lower_95": row.Mean - wire.Reach95*row.Std, "z": (row.Y - row.Mean) / row.Std,
		} {
			if got, err := strconv.ParseFloat(columns[name][i], 64); err != nil || got != want {
				t.Fatalf("%s of row %d: %s (%v), want %v", name, i, columns[name][i], err, want)
			}
		}
	}
}

func TestHistoryHasEveryStep(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[8]}`, 40)
	names, columns := readCSV(t, historyCSV, r)
	if want := append(append([]string{"step"}, capture.BatchColumns()...), wire.PointColumns[2:2+wire.PointAlways]...); !slices.Equal(names, want) {
		t.Errorf("columns %q, want %q", names, want)
	}
	evaluated := 0
	for i, step := range columns["step"] {
		if step != strconv.Itoa(i) && step != strconv.Itoa(i+1) {
			t.Fatalf("row %d is step %s", i, step)
		}
		if columns["train_nll"][i] != "" {
			evaluated++
		}
	}
	if len(columns["step"]) < 40 || evaluated != len(r.Points) || evaluated == 0 {
		t.Errorf("%d rows, %d of them with scores, of %d points", len(columns["step"]), evaluated, len(r.Points))
	}
	for k, name := range capture.BatchColumns() {
		for i, step := range r.Batches.Steps {
			row := slices.Index(columns["step"], strconv.FormatUint(step, 10))
			got, err := strconv.ParseFloat(columns[name][row], 32)
			if want := r.Batches.Values[k][i]; err != nil || float32(got) != want && want == want {
				t.Fatalf("%s of step %d: %s (%v), want %v", name, step, columns[name][row], err, want)
			}
		}
	}
}

// What no step of training can be made to give is put in by hand.
func TestHistoryTellsWhatIsNotFinite(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	r := &capture.Capture{Curves: capture.Curves{
		Batches: capture.Batches{Steps: []uint64{1, 2, 4}, Values: [][]float32{{1, inf, -inf}, {nan, 0.1, 2}, {3, 4, 5}}},
		Points:  []wire.Point{{Step: 0}, {Step: 2}, {Step: 2}, {Step: 3}},
	}}
	r.Points[2].Values[0] = 7
	_, columns := readCSV(t, historyCSV, r)
	for name, want := range map[string]string{
		"step": "0 1 2 3 4", "batch_loss": " 1 inf  -inf", "mean_norm": " NaN 0.1  2", "train_loss": "0  7 0 ",
	} {
		if got := strings.Join(columns[name], " "); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

func TestHostileNamesAreWords(t *testing.T) {
	r := runtest.Capture(t, hostile(), `{"speed":"max","hidden":[4]}`, 5)
	names, columns := readCSV(t, predictionsCSV, r)
	negative := 0
	for name, cells := range columns {
		if name[0] == '=' || name[0] == '-' {
			t.Errorf("column %q would be a formula", name)
		}
		for _, c := range cells {
			if strings.HasPrefix(c, "'") {
				t.Fatalf("a number became words: %s", c)
			}
			if strings.HasPrefix(c, "-") {
				negative++
			}
		}
	}
	if negative == 0 {
		t.Error("no number is negative, so that nothing was tested")
	}
	for _, want := range []string{"'=cmd|' /C calc'!A0", "</script><script>alert(1)</script>", "input_mean", `'-x,"y"`, "mean"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no column %q in %q", want, names)
		}
	}
	if p := readParquet(t, predictionsParquet, r); !slices.Contains(p.names, "=cmd|' /C calc'!A0") || !slices.Contains(p.names, `-x,"y"`) {
		t.Errorf("columns of Parquet: %q", p.names)
	}
	for cell, want := range map[string]string{"": "", "a": "a", "=1": "'=1", "+1": "'+1", "-1": "'-1", "@a": "'@a", "\ta": "'\ta", "\ra": "'\ra", "\x00": "'\x00"} {
		if got := text(cell); got != want {
			t.Errorf("%q became %q", cell, got)
		}
	}
}

// A parquetFile is what was read of one.
type parquetFile struct {
	names []string
	rows  []parquet.Row
	card  string
}

func readParquet(t *testing.T, write func(io.Writer, *capture.Capture) error, r *capture.Capture) (p parquetFile) {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b, r); err != nil {
		t.Fatal(err)
	}
	f, err := parquet.OpenFile(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range f.Schema().Columns() {
		p.names = append(p.names, c[0])
	}
	p.card, _ = f.Lookup(cardKey)
	for _, g := range f.RowGroups() {
		rows := g.Rows()
		for {
			room := make([]parquet.Row, 50)
			n, err := rows.ReadRows(room)
			for _, row := range room[:n] {
				p.rows = append(p.rows, row.Clone())
			}
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func TestParquetHasWhatCSVHas(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[8]}`, 40)
	for _, c := range []struct {
		of           table
		csv, parquet func(io.Writer, *capture.Capture) error
	}{{predictions(r), predictionsCSV, predictionsParquet}, {history(r), historyCSV, historyParquet}} {
		names, columns := readCSV(t, c.csv, r)
		p := readParquet(t, c.parquet, r)
		if !slices.Equal(names, p.names) || len(p.rows) != c.of.rows {
			t.Fatalf("%s: columns %q, not %q, and %d rows of %d", c.of.name, p.names, names, len(p.rows), c.of.rows)
		}
		for i, row := range p.rows {
			for k, v := range row {
				got := ""
				switch v.Kind() {
				case parquet.Int64:
					got = strconv.FormatInt(v.Int64(), 10)
				case parquet.Float:
					got = number(float64(v.Float()), 32)
				case parquet.Double:
					got = number(v.Double(), 64)
				case parquet.ByteArray:
					got = string(v.ByteArray())
				}
				if want := columns[names[k]][i]; got != want || v.IsNull() != (want == "") {
					t.Fatalf("%s: %s of row %d is %q (%v), in CSV %q", c.of.name, names[k], i, got, v.Kind(), want)
				}
			}
		}
		var card export.Card
		if err := json.Unmarshal([]byte(p.card), &card); err != nil || card.Run != "example" || card.DataSHA256 != r.Model.Card.DataSHA256 {
			t.Errorf("%s: the card is %.60s (%v)", c.of.name, p.card, err)
		}
	}
}

// One record gives the same bytes, in every format, and the archive has the sums of
// them.
func TestTheSameRecordGivesTheSameBytes(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[8]}`, 6)
	files := func() map[string]string {
		var b bytes.Buffer
		if err := writeZip(&b, r); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		m := map[string]string{"the archive": b.String()}
		for _, f := range z.File {
			rc, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			content, err := io.ReadAll(rc)
			if err != nil {
				t.Fatal(err)
			}
			m[f.Name] = string(content)
		}
		return m
	}
	a, b := files(), files()
	if len(a) != len(Files(r))+2 {
		t.Errorf("%d files of %d formats", len(a), len(Files(r)))
	}
	want := ""
	for _, f := range Files(r) {
		want += fmt.Sprintf("%x  %s\n", sha256.Sum256([]byte(a[f.File])), f.File)
	}
	if a[sumsFile] != want {
		t.Errorf("the sums are\n%snot\n%s", a[sumsFile], want)
	}
	for name, content := range a {
		if content == "" || content != b[name] {
			t.Errorf("%s: %d and %d bytes, and not the same", name, len(content), len(b[name]))
		}
	}
}
