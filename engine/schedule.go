package engine

import (
	"fmt"
	"math"
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

var scheduleNames = [...]string{Constant: "constant", StepDecay: "step", Exponential: "exponential", CosineSchedule: "cosine", OneCycle: "one-cycle"}

// String returns the schedule's name.
func (k ScheduleKind) String() string { return nameOf(scheduleNames[:], "ScheduleKind", uint8(k)) }

// ScheduleKinds lists the schedules.
func ScheduleKinds() []ScheduleKind { return all[ScheduleKind](scheduleNames[:]) }

// ParseScheduleKind returns the schedule with that name.
func ParseScheduleKind(name string) (ScheduleKind, error) {
	return parse[ScheduleKind](scheduleNames[:], "schedule", name)
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
	switch {
	case int(s.Kind) >= len(scheduleNames):
		return fmt.Errorf("engine: unknown schedule %v", s.Kind)
	case s.Kind != Constant && s.Steps < 1:
		return fmt.Errorf("engine: a %v schedule over %d steps; it needs at least 1", s.Kind, s.Steps)
	case (s.Kind == StepDecay || s.Kind == Exponential) && !(s.Gamma > 0 && s.Gamma <= 1):
		return fmt.Errorf("engine: a %v schedule with gamma %g; it must be above 0 and at most 1", s.Kind, s.Gamma)
	case (s.Kind == CosineSchedule || s.Kind == OneCycle) && !(s.Final >= 0 && s.Final <= 1):
		return fmt.Errorf("engine: a %v schedule that ends at %g; it must be from 0 to 1", s.Kind, s.Final)
	}
	return nil
}

// Factor returns the factor for the step after t steps.
func (s Schedule) Factor(t uint64) float64 {
	factor := 1.0
	along := float64(t) / float64(s.Steps) // of no use to Constant
	switch s.Kind {
	case StepDecay:
		factor = math.Pow(s.Gamma, math.Floor(along))
	case Exponential:
		factor = math.Pow(s.Gamma, along)
	case CosineSchedule:
		factor = cosine(1, s.Final, along)
	case OneCycle:
		// As in PyTorch the peak is the last step of the rise and the end the
		// last step of all.
		rise := oneCycleRise*float64(s.Steps) - 1
		if at := float64(t); rise > 0 && at <= rise {
			factor = cosine(oneCycleStart, 1, at/rise)
		} else {
			factor = cosine(1, s.Final, (at-rise)/(float64(s.Steps)-1-rise))
		}
	}
	if t < s.Warmup {
		factor *= float64(t+1) / float64(s.Warmup)
	}
	return factor
}

// cosine goes from a at 0 to b at 1, and beyond, along half a cosine.
func cosine(a, b, at float64) float64 {
	at = min(max(at, 0), 1)
	return b + (a-b)*0.5*(1+math.Cos(math.Pi*at))
}
