package engine

import (
	"bytes"
	"encoding/binary"
	"encoding/gob"
	"errors"
	"fmt"
	"math/rand/v2"
)

// A stateImage is a State as bytes have it: see [State.Encode].
type stateImage struct {
	Version int
	Members []memberImage
}

// stateVersion is that of stateImage.
const stateVersion = 1

type memberImage struct {
	Net   checkpointConfig // the network's part of it
	Saved savedImage
	Last  StepInfo
	Order []byte
	Rows  []uint32
	Next  int

	Good   []string // names of parts, oldest first
	GoodAt int      // how many were kept in all
}

type savedImage struct {
	Steps   uint64
	Warming bool
	Params  floats
	Opt     momentsImage
	Names   []string // of the law
	Values  floats
	LawOpt  momentsImage
}

type momentsImage struct {
	Optimizer string
	M, V      floats
	Steps     []uint64
}

// floats are little-endian in bytes, which is a tenth of the time that gob takes for them.
type floats []float32

func (f floats) MarshalBinary() ([]byte, error) {
	return binary.Append(make([]byte, 0, 4*len(f)), binary.LittleEndian, []float32(f))
}

func (f *floats) UnmarshalBinary(b []byte) error {
	if len(b)%4 != 0 {
		return errors.New("engine: numbers that are cut short")
	}
	*f = make(floats, len(b)/4)
	_, err := binary.Decode(b, binary.LittleEndian, []float32(*f))
	return err
}

// Encode returns the state as bytes, from which DecodeState makes one that continues with
// the same bits. What Restore goes back to, which states that are close have in common, it
// gives part, which returns a name for it: of is a pointer to what never changes, and make
// returns it in bytes.
func (s *State) Encode(part func(of any, make func() ([]byte, error)) string) ([]byte, error) {
	image := stateImage{Version: stateVersion}
	for i := range s.members {
		m := &s.members[i]
		order, err := m.order.MarshalBinary()
		if err != nil {
			return nil, fmt.Errorf("engine: state: %w", err)
		}
		c := Config{Net: m.net}
		of := memberImage{Net: c.forCheckpoint(), Saved: m.image(), Last: m.last, Order: order, Next: m.next, GoodAt: m.good.kept}
		for _, r := range m.rows {
			of.Rows = append(of.Rows, uint32(r))
		}
		for k := max(0, m.good.kept-2); k < m.good.kept; k++ {
			g := m.good.states[k%2]
			of.Good = append(of.Good, part(g, func() ([]byte, error) { return encodeGob(g.image()) }))
		}
		image.Members = append(image.Members, of)
	}
	return encodeGob(image)
}

func encodeGob(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(v); err != nil {
		return nil, fmt.Errorf("engine: state: %w", err)
	}
	return b.Bytes(), nil
}

// DecodeState returns the state of which b is, whose parts have names: part returns what
// make makes of the bytes that have one, the same each time. What is wrong is an error.
func DecodeState(b []byte, part func(name string, make func([]byte) (any, error)) (any, error)) (*State, error) {
	var image stateImage
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&image); err != nil {
		return nil, fmt.Errorf("engine: state: %w", err)
	}
	if image.Version != stateVersion {
		return nil, fmt.Errorf("engine: state: it is of version %d; this program reads version %d", image.Version, stateVersion)
	}
	if n := len(image.Members); n < 1 || n > MaxMembers {
		return nil, fmt.Errorf("engine: state: members: %d is out of range 1 to %d", n, MaxMembers)
	}
	s := &State{make([]memberState, len(image.Members))}
	for i := range image.Members {
		if err := image.Members[i].put(&s.members[i], part); err != nil {
			return nil, fmt.Errorf("engine: state: member %d: %w", i+1, err)
		}
	}
	return s, nil
}

