package engine

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"slices"
)

// A checkpoint is, little-endian: checkpointMagic, the version (uint32), the
// length of the header (uint32), the header (JSON), then for each member float32s:
// the parameters, the optimiser's first moments and its second ones, and uint32s:
// the order of the rows; and last the SHA-256 of all that. One of weights alone has
// neither moments nor rows.
const (
	checkpointMagic   = "gnllckpt"
	checkpointVersion = 2
	checkpointLawful  = 3 // with what was learned of an equation, which version 2 did not know
	checkpointFront   = len(checkpointMagic) + 8
	maxCheckpoint     = 1 << 30 // bytes
)

type checkpointHeader struct {
	Config  checkpointConfig   `json:"config"` // with the first member's seed
	Params  int                `json:"params"` // of each member
	Rows    int                `json:"rows"`
	Data    string             `json:"data"` // fingerprint of the standardised rows
	Inputs  []Scale            `json:"inputs"`
	Target  []Scale            `json:"target"`
	Weights bool               `json:"weights,omitempty"` // weights alone
	Members []checkpointMember `json:"members"`
}

type checkpointMember struct {
	Steps     uint64   `json:"steps"`
	Optimizer string   `json:"optimizer"`
	Updates   []uint64 `json:"updates"` // of each part
	Warming   bool     `json:"warming"`
	Order     []byte   `json:"order"` // state of the generator
	Next      int      `json:"next"`

	Equation *checkpointLaw `json:"equation,omitempty"`
}

// A checkpointLaw is what was learned of an equation: the parameters by their names, and
// last the log-variance of the residual.
type checkpointLaw struct {
	Names   []string  `json:"names"`
	Values  []float32 `json:"values"`
	M       []float32 `json:"m"`
	V       []float32 `json:"v"`
	Updates []uint64  `json:"updates"`
}

// A memberValues is the binary part of a member.
type memberValues struct {
	params, m, v []float32
	rows         []int
}

// checkpointConfig is Config with names in the place of numbers, which a later
// version may number differently.
type checkpointConfig struct {
	Inputs          int     `json:"inputs"`
	Outputs         int     `json:"outputs"`
	Hidden          []int   `json:"hidden"`
	Activation      string  `json:"activation"`
	Separate        bool    `json:"separate"`
	Init            string  `json:"init"`
	Head            string  `json:"head"`
	MinVariance     float64 `json:"min_variance"`
	InitialVariance float64 `json:"initial_variance"`
	Seed            uint64  `json:"seed"`
	Unscaled        bool    `json:"unscaled"`
	RawTargets      bool    `json:"raw_targets,omitempty"`
	Ordered         bool    `json:"ordered"`
}

func (c *Config) forCheckpoint() checkpointConfig {
	n := &c.Net
	return checkpointConfig{
		Inputs: n.Inputs, Outputs: n.Outputs, Hidden: n.Hidden,
		Activation: n.Activation.String(), Separate: n.Separate, Init: n.Init.String(),
		Head: n.Head.String(), MinVariance: n.MinVariance, InitialVariance: n.InitialVariance,
		Seed: c.Seed, Unscaled: c.Unscaled, RawTargets: c.RawTargets, Ordered: c.Ordered,
	}
}

func (s *checkpointConfig) config() (Config, error) {
	a, err := ParseActivation(s.Activation)
	init, initErr := ParseInit(s.Init)
	head, headErr := ParseHead(s.Head)
	return Config{
		Net: NetConfig{
			Inputs: s.Inputs, Outputs: s.Outputs, Hidden: s.Hidden, Activation: a, Separate: s.Separate,
			Init: init, Head: head, MinVariance: s.MinVariance, InitialVariance: s.InitialVariance,
		},
		Seed: s.Seed, Unscaled: s.Unscaled, RawTargets: s.RawTargets, Ordered: s.Ordered,
	}, errors.Join(err, initErr, headErr)
}

// Checkpoint writes all that the next step depends on, except the rows: a
// trainer that Resume makes of it continues, bit for bit, as this one would.
func (t *Trainer) Checkpoint(w io.Writer) error { return writeTrainers(w, []*Trainer{t}) }

// Checkpoint is Trainer's Checkpoint of all members, for ResumeEnsemble.
func (e *Ensemble) Checkpoint(w io.Writer) error { return writeTrainers(w, e.members) }

