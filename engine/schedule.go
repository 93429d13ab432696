package engine

import (
	"fmt"
	"math"
	"slices"
)

// A ScheduleKind says how the learning rate changes over the steps. The zero
// value is Constant.
type ScheduleKind uint8

// The schedules; t is the number of steps made, T the schedule's Steps.
const (
	Constant       ScheduleKind = iota // 1
	StepDecay                          // Gamma^⌊t/T⌋
	Exponential                        // Gamma^(t/T)
	CosineSchedule                     // from 1 at t = 0 to Final at T along half a cosine, and Final after it
	OneCycle                           // from 1/25 up to 1 at 0.3 T, then down to Final at T, each along half a cosine (Smith & Topin 2019)
)

// A schedule is the factor of the rate after t steps, warm-up aside.
type schedule struct {
	About
	factor func(s Schedule, t uint64) float64
}

var schedules = [...]schedule{
	Constant: {
		About:  About{Name: "constant", Help: "The learning rate stays the same.", Formula: `\eta_t = \eta`},
		factor: func(Schedule, uint64) float64 { return 1 },
	},
	StepDecay: {
		About: About{
			Name: "step", Help: "Multiplies the learning rate by gamma after each schedule length.",
			Formula: `\eta_t = \eta \gamma^{\lfloor t/T \rfloor}`, Source: torchSchedule + "StepLR",
			Uses: []string{"Steps", "Gamma"},
		},
		factor: func(s Schedule, t uint64) float64 { return math.Pow(s.Gamma, math.Floor(s.along(t))) },
	},
	Exponential: {
		About: About{
			Name: "exponential", Help: "Multiplies the learning rate smoothly by gamma per schedule length.",
			Formula: `\eta_t = \eta \gamma^{t/T}`, Source: torchSchedule + "ExponentialLR",
			Uses: []string{"Steps", "Gamma"},
		},
		factor: func(s Schedule, t uint64) float64 { return math.Pow(s.Gamma, s.along(t)) },
	},
	CosineSchedule: {
		About: About{
			Name: "cosine", Help: "The learning rate falls to its end along half a cosine.",
			Formula: `\eta_t = \eta \left(f + \frac{1 - f}{2} \left(1 + \cos \frac{\pi t}{T}\right)\right)`,
			Source:  "Loshchilov & Hutter 2017, “SGDR: Stochastic Gradient Descent with Warm Restarts”; " + torchSchedule + "CosineAnnealingLR",
			Uses:    []string{"Steps", "Final"},
		},
		factor: func(s Schedule, t uint64) float64 { return cosine(1, s.Final, s.along(t)) },
	},
	OneCycle: {
		About: About{
			Name: "one-cycle", Help: "The learning rate rises from 1/25 over the first 30 % of the schedule, then falls to its end.",
			Formula: `\frac{\eta}{25} \to \eta \to f \eta`,
			Source:  "Smith & Topin 2019, “Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates”; " + torchSchedule + "OneCycleLR",
			Uses:    []string{"Steps", "Final"},
		},
		factor: Schedule.oneCycle,
	},
}

const torchSchedule = "PyTorch, torch.optim.lr_scheduler."

// String returns the schedule's name.
func (k ScheduleKind) String() string { return nameOf(schedules[:], "ScheduleKind", uint8(k)) }

// About returns what there is to say of the schedule.
func (k ScheduleKind) About() About { return schedules[k].About }

// UnmarshalText sets k to the schedule with that name.
func (k *ScheduleKind) UnmarshalText(name []byte) error { return unmarshal(k, ParseScheduleKind, name) }

// ScheduleKinds lists the schedules.
func ScheduleKinds() []ScheduleKind { return all[ScheduleKind](schedules[:]) }

// ParseScheduleKind returns the schedule with that name.
func ParseScheduleKind(name string) (ScheduleKind, error) {
	return parse[ScheduleKind](schedules[:], "schedule", name)
}

// A Schedule gives the factor by which each step's learning rate is multiplied.
// Its zero value is 1 throughout.
type Schedule struct {
	Kind   ScheduleKind
	Steps  uint64  // the T of all but Constant, at least 1
	Gamma  float64 // of StepDecay and Exponential, above 0, at most 1
	Final  float64 // of CosineSchedule and OneCycle, from 0 to 1
	Warmup uint64  // steps over which the factor first grows, linearly, from 1/Warmup of what it would be
}

// OneCycle's first factor and the share of its steps that it takes to grow, which
// are those of torch.optim.lr_scheduler.OneCycleLR.
const (
	oneCycleStart = 1.0 / 25
	oneCycleRise  = 0.3
)

func (s *Schedule) check() error {
	if int(s.Kind) >= len(schedules) {
		return fmt.Errorf("engine: unknown schedule %v", s.Kind)
	}
	uses := func(field string) bool { return slices.Contains(schedules[s.Kind].Uses, field) }
	switch {
	case uses("Steps") && s.Steps < 1:
		return fmt.Errorf("engine: a %v schedule over %d steps; it needs at least 1", s.Kind, s.Steps)
	case uses("Gamma") && !(s.Gamma > 0 && s.Gamma <= 1):
		return fmt.Errorf("engine: a %v schedule with gamma %g; it must be above 0 and at most 1", s.Kind, s.Gamma)
	case uses("Final") && !(s.Final >= 0 && s.Final <= 1):
		return fmt.Errorf("engine: a %v schedule that ends at %g; it must be from 0 to 1", s.Kind, s.Final)
	}
	return nil
}

// Factor returns the factor for the step after t steps.
func (s Schedule) Factor(t uint64) float64 {
	factor := schedules[s.Kind].factor(s, t)
	if t < s.Warmup {
		factor *= float64(t+1) / float64(s.Warmup)
	}
	return factor
}

// along is how much of the schedule t steps are.
func (s Schedule) along(t uint64) float64 { return float64(t) / float64(s.Steps) }

// oneCycle is the factor of OneCycle. As in PyTorch the peak is the last step of the rise
// and the end the last step of all.
func (s Schedule) oneCycle(t uint64) float64 {
	rise := oneCycleRise*float64(s.Steps) - 1
	at := float64(t)
	if rise > 0 && at <= rise {
		return cosine(oneCycleStart, 1, at/rise)
	}
	return cosine(1, s.Final, (at-rise)/(float64(s.Steps)-1-rise))
}

// cosine goes from a at 0 to b at 1, and beyond, along half a cosine.
func cosine(a, b, at float64) float64 {
	at = min(max(at, 0), 1)
	return b + (a-b)*0.5*(1+math.Cos(math.Pi*at))
}
