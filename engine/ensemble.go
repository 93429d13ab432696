package engine

import "fmt"

// An Ensemble is several trainers of one configuration on the same rows, each
// from a seed of its own, so that they differ in their first weights and in the
// order of the rows (Lakshminarayanan et al. 2017, "Simple and Scalable
// Predictive Uncertainty Estimation using Deep Ensembles"). One with a single
// member is that trainer.
type Ensemble struct {
	members []*Trainer
	workers int // as in Config
	crew    crew
	choice  choice
	try     func(member int)
	update  func(member int)

	loss   Loss
	hyper  Hyper
	values []float64
	errors []error

	mean, variance []float32 // of one member
}

// MaxMembers is the largest number of members.
const MaxMembers = 64

// memberSeed spaces the seeds of an ensemble's members, so that those of
// neighbouring seeds do not meet. The first member has the configuration's own.
const memberSeed = 0x9e3779b97f4a7c15

// NewEnsemble returns an ensemble of that many members; its arguments are
// otherwise NewTrainer's.
func NewEnsemble(c Config, members int, x, y []float64) (*Ensemble, error) {
	if members < 1 || members > MaxMembers {
		return nil, fmt.Errorf("engine: members: %d is out of range 1 to %d", members, MaxMembers)
	}
	workers := c.Workers
	if members > 1 {
		c.Workers = 1 // the members are what the cores share
	}
	list := make([]*Trainer, members)
	for i := range list {
		member := c
		member.Seed += uint64(i) * memberSeed
		t, err := NewTrainer(member, x, y)
		if err != nil {
			return nil, err
		}
		list[i] = t
	}
	return ensembleOf(list, workers), nil
}

func ensembleOf(members []*Trainer, workers int) *Ensemble {
	e := &Ensemble{
		members: members, workers: workers,
		values: make([]float64, len(members)), errors: make([]error, len(members)),
	}
	e.try = func(member int) {
		e.values[member], e.errors[member] = e.members[member].tryNext(e.loss, &e.hyper)
	}
	e.update = func(member int) { e.members[member].update(&e.hyper) }
	return e
}

// Members returns the trainers, the first of which has the configuration's own
// seed.
func (e *Ensemble) Members() []*Trainer { return e.members }

// Seed returns the configuration's seed, which is the first member's.
func (e *Ensemble) Seed() uint64 { return e.members[0].config.Seed }

// Inputs standardises rows of inputs as the members' own were.
func (e *Ensemble) Inputs(x []float64) []float32 { return e.members[0].Inputs(x) }

// Targets standardises rows of targets as the members' own were.
func (e *Ensemble) Targets(y []float64) []float32 { return e.members[0].Targets(y) }

// TargetScale returns the scale by which the first output's targets are
// standardised.
func (e *Ensemble) TargetScale() Scale { return e.members[0].TargetScale() }

// TargetScales returns the scale of each output's targets.
func (e *Ensemble) TargetScales() []Scale { return e.members[0].TargetScales() }

// InputScales returns the scale of each input.
func (e *Ensemble) InputScales() []Scale { return e.members[0].InputScales() }

// Restore puts back every member's weights as Trainer's Restore does, and returns the
// earliest step that one went back to.
func (e *Ensemble) Restore() uint64 {
	step := e.Steps()
	for _, t := range e.members {
		step = min(step, t.Restore())
	}
	return step
}

// Steps returns the number of steps that each member has made.
func (e *Ensemble) Steps() uint64 { return e.members[0].Steps() }

// Step makes one step of each member, each on rows of its own, and returns the
// mean of their losses. Members are trained on several goroutines, so loss must
// be safe for concurrent use, as those of package loss are. An error names the
// first member that diverged; all members are then as they were before the step.
func (e *Ensemble) Step(loss Loss, h Hyper) (float64, error) {
	if err := h.check(); err != nil {
		return 0, err
	}
	e.loss, e.hyper = loss, h
	if helpers := min(cores(e.workers), len(e.members)) - 1; helpers > 0 {
		e.crew.start(e.choice.begin(len(e.members), helpers))
		defer e.choice.end()
	}
	// No member's step is made before all are known to be finite.
	e.crew.run(len(e.members), e.try)
	e.loss = nil
	sum := 0.0
	for i, err := range e.errors {
		if err != nil {
			for _, t := range e.members {
				t.abandon()
			}
			if len(e.members) > 1 {
				err = &MemberError{i + 1, err}
			}
			return e.values[i], err
		}
		sum += e.values[i]
	}
	e.crew.run(len(e.members), e.update)
	return sum / float64(len(e.values)), nil
}

// A MemberError is the error of one member of an ensemble.
type MemberError struct {
	Member int // counted from 1
	Err    error
}

// Error names the member.
func (e *MemberError) Error() string { return fmt.Sprintf("member %d: %v", e.Member, e.Err) }

// Unwrap returns the member's own error.
func (e *MemberError) Unwrap() error { return e.Err }

// Last returns what the last step has seen: of losses and norms the mean over the
// members, whether any of them clipped its gradient, and the number of variances
// that were held in all.
func (e *Ensemble) Last() StepInfo {
	info := e.members[0].last
	n := float64(len(e.members))
	info.Loss, info.MeanNorm, info.VarianceNorm, info.Physics, info.Guarded = 0, 0, 0, 0, 0
	for _, t := range e.members {
		info.Loss += t.last.Loss / n
		info.MeanNorm += t.last.MeanNorm / n
		info.VarianceNorm += t.last.VarianceNorm / n
		info.Physics += t.last.Physics / n
		info.Clipped = info.Clipped || t.last.Clipped
		info.Guarded += t.last.Guarded
	}
	return info
}

// Predict writes, for each standardised row of inputs and each output, in
// standardised units, the mean of the members' normal distributions in equal
// mixture, and the two parts of which its variance is the sum: the aleatoric,
// which is the mean of the members' variances, and the epistemic, the variance of
// their means.
func (e *Ensemble) Predict(mean, aleatoric, epistemic, x []float32) {
	e.predict(nil, mean, aleatoric, epistemic, x)
}

// predict is Predict at a state that fits; nil is the present one.
func (e *Ensemble) predict(s *State, mean, aleatoric, epistemic, x []float32) {
	params := func(member int) []float32 {
		if s == nil {
			return e.members[member].net.params
		}
		return s.members[member].params
	}
	if len(e.members) == 1 {
		e.members[0].predictWith(params(0), mean, aleatoric, x)
		clear(epistemic)
		return
	}
	n := len(mean)
	e.mean, e.variance = grow(e.mean, n*len(e.members)), grow(e.variance, n*len(e.members))
	for i, t := range e.members {
		t.predictWith(params(i), e.mean[i*n:(i+1)*n], e.variance[i*n:(i+1)*n], x)
	}
	Mixture(mean, aleatoric, epistemic, e.mean, e.variance)
}

// Mixture writes the moments of equal mixtures of normal distributions.
// means and variances hold those of all members: of the first for every element
// of mean, then of the second and so on.
func Mixture(mean, aleatoric, epistemic, means, variances []float32) {
	n := len(mean)
	if n == 0 {
		return
	}
	members := float64(len(means) / n)
	for i := range mean {
		var m, v float64
		for k := i; k < len(means); k += n {
			m += float64(means[k])
			v += float64(variances[k])
		}
		m /= members
		spread := 0.0
		for k := i; k < len(means); k += n {
			d := float64(means[k]) - m
			spread += d * d
		}
		mean[i], aleatoric[i], epistemic[i] = float32(m), float32(v/members), float32(spread/members)
	}
}
