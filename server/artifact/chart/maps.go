package chart

import (
	"fmt"

	"github.com/go-echarts/go-echarts/v2/opts"

	"github.com/gnllviz/gnllviz/server/wire"
)

// mapGrid leaves room for the colour bar and its ticks at the right.
var mapGrid = opts.Grid{Left: "50", Right: "62", Top: "30", Bottom: "42"}

// mapOf is a map of two inputs, coloured by something that is predicted.
func mapOf(d wire.Data, what, points string) chart {
	across, up := d.Inputs[0], d.Inputs[1]
	c := newChart(
		fmt.Sprintf("%s of %s: %s of %s in colours, over %s and %s. %s",
			upper(what), d.Title, what, label(d.Target), label(across), label(up), points),
		opts.XAxis{Type: "value", Name: label(across)},
		opts.YAxis{Type: "value", Name: label(up)},
		mapGrid,
	)
	c.custom("heat", what)
	c.custom("points", "training and test points")
	c.custom("probe", "reading at a place")
	return c
}

func mapMean(d wire.Data) chart {
	return mapOf(d, "predicted mean", "Training and test points have the colour of their target.")
}

func mapStd(d wire.Data) chart {
	return mapOf(d, "standard deviation", "Where eps floors it, the map is hatched.")
}

// actual sets what was predicted against what was there, row by row.
func actual(d wire.Data) chart {
	predicted := label(wire.Column{Name: "predicted " + d.Target.Name, Unit: d.Target.Unit})
	c := newChart(
		fmt.Sprintf("%s over the %s that was there, for the rows of %s: on the diagonal the prediction is right; the bars are the predicted intervals.",
			upper(predicted), label(d.Target), d.Title),
		opts.XAxis{Type: "value", Name: label(wire.Column{Name: "actual " + d.Target.Name, Unit: d.Target.Unit})},
		opts.YAxis{Type: "value", Name: predicted},
		opts.Grid{Left: left, Right: right, Top: "30", Bottom: "42"},
	)
	c.custom("rows", "rows")
	c.custom("probe", "reading of a row")
	return c
}

// residual sets how far rows are from their predicted mean against how far that
// was expected.
func residual(d wire.Data) chart {
	unit := d.Target.Unit
	c := newChart(
		fmt.Sprintf("How far the rows of %s are from their predicted mean, over the predicted standard deviation, both on log axes, with lines at one and at 1.96 standard deviations.", d.Title),
		opts.XAxis{Type: "log", Name: label(wire.Column{Name: "standard deviation", Unit: unit}) + ", log"},
		opts.YAxis{Type: "log", Name: label(wire.Column{Name: "absolute residual", Unit: unit}) + ", log"},
		opts.Grid{Left: left, Right: right, Top: "30", Bottom: "42"},
	)
	c.custom("rows", "rows")
	c.custom("probe", "reading of a row")
	return c
}

// upper begins a sentence.
func upper(s string) string {
	return string(s[0]-'a'+'A') + s[1:]
}
