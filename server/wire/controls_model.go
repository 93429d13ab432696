package wire

import "github.com/gnllviz/gnllviz/engine"

// ModelSettings are the values of the network's controls.
type ModelSettings struct {
	Hidden          []int // never changed in place
	Activation      engine.Activation
	Head            engine.Head
	MinVariance     float64
	InitialVariance float64
	Separate        bool
	Init            engine.Init
	Members         int
}

// modelControls returns the controls of the network.
func modelControls() []Control {
	return []Control{
		{
			Name: "hidden", Label: "hidden layers", Unit: "units", Group: "model", Kind: KindLayers,
			Help:    "Neurons per hidden layer, from input to output.",
			Default: []int{64, 64}, Min: 1, Max: MaxUnits, Step: 1,
			field: func(s *Settings) any { return &s.Hidden },
		},
		{
			Name: "activation", Label: "activation", Group: "model", Kind: KindChoice,
			Help:    "Activation function of the hidden layers.",
			Default: engine.Activations()[0].String(), Options: optionsOf(engine.Activations()),
			field: func(s *Settings) any { return &s.Activation },
		},
		{
			Name: "head", Flag: "variance", Label: "variance head", Group: "model", Kind: KindChoice,
			Help:    "How the last layer's output becomes a positive variance.",
			Default: engine.Heads()[0].String(), Options: optionsOf(engine.Heads()),
			field: func(s *Settings) any { return &s.Head },
		},
		{
			Name: "min_variance", Label: "minimum variance", Group: "model", Kind: KindNumber, Log: true, Zero: true, Advanced: true,
			Help:    "Added by the softplus head to every variance of the standardised target.",
			Default: 1e-6, Min: 1e-12, Max: 1, Step: 0.1, When: whenUsed("head", engine.Heads(), "MinVariance"),
			field: func(s *Settings) any { return &s.MinVariance },
		},
		{
			Name: "initial_variance", Label: "initial variance", Group: "model", Kind: KindNumber, Log: true, Zero: true, Advanced: true,
			Help:    "Variance of the standardised target that the untrained network predicts everywhere. 0 = random (1 for the fixed head).",
			Default: 0.0, Min: 1e-4, Max: 100, Step: 0.1,
			field: func(s *Settings) any { return &s.InitialVariance },
		},
		{
			Name: "separate", Label: "separate networks", Group: "model", Kind: KindSwitch, Advanced: true,
			Help:    "Uses one network for the mean and another for the variance, each with these hidden layers.",
			Default: false, When: whenUsed("head", engine.Heads(), "Separate"),
			field: func(s *Settings) any { return &s.Separate },
		},
		{
			Name: "init", Label: "initialisation", Group: "model", Kind: KindChoice, Advanced: true,
			Help:    "How the initial weights are drawn.",
			Default: engine.Inits()[0].String(), Options: optionsOf(engine.Inits()),
			field: func(s *Settings) any { return &s.Init },
		},
		{
			Name: "members", Flag: "ensemble", Label: "ensemble", Unit: "networks", Group: "model", Kind: KindInteger,
			Help:    "Number of independently initialised networks. Where they disagree, the model is uncertain.",
			Default: 1, Min: 1, Max: 10, Step: 1,
			field: func(s *Settings) any { return &s.Members },
		},
	}
}
