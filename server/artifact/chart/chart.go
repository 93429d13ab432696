// Package chart makes the report of a capture: one HTML file with charts that go-echarts
// describes and the report's script, with ECharts in it, draws.
//
// Everything here is a pure function; any goroutine may call it.
package chart

import (
	"encoding/json"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/gnllviz/gnllviz/server/wire"
)

// The left margin of every plot in CSS pixels, by which one x stands straight above the same
// x of another.
const left = "56"

// label puts a column as an axis shows it: name (unit).
func label(c wire.Column) string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + " (" + c.Unit + ")"
}

// A chart gathers series of several types over one pair of axes.
type chart struct {
	base *charts.Scatter
}

func newChart(description string, x opts.XAxis, y opts.YAxis, g opts.Grid) chart {
	x.NameLocation, x.NameGap = "middle", 26
	y.NameLocation, y.NameGap = "end", 12
	base := charts.NewScatter()
	base.SetGlobalOptions(
		charts.WithAnimation(false),
		charts.WithAriaOpts(&opts.Aria{Enabled: opts.Bool(true), Label: &opts.AriaLabel{Description: description}}),
		charts.WithXAxisOpts(x),
		charts.WithYAxisOpts(y),
		charts.WithGridOpts(g),
	)
	return chart{base: base}
}

// option returns the chart as ECharts takes it, with what go-echarts cannot say
// and without what it says unasked.
func (c *chart) option() (map[string]any, error) {
	c.base.Validate()
	b, err := json.Marshal(c.base.JSON())
	if err != nil {
		return nil, err
	}
	var o map[string]any
	if err := json.Unmarshal(b, &o); err != nil {
		return nil, err
	}
	for _, unasked := range []string{"color", "legend", "title", "toolbox", "tooltip"} {
		delete(o, unasked)
	}
	for _, g := range o["grid"].([]any) {
		// By default ECharts 6 shifts a plot to make room for its labels, and
		// the plots would no longer stand above each other.
		g.(map[string]any)["outerBoundsMode"] = "none"
	}
	return o, nil
}
