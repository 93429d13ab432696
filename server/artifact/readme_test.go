package artifact

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

var update = flag.Bool("update", false, "write the table of formats in README.md again")

// README.md lists the formats, as they are.
func TestREADMEListsFormats(t *testing.T) {
	const readme, begin, end = "../../README.md", "-update -->\n", "<!-- end of formats -->"
	b, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	text := string(b)
	before, rest, ok := strings.Cut(text, begin)
	_, after, ended := strings.Cut(rest, end)
	if !ok || !ended {
		t.Fatalf("README.md has no table of formats between %q and %q", begin, end)
	}
	var table strings.Builder
	table.WriteString("| format | file | what it is |\n|---|---|---|\n")
	for _, f := range Formats() {
		help := f.Help
		if f.Read && f.Group != groupAll {
			help += " Can be imported."
			if !f.Rows {
				help = strings.TrimSuffix(help, ".") + ", if it was trained on a built-in data set."
			}
		}
		fmt.Fprintf(&table, "| `%s` | `%s` | %s |\n", f.Name, f.File, strings.ReplaceAll(help, "|", "\\|"))
	}
	want := before + begin + table.String() + end + after
	if wording.Is(want, text) {
		return
	}
	if !*update {
		t.Fatal("README.md does not list the formats as they are; run go test ./server/artifact -run README -update")
	}
	if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
