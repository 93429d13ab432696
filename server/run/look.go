package run

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A look is what a lane predicts of the rows that are shown and of the grid.
type look struct {
	most  int // rows that were asked for
	train int // of the rows that follow, those are training rows, the others test rows
	y     []float64
	rows  int

	shown []int // of each row that is shown: its place among the rows, or -1

	x      []float32 // standardised inputs: train rows, test rows, grid
	target []float32 // standardised targets: train rows, test rows
	mean   []float32 // of the rows of x last predicted, standardised
	vari   []float32
	spread []float32 // the epistemic part of vari
}

// lookAt chooses the rows that are looked at, at most so many.
func (l *lane) lookAt(most int) {
	if l.look.x != nil && l.look.most == most {
		return
	}
	d, inputs := l.data, len(l.data.set.Inputs)
	train, test := d.shares(most)
	k := look{most: most, train: train, rows: train + test}
	var x []float64
	place := make(map[uint32]int, k.rows)
	for part, r := range []*rows{&d.train, &d.test} {
		for _, i := range spread(r.len(), []int{train, test}[part]) {
			place[r.ids[i]] = len(k.y)
			x = append(x, r.x[i*inputs:(i+1)*inputs]...)
			k.y = append(k.y, r.y[i])
		}
	}
	for _, id := range d.wire.IDs {
		i, ok := place[id]
		if !ok {
			i = -1
		}
		k.shown = append(k.shown, i)
	}
	k.target = l.ensemble.Targets(k.y)
	k.x = l.ensemble.Inputs(append(x, d.gridRows...))
	n := k.rows + d.places()
	k.mean, k.vari, k.spread = make([]float32, n), make([]float32, n), make([]float32, n)
	l.look = k
}

// predict looks at the rows, and at the grid too if that is wanted, with the
// weights of now or of an earlier state.
func (l *lane) predict(at *engine.State, grid bool) error {
	k, n := &l.look, l.look.rows
	if grid {
		n += l.data.places()
	}
	x := k.x[:n*len(l.data.set.Inputs)]
	if at == nil {
		l.ensemble.Predict(k.mean[:n], k.vari[:n], k.spread[:n], x)
	} else if err := l.ensemble.PredictAt(at, k.mean[:n], k.vari[:n], k.spread[:n], x); err != nil {
		return err
	}
	for i, v := range k.spread[:n] {
		k.vari[i] += v
	}
	return nil
}

// scores are what rows make of the predictions.
type scores struct {
	loss   float64 // what is trained, averaged over the rows
	terms  loss.Terms
	report metrics.Report // in the target's units

	mean, std, y []float64 // in the target's units
}

// score scores the rows from..to of what was predicted last.
func (l *lane) score(o objective, from, to int) (scores, error) {
	k := &l.look
	mean, target, variance := k.mean[from:to], k.target[from:to], k.vari[from:to]
	s := scores{terms: loss.TermsOf(o.gaussian, mean, target, variance)}
	s.loss = s.terms.Sum()
	if !o.isNLL {
		s.loss = o.mean.Gradients(nil, nil, mean, target, variance)
	}
	s.mean, s.std = l.inUnits(o, mean, variance)
	s.y = k.y[from:to]
	var err error
	s.report, err = metrics.Evaluate(s.mean, s.std, s.y)
	return s, err
}

// scores predicts, with the grid if that is wanted, and scores both parts of the
// split, with the settings of now.
func (l *lane) scores(at *engine.State, most int, grid bool) (o objective, train, test scores, err error) {
	if o, err = objectiveOf(&l.settings); err != nil {
		return o, train, test, err
	}
	l.lookAt(most)
	if err = l.predict(at, grid); err != nil {
		return o, train, test, err
	}
	if train, err = l.score(o, 0, l.look.train); err != nil {
		return o, train, test, fmt.Errorf("train rows: %w", err)
	}
	if test, err = l.score(o, l.look.train, l.look.rows); err != nil {
		return o, train, test, fmt.Errorf("test rows: %w", err)
	}
	return o, train, test, nil
}

// figures are what frames and points say of both parts of the split.
func figures(train, test scores) map[string]float64 {
	return map[string]float64{
		"train_loss":     train.loss,
		"test_loss":      test.loss,
		"train_nll":      train.report.NLL,
		"test_nll":       test.report.NLL,
		"train_rmse":     train.report.RMSE,
		"test_rmse":      test.report.RMSE,
		"train_crps":     train.report.CRPS,
		"test_crps":      test.report.CRPS,
		"train_coverage": train.report.Coverage,
		"test_coverage":  test.report.Coverage,
		"log_variance":   train.terms.LogVariance,
		"residual":       train.terms.Residual,
		"constant":       train.terms.Constant,
		"clamped":        float64(train.terms.Clamped),
	}
}

// pointHead is the number of a point's columns that are no values.
const pointHead = 2

// point evaluates the lane for its history.
func (l *lane) point(step uint64, most int) (wire.Point, error) {
	p := wire.Point{Lane: l.id, Step: step}
	_, train, test, err := l.scores(nil, most, false)
	if err != nil {
		return p, err
	}
	values := figures(train, test)
	if _, err := l.equationFigures(values, nil); err != nil {
		return p, err
	}
	p.Set(values)
	return p, l.evaluations.Append(step, p.Values[:]...)
}

