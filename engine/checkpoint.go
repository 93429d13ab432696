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
// length of the header (uint32), the header (JSON), then float32s: the
// parameters, the optimiser's first moments and its second ones; and last the
// SHA-256 of all that.
const (
	checkpointMagic   = "gnllckpt"
	checkpointVersion = 1
	checkpointFront   = len(checkpointMagic) + 8
	maxCheckpoint     = 1 << 30 // bytes
)

type checkpointHeader struct {
	Config    checkpointConfig `json:"config"`
	Params    int              `json:"params"`
	Data      string           `json:"data"` // fingerprint of the standardised rows
	Inputs    []Scale          `json:"inputs"`
	Target    []Scale          `json:"target"`
	Steps     uint64           `json:"steps"`
	Optimizer string           `json:"optimizer"`
	Updates   []uint64         `json:"updates"` // of each part
	Warming   bool             `json:"warming"`
	Order     []byte           `json:"order"` // state of the generator
	Rows      []int            `json:"rows"`
	Next      int              `json:"next"`
}

// checkpointConfig is Config with names in the place of numbers, which a later
// version may give out anew.
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
// trainer that Resume makes of it goes on, bit for bit, as this one would.
func (t *Trainer) Checkpoint(w io.Writer) error {
	order, err := t.order.MarshalBinary()
	if err != nil {
		return fmt.Errorf("engine: checkpoint: %w", err)
	}
	header, err := json.Marshal(checkpointHeader{
		Config: t.config.forCheckpoint(), Params: t.net.Params(), Data: t.fingerprint(),
		Inputs: t.inputs, Target: t.target, Steps: t.steps,
		Optimizer: t.opt.optimizer.String(), Updates: t.opt.steps[:], Warming: t.warming,
		Order: order, Rows: t.rows, Next: t.next,
	})
	if err != nil {
		return fmt.Errorf("engine: checkpoint: %w", err)
	}
	b := make([]byte, 0, checkpointFront+len(header)+12*t.net.Params()+sha256.Size)
	b = append(b, checkpointMagic...)
	b = binary.LittleEndian.AppendUint32(b, checkpointVersion)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(header)))
	b = append(b, header...)
	for _, values := range [][]float32{t.net.params, t.opt.m, t.opt.v} {
		for _, v := range values {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
		}
	}
	sum := sha256.Sum256(b)
	if _, err := w.Write(append(b, sum[:]...)); err != nil {
		return fmt.Errorf("engine: checkpoint: %w", err)
	}
	return nil
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

// Resume returns the trainer that wrote a checkpoint, on the rows that it had;
// the error says so where they are others. workers is Config's.
func Resume(r io.Reader, x, y []float64, workers int) (*Trainer, error) {
	header, values, err := readCheckpoint(r)
	if err != nil {
		return nil, fmt.Errorf("engine: checkpoint: %w", err)
	}
	t, err := header.trainer(values, x, y, workers)
	if err != nil {
		return nil, fmt.Errorf("engine: checkpoint: %w", err)
	}
	return t, nil
}

func readCheckpoint(r io.Reader) (*checkpointHeader, []float32, error) {
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
	if v := binary.LittleEndian.Uint32(b[len(checkpointMagic):]); v != checkpointVersion {
		return nil, nil, fmt.Errorf("it is of version %d; this program reads version %d", v, checkpointVersion)
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
	values := make([]float32, len(body)/4)
	for i := range values {
		values[i] = math.Float32frombits(binary.LittleEndian.Uint32(body[4*i:]))
	}
	if h.Params < 1 || len(body) != 4*len(values) || len(values)/3 != h.Params || len(values)%3 != 0 {
		return nil, nil, fmt.Errorf("it has %d bytes of values, not three times %d float32s", len(body), h.Params)
	}
	return &h, values, nil
}

// trainer makes the trainer that a checkpoint describes, trusting nothing in it.
func (h *checkpointHeader) trainer(values []float32, x, y []float64, workers int) (*Trainer, error) {
	c, err := h.Config.config()
	if err != nil {
		return nil, err
	}
	c.Workers = workers
	optimizer, err := ParseOptimizer(h.Optimizer)
	if err != nil {
		return nil, err
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
	t, err := scaledTrainer(c, h.Inputs, h.Target, x, y)
	if err != nil {
		return nil, err
	}
	if t.fingerprint() != h.Data {
		return nil, errors.New("it was made with other rows")
	}
	seen := make([]bool, len(t.rows))
	for _, i := range h.Rows {
		if i < 0 || i >= len(seen) || seen[i] {
			return nil, errors.New("its order of the rows is none")
		}
		seen[i] = true
	}
	if len(h.Rows) != len(seen) || h.Next < 0 || h.Next > len(seen) || len(h.Updates) != len(t.opt.steps) {
		return nil, errors.New("its order of the rows is none")
	}
	order := new(rand.PCG)
	if err := order.UnmarshalBinary(h.Order); err != nil {
		return nil, err
	}
	n := h.Params
	copy(t.net.params, values[:n])
	copy(t.opt.m, values[n:2*n])
	copy(t.opt.v, values[2*n:])
	t.opt.optimizer = optimizer
	copy(t.opt.steps[:], h.Updates)
	t.steps, t.warming, t.order, t.rows, t.next = h.Steps, h.Warming, order, h.Rows, h.Next
	return t, nil
}

// usable says whether scales are those of so many columns.
func usable(scales []Scale, columns int) bool {
	return len(scales) == columns && !slices.ContainsFunc(scales, func(s Scale) bool { return !(s.Std > 0) })
}
