package lane

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A predictions is what a lane predicts of the rows that are shown and of the grid.
type predictions struct {
	most  int // rows that were asked for
	train int // of the rows that follow, those are training rows, the others test rows
	rows  int

	shown []int // of each row that is shown: its place among the rows, or -1

	x  []float32 // standardised inputs: train rows, test rows, grid
	of []seen    // each target

	mean, vari, spread []float32 // of the rows of x, of several targets row by row

	average average
}

// seen is what a look has of one target.
type seen struct {
	y      []float64 // train rows, test rows
	target []float32 // the same, standardised

	mean   []float32 // of the rows of x last predicted, standardised
	vari   []float32
	spread []float32 // the epistemic part of vari
}

// lookAt chooses the rows that are looked at, at most so many.
func (l *Lane) lookAt(most int) {
	if l.seen.x != nil && l.seen.most == most {
		return
	}
	d, inputs, targets := l.Data, len(l.Data.Set.Inputs), len(l.Data.Set.Targets)
	train, test := d.Shares(most)
	k := predictions{most: most, train: train, rows: train + test}
	var x, y []float64
	place := make(map[uint32]int, k.rows)
	for part, r := range []*rows.Part{&d.Train, &d.Test} {
		for _, i := range rows.Spread(r.Len(), []int{train, test}[part]) {
			place[r.IDs[i]] = len(y) / targets
			x = append(x, r.X[i*inputs:(i+1)*inputs]...)
			y = append(y, r.Y[i*targets:(i+1)*targets]...)
		}
	}
	for _, id := range d.Described.IDs {
		i, ok := place[id]
		if !ok {
			i = -1
		}
		k.shown = append(k.shown, i)
	}
	k.x = l.Ensemble.Inputs(append(x, d.GridRows...))
	n := k.rows + d.Places()
	k.mean, k.vari, k.spread = make([]float32, n*targets), make([]float32, n*targets), make([]float32, n*targets)
	for t, scale := range l.Ensemble.TargetScales() {
		one := seen{y: rows.Nth(y, targets, t), mean: k.mean, vari: k.vari, spread: k.spread}
		for _, v := range one.y {
			one.target = append(one.target, scale.Apply(v))
		}
		if targets > 1 {
			one.mean, one.vari, one.spread = make([]float32, n), make([]float32, n), make([]float32, n)
		}
		k.of = append(k.of, one)
	}
	if in, places, rows := d.AverageGrid(); rows > 0 {
		k.average = average{in: l.Ensemble.Inputs(in), places: places, rows: rows}
	}
	l.seen = k
}

