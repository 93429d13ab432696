package table

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// bigText is a table of so many rows of 20 columns.
func bigText(rows int) string {
	var b strings.Builder
	for k := range 20 {
		b.WriteString("column" + strconv.Itoa(k) + ",")
	}
	b.WriteString("y\n")
	v := 1.0
	for i := range rows {
		for k := range 20 {
			v = v*1.7 + float64(i%17+k)
			for v > 1e6 {
				v -= 999_983
			}
			b.WriteString(strconv.FormatFloat(v, 'f', k%7, 64) + ",")
		}
		b.WriteString(strconv.Itoa(i%1000) + "\n")
	}
	return b.String()
}

// BenchmarkRead reads 100,000 rows of 20 columns and a target.
func BenchmarkRead(b *testing.B) {
	text := bigText(100_000)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		t, err := Read(strings.NewReader(text), Options{Limits: Limits{Bytes: 1e8}})
		if err != nil {
			b.Fatal(err)
		}
		if rows, _, err := t.Choose([]string{"y"}, []string{"column0", "column1"}); err != nil || rows.Len() != 100_000 {
			b.Fatal(err)
		}
	}
}

// A table of 100,000 rows of 20 columns takes less than 200 MB, all that is taken on the
// way included.
func TestLargeTablesTakeLittle(t *testing.T) {
	text := bigText(100_000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	table, err := Read(strings.NewReader(text), Options{Limits: Limits{Bytes: 1e8}})
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	taken := (after.TotalAlloc - before.TotalAlloc) >> 20
	t.Logf("%d MB of text: %d MB allocated in %d pieces", len(text)>>20, taken, after.Mallocs-before.Mallocs)
	if taken > 200 {
		t.Errorf("%d MB were allocated for %d MB of text", taken, len(text)>>20)
	}
	if table.Rows != 100_000 || len(table.Columns) != 21 || table.Columns[0].Numbers != 100_000 {
		t.Errorf("%d rows of %d columns", table.Rows, len(table.Columns))
	}
}