func writeTrainers(w io.Writer, trainers []*Trainer) error {
	t := trainers[0]
	h := checkpointHeader{
		Config: t.config.forCheckpoint(), Params: t.net.Params(), Rows: len(t.rows), Data: t.fingerprint(),
		Inputs: t.inputs, Target: t.target,
	}
	var values []memberValues
	for _, t := range trainers {
		order, err := t.order.MarshalBinary()
		if err != nil {
			return &CheckpointError{err}
		}
		h.Members = append(h.Members, checkpointMember{
			Steps: t.steps, Optimizer: t.opt.optimizer.String(), Updates: t.opt.steps[:], Warming: t.warming,
			Order: order, Next: t.next, Equation: t.law.forCheckpoint(),
		})
		values = append(values, memberValues{t.net.params, t.opt.m, t.opt.v, t.rows})
	}
	return h.write(w, values)
}

// WriteWeights writes a checkpoint of weights that come from elsewhere: the
// members' parameters, by PyTorch's names, the scales of inputs and targets, and
// the number of steps that were made. ResumeEnsemble takes it with any rows; what it
// makes of it begins with moments of zero and the order of the rows of c's seed.
func WriteWeights(w io.Writer, c Config, inputs, target []Scale, members []map[string][]float32, steps uint64) error {
	if len(members) < 1 || len(members) > MaxMembers {
		return fmt.Errorf("engine: members: %d is out of range 1 to %d", len(members), MaxMembers)
	}
	if c.Net.Outputs == 0 {
		c.Net.Outputs = 1
	}
	if err := c.Net.check(); err != nil {
		return err
	}
	if !usable(inputs, c.Net.Inputs) || !usable(target, c.Net.Outputs) {
		return errors.New("engine: weights whose scales are none")
	}
	h := checkpointHeader{Config: c.forCheckpoint(), Params: c.Net.params(), Inputs: inputs, Target: target, Weights: true}
	var values []memberValues
	for i, tensors := range members {
		net := c.Net.blank()
		if err := net.SetTensors(tensors); err != nil {
			return fmt.Errorf("member %d: %w", i+1, err)
		}
		h.Members = append(h.Members, checkpointMember{Steps: steps, Optimizer: Adam.String()})
		values = append(values, memberValues{params: net.params})
	}
	return h.write(w, values)
}

func (h *checkpointHeader) write(w io.Writer, members []memberValues) error {
	header, err := json.Marshal(h)
	if err != nil {
		return &CheckpointError{err}
	}
	b := make([]byte, 0, checkpointFront+len(header)+len(members)*h.memberSize()+sha256.Size)
	b = append(b, checkpointMagic...)
	b = binary.LittleEndian.AppendUint32(b, h.version())
	b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	b = append(b, header...)
	for _, m := range members {
		for _, values := range [][]float32{m.params, m.m, m.v} {
			for _, v := range values {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
			}
		}
		for _, row := range m.rows {
			b = binary.LittleEndian.AppendUint32(b, uint32(row))
		}
	}
	sum := sha256.Sum256(b)
	if _, err := w.Write(append(b, sum[:]...)); err != nil {
		return &CheckpointError{err}
	}
	return nil
}

// version is the least that a reader must know.
func (h *checkpointHeader) version() uint32 {
	for _, m := range h.Members {
		if m.Equation != nil {
			return checkpointLawful
		}
	}
	return checkpointVersion
}

func (l *law) forCheckpoint() *checkpointLaw {
	if len(l.values) == 0 {
		return nil
	}
	return &checkpointLaw{Names: l.names, Values: l.values, M: l.opt.m, V: l.opt.v, Updates: l.opt.steps[:]}
}

// resume has a new trainer's law be as the checkpoint says; the optimiser is that of
// the network.
func (c *checkpointLaw) resume(l *law) error {
	if c == nil {
		return nil
	}
	n := len(c.Names) + 1
	if len(c.Values) != n || len(c.M) != n || len(c.V) != n || len(c.Updates) != len(l.opt.steps) {
		return errors.New("what was learned of its equation does not agree with the equation's parameters")
	}
	*l = law{names: c.Names, values: c.Values, opt: moments{m: c.M, v: c.V}}
	copy(l.opt.steps[:], c.Updates)
	return nil
}

