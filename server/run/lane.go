package run

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire"
)

// gridPoints is the number of x at which frames show the prediction. A frame
// of one lane is then a little over 2 KB.
const gridPoints = 256

// data is a data set with its split, its rows in the order train, test, and the
// grid on which frames stand. It is never changed.
type data struct {
	set   *datasets.Set
	train int // rows of x and y that are training rows; the others are test rows
	x     []float64
	y     []float64
	grid  []float64
	wire  wire.Data
}

func newData(s *wire.Settings, revision uint32) (*data, error) {
	set, err := datasets.Load(s.Dataset, uint64(s.Seed))
	if err != nil {
		return nil, err
	}
	if len(set.Inputs) != 1 {
		return nil, fmt.Errorf("run: %s has %d inputs, and only one can be shown", s.Dataset, len(set.Inputs))
	}
	split, err := set.Split(s.TrainShare/100, uint64(s.Seed))
	if err != nil {
		return nil, err
	}
	d := &data{set: set, train: len(split.Train)}
	for _, i := range append(slices.Clone(split.Train), split.Test...) {
		d.x = append(d.x, set.Row(i)...)
		d.y = append(d.y, set.Y[i])
	}
	// A little beyond the data, to show what the network makes of what it has
	// not seen.
	lo, hi := slices.Min(d.x), slices.Max(d.x)
	pad := 0.04 * (hi - lo)
	for i := range gridPoints {
		d.grid = append(d.grid, lo-pad+(hi-lo+2*pad)*float64(i)/(gridPoints-1))
	}
	test := make([]bool, len(d.y))
	for i := d.train; i < len(test); i++ {
		test[i] = true
	}
	d.wire = wire.Data{
		Name: set.Name, Title: set.Title, Help: set.Help, Source: set.Source,
		Revision:  revision,
		Target:    wire.Column(set.Target),
		X:         [][]float64{d.x},
		Y:         d.y,
		Test:      test,
		TargetStd: wire.Number(engine.FitScale(d.y[:d.train]).Std),
		Truth:     set.Truth != nil,
	}
	for _, c := range set.Inputs {
		d.wire.Inputs = append(d.wire.Inputs, wire.Column(c))
	}
	return d, nil
}

// Describe returns a data set of the catalogue as a run with default settings
// would show it.
func Describe(dataset string) (wire.Data, error) {
	s := Table().Defaults()
	s.Dataset = dataset
	d, err := newData(&s, 0)
	if err != nil {
		return wire.Data{}, err
	}
	return d.wire, nil
}

// gridFrames returns the frames that are sent once: the grid, and the truth on
// it where it is known.
func (d *data) gridFrames(epoch uint32) []*wire.Frame {
	column := func(f func(x float64) float64) []float32 {
		c := make([]float32, len(d.grid))
		for i, x := range d.grid {
			c[i] = float32(f(x))
		}
		return c
	}
	frames := []*wire.Frame{{
		Kind: wire.FrameGrid, Epoch: epoch, DataRevision: d.wire.Revision,
		Columns: [][]float32{column(func(x float64) float64 { return x })},
	}}
	if truth := d.set.Truth; truth != nil {
		frames = append(frames, &wire.Frame{
			Kind: wire.FrameTruth, Epoch: epoch, DataRevision: d.wire.Revision,
			Columns: [][]float32{
				column(func(x float64) float64 { mean, _ := truth([]float64{x}); return mean }),
				column(func(x float64) float64 { _, std := truth([]float64{x}); return std }),
			},
		})
	}
	return frames
}

// lane is one network, or an ensemble of them, in training on one data set. It
// belongs to the goroutine of its run.
type lane struct {
	data     *data
	ensemble *engine.Ensemble

	x      []float32 // standardised inputs: train rows, test rows, grid
	target []float32 // standardised targets: train rows, test rows
	mean   []float32 // of the rows of x last predicted
	vari   []float32
	spread []float32 // the epistemic part of vari
}

func newLane(s *wire.Settings, d *data) (*lane, error) {
	c, err := configOf(s, len(d.set.Inputs))
	if err != nil {
		return nil, err
	}
	e, err := engine.NewEnsemble(c, s.Members, d.x[:d.train], d.y[:d.train])
	if err != nil {
		return nil, err
	}
	l := &lane{data: d, ensemble: e, target: e.Targets(d.y)}
	l.x = e.Inputs(append(slices.Clone(d.x), d.grid...))
	l.mean, l.vari, l.spread = make([]float32, len(l.x)), make([]float32, len(l.x)), make([]float32, len(l.x))
	return l, nil
}

// look predicts standardised rows x: their means, their variances, and the part
// of these on which the members of the ensemble disagree.
func (l *lane) look(mean, variance, epistemic, x []float32) {
	l.ensemble.Predict(mean, variance, epistemic, x)
	for i, v := range epistemic {
		variance[i] += v
	}
}

// A score is what one set of rows makes of the predictions.
type score struct {
	loss  float64 // what is trained, averaged over the rows
	terms loss.Terms
}

