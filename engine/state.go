package engine

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
)

// A State is all that the next step of a Trainer or of an Ensemble depends on
// but for its rows, their scales and its Config: parameters, moments, the order
// of the rows and the place in it, the numbers of steps, and what Restore goes
// back to. It never changes, and may be read from several goroutines.
type State struct {
	members []memberState // of a Trainer: one
}

// A memberState is the part of one trainer.
type memberState struct {
	net NetConfig
	saved
	last  StepInfo
	order rand.PCG
	rows  []int
	next  int
	good  goodStates
}

// A saved is what training has made of a network at one step.
type saved struct {
	steps   uint64
	warming bool
	params  []float32
	opt     moments
	law     law
}

// take copies from t, into the memory that s has.
func (s *saved) take(t *Trainer) {
	s.steps, s.warming = t.steps, t.warming
	s.params = append(s.params[:0], t.net.params...)
	s.opt.set(&t.opt)
	s.law.set(&t.law)
}

// put has t be what s says, but for the number of steps.
func (s *saved) put(t *Trainer) {
	t.warming = s.warming
	copy(t.net.params, s.params)
	t.opt.set(&s.opt)
	t.law.set(&s.law)
}

func (s *saved) size() int { return 4*(len(s.params)+len(s.opt.m)+len(s.opt.v)) + s.law.size() }

// Steps returns the number of steps that had been made; of nil it is 0.
func (s *State) Steps() uint64 {
	if s == nil {
		return 0
	}
	return s.members[0].steps
}

// Size returns the bytes that the state holds; of nil it is 0. Up to two thirds of
// them are what Restore goes back to, which states less than 64 steps apart have
// in common and each count, also where there is only one for two.
func (s *State) Size() int {
	if s == nil {
		return 0
	}
	n := 0
	for i := range s.members {
		m := &s.members[i]
		n += m.size() + 8*len(m.rows)
		for _, g := range m.good.states {
			if g != nil {
				n += g.size()
			}
		}
	}
	return n
}

// State returns the present state.
func (t *Trainer) State() *State { return &State{[]memberState{t.state()}} }

// SetState goes back, or forward, to a state of this trainer or of another one
// with a network of the same parameters and as many rows. On the rows that it had,
// with the Config and the settings that it had, steps are bit for bit those that
// were made from it then, whichever helpers make them. Where the state does not
// fit there is an error, and the trainer is as it was.
func (t *Trainer) SetState(s *State) error {
	if err := s.fits([]*Trainer{t}, true); err != nil {
		return err
	}
	t.setState(&s.members[0])
	return nil
}

// State returns the present state of all members.
func (e *Ensemble) State() *State {
	s := &State{make([]memberState, len(e.members))}
	for i, t := range e.members {
		s.members[i] = t.state()
	}
	return s
}

// SetState is Trainer's SetState for all members.
func (e *Ensemble) SetState(s *State) error {
	if err := s.fits(e.members, true); err != nil {
		return err
	}
	for i, t := range e.members {
		t.setState(&s.members[i])
	}
	return nil
}

// SetWeights is SetState without the order of the rows, which continues as it is: for
// a state of any number of them.
func (e *Ensemble) SetWeights(s *State) error {
	if err := s.fits(e.members, false); err != nil {
		return err
	}
	for i, t := range e.members {
		m := &s.members[i]
		m.put(t)
		t.steps, t.last, t.good = m.steps, m.last, m.good
	}
	return nil
}

// PredictAt is Predict as it was at a state of these parameters, of any number of
// rows. The present state stays as it is. It panics where Predict does.
func (t *Trainer) PredictAt(s *State, mean, variance, x []float32) error {
	if err := s.fits([]*Trainer{t}, false); err != nil {
		return err
	}
	t.predictWith(s.members[0].params, mean, variance, x)
	return nil
}

// PredictAt is Predict as it was at a state of these parameters, of any number of
// rows. The present state stays as it is.
func (e *Ensemble) PredictAt(s *State, mean, aleatoric, epistemic, x []float32) error {
	if err := s.fits(e.members, false); err != nil {
		return err
	}
	e.predict(s, mean, aleatoric, epistemic, x)
	return nil
}

// predictWith is Predict with other parameters, which it leaves as they are.
func (t *Trainer) predictWith(params, mean, variance, x []float32) {
	own := t.net.params
	defer func() { t.net.params = own }()
	t.net.params = params
	t.Predict(mean, variance, x)
}

// fits says what of s is not of the shape of trainers, and if rows are to fit
// also whether their number does not.
func (s *State) fits(trainers []*Trainer, rows bool) error {
	if s == nil {
		return errors.New("engine: there is no state to go to")
	}
	if len(s.members) != len(trainers) {
		return fmt.Errorf("engine: a state of %d members does not fit %d", len(s.members), len(trainers))
	}
	for i, t := range trainers {
		m := &s.members[i]
		if !m.net.sameTensors(&t.net.config) {
			return errors.New("engine: the state is of a network with other parameters")
		}
		if rows && len(m.rows) != len(t.rows) {
			return fmt.Errorf("engine: a state of %d rows does not fit %d", len(m.rows), len(t.rows))
		}
	}
	return nil
}

func (t *Trainer) state() memberState {
	m := memberState{
		net: t.net.config, last: t.last,
		order: *t.order, rows: slices.Clone(t.rows), next: t.next,
		good: t.good.share(),
	}
	m.take(t)
	g := &m.good
	if g.kept > 1 && t.steps%goodEvery == 0 && g.states[(g.kept-1)%2].steps != t.steps {
		// The next step keeps this very state in the place of the older of the two, to
		// which nobody can go back before: so it need not be held.
		g.states[g.kept%2] = g.states[(g.kept-1)%2]
	}
	return m
}

// setState copies, as states stay what they are.
func (t *Trainer) setState(m *memberState) {
	m.put(t)
	t.steps, t.last = m.steps, m.last
	*t.order, t.next = m.order, m.next
	copy(t.rows, m.rows)
	t.good = m.good
}

// Clone returns a trainer of its own in the present state, which continues with the
// same bits on the same rows.
func (t *Trainer) Clone() *Trainer {
	c := t.config.around(t.net.config.blank(), t.inputs, t.target)
	c.setRows(t.x, t.y) // which nobody writes to, as to the scales
	if t.physics != nil {
		if err := c.SetPhysics(t.physics.Physics); err != nil {
			panic(err) // of a network of the same shape, which has it
		}
	}
	m := t.state()
	c.setState(&m)
	return c
}

// Clone is Trainer's Clone of all members.
func (e *Ensemble) Clone() *Ensemble {
	members := make([]*Trainer, len(e.members))
	for i, t := range e.members {
		members[i] = t.Clone()
	}
	return ensembleOf(members, e.workers)
}
