package chart

import (
	"bytes"
	"encoding/json"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/runtest"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func reportOf(t *testing.T, r *capture.Capture) string {
	t.Helper()
	var b bytes.Buffer
	if err := Report(&b, []byte("draw()"), r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// optionsOf reads the charts back out of a report.
func optionsOf(t *testing.T, report string) map[string]map[string]any {
	t.Helper()
	found := regexp.MustCompile(`(?s)<script type="application/json" id="options">(.*?)</script>`).FindStringSubmatch(report)
	if found == nil {
		t.Fatal("there are no options")
	}
	var options map[string]map[string]any
	if err := json.Unmarshal([]byte(found[1]), &options); err != nil {
		t.Fatalf("%v in %.200s", err, found[1])
	}
	return options
}

func TestReportTellsAll(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","members":2,"hidden":[8],"eps":0.01}`, 40)
	r.Changes = []wire.Change{{Step: 20, Kind: wire.ControlChange, Control: "eps", Old: 1e-6, New: 0.01}, {Step: 30, Kind: wire.LaneChange, Text: "lane B was added"}}
	report := reportOf(t, r)
	for _, want := range []string{
		"Motorcycle impact", "after 40 steps", "106 to train on, 27 to test with", "time after impact (ms)",
		"before step 20: eps 1e-6 → 1e-2", "before step 30: lane B was added", "1e-2 <small>instead of 1e-6</small>",
		"CRPS (g)", "coverage 95 %", r.Model.Card.DataSHA256, "Not for decisions",
	} {
		if !wording.Has(report, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	options := optionsOf(t, report)
	for id, series := range map[string][]string{
		"fit": {"band0", "band1", "band2", "train", "test", "mean"}, "std": {"epistemic", "std"},
		"loss": {"batch", "train", "test", "changes"}, "calibration": {"chance", "diagonal", "observed"}, "pit": {"pit"},
	} {
		have := map[string]int{}
		list, _ := options[id]["series"].([]any)
		for _, s := range list {
			one := s.(map[string]any)
			data, _ := one["data"].([]any)
			have[one["id"].(string)] = len(data)
		}
		for _, name := range series {
			if n, ok := have[name]; !ok || n == 0 && name != "changes" {
				t.Errorf("%s has no %s: %v", id, name, have)
			}
		}
		if strings.Count(report, `data-chart="`+id+`"`) != 1 {
			t.Errorf("%s is not drawn once", id)
		}
	}
}

// An equation is drawn and told with its parameters; without one nothing is said of it.
func TestReportTellsTheEquation(t *testing.T) {
	const controls = `{"speed":"max","dataset":"oscillator","activation":"sin","hidden":[8],"members":2,"equation":"d2u + mu*du + 400*u","parameters":"mu=3:learned"%s}`
	learned := reportOf(t, runtest.Capture(t, wire.Spec{}, strings.Replace(controls, "%s", "", 1), 20))
	for _, want := range []string{
		"What the equation says", "d2u &#43; mu*du &#43; 400*u = 0", "learned noise", `<th scope="row">mu</th>`, "<td>learned</td>", "<td>4</td>", "std over the members", "30, from 0",
	} {
		if !wording.Has(learned, want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	ids := map[string]int{}
	list, _ := optionsOf(t, learned)["equation"]["series"].([]any)
	for _, s := range list {
		one := s.(map[string]any)
		data, _ := one["data"].([]any)
		ids[one["id"].(string)] = len(data)
	}
	if ids["noise"] == 0 || ids["zero"] != 2 || ids["residual"] < 50 || strings.Count(learned, `data-chart="equation"`) != 1 {
		t.Errorf("the residual's chart has %v", ids)
	}
	fixed := reportOf(t, runtest.Capture(t, wire.Spec{}, strings.Replace(controls, "%s", `,"equation":"d2u + 4*du + k*u = 0","parameters":"k=400","members":1,"equation_noise":"fixed"`, 1), 20))
	for want, there := range map[string]bool{"<td>fixed</td>": true, "weight, set by hand": true, "0 = 0": false, "true value": false, "std over the members": false, "learned noise": false} {
		if there && !wording.Has(fixed, want) || !there && strings.Contains(fixed, want) {
			t.Errorf("that the report says %q is %t", want, !there)
		}
	}
	if plain := reportOf(t, runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[4]}`, 5)); strings.Contains(plain, "What the equation says") || optionsOf(t, plain)["equation"] != nil {
		t.Error("without an equation the report tells of one")
	}
}

// Nothing that a user names gets out of its place, in HTML as in JSON within it.
func TestReportHoldsHostileNames(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"quakes","slice":1,"hidden":[4]}`, 5)
	const evil = `</script><!--<script>alert(1)</script>"'` + "`\u2028"
	r.Data.Title, r.Data.Help, r.Data.Source, r.Lane.Name = evil, evil, evil, evil
	r.Data.Inputs[0].Name, r.Data.Target.Name, r.Data.Target.Unit = evil, evil, evil
	r.Model.Inputs[0].Name, r.Model.Card.Lane = evil, evil
	r.Changes = []wire.Change{{Kind: wire.LaneChange, Text: evil}}
	report := reportOf(t, r)
	if n := strings.Count(strings.ToLower(report), "<script"); n != 2 {
		t.Errorf("%d scripts begin", n)
	}
	if n := strings.Count(strings.ToLower(report), "</script"); n != 2 {
		t.Errorf("%d scripts end", n)
	}
	if strings.Contains(report, "<!--") || strings.Contains(report, "alert(1)</") {
		t.Error("a comment or a script began")
	}
	if name := optionsOf(t, report)["fit"]["xAxis"].([]any)[0].(map[string]any)["name"]; name != evil+" (°)" {
		t.Errorf("the axis is called %q", name)
	}
}

func TestReportOfWhatIsNotThere(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"quakes","hidden":[4]}`, 5) // a map
	options := optionsOf(t, reportOf(t, r))
	if options["fit"] != nil || options["actual"] == nil {
		t.Errorf("of a map there is a fit, or no predicted against actual: %d charts", len(options))
	}
	r.Test = capture.Scores{}
	r.Points, r.Batches = nil, capture.Batches{}
	if options := optionsOf(t, reportOf(t, r)); options["pit"] != nil || options["calibration"] != nil || options["loss"] == nil {
		t.Error("without test rows there is a calibration, or no loss")
	}
}

func TestReportOfWhatIsNotFinite(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[4]}`, 30)
	nan, inf := math.NaN(), math.Inf(1)
	r.Grid.Mean[2], r.Grid.Std[9], r.Test.Report.NLL, r.Train.Report.CRPS = nan, inf, inf, nan
	r.Points[1].Values[1], r.Batches.Values[0][3] = float32(inf), float32(nan)
	report := reportOf(t, r)
	if !strings.Contains(report, "∞") || strings.Contains(report, "Inf") {
		t.Error("infinity is not told as people write it")
	}
	series := optionsOf(t, report)["fit"]["series"].([]any)
	data := series[0].(map[string]any)["data"].([]any)
	gaps := 0
	for _, d := range data {
		if d.([]any)[1] == nil {
			gaps++
		}
	}
	if gaps != 3 { // after each of three pieces
		t.Errorf("%d gaps in the widest band", gaps)
	}
}

// A script that would end early would be another one.
func TestReportRefusesScripts(t *testing.T) {
	r := runtest.Capture(t, wire.Spec{}, `{"speed":"max","dataset":"mcycle","hidden":[4]}`, 2)
	for _, script := range []string{"", "a = '</SCRIPT>'", "a = '<!--'"} {
		var b bytes.Buffer
		if err := Report(&b, []byte(script), r); err == nil || b.Len() != 0 {
			t.Errorf("%q was taken, or %d bytes written", script, b.Len())
		}
	}
}