// predict looks at the rows, and at the grid too if that is wanted, with the
// weights of now or of an earlier state.
func (l *Lane) predict(at *engine.State, grid bool) error {
	k, n := &l.seen, l.seen.rows
	if grid {
		n += l.Data.Places()
	}
	x, targets := k.x[:n*len(l.Data.Set.Inputs)], len(k.of)
	mean, vari, spread := k.mean[:n*targets], k.vari[:n*targets], k.spread[:n*targets]
	if at == nil {
		l.Ensemble.Predict(mean, vari, spread, x)
	} else if err := l.Ensemble.PredictAt(at, mean, vari, spread, x); err != nil {
		return err
	}
	for i, v := range spread {
		vari[i] += v
	}
	if targets == 1 {
		return nil // it is its own
	}
	for t := range k.of {
		one := &k.of[t]
		for i := range n {
			one.mean[i], one.vari[i], one.spread[i] = mean[i*targets+t], vari[i*targets+t], spread[i*targets+t]
		}
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

// score scores the rows from..to of what was predicted last of a target.
func (l *Lane) score(o Objective, target, from, to int) (scores, error) {
	k := &l.seen.of[target]
	mean, y, variance := k.mean[from:to], k.target[from:to], k.vari[from:to]
	s := scores{terms: loss.TermsOf(o.Gaussian, mean, y, variance)}
	s.loss = s.terms.Sum()
	if !o.isNLL {
		s.loss = o.mean.Gradients(nil, nil, mean, y, variance)
	}
	s.mean, s.std = l.InUnits(o, target, mean, variance)
	s.y = k.y[from:to]
	var err error
	s.report, err = metrics.Evaluate(s.mean, s.std, s.y)
	return s, err
}

// Scores predicts, with the grid if that is wanted, and scores both parts of the
// split, with the settings of now.
func (l *Lane) Scores(at *engine.State, most int, grid bool) (o Objective, of []bothScores, err error) {
	o = ObjectiveOf(&l.Settings)
	l.lookAt(most)
	if err = l.predict(at, grid); err != nil {
		return o, nil, err
	}
	for target := range l.seen.of {
		var b bothScores
		if b.train, err = l.score(o, target, 0, l.seen.train); err != nil {
			return o, nil, fmt.Errorf("train rows: %w", err)
		}
		if b.test, err = l.score(o, target, l.seen.train, l.seen.rows); err != nil {
			return o, nil, fmt.Errorf("test rows: %w", err)
		}
		of = append(of, b)
	}
	shareLoss(of)
	return o, of, nil
}

// bothScores are those of the training and of the test rows.
type bothScores struct{ train, test scores }

// shareLoss gives the scores of every target the loss, and its terms, averaged over all
// targets: it is one loss that is trained.
func shareLoss(of []bothScores) {
	n := float64(len(of))
	if n == 1 {
		return
	}
	for _, part := range []func(*bothScores) *scores{
		func(b *bothScores) *scores { return &b.train }, func(b *bothScores) *scores { return &b.test },
	} {
		var loss float64
		var terms lossTerms
		for i := range of {
			s := part(&of[i])
			loss += s.loss / n
			terms.LogVariance += s.terms.LogVariance / n
			terms.Residual += s.terms.Residual / n
			terms.Constant += s.terms.Constant / n
		}
		for i := range of {
			s := part(&of[i])
			s.loss = loss
			s.terms.LogVariance, s.terms.Residual, s.terms.Constant = terms.LogVariance, terms.Residual, terms.Constant
		}
	}
}

// lossTerms are the terms of a loss.
type lossTerms = loss.Terms

// figures are what frames and points say of both parts of the split: every score, and
// the loss with its terms.
func figures(train, test scores) map[string]float64 {
	values := make(map[string]float64, len(wire.Scalars)) // room for what frames add
	values["train_loss"], values["test_loss"] = train.loss, test.loss
	values["log_variance"], values["residual"] = train.terms.LogVariance, train.terms.Residual
	values["constant"], values["clamped"] = train.terms.Constant, float64(train.terms.Clamped)
	onTrain, onTest := train.report.Scores(), test.report.Scores()
	for i, name := range scoreNames {
		values[name.train], values[name.test] = onTrain[i], onTest[i]
	}
	return values
}

// scoreNames are what figures call the scores of both parts of the split, in the order of
// [metrics.ReportNames]: made once, as every frame and point needs them.
var scoreNames = func() (list []struct{ train, test string }) {
	for _, name := range metrics.ReportNames() {
		list = append(list, struct{ train, test string }{"train_" + name, "test_" + name})
	}
	return list
}()

// PointHead is the number of a point's columns that are no values.
const PointHead = 2

// Evaluate returns a point of each target for the lane's history.
func (l *Lane) Evaluate(step uint64, most int) (points []wire.Point, err error) {
	_, of, err := l.Scores(nil, most, false)
	if err != nil {
		return nil, err
	}
	for target, b := range of {
		p := wire.Point{Lane: l.ID, Step: step}
		values := figures(b.train, b.test)
		values["target"] = math.NaN()
		if len(of) > 1 {
			values["target"] = float64(target + 1)
		}
		if _, err := l.equationFigures(values, nil); err != nil {
			return nil, err
		}
		p.Set(values)
		if err := l.Evaluations[target].Append(step, p.Values[:]...); err != nil {
			return nil, err
		}
		points = append(points, p)
	}
	return points, nil
}

// Frames computes what is seen of the lane, everything from one moment's weights,
// which are those of now unless an earlier state is given, and this moment's loss:
// the fit, and what it makes of the rows.
func (l *Lane) Frames(at *engine.State, most int) ([]*wire.Frame, error) {
	o, of, err := l.Scores(at, most, true)
	if err != nil {
		return nil, err
	}
	train, test := of[l.Data.Target].train, of[l.Data.Target].test
	values := figures(train, test)
	l.stepFigures(values, o)
	frames := []*wire.Frame{l.fitFrame(), l.rowsFrame(o, train, test)}
	b, err := calibrate(test)
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
	if len(of) > 1 {
		frames = append(frames, l.targetFrames(of)...)
	}
	averaged, err := l.averageFit(frames[0], at, o)
	if err != nil {
		return nil, err
	}
	if averaged != nil {
		frames = append(frames, averaged)
	}
	for _, name := range wire.Scalars {
		frames[0].Scalars = append(frames[0].Scalars, float32(values[name]))
	}
	for _, f := range frames {
		f.Lane, f.DataRevision = l.ID, l.Data.Revision
	}
	return frames, nil
}

// fitFrame is the fit on the grid, without its scalars.
func (l *Lane) fitFrame() *wire.Frame {
	k, scale, rows := &l.seen.of[l.Data.Target], l.Scale(l.Data.Target), l.seen.rows
	mean, std, origin := l.onGrid(l.Data.Target)
	f := &wire.Frame{Kind: wire.FrameFit, Columns: [][]float32{mean, std}, Origins: []float64{origin, 0}}
	if len(l.Ensemble.Members()) > 1 {
		epistemic := make([]float32, len(mean))
		for i := range epistemic {
			epistemic[i] = float32(math.Sqrt(float64(k.spread[rows+i])) * scale.Std)
		}
		f.Columns, f.Origins = append(f.Columns, epistemic), append(f.Origins, 0)
	}
	return f
}

// onGrid is what was predicted last of a target on the grid: the mean, counted from an
// origin, and the standard deviation.
func (l *Lane) onGrid(target int) (mean, std []float32, origin float64) {
	k, scale, rows, places := &l.seen.of[target], l.Scale(target), l.seen.rows, l.Data.Places()
	mean, std, origin = make([]float32, places), make([]float32, places), l.origin(target)
	for i := range mean {
		// Not less exact than the prediction, however far the target is from 0.
		mean[i] = float32(float64(k.mean[rows+i])*scale.Std + (scale.Mean - origin))
		std[i] = float32(math.Sqrt(float64(k.vari[rows+i])) * scale.Std)
	}
	return mean, std, origin
}

// Scale is that of a target.
func (l *Lane) Scale(target int) engine.Scale { return l.Ensemble.TargetScales()[target] }

// origin is what predicted means of a target are counted from in frames.
func (l *Lane) origin(target int) float64 {
	scale := l.Scale(target)
	return wire.OriginOf(scale.Mean-2*scale.Std, scale.Mean+2*scale.Std)
}

// stepFigures are what frames say of the last step, and of the floor.
func (l *Lane) stepFigures(values map[string]float64, o Objective) {
	last := l.Ensemble.Last()
	values["floor"] = math.Sqrt(o.Gaussian.Eps) * l.Scale(l.Data.Target).Std
	values["batch_loss"] = l.batchLoss()
	values["mean_norm"] = last.MeanNorm
	values["variance_norm"] = last.VarianceNorm
	values["rate"] = last.LR
	values["guarded"] = float64(last.Guarded)
}

// InUnits takes standardised predictions of a target to its units, the variance clamped
// as the loss clamps it.
func (l *Lane) InUnits(o Objective, target int, mean, variance []float32) (means, stds []float64) {
	scale := l.Scale(target)
	means, stds = make([]float64, len(mean)), make([]float64, len(mean))
	for i, m := range mean {
		means[i] = scale.Invert(m)
		stds[i] = math.Sqrt(float64(max(variance[i], float32(o.Gaussian.Eps)))) * scale.Std
	}
	return means, stds
}

// PredictAt returns what is predicted of each target at rows of inputs x.
func (l *Lane) PredictAt(x []float64) (of []Prediction) {
	eps := float32(l.Settings.Eps)
	scales := l.Ensemble.TargetScales()
	n := len(x) / len(l.Data.Set.Inputs) * len(scales)
	m, v, e := make([]float32, n), make([]float32, n), make([]float32, n)
	l.Ensemble.Predict(m, v, e, l.Ensemble.Inputs(x))
	for k, scale := range scales {
		p := Prediction{Target: wire.Column(l.Data.Set.Targets[k])}
		for i := k; i < n; i += len(scales) {
			p.Mean = append(p.Mean, scale.Invert(m[i]))
			p.Std = append(p.Std, math.Sqrt(float64(max(v[i]+e[i], eps)))*scale.Std)
		}
		of = append(of, p)
	}
	return of
}

// MetricsOf is what summaries say of both parts of the split.
func MetricsOf(train, test scores) wire.Metrics {
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
