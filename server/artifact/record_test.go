package artifact

import (
	"fmt"
	"io"
	"strings"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
)

// hostile is data whose columns would be formulas, markup and scripts if anybody let
// them.
func hostile() wire.Spec {
	names := []string{"=cmd|' /C calc'!A0", "</script><script>alert(1)</script>", "mean", "-x,\"y\"", "<!-- `${a}` \\"}
	quoted := make([]string, len(names))
	for i, n := range names {
		quoted[i] = `"` + strings.ReplaceAll(n, `"`, `""`) + `"`
	}
	text := strings.Join(quoted, ",") + "\n"
	for i := range 60 {
		text += fmt.Sprintf("%d,%d,%d,%d,%d\n", i, i*i%17, i*7%13, i%5, (i*i*31)%23-11)
	}
	return wire.Spec{
		Title: "</title><script>alert(2)</script>",
		Lanes: []wire.LaneSpec{{Name: "</script><!--"}},
		Data:  &wire.DataSpec{CSV: &wire.CSVSpec{Text: text, Target: names[4]}},
	}
}

// Tables as they are written in a format, whether the capture has rows or not.
var (
	predictionsCSV     = in("predictions-csv")
	predictionsParquet = in("predictions-parquet")
	historyCSV         = in("history-csv")
	historyParquet     = in("history-parquet")
)

func in(format string) func(io.Writer, *capture.Capture) error {
	f, err := Find(format)
	if err != nil {
		panic(err)
	}
	return f.write
}
