package chart

import (
	"fmt"
	"slices"
	"strconv"

	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// draw makes all charts of which there is something to be seen.
func (p *report) draw() error {
	type made struct {
		*drawing
		drawn
		tooltip string
	}
	var all []made
	r := p.Capture
	if r.Grid != nil {
		p.Input = label(r.Data.Inputs[r.Grid.Input])
		d, about := drawFit(r)
		all = append(all, made{d, about, "item"})
		d, about = drawStd(r)
		all = append(all, made{d, about, "axis"})
	}
	if r.Equation != nil && r.Grid != nil && len(r.Grid.Residual) > 0 {
		d, about := drawEquation(r)
		all = append(all, made{d, about, "axis"})
	}
	if len(r.Data.Inputs) > 1 || r.Grid == nil {
		d, about := drawActual(r)
		all = append(all, made{d, about, "item"})
	}
	d, about := drawLoss(r)
	all = append(all, made{d, about, "axis"})
	if r.Test.Rows > 0 {
		d, about := drawCalibration(r)
		all = append(all, made{d, about, "item"})
		d, about, err := drawPIT(r)
		if err != nil {
			return err
		}
		all = append(all, made{d, about, "item"})
	}
	for _, m := range all {
		o, err := m.option(m.tooltip)
		if err != nil {
			return fmt.Errorf("%s: %w", m.ID, err)
		}
		if r.Targets != nil && m.ID != "loss" {
			m.Title += ", " + r.Data.Target.Name
		}
		p.Charts[m.ID], p.Drawn[m.ID], p.Order = o, m.drawn, append(p.Order, m.ID)
	}
	return nil
}

func xy(rows []*capture.Row, x, y func(*capture.Row) float64) (xs, ys []float64) {
	for _, row := range rows {
		xs, ys = append(xs, x(row)), append(ys, y(row))
	}
	return xs, ys
}

// drawFit draws the rows, the predicted mean and the bands over one input.
func drawFit(r *capture.Capture) (*drawing, drawn) {
	g := r.Grid
	input, target := label(r.Data.Inputs[g.Input]), label(r.Data.Target)
	low, high := r.FitRange()
	d := newDrawing(
		fmt.Sprintf("Fit: %s over %s. Training and test points, the predicted mean, and bands of the predicted distribution.", target, input),
		opts.XAxis{Type: "value", Name: input, Min: number(slices.Min(g.X)), Max: number(slices.Max(g.X)), AxisLabel: roundAlone()},
		opts.YAxis{Type: "value", Name: target, Min: number(low), Max: number(high), AxisLabel: roundAlone()},
	)
	spec := wire.Pictures()
	about := drawn{
		ID: "fit", Title: "Fit", Tall: true,
		Note: "The predicted mean, and the central intervals that should contain " + spec.LevelsInWords() + " of the points.",
	}
	if len(r.Data.Inputs) > 1 {
		about.Note += " The other inputs are fixed at their means."
	}
	for i, b := range spec.Bands() {
		low, high := capture.Edges(g.Mean, g.Std, b.Reach)
		id := fmt.Sprintf("band%d", i)
		d.band(id, b.Name, g.X, low, high, laneColour, float32(b.Opacity))
		about.Keys = append(about.Keys, drawnKey{"band " + id, b.Name})
	}
	if g.TrueMean != nil {
		low, high := capture.Edges(g.TrueMean, g.TrueStds, spec.Reach95)
		d.curve("true_low", "true mean − 1.96 σ", g.X, low, opts.LineStyle{Color: quietColour, Width: 1, Type: "dotted"})
		d.curve("true_high", "true mean + 1.96 σ", g.X, high, opts.LineStyle{Color: quietColour, Width: 1, Type: "dotted"})
		d.curve("true", "true mean", g.X, g.TrueMean, opts.LineStyle{Color: inkColour, Width: 1.3, Type: "dashed"})
		about.Keys = append(about.Keys, drawnKey{"dashed ink", "true mean"}, drawnKey{"dotted", "its 95 %"})
	}
	at := func(row *capture.Row) float64 { return row.X[g.Input] }
	of := func(row *capture.Row) float64 { return row.Y }
	train, test := r.ShownRows(rows.PartTrain), r.ShownRows(rows.PartTest)
	keys := []drawnKey{{"solid", "predicted mean"}}
	if x, y := xy(train, at, of); len(x) > 0 {
		d.rows("train", "training rows", x, y, false)
		about.Keys = append(about.Keys, drawnKey{"dot", "training rows"})
	}
	if x, y := xy(test, at, of); len(x) > 0 {
		d.rows("test", "test rows", x, y, true)
		about.Keys = append(about.Keys, drawnKey{"ring", "test rows"})
	}
	d.curve("mean", "predicted mean", g.X, g.Mean, opts.LineStyle{Color: laneColour, Width: 2})
	about.Keys = append(keys, about.Keys...)

	about.Table = numbers{Caption: "Predictions over " + input, Columns: []string{input, "mean", "standard deviation", "from, 95 %", "to, 95 %"}}
	for _, i := range evenly(len(g.X), wire.Pictures().TablePlaces) {
		reach := spec.Reach95 * g.Std[i]
		about.Table.add(g.X[i], g.Mean[i], g.Std[i], g.Mean[i]-reach, g.Mean[i]+reach)
	}
	return d, about
}

// evenly returns at most so many places of a list, evenly taken, its ends among them.
func evenly(n, most int) (places []int) {
	most = min(n, most)
	for i := range most {
		places = append(places, i*(n-1)/max(most-1, 1))
	}
	return places
}

func (n *numbers) add(values ...float64) {
	var cells []string
	for _, v := range values {
		cells = append(cells, shown(v))
	}
	n.Rows = append(n.Rows, cells)
}

// drawStd draws the predicted standard deviation over the input of the fit.
func drawStd(r *capture.Capture) (*drawing, drawn) {
	g := r.Grid
	input := label(r.Data.Inputs[g.Input])
	name := label(wire.Column{Name: "standard deviation", Unit: r.Data.Target.Unit})
	d := newDrawing(
		fmt.Sprintf("Predicted standard deviation of %s over %s.", label(r.Data.Target), input),
		opts.XAxis{Type: "value", Name: input, Min: number(slices.Min(g.X)), Max: number(slices.Max(g.X)), AxisLabel: roundAlone()},
		opts.YAxis{Type: "value", Name: name, Min: 0},
	)
	about := drawn{ID: "std", Title: "Standard deviation", Note: "The expected distance of points from the predicted mean."}
	about.Keys = []drawnKey{{"solid", "standard deviation"}}
	about.Table = numbers{Caption: "Standard deviation over " + input, Columns: []string{input, "standard deviation"}}
	if g.TrueStds != nil {
		d.curve("true", "true standard deviation", g.X, g.TrueStds, opts.LineStyle{Color: inkColour, Width: 1.3, Type: "dashed"})
		about.Keys = append(about.Keys, drawnKey{"dashed ink", "true standard deviation"})
		about.Table.Columns = append(about.Table.Columns, "true")
	}
	if g.Epistemic != nil {
		d.curve("epistemic", "disagreement of the members", g.X, g.Epistemic, opts.LineStyle{Color: otherColour, Width: 1.5, Type: "dotted"})
		about.Keys = append(about.Keys, drawnKey{"dotted epistemic", "disagreement of the members"})
		about.Table.Columns = append(about.Table.Columns, "epistemic")
	}
	d.curve("std", "standard deviation", g.X, g.Std, opts.LineStyle{Color: laneColour, Width: 2})
	for _, i := range evenly(len(g.X), wire.Pictures().TablePlaces) {
		cells := []float64{g.X[i], g.Std[i]}
		if g.TrueStds != nil {
			cells = append(cells, g.TrueStds[i])
		}
		if g.Epistemic != nil {
			cells = append(cells, g.Epistemic[i])
		}
		about.Table.add(cells...)
	}
	return d, about
}

// drawActual sets what was predicted against what was there.
func drawActual(r *capture.Capture) (*drawing, drawn) {
	target := r.Data.Target
	actual, predicted := label(wire.Column{Name: "actual " + target.Name, Unit: target.Unit}), label(wire.Column{Name: "predicted " + target.Name, Unit: target.Unit})
	left, right, low, high := r.ActualRange()
	d := newDrawing(
		fmt.Sprintf("%s over %s, point by point. Points on the diagonal were predicted exactly.", predicted, actual),
		opts.XAxis{Type: "value", Name: actual, Min: number(left), Max: number(right), AxisLabel: roundAlone()},
		opts.YAxis{Type: "value", Name: predicted, Min: number(low), Max: number(high)},
	)
	about := drawn{
		ID: "actual", Title: "Predicted against actual", Tall: true,
		Note: "Points on the diagonal were predicted exactly; above it the prediction was too large.",
		Keys: []drawnKey{{"dot", "training rows"}, {"ring", "test rows"}, {"dashed quiet", "met exactly"}},
	}
	of := func(row *capture.Row) float64 { return row.Y }
	mean := func(row *capture.Row) float64 { return row.Mean }
	train, test := r.ShownRows(rows.PartTrain), r.ShownRows(rows.PartTest)
	x, y := xy(train, of, mean)
	d.curve("diagonal", "met exactly", []float64{left, right}, []float64{left, right}, opts.LineStyle{Color: quietColour, Width: 1, Type: "dashed"})
	d.rows("train", "training rows", x, y, false)
	x, y = xy(test, of, mean)
	d.rows("test", "test rows", x, y, true)
	about.Table = numbers{Caption: "Test rows", Columns: []string{actual, "predicted mean", "standard deviation"}}
	for _, i := range evenly(len(test), wire.Pictures().TableRows) {
		about.Table.add(test[i].Y, test[i].Mean, test[i].Std)
	}
	return d, about
}

// drawLoss draws training and test loss over the steps, and marks changes.
func drawLoss(r *capture.Capture) (*drawing, drawn) {
	about := drawn{
		ID: "loss", Title: "Loss", Note: "Training loss, in nats per point. It can be negative; only differences have a meaning.",
		Keys: []drawnKey{{"solid", "test rows"}, {"dashed", "training rows"}, {"faint", "each batch"}},
	}
	if r.Targets != nil {
		about.Note += " It is the mean over all targets."
	}
	l := r.Losses()
	d := newDrawing(
		"Loss over the training steps, for training and test points, with the loss of each batch behind. Marks show changes.",
		opts.XAxis{Type: "value", Name: "step", Min: 0, Max: max(r.Step, 1)},
		opts.YAxis{Type: "value", Name: "loss (nats per point)", Min: number(l.Low), Max: number(l.High), AxisLabel: roundAlone()},
	)
	draw := func(id, name string, c capture.Series, style opts.LineStyle) {
		x := make([]float64, len(c.Steps))
		for i, step := range c.Steps {
			x[i] = float64(step)
		}
		d.curve(id, name, x, c.Values, style)
	}
	draw("batch", "batch", l.Batch, opts.LineStyle{Color: laneColour, Width: 0.7, Opacity: opts.Float(0.3)})
	draw("train", "training rows", l.Train, opts.LineStyle{Color: laneColour, Width: 1.3, Type: "dashed"})
	draw("test", "test rows", l.Test, opts.LineStyle{Color: laneColour, Width: 2})
	if len(r.Changes) > 0 {
		d.marks(r.Changes)
		// Their numbers stand between the plot and its axis's name.
		d.base.GridList[0].Top, d.base.YAxisList[0].NameGap = "46", 28
		about.Keys = append(about.Keys, drawnKey{"mark", "a change, with its number under Changes"})
	}
	about.Table = numbers{Caption: "Loss", Columns: []string{"step", "training rows", "test rows"}}
	for _, i := range evenly(len(r.Points), wire.Pictures().TableSteps) {
		p := &r.Points[i]
		train, _ := p.Value("train_loss")
		test, _ := p.Value("test_loss")
		about.Table.Rows = append(about.Table.Rows, []string{strconv.FormatUint(p.Step, 10), shown(float64(train)), shown(float64(test))})
	}
	return d, about
}

// marks puts a line with its number wherever something was changed.
func (d *drawing) marks(changes []wire.Change) {
	s := charts.NewLine()
	var marks []opts.MarkLineNameXAxisItem
	for i := 0; i < len(changes); i++ {
		name, step := strconv.Itoa(i+1), changes[i].Step
		first := i
		for i+1 < len(changes) && changes[i+1].Step == step {
			i++
		}
		if i > first {
			name += "–" + strconv.Itoa(i+1)
		}
		marks = append(marks, opts.MarkLineNameXAxisItem{Name: name, XAxis: step})
	}
	s.AddSeries("changes", nil, charts.WithSeriesId("changes"), charts.WithMarkLineNameXAxisItemOpts(marks...),
		charts.WithMarkLineStyleOpts(opts.MarkLineStyle{
			Symbol: []string{"none", "none"}, Label: &opts.Label{Show: opts.Bool(true), Formatter: "{b}", Color: quietColour, Position: "end"},
			LineStyle: &opts.LineStyle{Color: quietColour, Width: 1, Type: "dotted"},
		}))
	d.base.Overlap(s)
}

// drawCalibration draws how many test rows lie within central intervals over how many
// should.
func drawCalibration(r *capture.Capture) (*drawing, drawn) {
	c := r.ShownTest().Curve
	d := newDrawing(
		"Fraction of test points within central intervals, over the probability of the interval, with the diagonal of calibrated predictions and their range by chance.",
		opts.XAxis{Type: "value", Name: "expected fraction of points", Min: 0, Max: 1},
		opts.YAxis{Type: "value", Name: "observed share", Min: 0, Max: 1},
	)
	about := drawn{
		ID: "calibration", Title: "Calibration", Half: true,
		Note: "Below the diagonal the network is overconfident, above it underconfident; the grey band is the range expected by chance.",
		Keys: []drawnKey{{"solid", "observed"}, {"dashed quiet", "calibrated"}, {"chance", "by chance, 95 %"}},
	}
	low, high := c.Band()
	d.band("chance", "by chance, 95 %", c.Expected, low, high, chanceColour, 1)
	d.curve("diagonal", "calibrated", []float64{0, 1}, []float64{0, 1}, opts.LineStyle{Color: quietColour, Width: 1, Type: "dashed"})
	d.curve("observed", "observed", c.Expected, c.Observed, opts.LineStyle{Color: laneColour, Width: 2})
	about.Table = numbers{Caption: "Coverage of central intervals", Columns: []string{"expected", "observed", "by chance from", "to"}}
	for i := range c.Expected {
		about.Table.add(c.Expected[i], c.Observed[i], low[i], high[i])
	}
	return d, about
}

// drawPIT draws how the test rows spread over their own predicted distributions.
func drawPIT(r *capture.Capture) (*drawing, drawn, error) {
	h, err := metrics.NewHistogram(r.ShownTest().PIT, wire.PITBins)
	if err != nil {
		return nil, drawn{}, err
	}
	var names []string
	for i := range wire.PITBins {
		names = append(names, fmt.Sprintf("%.1f–%.1f", float64(i)/wire.PITBins, float64(i+1)/wire.PITBins))
	}
	d := newDrawing(
		"Histogram of the probability integral transform of the test points. Flat is calibrated, a bowl overconfident, a hill underconfident.",
		opts.XAxis{Type: "category", Name: "probability integral transform"},
		opts.YAxis{Type: "value", Name: "test rows", Min: 0},
	)
	d.base.SetXAxis(names)
	s := charts.NewBar()
	var data []opts.BarData
	for _, n := range h.Counts {
		data = append(data, opts.BarData{Value: n})
	}
	s.AddSeries("test rows", data, charts.WithSeriesId("pit"), charts.WithItemStyleOpts(opts.ItemStyle{Color: laneColour, Opacity: opts.Float(0.6)}),
		charts.WithBarChartOpts(opts.BarChart{BarCategoryGap: "8%"}),
		charts.WithMarkLineNameYAxisItemOpts(
			opts.MarkLineNameYAxisItem{Name: "expected", YAxis: h.Expected},
			opts.MarkLineNameYAxisItem{Name: "low", YAxis: h.Low},
			opts.MarkLineNameYAxisItem{Name: "high", YAxis: h.High},
		),
		charts.WithMarkLineStyleOpts(opts.MarkLineStyle{
			Symbol: []string{"none", "none"}, Label: &opts.Label{Show: opts.Bool(false)},
			LineStyle: &opts.LineStyle{Color: quietColour, Width: 1, Type: "dashed"},
		}))
	d.base.Overlap(s)
	about := drawn{
		ID: "pit", Title: "PIT histogram", Half: true, Note: "Flat is calibrated. A bowl is overconfident, a hill underconfident, a slope means that the mean is biased.",
		Keys: []drawnKey{{"bar", "test points"}, {"dashed quiet", "expected, and its bounds by chance, 95 %"}},
	}
	about.Table = numbers{Caption: "Test rows by their PIT", Columns: []string{"PIT", "test rows", "expected"}}
	for i, n := range h.Counts {
		about.Table.Rows = append(about.Table.Rows, []string{names[i], strconv.Itoa(n), shown(h.Expected)})
	}
	return d, about, nil
}