// memberSize is the number of bytes of a member's binary part.
func (h *checkpointHeader) memberSize() int {
	if h.Weights {
		return 4 * h.Params
	}
	return 4 * (3*h.Params + h.Rows)
}

// fingerprint identifies the standardised rows.
func (t *Trainer) fingerprint() string {
	h := sha256.New()
	row := func(values []float32) {
		b := make([]byte, 0, 4*len(values))
		for _, v := range values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
		h.Write(b)
	}
	for r := range t.x.Rows {
		row(t.x.Row(r))
	}
	row(t.y)
	return hex.EncodeToString(h.Sum(nil))
}

// A CheckpointError says what is wrong with a checkpoint, or why it cannot be written.
type CheckpointError struct{ Err error }

// Error returns the reason, after what it is about.
func (e *CheckpointError) Error() string { return "engine: checkpoint: " + e.Err.Error() }

// Unwrap returns the reason alone.
func (e *CheckpointError) Unwrap() error { return e.Err }

// Resume returns the trainer that wrote a checkpoint, on the rows that it had;
// the error says so where they are others. workers is Config's. What is wrong with the
// checkpoint is a *[CheckpointError], here and in what follows.
func Resume(r io.Reader, x, y []float64, workers int) (*Trainer, error) {
	trainers, err := resume(r, x, y, workers)
	if err != nil {
		return nil, &CheckpointError{err}
	}
	if n := len(trainers); n != 1 {
		return nil, &CheckpointError{fmt.Errorf("it is of an ensemble of %d", n)}
	}
	return trainers[0], nil
}

// ResumeEnsemble is Resume of what Ensemble's or Trainer's Checkpoint wrote, or
// WriteWeights.
func ResumeEnsemble(r io.Reader, x, y []float64, workers int) (*Ensemble, error) {
	trainers, err := resume(r, x, y, workers)
	if err != nil {
		return nil, &CheckpointError{err}
	}
	return ensembleOf(trainers, workers), nil
}

// ReadCheckpointConfig returns what a checkpoint is of, without making it: the
// configuration, but for its workers, and the number of members.
func ReadCheckpointConfig(r io.Reader) (Config, int, error) {
	h, values, err := readCheckpoint(r)
	if err == nil {
		var c Config
		if c, err = h.Config.config(); err == nil {
			return c, len(values), nil
		}
	}
	return Config{}, 0, &CheckpointError{err}
}

func resume(r io.Reader, x, y []float64, workers int) ([]*Trainer, error) {
	h, values, err := readCheckpoint(r)
	if err != nil {
		return nil, err
	}
	return h.trainers(values, x, y, workers)
}

func readCheckpoint(r io.Reader) (*checkpointHeader, []memberValues, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxCheckpoint+1))
	if err != nil {
		return nil, nil, err
	}
	switch {
	case len(b) > maxCheckpoint:
		return nil, nil, fmt.Errorf("it is larger than %d bytes", maxCheckpoint)
	case !bytes.HasPrefix(b, []byte(checkpointMagic)):
		return nil, nil, errors.New("this is none: it does not begin as one")
	case len(b) < checkpointFront+sha256.Size:
		return nil, nil, errors.New("it is cut short")
	}
	if v := binary.LittleEndian.Uint32(b[len(checkpointMagic):]); v != checkpointVersion && v != checkpointLawful {
		return nil, nil, fmt.Errorf("it is of version %d; this program reads versions %d and %d", v, checkpointVersion, checkpointLawful)
	}
	body, sum := b[:len(b)-sha256.Size], b[len(b)-sha256.Size:]
	if sha256.Sum256(body) != [sha256.Size]byte(sum) {
		return nil, nil, errors.New("it is damaged or cut short: its checksum does not agree")
	}
	length := int(binary.LittleEndian.Uint32(b[len(checkpointMagic)+4:]))
	if length > len(body)-checkpointFront {
		return nil, nil, errors.New("its header is longer than the file")
	}
	body = body[checkpointFront:]
	var h checkpointHeader
	if err := json.Unmarshal(body[:length], &h); err != nil {
		return nil, nil, fmt.Errorf("its header: %w", err)
	}
	body = body[length:]
	n := len(h.Members)
	switch {
	case n < 1 || n > MaxMembers:
		return nil, nil, fmt.Errorf("members: %d is out of range 1 to %d", n, MaxMembers)
	case h.Params < 1 || h.Params > MaxParams || h.Rows < 0 || h.Rows > len(body):
		return nil, nil, fmt.Errorf("%d parameters and %d rows cannot be", h.Params, h.Rows)
	case len(body) != n*h.memberSize():
		return nil, nil, fmt.Errorf("it has %d bytes of values where %d members of %d parameters and %d rows take %d", len(body), n, h.Params, h.Rows, n*h.memberSize())
	}
	floats := func() []float32 {
		list := make([]float32, h.Params)
		for i := range list {
			list[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
		}
		body = body[4*len(list):]
		return list
	}
	values := make([]memberValues, n)
	for i := range values {
		v := &values[i]
		v.params = floats()
		if h.Weights {
			continue
		}
		v.m, v.v = floats(), floats()
		v.rows = make([]int, h.Rows)
		for k := range v.rows {
			v.rows[k] = int(binary.LittleEndian.Uint32(body[4*k:]))
		}
		body = body[4*h.Rows:]
	}
	return &h, values, nil
}

