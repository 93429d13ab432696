package wire

import "github.com/gnllviz/gnllviz/loss"

// LossSettings are the values of the loss's controls.
type LossSettings struct {
	Loss           loss.Kind
	LossParameters [maxLossParameters]float64 // of all losses, as lossParameters lists them
	Eps            float64
	Full           bool
	Reduction      loss.Reduction
}

// lossControls returns the controls of the loss.
func lossControls() []Control {
	list := []Control{{
		Name: "loss", Label: "loss", Group: "loss", Kind: KindChoice, Live: true,
		Help:    "The quantity that training minimises.",
		Default: loss.Kinds()[0].String(), Options: lossOptions(),
		field: func(s *Settings) any { return &s.Loss },
	}}
	for i, p := range lossParameters() {
		list = append(list, Control{
			Name: p.Name, Label: p.Label, Group: "loss", Kind: KindNumber, Live: true, Log: p.Log,
			Help:    p.Help,
			Default: p.Default, Min: p.Min, Max: p.Max, Step: p.Step, When: When{"loss", []string{p.of.String()}},
			field: func(s *Settings) any { return &s.LossParameters[i] },
		})
	}
	return append(list, []Control{
		{
			Name: "eps", Label: "eps", Group: "loss", Kind: KindNumber, Live: true, Log: true, Zero: true,
			Help:    "Smaller variances of the standardised target count as eps in the loss, so claiming less noise than that changes nothing. As in PyTorch, the gradient still flows.",
			Default: 1e-6, Min: 1e-12, Max: 10, Step: 0.1,
			field: func(s *Settings) any { return &s.Eps },
		},
		{
			Name: "full", Label: "full", Group: "loss", Kind: KindSwitch, Live: true,
			Help:    "Adds the constant of the loss (½ log 2π = 0.919 for the NLL) to the reported loss. Training is exactly the same.",
			Default: false,
			field:   func(s *Settings) any { return &s.Full },
		},
		{
			Name: "reduction", Label: "reduction", Group: "loss", Kind: KindChoice, Live: true,
			Help:    "How the losses of a batch are combined: averaged or added.",
			Default: loss.Mean.String(), Options: reductionOptions(),
			field: func(s *Settings) any { return &s.Reduction },
		},
	}...)
}

func lossOptions() (list []Option) {
	for _, k := range loss.Kinds() {
		d := k.Descriptor()
		list = append(list, Option{Value: d.Name, Label: d.Name, Help: d.Help})
	}
	return list
}

func reductionOptions() (list []Option) {
	for _, r := range loss.Reductions() {
		list = append(list, Option{Value: r.String(), Label: r.String(), Help: r.Help()})
	}
	return list
}
