package run

import (
	"math"
	"strconv"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Table returns the table of controls, with the choices that the data sets,
// the losses and the engine really have.
func Table() wire.Table {
	var c wire.Choices
	for _, e := range datasets.Catalogue() {
		c.Datasets = append(c.Datasets, wire.Option{Value: e.Name, Label: e.Title, Help: e.Help})
	}
	reductions := map[loss.Reduction]string{
		loss.Mean: "The rows' losses are averaged.",
		loss.Sum:  "The rows' losses are added up, so the gradient grows with the batch. Adam hardly notices.",
		loss.None: "The rows' losses stay apart; the step follows the gradient of their sum.",
	}
	for _, r := range []loss.Reduction{loss.Mean, loss.Sum, loss.None} {
		c.Reductions = append(c.Reductions, wire.Option{Value: r.String(), Label: r.String(), Help: reductions[r]})
	}
	activations := map[engine.Activation]string{
		engine.Tanh:      "A smooth step from -1 to 1: smooth curves.",
		engine.ReLU:      "Zero below zero, itself above: curves of straight pieces.",
		engine.LeakyReLU: "As relu, but with a hundredth of the slope below zero, so that no unit dies.",
		engine.Sigmoid:   "A smooth step from 0 to 1.",
		engine.ELU:       "Itself above zero, an exponential that levels out at -1 below.",
		engine.GELU:      "Itself times the normal distribution's share below it: a smooth relu.",
		engine.SiLU:      "Itself times its sigmoid: a smooth relu, also called swish.",
		engine.Softplus:  "log(1+exp(x)): a relu with its corner rounded off.",
		engine.Sin:       "A wave: for what repeats itself.",
		engine.Identity:  "Nothing: the network can only draw a straight line.",
	}
	for _, a := range engine.Activations() {
		c.Activations = append(c.Activations, wire.Option{Value: a.String(), Label: a.String(), Help: activations[a]})
	}
	return wire.NewTable(c)
}

// lossOf builds the loss from the controls as they stand. It is called for
// each step, so that no copy of a setting can grow old.
func lossOf(s *wire.Settings) (loss.GaussianNLL, error) {
	r, err := loss.ParseReduction(s.Reduction)
	return loss.GaussianNLL{Full: s.Full, Eps: s.Eps, Reduction: r}, err
}

func configOf(s *wire.Settings, inputs int) (engine.Config, error) {
	a, err := engine.ParseActivation(s.Activation)
	return engine.Config{
		Net:  engine.NetConfig{Inputs: inputs, Hidden: s.Hidden, Activation: a},
		Seed: uint64(s.Seed),
	}, err
}

func hyperOf(s *wire.Settings) engine.Hyper {
	h := engine.DefaultHyper()
	h.LR, h.Decay, h.VarianceDecay, h.Batch = s.LR, s.Decay, s.Decay, s.Batch
	return h
}

// speedOf returns the greatest number of steps a second.
func speedOf(s *wire.Settings) (float64, error) {
	if s.Speed == wire.SpeedMax {
		return math.Inf(1), nil
	}
	return strconv.ParseFloat(s.Speed, 64)
}