// picture computes what is seen of the lane, everything from one moment's weights,
// which are those of now unless an earlier state is given, and this moment's loss:
// the fit, and what it makes of the rows.
func (l *lane) picture(at *engine.State, most int) ([]*wire.Frame, error) {
	o, train, test, err := l.scores(at, most, true)
	if err != nil {
		return nil, err
	}
	values := figures(train, test)
	if err := l.frameFigures(values, o, train, test); err != nil {
		return nil, err
	}
	frames := []*wire.Frame{l.fitFrame(), l.rowsFrame(o, train, test)}
	b, err := believe(test)
	if err != nil {
		return nil, err
	}
	b.figures(values)
	frames = append(frames, b.frames()...)
	residual, err := l.equationFigures(values, at)
	if err != nil {
		return nil, err
	}
	if residual != nil {
		f := &wire.Frame{Kind: wire.FrameResidual}
		f.AddFrom(0, residual)
		frames = append(frames, f)
	}
	for _, name := range wire.Scalars {
		frames[0].Scalars = append(frames[0].Scalars, float32(values[name]))
	}
	for _, f := range frames {
		f.Lane, f.DataRevision = l.id, l.data.revision
	}
	return frames, nil
}

// fitFrame is the fit on the grid, without its scalars.
func (l *lane) fitFrame() *wire.Frame {
	k, scale, places := &l.look, l.ensemble.TargetScale(), l.data.places()
	mean, std := make([]float32, places), make([]float32, places)
	origin := l.origin()
	for i := range mean {
		// Not less exact than the prediction, however far the target is from 0.
		mean[i] = float32(float64(k.mean[k.rows+i])*scale.Std + (scale.Mean - origin))
		std[i] = float32(math.Sqrt(float64(k.vari[k.rows+i])) * scale.Std)
	}
	f := &wire.Frame{Kind: wire.FrameFit, Columns: [][]float32{mean, std}, Origins: []float64{origin, 0}}
	if len(l.ensemble.Members()) > 1 {
		epistemic := make([]float32, places)
		for i := range epistemic {
			epistemic[i] = float32(math.Sqrt(float64(k.spread[k.rows+i])) * scale.Std)
		}
		f.Columns, f.Origins = append(f.Columns, epistemic), append(f.Origins, 0)
	}
	return f
}

// origin is what predicted means are counted from in frames.
func (l *lane) origin() float64 {
	scale := l.ensemble.TargetScale()
	return wire.OriginOf(scale.Mean-2*scale.Std, scale.Mean+2*scale.Std)
}

// frameFigures are what frames say besides what points do.
func (l *lane) frameFigures(values map[string]float64, o objective, train, test scores) error {
	last := l.ensemble.Last()
	values["floor"] = math.Sqrt(o.gaussian.Eps) * l.ensemble.TargetScale().Std
	values["batch_loss"] = l.batchLoss()
	values["mean_norm"] = last.MeanNorm
	values["variance_norm"] = last.VarianceNorm
	values["rate"] = last.LR
	values["guarded"] = float64(last.Guarded)
	for split, s := range map[string]scores{"train_": train, "test_": test} {
		values[split+"mae"] = s.report.MAE
		values[split+"r2"] = s.report.R2
		values[split+"interval"] = s.report.Interval
		values[split+"sharpness"] = s.report.Sharpness
		values[split+"miscal_area"] = s.report.MiscalArea
		for name, level := range map[string]float64{"coverage_50": 0.5, "coverage_68": 0.68, "coverage_90": 0.9} {
			c, err := metrics.Cover(level, s.mean, s.std, s.y)
			if err != nil {
				return err
			}
			values[split+name] = c.Observed
		}
	}
	return nil
}

// inUnits takes standardised predictions to the target's units, the variance
// clamped as the loss clamps it.
func (l *lane) inUnits(o objective, mean, variance []float32) (means, stds []float64) {
	scale := l.ensemble.TargetScale()
	means, stds = make([]float64, len(mean)), make([]float64, len(mean))
	for i, m := range mean {
		means[i] = scale.Invert(m)
		stds[i] = math.Sqrt(float64(max(variance[i], float32(o.gaussian.Eps)))) * scale.Std
	}
	return means, stds
}

// predictAt returns the mean and the standard deviation at rows of inputs x, in
// the target's units.
func (l *lane) predictAt(x []float64) (mean, std []float64, err error) {
	o, err := objectiveOf(&l.settings)
	if err != nil {
		return nil, nil, err
	}
	n := len(x) / len(l.data.set.Inputs)
	m, v, e := make([]float32, n), make([]float32, n), make([]float32, n)
	l.ensemble.Predict(m, v, e, l.ensemble.Inputs(x))
	for i, spread := range e {
		v[i] += spread
	}
	mean, std = l.inUnits(o, m, v)
	return mean, std, nil
}

// metricsOf is what summaries say of both parts of the split.
func metricsOf(train, test scores) wire.Metrics {
	of := func(r metrics.Report) wire.SplitMetrics {
		return wire.SplitMetrics{
			NLL:      wire.Number(r.NLL),
			RMSE:     wire.Number(r.RMSE),
			MAE:      wire.Number(r.MAE),
			CRPS:     wire.Number(r.CRPS),
			Coverage: wire.Number(r.Coverage),
		}
	}
	return wire.Metrics{Train: of(train.report), Test: of(test.report)}
}
