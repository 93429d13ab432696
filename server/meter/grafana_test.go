package meter

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// The dashboard asks for figures that there are, and shows each of ours.
func TestDashboard(t *testing.T) {
	text, err := os.ReadFile("grafana.json")
	if err != nil {
		t.Fatal(err)
	}
	var d struct {
		Panels []struct {
			Title   string
			Type    string
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	var there []string
	for line := range strings.Lines(told(one())) {
		if name, ok := strings.CutPrefix(line, "# TYPE "); ok {
			name, kind, _ := strings.Cut(strings.TrimSpace(name), " ")
			if kind == "histogram" {
				name += "_bucket"
			}
			there = append(there, name)
		}
	}
	name := regexp.MustCompile(`\b(gnllviz|process|go)_\w+`)
	asked := map[string]bool{"gnllviz_connections": true, "gnllviz_runs": true} // beside viewers, and runs by state
	for _, p := range d.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("the panel %q shows nothing", p.Title)
		}
		for _, q := range p.Targets {
			names := name.FindAllString(q.Expr, -1)
			if len(names) == 0 {
				t.Errorf("the panel %q asks for no figure: %s", p.Title, q.Expr)
			}
			for _, n := range names {
				asked[n] = true
				if !slices.Contains(there, n) {
					t.Errorf("the panel %q asks for %s, which /metrics does not tell", p.Title, n)
				}
			}
		}
	}
	for _, n := range there {
		if strings.HasPrefix(n, "gnllviz_") && !asked[n] {
			t.Errorf("the dashboard does not show %s", n)
		}
	}
}
