package export

import (
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine"
)

// A FloatCost says how far predictions in float32 alone, as the graph of
// [WriteONNXFloat] makes them, are from those of Predict.
type FloatCost struct {
	Rows int     `json:"rows"` // on which it was measured
	Mean float64 `json:"mean"` // the largest difference of a mean, as a part of the predicted standard deviation
	Std  float64 `json:"std"`  // the largest difference of a standard deviation, as a part of it
}

// Bounds of what is measured: so many rows, and so many products of parameters.
const (
	maxFloatRows  = 4096
	minFloatRows  = 64
	maxFloatWorks = 2e7
)

// MeasureFloat measures on rows of inputs x (rows, inputs), or of very many rows or
// large networks on some of them, evenly taken, and notes it on the card. Of no rows it
// notes nothing.
func (m *Model) MeasureFloat(x []float64) error {
	n := len(m.Inputs)
	rows := len(x) / n
	most := min(max(int(maxFloatWorks)/max(m.Card.Parameters, 1), minFloatRows), maxFloatRows)
	if every := (rows + most - 1) / most; every > 1 {
		var some []float64
		for i := 0; i < rows; i += every {
			some = append(some, x[i*n:(i+1)*n]...)
		}
		x = some
	}
	if len(x) == 0 {
		return nil
	}
	exact, err := m.Predict(x)
	if err != nil {
		return err
	}
	c := FloatCost{Rows: len(x) / n}
	means, stds := m.predictFloat(x)
	for i, mean := range exact.Mean {
		std := math.Sqrt(exact.Variance[i])
		c.Mean = max(c.Mean, math.Abs(means[i]-mean)/std)
		c.Std = max(c.Std, math.Abs(stds[i]-std)/std)
	}
	if v := c.Mean + c.Std; v-v != 0 {
		return nil // a prediction that is not finite tells nothing
	}
	m.Card.Float = &c
	return nil
}

// Words says the cost in a sentence.
func (c *FloatCost) Words() string {
	return fmt.Sprintf("on %d rows of this model its means differ by at most %.2g of a predicted standard deviation, and its standard deviations by at most %.2g of themselves", c.Rows, c.Mean, c.Std)
}

// predictFloat predicts means and standard deviations (rows, targets) with every step in
// float32, in the order of the graph. Functions are those of package math, rounded.
func (m *Model) predictFloat(x []float64) (means, stds []float64) {
	n := len(m.Inputs)
	members := make([]narrow, len(m.Members))
	ofMean, ofVariance := make([][]float32, len(members)), make([][]float32, len(members))
	for i, t := range m.Members {
		members[i] = narrow{newEvaluator(m, t)}
	}
	z := make([]float32, n)
	for r := range len(x) / n {
		for k := range z {
			c := &m.Inputs[k]
			high := float32(c.Mean)
			z[k] = (float32(x[r*n+k]) - high - float32(c.Mean-float64(high))) / float32(c.Std)
		}
		for i := range members {
			ofMean[i], ofVariance[i] = members[i].evaluate(z)
		}
		for k := range m.Targets {
			var mean, aleatoric, epistemic float32
			for i := range members {
				mean += ofMean[i][k]
				aleatoric += ofVariance[i][k]
			}
			count := float32(len(members))
			mean /= count
			aleatoric /= count
			for i := range members {
				d := ofMean[i][k] - mean
				epistemic += float32(d * d)
			}
			total := max(aleatoric+epistemic/count, float32(m.Eps))
			std := float32(m.Targets[k].Std)
			means = append(means, float64(float32(mean*std)+float32(m.Targets[k].Mean)))
			stds = append(stds, float64(float32(math.Sqrt(float64(total)))*std))
		}
	}
	return means, stds
}

// A narrow computes one network in float32.
type narrow struct{ evaluator }

func (e *narrow) evaluate(z []float32) (mean, variance []float32) {
	hidden := narrowTower(e.body, z, e.config.Activation)
	mean = narrowLayer(&e.mean, hidden)
	for _, v := range e.raw {
		variance = append(variance, float32(v))
	}
	if e.variance != nil {
		if e.varBody != nil {
			hidden = narrowTower(e.varBody, z, e.config.Activation)
		}
		variance = narrowLayer(e.variance, hidden)
	}
	for k, raw := range variance {
		switch e.config.Head {
		case engine.Exp, engine.Homoscedastic:
			variance[k] = float32(math.Exp(float64(min(max(raw, -engine.LogVarianceLimit), engine.LogVarianceLimit))))
		case engine.SoftplusHead:
			variance[k] = float32(softplus(float64(raw))) + float32(e.config.MinVariance)
		case engine.Natural:
			variance[k] = 1 / (float32(softplus(float64(raw))) + float32(engine.LeastPrecision))
			mean[k] *= variance[k]
		}
	}
	return mean, variance
}

func narrowTower(t tower, x []float32, a engine.Activation) []float32 {
	of := activations[a].of
	for i := range t {
		x = narrowLayer(&t[i], x)
		for k, z := range x {
			x[k] = float32(of(float64(z)))
		}
	}
	return x
}

func narrowLayer(l *dense, x []float32) []float32 {
	y := make([]float32, len(l.bias))
	for o := range y {
		weights := l.weight[o*len(x):][:len(x)]
		for k, v := range x {
			y[o] += float32(v * float32(weights[k]))
		}
		y[o] += float32(l.bias[o])
	}
	return y
}
