// Package chart makes the page's charts with go-echarts, as far as JSON can
// say them: axes with their names and units, the series in the order in which
// they are painted, and a description for whoever cannot see them. Colours, what
// custom series paint, and the numbers are the page's own.
//
// Everything here is a pure function; any goroutine may call it.
package chart

import (
	"encoding/json"
	"fmt"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/gnllviz/gnllviz/server/wire"
)

// The margins of every plot in CSS pixels. The fit and the noise share left
// and right, so that an x of one stands straight above the same x of the other.
const (
	left  = "56"
	right = "18"
)

// Skeletons returns an ECharts option for each chart of a data set: "fit",
// "noise", "loss", "actual" and "residual", of one input "equation", and of two
// inputs "map_mean" and "map_std". A data set with a truth has series for it.
func Skeletons(d wire.Data) (map[string]map[string]any, error) {
	made := map[string]chart{"fit": fit(d), "noise": noise(d), "loss": loss(d), "actual": actual(d), "residual": residual(d)}
	if len(d.Inputs) == 1 {
		made["equation"] = equation(d)
	}
	if len(d.Inputs) == 2 {
		made["map_mean"], made["map_std"] = mapMean(d), mapStd(d)
	}
	skeletons := make(map[string]map[string]any, len(made))
	for name, c := range made {
		option, err := c.option()
		if err != nil {
			return nil, fmt.Errorf("chart: %s of %s: %w", name, d.Name, err)
		}
		skeletons[name] = option
	}
	return skeletons, nil
}

func fit(d wire.Data) chart {
	c := newChart(
		fmt.Sprintf("Fit of %s: %s over %s. Training and test points, the predicted mean, and bands of the predicted standard deviation around it.",
			d.Title, label(d.Target), inputLabel(d)),
		opts.XAxis{Type: "value", Name: inputLabel(d)},
		opts.YAxis{Type: "value", Name: label(d.Target)},
		opts.Grid{Left: left, Right: right, Top: "30", Bottom: "42"},
	)
	c.custom("bands", "predictive bands")
	if d.Truth {
		c.line("truth", "true mean")
		c.line("truth_low", "true mean − 1.96 σ")
		c.line("truth_high", "true mean + 1.96 σ")
	}
	c.points("train", "training points")
	c.points("test", "test points")
	c.line("mean", "predicted mean")
	c.custom("probe", "reading at x")
	return c
}

func noise(d wire.Data) chart {
	c := newChart(
		fmt.Sprintf("Noise of %s: the predicted standard deviation of %s over %s on a log axis, and the floor that eps puts under it.",
			d.Title, label(d.Target), inputLabel(d)),
		opts.XAxis{Type: "value", Name: inputLabel(d)},
		opts.YAxis{Type: "log", Name: label(wire.Column{Name: "standard deviation", Unit: d.Target.Unit}) + ", log"},
		opts.Grid{Left: left, Right: right, Top: "30", Bottom: "22"},
	)
	c.custom("floor", "clamp floor")
	if d.Truth {
		c.line("truth", "true standard deviation")
	}
	c.line("raw", "standard deviation before the clamp")
	c.line("std", "standard deviation")
	c.custom("probe", "reading at x")
	return c
}

func loss(d wire.Data) chart {
	c := newChart(
		fmt.Sprintf("Loss on %s over the training steps, for the training and the test rows of each lane, with a mark wherever something was changed.", d.Title),
		opts.XAxis{Type: "value", Name: "step"},
		opts.YAxis{Type: "value", Name: "loss (nats per row)", Scale: opts.Bool(true)},
		// The last step's label stands around the plot's right end.
		opts.Grid{Left: left, Right: "26", Top: "58", Bottom: "42"},
	)
	c.custom("changes", "changes")
	c.custom("curves", "losses")
	c.custom("edges", "the best attainable, and what is beyond the axes")
	c.custom("probe", "reading at the step")
	return c
}

// label puts a column as an axis shows it: name (unit).
func label(c wire.Column) string {
	if c.Unit == "" {
		return c.Name
	}
	return c.Name + " (" + c.Unit + ")"
}

func inputLabel(d wire.Data) string {
	if len(d.Inputs) == 0 {
		return ""
	}
	return label(d.Inputs[max(d.Slice, 1)-1])
}

// A chart gathers series of several types over one pair of axes. It has no
// tooltip: ECharts' own writes style attributes into the page, and the page
// paints its readings with the chart.
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

func (c *chart) custom(id, name string) {
	s := charts.NewCustom()
	s.AddSeries(name, nil, charts.WithSeriesId(id))
	c.base.Overlap(s)
}

func (c *chart) line(id, name string) {
	s := charts.NewLine()
	s.AddSeries(name, nil, charts.WithSeriesId(id), charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}))
	c.base.Overlap(s)
}

func (c *chart) points(id, name string) {
	s := charts.NewScatter()
	s.AddSeries(name, nil, charts.WithSeriesId(id))
	c.base.Overlap(s)
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
