package lane

import (
	"fmt"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Table returns the table of controls, with the choices that the data sets,
// the losses and the engine really have.
func Table() wire.Table {
	var c wire.Choices
	for _, e := range datasets.Catalogue() {
		c.Datasets = append(c.Datasets, wire.Option{Value: e.Name, Label: e.Title, Help: e.Help})
	}
	c.Datasets = append(c.Datasets, wire.Option{
		Value: wire.OwnData, Label: "your own", Help: "Rows of a formula or of a file that you gave.",
	})
	c.Acquisitions = options([]string{rows.ByTotal, rows.ByEpistemic, rows.ByAleatoric, rows.ByRandom}, map[string]string{
		rows.ByTotal:     "Where the predicted standard deviation is largest.",
		rows.ByEpistemic: "Where the members of the ensemble disagree most: what more data can cure.",
		rows.ByAleatoric: "Where the members predict the largest standard deviation: what more data cannot cure.",
		rows.ByRandom:    "Anywhere, by chance: what the others are to be measured by.",
	})
	c.Losses = options(loss.Names(), map[string]string{
		"gaussian_nll":  "The negative log likelihood of a normal distribution.",
		"beta_nll":      "The NLL, each row weighted by its variance to the power of beta, so that hard rows keep their say.",
		"faithful":      "The mean learns by the squared error, the variance by the NLL of a mean that stands still.",
		"natural_nll":   "The NLL in natural parameters, without eps.",
		"crps":          "The continuous ranked probability score: gentler with outliers than the NLL.",
		"student_t_nll": "The NLL of Student's t distribution: outliers are allowed for.",
		"laplace_nll":   "The NLL of a Laplace distribution: the mean follows the median.",
		"mse":           "The squared error: the variance is not trained.",
	})
	c.Reductions = options(names([]loss.Reduction{loss.Mean, loss.Sum, loss.None}), map[string]string{
		"mean": "The rows' losses are averaged.",
		"sum":  "The rows' losses are added up, so the gradient grows with the batch. Adam hardly notices.",
		"none": "The rows' losses stay apart; the step follows the gradient of their sum.",
	})
	c.Optimizers = options(names(engine.Optimizers()), map[string]string{
		"adam":    "Steps of about the learning rate whatever the gradient's size; its weight decay is a penalty.",
		"adamw":   "Adam with a weight decay apart from the gradient.",
		"sgd":     "Straight down the gradient, with momentum: here reduction and the variances' weight show.",
		"rmsprop": "The gradient over the root of its mean square.",
	})
	c.Schedules = options(names(engine.ScheduleKinds()), map[string]string{
		"constant":    "The rate stays.",
		"step":        "The rate is multiplied by gamma each time the length has passed.",
		"exponential": "The rate falls by gamma over the length, smoothly, and goes on so.",
		"cosine":      "The rate falls to its end along half a cosine.",
		"one-cycle":   "The rate rises from a 25th, over three tenths of the length, and falls to its end.",
	})
	c.Parts = options(names(engine.Parts()), map[string]string{
		"both":     "Mean and variance.",
		"mean":     "The mean, and the layers that both share.",
		"variance": "The variance's own part.",
	})
	c.Activations = options(names(engine.Activations()), map[string]string{
		"tanh":       "A smooth step from -1 to 1: smooth curves.",
		"relu":       "Zero below zero, itself above: curves of straight pieces.",
		"leaky_relu": "As relu, but with a hundredth of the slope below zero, so that no unit dies.",
		"sigmoid":    "A smooth step from 0 to 1.",
		"elu":        "Itself above zero, an exponential that levels out at -1 below.",
		"gelu":       "Itself times the normal distribution's share below it: a smooth relu.",
		"silu":       "Itself times its sigmoid: a smooth relu, also called swish.",
		"softplus":   "log(1+exp(x)): a relu with its corner rounded off.",
		"sin":        "A wave: for what repeats itself.",
		"identity":   "Nothing: the network can only draw a straight line.",
	})
	c.Heads = options(names(engine.Heads()), map[string]string{
		"exp":           "The network gives the log-variance.",
		"softplus":      "log(1+exp(x)) and a least variance: it cannot overflow.",
		"natural":       "The network gives the normal distribution's natural parameters.",
		"homoscedastic": "One learned variance for all inputs.",
		"fixed":         "The variance is not learned.",
	})
	c.Inits = options(names(engine.Inits()), map[string]string{
		"linear": "As PyTorch's Linear: uniform within one over the root of the layer's inputs.",
		"he":     "Normal, of twice the variance of LeCun's: for relu and its kin.",
		"lecun":  "Normal, with one over the layer's inputs as variance: for tanh and its kin.",
	})
	return wire.NewTable(c)
}

func names[T fmt.Stringer](values []T) []string {
	var list []string
	for _, v := range values {
		list = append(list, v.String())
	}
	return list
}

// options gives each value its name as its label.
func options(values []string, help map[string]string) []wire.Option {
	var list []wire.Option
	for _, v := range values {
		list = append(list, wire.Option{Value: v, Label: v, Help: help[v]})
	}
	return list
}
