//go:build !nonsense

package table

import (
	"fmt"
	"strings"
)

// The output has sentences in it.

func ExampleRead() {
	t, err := Read(strings.NewReader("time (ms);accel [g];remark\n2,4;0;\n2,6;-1,3;\n3,2;n/a;sensor slipped\n3,6;oops;\n4;-2,7;\n5;-5,4;\n"), Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%d rows, %q between fields, decimal mark %q\n", t.Rows, t.Delimiter, t.Decimal)
	for _, c := range t.Columns {
		fmt.Printf("%s in %q: %d numbers from %g to %g, %d missing\n", c.Name, c.Unit, c.Numbers, c.Min, c.Max, c.Missing)
	}
	rows, report, err := t.Choose([]string{"accel"}, []string{"time"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rows.Targets[0].Name, rows.X, rows.Y)
	for _, l := range report.LeftOut {
		fmt.Println(l.Line())
	}
	_, _, err = t.Choose([]string{"remark"}, []string{"time"})
	fmt.Println(err)
	// Output:
	// 6 rows, ';' between fields, decimal mark ','
	// time in "ms": 6 numbers from 2.4 to 5, 0 missing
	// accel in "g": 4 numbers from -5.4 to 0, 1 missing
	// remark in "": 0 numbers from 0 to 0, 5 missing
	// accel [2.4 2.6 4 5] [0 -1.3 -2.7 -5.4]
	// column "accel" skips 1 row: empty (first: row 4, "n/a")
	// column "accel" skips 1 row: not a number (first: row 5, "oops")
	// row 4, column "remark": contains text that cannot be used: "sensor slipped" (not a number); choose another column
}
