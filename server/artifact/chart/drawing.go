package chart

import (
	"encoding/json"
	"math"
	"strconv"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// A drawing is a chart with its data. go-echarts writes each datum as an object of
// its own; here they are put in as bare lists, once it has said the rest.
type drawing struct {
	chart
	data map[string][][2]number // by the id of the series
}

// A number is null in JSON where it is not finite: a gap. Six digits are more than a
// chart shows.
type number float64

// MarshalJSON implements [json.Marshaler].
func (n number) MarshalJSON() ([]byte, error) {
	if n-n != 0 {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, float64(n), 'g', 6, 64), nil
}

var _ json.Marshaler = number(0)

// Colours are names of the report's style sheet; its script puts in what they are in
// the theme of the moment.
const (
	laneColour   = "var(--lane)"
	inkColour    = "var(--ink)"
	quietColour  = "var(--quiet)"
	chanceColour = "var(--chance)"
	otherColour  = "var(--epistemic)"
)

func newDrawing(description string, x opts.XAxis, y opts.YAxis) *drawing {
	return &drawing{newChart(description, x, y, opts.Grid{Left: left, Right: "22", Top: "30", Bottom: "46"}), map[string][][2]number{}}
}

// curve adds a line with a gap wherever a value is not finite.
func (d *drawing) curve(id, name string, x, y []float64, style opts.LineStyle) {
	s := charts.NewLine()
	s.AddSeries(name, nil, charts.WithSeriesId(id), charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}),
		charts.WithLineStyleOpts(style), charts.WithItemStyleOpts(opts.ItemStyle{Color: style.Color}))
	d.base.Overlap(s)
	for i := range x {
		d.data[id] = append(d.data[id], [2]number{number(x[i]), number(y[i])})
	}
}

// band adds the area between two curves. ECharts has no such thing, and its stacked
// areas are wrong where a band crosses zero. But it fills what lies between a line and
// a base, so a line that goes along the upper curve and back along the lower one has
// this band filled: the base's way there and back comes to nothing.
func (d *drawing) band(id, name string, x, low, high []float64, colour string, opacity float32) {
	s := charts.NewLine()
	s.AddSeries(name, nil, charts.WithSeriesId(id), charts.WithLineChartOpts(opts.LineChart{ShowSymbol: opts.Bool(false)}),
		charts.WithLineStyleOpts(opts.LineStyle{Opacity: opts.Float(0)}), charts.WithItemStyleOpts(opts.ItemStyle{Color: colour}),
		charts.WithAreaStyleOpts(opts.AreaStyle{Color: colour, Opacity: opts.Float(opacity)}))
	d.base.Overlap(s)
	whole := func(i int) bool { return i < len(x) && finite(low[i]) && finite(high[i]) }
	gap := number(math.NaN())
	for from := 0; from < len(x); from++ {
		if !whole(from) {
			continue
		}
		to := from
		for ; whole(to); to++ {
			d.data[id] = append(d.data[id], [2]number{number(x[to]), number(high[to])})
		}
		for i := to - 1; i >= from; i-- {
			d.data[id] = append(d.data[id], [2]number{number(x[i]), number(low[i])})
		}
		d.data[id] = append(d.data[id], [2]number{gap, gap})
		from = to
	}
}

func finite(v float64) bool { return v-v == 0 }

// rows adds points, hollow or filled.
func (d *drawing) rows(id, name string, x, y []float64, hollow bool) {
	style := opts.ItemStyle{Color: inkColour}
	symbol, size := "circle", 4.5
	if hollow {
		style = opts.ItemStyle{Color: "transparent", BorderColor: inkColour, BorderWidth: 1}
		size = 5.5
	}
	s := charts.NewScatter()
	s.AddSeries(name, nil, charts.WithSeriesId(id), charts.WithItemStyleOpts(style),
		charts.WithScatterChartOpts(opts.ScatterChart{Symbol: symbol, SymbolSize: size}))
	d.base.Overlap(s)
	for i := range x {
		d.data[id] = append(d.data[id], [2]number{number(x[i]), number(y[i])})
	}
}

// option returns the chart as ECharts takes it.
func (d *drawing) option(tooltip string) (map[string]any, error) {
	o, err := d.chart.option()
	if err != nil {
		return nil, err
	}
	for _, s := range o["series"].([]any) {
		one := s.(map[string]any)
		if data, ok := d.data[one["id"].(string)]; ok {
			one["data"] = data
		}
	}
	o["tooltip"] = map[string]any{"trigger": tooltip, "confine": true, "renderMode": "richText"}
	return o, nil
}

// roundAlone has an axis whose ends are not round say nothing of them.
func roundAlone() *opts.AxisLabel {
	return &opts.AxisLabel{ShowMinLabel: opts.Bool(false), ShowMaxLabel: opts.Bool(false)}
}
