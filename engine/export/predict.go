package export

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine"
)

// A Prediction is what a model makes of rows of inputs, in the targets' units and
// their squares: (rows, targets) each, row by row.
type Prediction struct {
	Mean      []float64
	Variance  []float64 // total, floored; its root is the standard deviation
	Aleatoric []float64 // the mean of the members' variances, not floored
	Epistemic []float64 // the variance of the members' means; of one member 0
}

// Predict predicts rows of inputs x (rows, inputs), row by row, in their units. It
// computes in float64, in one order, and so gives the same bits as the exported Go
// source; the engine itself, in float32, differs by rounding.
func (m *Model) Predict(x []float64) (Prediction, error) {
	n := len(m.Inputs)
	if len(x)%n != 0 {
		return Prediction{}, fmt.Errorf("export: %d values are not rows of %d inputs", len(x), n)
	}
	rows, targets := len(x)/n, len(m.Targets)
	var p Prediction
	for _, list := range []*[]float64{&p.Mean, &p.Variance, &p.Aleatoric, &p.Epistemic} {
		*list = make([]float64, rows*targets)
	}
	members := make([]evaluator, len(m.Members))
	for i, t := range m.Members {
		members[i] = newEvaluator(m, t)
	}
	z := make([]float64, n)
	means, variances := make([][]float64, len(members)), make([][]float64, len(members))
	for r := range rows {
		for k := range z {
			z[k] = (x[r*n+k] - m.Inputs[k].Mean) / m.Inputs[k].Std
		}
		for i := range members {
			means[i], variances[i] = members[i].evaluate(z)
		}
		for k := range m.Targets {
			mean, aleatoric, epistemic := mixture(means, variances, k)
			c, at := &m.Targets[k], r*targets+k
			p.Mean[at] = float64(mean*c.Std) + c.Mean
			p.Aleatoric[at] = aleatoric * c.Std * c.Std
			p.Epistemic[at] = epistemic * c.Std * c.Std
			p.Variance[at] = max(aleatoric+epistemic, m.Eps) * c.Std * c.Std
		}
	}
	return p, nil
}

// mixture returns the moments of the equal mixture of the members' normal distributions
// of target k. A product that is added is rounded first, by its conversion, as fused
// operations differ between processors.
func mixture(means, variances [][]float64, k int) (mean, aleatoric, epistemic float64) {
	n := float64(len(means))
	for i := range means {
		mean += means[i][k]
		aleatoric += variances[i][k]
	}
	mean /= n
	aleatoric /= n
	for i := range means {
		d := means[i][k] - mean
		epistemic += float64(d * d)
	}
	return mean, aleatoric, epistemic / n
}

// An evaluator computes one network in float64.
type evaluator struct {
	config   engine.NetConfig
	body     tower // of the mean, and unless varBody is there of both
	varBody  tower
	mean     dense
	variance *dense
	raw      []float64 // of heads that no input moves: the log-variances, or the variances
}

// A tower is hidden layers.
type tower []dense

type dense struct {
	weight, bias []float64 // (out, in), (out)
}

func newEvaluator(m *Model, t Tensors) evaluator {
	layer := func(name string) dense {
		return dense{widen(t.Find(name + ".weight")), widen(t.Find(name + ".bias"))}
	}
	stack := func(name string) (list tower) {
		for i := range m.Net.Hidden {
			list = append(list, layer(fmt.Sprintf("%s.%d", name, 2*i)))
		}
		return list
	}
	e := evaluator{config: m.Net, mean: layer("mean")}
	if m.Net.Separate {
		e.body, e.varBody = stack("mean_body"), stack("var_body")
	} else {
		e.body = stack("body")
	}
	switch m.Net.Head {
	case engine.Homoscedastic:
		e.raw = widen(t.Find("var.bias"))
	case engine.Fixed:
		e.raw = slices.Repeat([]float64{fixedVariance(m)}, len(m.Targets))
	default:
		v := layer("var")
		e.variance = &v
	}
	return e
}

// fixedVariance is the variance that a fixed head keeps, as float32 holds it.
func fixedVariance(m *Model) float64 {
	if v := float64(float32(m.Net.InitialVariance)); v > 0 {
		return v
	}
	return 1
}

func widen(t *engine.Tensor) []float64 {
	list := make([]float64, len(t.Data))
	for i, v := range t.Data {
		list[i] = float64(v)
	}
	return list
}

// evaluate returns mean and variance of each standardised target.
func (e *evaluator) evaluate(z []float64) (mean, variance []float64) {
	hidden := e.body.evaluate(z, e.config.Activation)
	mean = e.mean.evaluate(hidden)
	variance = slices.Clone(e.raw)
	if e.variance != nil {
		if e.varBody != nil {
			hidden = e.varBody.evaluate(z, e.config.Activation)
		}
		variance = e.variance.evaluate(hidden)
	}
	for k, raw := range variance {
		switch e.config.Head {
		case engine.Exp, engine.Homoscedastic:
			variance[k] = math.Exp(min(max(raw, -engine.LogVarianceLimit), engine.LogVarianceLimit))
		case engine.SoftplusHead:
			variance[k] = softplus(raw) + float64(float32(e.config.MinVariance))
		case engine.Natural:
			variance[k] = 1 / (softplus(raw) + engine.LeastPrecision)
			mean[k] = float64(mean[k] * variance[k])
		}
	}
	return mean, variance
}

func (t tower) evaluate(x []float64, a engine.Activation) []float64 {
	of := activations[a].of
	for _, l := range t {
		x = l.evaluate(x)
		for i, z := range x {
			x[i] = of(z)
		}
	}
	return x
}

func (l *dense) evaluate(x []float64) []float64 {
	y := slices.Clone(l.bias)
	for o := range y {
		weights := l.weight[o*len(x):][:len(x)]
		for k, v := range x {
			y[o] += float64(v * weights[k])
		}
	}
	return y
}

func sigmoid(z float64) float64 { return 1 / (1 + math.Exp(-z)) }

// softplus is log(1+exp(z)), and z above 20, as PyTorch has it.
func softplus(z float64) float64 {
	if z > 20 {
		return z
	}
	return math.Log1p(math.Exp(z))
}