// scores predicts the first n of train rows, test rows and grid, at least all
// train and test rows, and returns the scores of both parts.
func (l *lane) scores(o objective, n int) (train, test score) {
	l.look(l.mean[:n], l.vari[:n], l.spread[:n], l.x[:n])
	of := func(from, to int) score {
		mean, target, variance := l.mean[from:to], l.target[from:to], l.vari[from:to]
		s := score{terms: loss.TermsOf(o.gaussian, mean, target, variance)}
		s.loss = s.terms.Sum()
		if !o.isNLL {
			s.loss = o.mean.Gradients(nil, nil, mean, target, variance)
		}
		return s
	}
	return of(0, l.data.train), of(l.data.train, len(l.target))
}

// point evaluates the lane for its history.
func (l *lane) point(o objective) wire.Point {
	train, test := l.scores(o, len(l.target))
	return wire.Point{
		Step:      l.ensemble.Steps(),
		TrainLoss: wire.Number(train.loss),
		TestLoss:  wire.Number(test.loss),
		TrainNLL:  wire.Number(l.nll(train.terms)),
		TestNLL:   wire.Number(l.nll(test.terms)),
	}
}

// nll turns the loss of standardised targets into that of the targets
// themselves, with the constant: the density of y is that of its standardised
// value divided by the target's standard deviation.
func (l *lane) nll(t loss.Terms) float64 {
	return t.LogVariance + t.Residual + loss.HalfLog2Pi + math.Log(l.ensemble.TargetScale().Std)
}

// frame computes one picture, everything in it from this moment's weights and
// this moment's loss.
func (l *lane) frame(o objective, stepsPerSecond float64) (*wire.Frame, error) {
	train, test := l.scores(o, len(l.x))
	trainReport, testReport, err := l.reports(o)
	if err != nil {
		return nil, err
	}
	scale := l.ensemble.TargetScale()
	rows := len(l.target)
	mean, std := make([]float32, gridPoints), make([]float32, gridPoints)
	for i := range mean {
		mean[i] = float32(scale.Invert(l.mean[rows+i]))
		std[i] = float32(math.Sqrt(float64(l.vari[rows+i])) * scale.Std)
	}
	scalars := map[string]float64{
		"train_loss":     train.loss,
		"test_loss":      test.loss,
		"train_nll":      trainReport.NLL,
		"test_nll":       testReport.NLL,
		"train_rmse":     trainReport.RMSE,
		"test_rmse":      testReport.RMSE,
		"train_coverage": trainReport.Coverage,
		"test_coverage":  testReport.Coverage,
		"log_variance":   train.terms.LogVariance,
		"residual":       train.terms.Residual,
		"constant":       train.terms.Constant,
		"clamped":        float64(train.terms.Clamped),
		"floor":          math.Sqrt(o.gaussian.Eps) * scale.Std,
		"steps_per_s":    stepsPerSecond,
	}
	f := &wire.Frame{
		Kind:         wire.FrameFit,
		Step:         l.ensemble.Steps(),
		DataRevision: l.data.wire.Revision,
		Columns:      [][]float32{mean, std},
	}
	if len(l.ensemble.Members()) > 1 {
		epistemic := make([]float32, gridPoints)
		for i := range epistemic {
			epistemic[i] = float32(math.Sqrt(float64(l.spread[rows+i])) * scale.Std)
		}
		f.Columns = append(f.Columns, epistemic)
	}
	for _, name := range wire.Scalars {
		f.Scalars = append(f.Scalars, float32(scalars[name]))
	}
	return f, nil
}

// reports scores what scores has just predicted, in the target's units.
func (l *lane) reports(o objective) (train, test metrics.Report, err error) {
	rows := len(l.target)
	mean, std := l.inUnits(o, l.mean[:rows], l.vari[:rows])
	k, y := l.data.train, l.data.y
	if train, err = metrics.Evaluate(mean[:k], std[:k], y[:k]); err != nil {
		return train, test, fmt.Errorf("train rows: %w", err)
	}
	if test, err = metrics.Evaluate(mean[k:], std[k:], y[k:]); err != nil {
		return train, test, fmt.Errorf("test rows: %w", err)
	}
	return train, test, nil
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

// predict returns the mean and the standard deviation at rows of inputs x, in
// the target's units.
func (l *lane) predict(o objective, x []float64) (mean, std []float64) {
	rows := len(x) / len(l.data.set.Inputs)
	m, v := make([]float32, rows), make([]float32, rows)
	l.look(m, v, make([]float32, rows), l.ensemble.Inputs(x))
	return l.inUnits(o, m, v)
}

func splitMetrics(r metrics.Report) wire.SplitMetrics {
	return wire.SplitMetrics{
		NLL:      wire.Number(r.NLL),
		RMSE:     wire.Number(r.RMSE),
		MAE:      wire.Number(r.MAE),
		CRPS:     wire.Number(r.CRPS),
		Coverage: wire.Number(r.Coverage),
	}
}