// trainers makes the trainers that a checkpoint describes, trusting nothing in it.
func (h *checkpointHeader) trainers(values []memberValues, x, y []float64, workers int) ([]*Trainer, error) {
	c, err := h.Config.config()
	if err != nil {
		return nil, err
	}
	c.Workers = workers
	if len(values) > 1 {
		c.Workers = 1
	}
	// Before anything is made of the size that the header asks for.
	if err := c.Net.check(); err != nil {
		return nil, err
	}
	if n := c.Net.params(); n != h.Params {
		return nil, fmt.Errorf("its network has %d parameters, and it has values for %d", n, h.Params)
	}
	// The rows may have come after those that the scales are of.
	if !usable(h.Inputs, c.Net.Inputs) || !usable(h.Target, c.Net.Outputs) {
		return nil, errors.New("its scales are none")
	}
	var trainers []*Trainer
	for i := range values {
		member := c
		member.Seed += uint64(i) * memberSeed
		t, err := scaledTrainer(member, h.Inputs, h.Target, x, y)
		if err != nil {
			return nil, err
		}
		if i == 0 && !h.Weights && t.fingerprint() != h.Data {
			return nil, errors.New("it was made with other rows")
		}
		if err := h.Members[i].resume(t, &values[i], h.Weights); err != nil {
			if len(values) > 1 {
				err = fmt.Errorf("member %d: %w", i+1, err)
			}
			return nil, err
		}
		trainers = append(trainers, t)
	}
	return trainers, nil
}

// resume has a new trainer be as the checkpoint says.
func (m *checkpointMember) resume(t *Trainer, v *memberValues, weights bool) error {
	for _, p := range v.params {
		if p-p != 0 {
			return errors.New("a parameter is not finite")
		}
	}
	copy(t.net.params, v.params)
	t.steps = m.Steps
	if weights {
		return nil
	}
	optimizer, err := ParseOptimizer(m.Optimizer)
	if err != nil {
		return err
	}
	seen := make([]bool, len(t.rows))
	for _, i := range v.rows {
		if i < 0 || i >= len(seen) || seen[i] {
			return errors.New("its order of the rows is none")
		}
		seen[i] = true
	}
	if len(v.rows) != len(seen) || m.Next < 0 || m.Next > len(seen) || len(m.Updates) != len(t.opt.steps) {
		return errors.New("its order of the rows is none")
	}
	order := new(rand.PCG)
	if err := order.UnmarshalBinary(m.Order); err != nil {
		return err
	}
	if err := m.Equation.resume(&t.law); err != nil {
		return err
	}
	copy(t.opt.m, v.m)
	copy(t.opt.v, v.v)
	t.opt.optimizer, t.law.opt.optimizer = optimizer, optimizer
	copy(t.opt.steps[:], m.Updates)
	t.warming, t.order, t.rows, t.next = m.Warming, order, v.rows, m.Next
	return nil
}

// usable says whether scales are those of so many columns.
func usable(scales []Scale, columns int) bool {
	return len(scales) == columns && !slices.ContainsFunc(scales, func(s Scale) bool { return !(s.Std > 0) || s.Mean-s.Mean != 0 || s.Std-s.Std != 0 })
}