func (m *memberImage) put(s *memberState, part func(string, func([]byte) (any, error)) (any, error)) error {
	c, err := m.Net.config()
	if err != nil {
		return err
	}
	if err := c.Net.check(); err != nil {
		return err
	}
	s.net, s.last, s.next = c.Net, m.Last, m.Next
	if s.saved, err = m.Saved.saved(&c.Net); err != nil {
		return err
	}
	order := new(rand.PCG)
	if err := order.UnmarshalBinary(m.Order); err != nil {
		return err
	}
	s.order = *order
	seen := make([]bool, len(m.Rows))
	for _, r := range m.Rows {
		if int(r) >= len(seen) || seen[r] {
			return errors.New("its order of the rows is none")
		}
		seen[r] = true
		s.rows = append(s.rows, int(r))
	}
	if m.Next < 0 || m.Next > len(seen) {
		return errors.New("its place in the order of the rows is none")
	}
	if m.GoodAt < 0 || len(m.Good) != min(m.GoodAt, 2) {
		return errors.New("it lacks what Restore goes back to")
	}
	s.good = goodStates{kept: m.GoodAt, shared: [2]bool{true, true}}
	for i := range m.Good {
		g, err := part(m.Good[i], func(b []byte) (any, error) {
			var image savedImage
			if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&image); err != nil {
				return nil, err
			}
			g, err := image.saved(&c.Net)
			return &g, err
		})
		if err != nil {
			return err
		}
		good, ok := g.(*saved)
		if !ok || len(good.params) != len(s.params) {
			return errors.New("what Restore goes back to is of another network")
		}
		s.good.states[(m.GoodAt-len(m.Good)+i)%2] = good
	}
	return nil
}

func (s *saved) image() savedImage {
	return savedImage{
		Steps: s.steps, Warming: s.warming, Params: s.params, Opt: s.opt.image(),
		Names: s.law.names, Values: s.law.values, LawOpt: s.law.opt.image(),
	}
}

func (i *savedImage) saved(n *NetConfig) (s saved, err error) {
	if len(i.Params) != n.params() {
		return s, fmt.Errorf("%d parameters, where the network has %d", len(i.Params), n.params())
	}
	s = saved{steps: i.Steps, warming: i.Warming, params: i.Params, law: law{names: i.Names, values: i.Values}}
	if s.opt, err = i.Opt.moments(len(i.Params)); err != nil {
		return s, err
	}
	if len(i.Values) > 0 && len(i.Values) != len(i.Names)+1 {
		return s, errors.New("what was learned of its equation does not agree with the equation's parameters")
	}
	s.law.opt, err = i.LawOpt.moments(len(i.Values))
	return s, err
}

func (o *moments) image() momentsImage {
	return momentsImage{Optimizer: o.optimizer.String(), M: o.m, V: o.v, Steps: o.steps[:]}
}

func (i *momentsImage) moments(params int) (o moments, err error) {
	if o.optimizer, err = ParseOptimizer(i.Optimizer); err != nil {
		return o, err
	}
	if len(i.M) != params || len(i.V) != params || len(i.Steps) != len(o.steps) {
		return o, fmt.Errorf("moments of %d and %d parameters, where there are %d", len(i.M), len(i.V), params)
	}
	o.m, o.v = i.M, i.V
	copy(o.steps[:], i.Steps)
	return o, nil
}

// A Plan is what an ensemble is but for its rows and its state: its configuration and the
// scales of its first rows. It never changes while the ensemble lives.
type Plan struct {
	config         checkpointConfig
	inputs, target []Scale
}

// A planImage is a Plan as bytes have it.
type planImage struct {
	Config         checkpointConfig
	Inputs, Target []Scale
}

// Plan returns the ensemble's.
func (e *Ensemble) Plan() Plan {
	t := e.members[0]
	return Plan{t.config.forCheckpoint(), t.inputs, t.target}
}

// GobEncode makes a Plan bytes.
func (p Plan) GobEncode() ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(planImage{p.config, p.inputs, p.target})
	return b.Bytes(), err
}

// GobDecode undoes GobEncode.
func (p *Plan) GobDecode(b []byte) error {
	var i planImage
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&i); err != nil {
		return err
	}
	*p = Plan{i.Config, i.Inputs, i.Target}
	return nil
}

// Ensemble makes the ensemble of a plan on rows x and y, at a state, from which it
// continues with the same bits on the same rows. workers is Config's. SetPhysics is to be
// called before the next step, where there was an equation.
func (p *Plan) Ensemble(s *State, x, y []float64, workers int) (*Ensemble, error) {
	c, err := p.config.config()
	if err != nil {
		return nil, err
	}
	if err := c.Net.check(); err != nil {
		return nil, err
	}
	if !usable(p.inputs, c.Net.Inputs) || !usable(p.target, c.Net.Outputs) {
		return nil, errors.New("engine: a plan whose scales are none")
	}
	c.Workers = workers
	if len(s.members) > 1 {
		c.Workers = 1
	}
	var trainers []*Trainer
	for i := range s.members {
		member := c
		member.Seed += uint64(i) * memberSeed
		net := c.Net.blank()
		t := member.around(net, p.inputs, p.target)
		if err := t.SetRows(x, y); err != nil {
			return nil, err
		}
		trainers = append(trainers, t)
	}
	e := ensembleOf(trainers, workers)
	return e, e.SetState(s)
}
