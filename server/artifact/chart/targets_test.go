package chart

import (
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// Of several targets a report has a table of the scores of each and over all, and says
// which one its charts are of.
func TestReportOfSeveralTargets(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"wind","hidden":[8],"shown_target":2}`, 60)
	report := reportOf(t, r)
	_, table, _ := strings.Cut(report, `<h2 id="by-target">`)
	table, _, _ = strings.Cut(table, "</section>")
	for _, want := range []string{
		"<th scope=\"row\">east wind (m/s)</th><td>" + shown(r.Targets[0].Test.Report.NLL) + "</td>",
		"<th scope=\"row\">north wind (m/s)</th><td>" + shown(r.Targets[1].Test.Report.NLL) + "</td>",
		"<th scope=\"row\">over all (std)</th><td>" + shown(r.Test.Report.NLL) + "</td>",
		"<td>" + r.Targets[1].Test.Verdict.String() + "</td>",
	} {
		if !wording.Has(table, want) {
			t.Errorf("the table by target does not say %q: %s", want, table)
		}
	}
	for _, want := range []string{"The charts show <b>north wind</b>", "Calibration, north wind", "Fit, north wind", ">Loss</h2>", "CRPS (std)"} {
		if !wording.Has(report, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if strings.Contains(report, "CRPS (m/s)") {
		t.Error("a score over all targets is said to be in the unit of one")
	}
	drawn, _ := optionsOf(t, report)["calibration"]["series"].([]any)
	for _, s := range drawn {
		one := s.(map[string]any)
		if one["id"] != "observed" {
			continue
		}
		list := one["data"].([]any)
		for i, want := range r.Targets[1].Test.Curve.Observed {
			if got := list[i].([]any)[1].(float64); got-want > 1e-5 || want-got > 1e-5 {
				t.Fatalf("the calibration has %g at %d, that of the target %g", got, i, want)
			}
		}
	}
	one := reportOf(t, runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[4]}`, 5))
	if strings.Contains(one, "by-target") || strings.Contains(one, "Over all") {
		t.Error("of one target there is a table by target")
	}
	r.Test, r.Targets[0].Test, r.Targets[1].Test = capture.Scores{}, capture.Scores{}, capture.Scores{}
	if none := reportOf(t, r); !strings.Contains(none, "<td>–</td>") {
		t.Error("without test rows there are scores")
	}
}
