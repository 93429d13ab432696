package engine

import (
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// An Optimizer is a rule by which a step follows the gradient; each is what
// torch.optim has under that name. The zero value is Adam.
type Optimizer uint8

// The optimisers.
const (
	Adam    Optimizer = iota // Kingma & Ba 2015; its decay is an L2 penalty
	AdamW                    // Loshchilov & Hutter 2019; decay apart from the gradient
	SGD                      // with momentum, Nesterov's by choice
	RMSProp                  // Tieleman & Hinton 2012, with momentum
)

// An optimizer is one update of the parameters p along their gradient g. m and v are its
// memory, step counts its updates, of which the first is 1.
type optimizer struct {
	About
	update func(h Hyper, p, g, m, v []float32, lr, decay float64, step uint64)
}

const adamPaper = "Kingma & Ba 2015, “Adam: A Method for Stochastic Optimization”; PyTorch, torch.optim.Adam"

var optimizers = [...]optimizer{
	Adam: {
		About: About{
			Name: "adam", Help: "Step size is about the learning rate, whatever the size of the gradient. Weight decay is added to the loss (L2).",
			Formula: `\theta \leftarrow \theta - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \delta}`, Source: adamPaper,
			Uses: []string{"Beta1", "Beta2", "Eps"},
		},
		update: func(h Hyper, p, g, m, v []float32, lr, decay float64, step uint64) {
			kernel.Adam(p, g, m, v, lr, decay, h.Beta1, h.Beta2, h.Eps, false, step)
		},
	},
	AdamW: {
		About: About{
			Name: "adamw", Help: "Adam with decoupled weight decay.",
			Formula: `\theta \leftarrow (1 - \eta \lambda) \theta - \eta \frac{\hat{m}}{\sqrt{\hat{v}} + \delta}`,
			Source:  "Loshchilov & Hutter 2019, “Decoupled Weight Decay Regularization”; PyTorch, torch.optim.AdamW",
			Uses:    []string{"Beta1", "Beta2", "Eps"},
		},
		update: func(h Hyper, p, g, m, v []float32, lr, decay float64, step uint64) {
			kernel.Adam(p, g, m, v, lr, decay, h.Beta1, h.Beta2, h.Eps, true, step)
		},
	},
	SGD: {
		About: About{
			Name: "sgd", Help: "Gradient descent with momentum. With SGD the choice of reduction matters.",
			Formula: `\theta \leftarrow \theta - \eta b, \\ b \leftarrow \mu b + g`, Source: "PyTorch, torch.optim.SGD",
			Uses: []string{"Momentum", "Nesterov"},
		},
		update: func(h Hyper, p, g, m, _ []float32, lr, decay float64, step uint64) {
			kernel.SGD(p, g, m, lr, h.Momentum, decay, h.Nesterov && h.Momentum > 0, step == 1)
		},
	},
	RMSProp: {
		About: About{
			Name: "rmsprop", Help: "Divides the gradient by its recent size.",
			Formula: `\theta \leftarrow \theta - \eta \frac{g}{\sqrt{v} + \delta}, \\ v \leftarrow \alpha v + (1 - \alpha) g^2`,
			Source:  "Tieleman & Hinton 2012, “Lecture 6.5: RMSProp”; PyTorch, torch.optim.RMSprop",
			Uses:    []string{"Momentum", "Alpha", "Eps"},
		},
		update: func(h Hyper, p, g, m, v []float32, lr, decay float64, _ uint64) {
			kernel.RMSProp(p, g, v, m, lr, h.Alpha, h.Eps, h.Momentum, decay)
		},
	},
}

// String returns the optimiser's name.
func (o Optimizer) String() string { return nameOf(optimizers[:], "Optimizer", uint8(o)) }

// About returns what there is to say of the optimiser.
func (o Optimizer) About() About { return optimizers[o].About }

// UnmarshalText sets o to the optimiser with that name.
func (o *Optimizer) UnmarshalText(name []byte) error { return unmarshal(o, ParseOptimizer, name) }

// Optimizers lists the optimisers.
func Optimizers() []Optimizer { return all[Optimizer](optimizers[:]) }

// ParseOptimizer returns the optimiser with that name.
func ParseOptimizer(name string) (Optimizer, error) {
	return parse[Optimizer](optimizers[:], "optimiser", name)
}

// Hyper are the settings of one step. All of them may change from one step to
// the next; another optimiser keeps the weights and starts with empty moments.
// Start from DefaultHyper.
type Hyper struct {
	Optimizer Optimizer
	LR        float64  // learning rate, 0 or more, which Schedule scales
	Schedule  Schedule // zero: constant

	// Weight decay of the mean's part of the network, which has the layers that
	// both share, and of the variance's part: an L2 penalty of half of this times
	// the sum of the squared parameters, or for AdamW what PyTorch makes of it
	// (whose default is 0.01 for AdamW and 0 for the others).
	Decay, VarianceDecay float64

	Momentum float64 // of SGD and RMSProp, from 0 to below 1
	Nesterov bool    // SGD's momentum looks ahead
	Beta1    float64 // of Adam and AdamW, from 0 to below 1
	Beta2    float64
	Alpha    float64 // of RMSProp, from 0 to 1
	Eps      float64 // of Adam, AdamW and RMSProp, added to the root; above 0

	Batch   int     // rows, at least 1
	Clip    float64 // largest norm of the gradient; 0 clips nothing
	Dropout float64 // share of the hidden units that each step leaves out, from 0 to 0.95

	// Part is what the step trains. A frozen part is not touched, by decay
	// neither.
	Part Part

	// Warmup is the number of steps, counted from the first, that train the mean
	// alone. After the last of them the variance head's bias is set to the mean
	// squared error of the training rows (Sluijterman et al. 2024, "Optimal
	// Training of Mean Variance Estimation Neural Networks").
	Warmup uint64
}

// DefaultHyper returns Adam with PyTorch's defaults and batches of 32 rows.
func DefaultHyper() Hyper {
	return Hyper{LR: 1e-3, Beta1: 0.9, Beta2: 0.999, Alpha: 0.99, Eps: 1e-8, Batch: 32}
}

// check says what is wrong with h.
func (h *Hyper) check() error {
	share := func(v float64) bool { return v >= 0 && v < 1 }
	notNegative := func(v float64) bool { return v >= 0 && v <= math.MaxFloat64 }
	switch {
	case int(h.Optimizer) >= len(optimizers):
		return fmt.Errorf("engine: unknown optimiser %v", h.Optimizer)
	case int(h.Part) >= len(parts):
		return fmt.Errorf("engine: unknown part %v", h.Part)
	case !notNegative(h.LR):
		return fmt.Errorf("engine: a learning rate of %g; it must be 0 or more", h.LR)
	case !notNegative(h.Decay) || !notNegative(h.VarianceDecay):
		return fmt.Errorf("engine: weight decays of %g and %g; they must be 0 or more", h.Decay, h.VarianceDecay)
	case !share(h.Momentum):
		return fmt.Errorf("engine: a momentum of %g; it must be from 0 to below 1", h.Momentum)
	case !share(h.Beta1) || !share(h.Beta2):
		return fmt.Errorf("engine: betas of %g and %g; they must be from 0 to below 1", h.Beta1, h.Beta2)
	case !(h.Alpha >= 0 && h.Alpha <= 1):
		return fmt.Errorf("engine: an alpha of %g; it must be from 0 to 1", h.Alpha)
	case !(h.Eps > 0 && h.Eps <= math.MaxFloat32) && slices.Contains(optimizers[h.Optimizer].Uses, "Eps"):
		return fmt.Errorf("engine: an optimiser's eps of %g; it must be above 0", h.Eps)
	case h.Batch < 1:
		return fmt.Errorf("engine: a batch of %d rows; it must have at least 1", h.Batch)
	case !notNegative(h.Clip):
		return fmt.Errorf("engine: a gradient clipped to norm %g; it must be above 0, or 0 to clip nothing", h.Clip)
	case !(h.Dropout >= 0 && h.Dropout <= 0.95):
		return fmt.Errorf("engine: a dropout of %g; it must be from 0 to 0.95", h.Dropout)
	}
	return h.Schedule.check()
}

// A span is a stretch of the parameters that belongs to one part.
type span struct {
	from, to int
	part     Part
}

// spans returns the parameters as stretches of one part each, in order.
func (n *Net) spans() []span {
	var list []span
	for _, t := range n.tensors {
		if k := len(list) - 1; k >= 0 && list[k].part == t.part {
			list[k].to = t.at + len(t.Data)
		} else {
			list = append(list, span{t.at, t.at + len(t.Data), t.part})
		}
	}
	return list
}

// moments is an optimiser's memory.
type moments struct {
	optimizer Optimizer
	m, v      []float32
	// steps counts the updates of each part, which begin with its first
	// gradient, as PyTorch counts them for each parameter.
	steps [VariancePart + 1]uint64
}

// set makes o a copy of another memory, in the memory that it has.
func (o *moments) set(from *moments) {
	o.optimizer, o.steps = from.optimizer, from.steps
	o.m, o.v = append(o.m[:0], from.m...), append(o.v[:0], from.v...)
}

// update moves the parameters of the parts that are trained.
func (o *moments) update(p, g []float32, spans []span, h *Hyper, lr float64, part Part) {
	if h.Optimizer != o.optimizer {
		o.optimizer = h.Optimizer
		o.steps = [len(o.steps)]uint64{}
		clear(o.m)
		clear(o.v)
	}
	for i := range o.steps {
		if part == BothParts || part == Part(i) {
			o.steps[i]++
		}
	}
	for _, s := range spans {
		if part != BothParts && s.part != part {
			continue
		}
		p, g, m, v := p[s.from:s.to], g[s.from:s.to], o.m[s.from:s.to], o.v[s.from:s.to]
		decay, step := h.Decay, o.steps[s.part]
		if s.part == VariancePart {
			decay = h.VarianceDecay
		}
		optimizers[h.Optimizer].update(*h, p, g, m, v, lr, decay, step)
	}
}
