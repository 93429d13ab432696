// Package export takes trained networks away: as JSON, safetensors and ONNX, which it
// also reads back, and as source in Go and Python, with a card that says what they
// are.
//
// A Model is the one thing that all formats are made of. Nothing in this package
// keeps state: functions may be called from any goroutine, on models that nobody
// changes meanwhile.
package export

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

// A Model is a trained network, or an ensemble of them, with what is to be known to
// use it: its columns, their scales, and the card that says where it comes from.
//
// Of inputs x in their own units it predicts, for each member, a mean and a
// variance of each standardised target; of several members the equal mixture. The
// variance is floored at Eps, as the loss floors it, and then brought into the target's
// unit. Of how the noises of several targets move together it says nothing: they are
// taken for independent.
type Model struct {
	Card    Card
	Net     engine.NetConfig // of each member; it has an output for each target
	Inputs  []Column         // in the network's order
	Targets []Column         // 1 to table.MaxTargets, in the order of the outputs
	Eps     float64          // the least variance of a standardised target, 0 or more
	Members []Tensors

	// Encoding says how the columns of a table become Inputs, which are its columns; nil
	// where each input is a column of numbers.
	Encoding table.Encoding

	// Training is what it takes to train on; nil where there are weights alone.
	Training *Training

	told string // the sum that a file says it has, until that has been checked
}

// A Column is an input or a target, with its scale: what is standardised is
// (value - Mean) / Std.
type Column struct {
	Name string  `json:"name"`
	Unit string  `json:"unit"` // empty for a bare number
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"` // above 0

	// Min and Max bound the values of the training rows; beyond them a prediction
	// is a guess.
	Min float64 `json:"min"`
	Max float64 `json:"max"`
}

// Scale returns the column's scale.
func (c *Column) Scale() engine.Scale { return engine.Scale{Mean: c.Mean, Std: c.Std} }

// Tensors are the parameters of one network by PyTorch's names, each row by row, as
// [engine.Net.Tensors] gives them.
type Tensors []engine.Tensor

// Find returns the tensor of that name, or nil.
func (t Tensors) Find(name string) *engine.Tensor {
	for i := range t {
		if t[i].Name == name {
			return &t[i]
		}
	}
	return nil
}

// values returns the parameters as [engine.Net.SetTensors] takes them.
func (t Tensors) values() map[string][]float32 {
	m := make(map[string][]float32, len(t))
	for i := range t {
		m[t[i].Name] = t[i].Data
	}
	return m
}

// New returns the model of an ensemble as it is now, with columns that have a name
// and a unit, and bounds that come from x, the rows of inputs that it was trained
// on, and y, their targets, row by row. eps is the floor of the loss that trained it.
func New(e *engine.Ensemble, inputs, targets []Column, x, y []float64, eps float64) (*Model, error) {
	m := &Model{Net: e.Members()[0].Net().Config(), Eps: eps}
	m.Inputs, m.Targets = fitted(inputs, e.InputScales(), x), fitted(targets, e.TargetScales(), y)
	for _, t := range e.Members() {
		m.Members = append(m.Members, t.Net().Tensors())
	}
	m.Card.describe(m)
	m.Card.Seed, m.Card.Steps = e.Seed(), e.Steps()
	if err := m.Check(); err != nil {
		return nil, err
	}
	return m, nil
}

// fitted returns columns with their scales and bounds. How many they are is Check's to see.
func fitted(columns []Column, scales []engine.Scale, rows []float64) []Column {
	columns = slices.Clone(columns)
	for i, s := range scales {
		if i < len(columns) {
			columns[i].Mean, columns[i].Std = s.Mean, s.Std
			columns[i].bound(rows, i, len(columns))
		}
	}
	return columns
}

// bound sets the bounds to those of column k of rows.
func (c *Column) bound(rows []float64, k, columns int) {
	for i := k; i < len(rows); i += columns {
		if i == k {
			c.Min, c.Max = rows[i], rows[i]
		}
		c.Min, c.Max = min(c.Min, rows[i]), max(c.Max, rows[i])
	}
}

// MaxMembers is the largest number of members of a model.
const MaxMembers = engine.MaxMembers

const maxName = 200 // bytes of a column's name or unit

// Check says what is wrong with the model. Everything that is read has been
// checked.
func (m *Model) Check() error {
	n := m.Net
	if n.Outputs == 0 {
		n.Outputs = 1
	}
	if len(m.Targets) < 1 || len(m.Targets) > table.MaxTargets {
		return fmt.Errorf("export: %d targets; a model has 1 to %d", len(m.Targets), table.MaxTargets)
	}
	params, err := n.Params()
	switch {
	case err != nil:
		return fmt.Errorf("export: %w", err)
	case len(m.Targets) != n.Outputs:
		return fmt.Errorf("export: %d target columns for a network of %d outputs", len(m.Targets), n.Outputs)
	case len(m.Inputs) != n.Inputs:
		return fmt.Errorf("export: %d input columns for a network of %d inputs", len(m.Inputs), n.Inputs)
	case !(m.Eps >= 0 && m.Eps <= math.MaxFloat32):
		return fmt.Errorf("export: an eps of %g; it must be 0 or more", m.Eps)
	case len(m.Members) < 1 || len(m.Members) > MaxMembers:
		return fmt.Errorf("export: members: %d is out of range 1 to %d", len(m.Members), MaxMembers)
	case params*len(m.Members) > engine.MaxParams:
		return fmt.Errorf("export: %d members of %d parameters are too much", len(m.Members), params)
	}
	for _, c := range slices.Concat(m.Inputs, m.Targets) {
		if err := c.check(); err != nil {
			return err
		}
	}
	if err := m.checkEncoding(); err != nil {
		return err
	}
	for i, tensors := range m.Members {
		if err := n.CheckTensors(tensors); err != nil {
			return fmt.Errorf("export: member %d: %w", i+1, err)
		}
	}
	return nil
}

// checkEncoding says where the inputs are not the columns of the encoding.
func (m *Model) checkEncoding() error {
	if m.Encoding == nil {
		return nil
	}
	if err := m.Encoding.Check(); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	if !slices.EqualFunc(m.Encoding.Columns(), m.Inputs, func(a table.Column, b Column) bool { return a == table.Column{Name: b.Name, Unit: b.Unit} }) {
		return errors.New("export: the input columns are not those that the encoding makes")
	}
	return nil
}

// Sources returns the encoding of the inputs, also where each is a column of numbers.
func (m *Model) Sources() table.Encoding {
	if m.Encoding != nil {
		return m.Encoding
	}
	columns := make([]table.Column, len(m.Inputs))
	for i, c := range m.Inputs {
		columns[i] = table.Column{Name: c.Name, Unit: c.Unit}
	}
	return table.PlainEncoding(columns)
}

func (c *Column) check() error {
	for _, v := range []float64{c.Mean, c.Std, c.Min, c.Max} {
		if v-v != 0 {
			return fmt.Errorf("export: column %.40q has a scale or a bound that is not finite", c.Name)
		}
	}
	switch {
	case !(c.Std > 0):
		return fmt.Errorf("export: column %.40q has a standard deviation of %g; it must be above 0", c.Name, c.Std)
	case len(c.Name) > maxName || len(c.Unit) > maxName:
		return fmt.Errorf("export: the name or the unit of column %.40q is longer than %d bytes", c.Name, maxName)
	}
	return nil
}

// Checkpoint returns the model as [engine.ResumeEnsemble] takes it: its training's,
// if it has one, else its weights alone.
func (m *Model) Checkpoint() ([]byte, error) {
	if m.Training != nil && len(m.Training.Checkpoint) > 0 {
		return m.Training.Checkpoint, nil
	}
	var members []map[string][]float32
	for _, t := range m.Members {
		members = append(members, t.values())
	}
	var b buffer
	c := engine.Config{Net: m.Net, Seed: m.Card.Seed}
	if err := engine.WriteWeights(&b, c, scalesOf(m.Inputs), scalesOf(m.Targets), members, m.Card.Steps); err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return b, nil
}

func scalesOf(columns []Column) []engine.Scale {
	list := make([]engine.Scale, len(columns))
	for i := range columns {
		list[i] = columns[i].Scale()
	}
	return list
}

// A buffer is what was written to it.
type buffer []byte

func (b *buffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// errNoModel is what readers say of a file that is of another kind altogether.
var errNoModel = errors.New("this is no model of gnllviz")

// Training is what it takes to train a model on, and how it came to be. The program
// that trained it makes of Spec the rows and settings, and continues from Checkpoint.
type Training struct {
	Spec       []byte `json:"-"` // JSON; it may have rows
	Rowless    []byte `json:"-"` // the same without rows; what files but those of JSON carry of it
	Checkpoint []byte `json:"-"` // empty where there are weights alone

	History *History `json:"-"`
	Changes []byte   `json:"-"` // JSON
}

// WithoutRows returns the model with all that it has but the rows that it was trained
// on.
func (m *Model) WithoutRows() *Model {
	if m.Training == nil {
		return m
	}
	without, training := *m, *m.Training
	training.Spec = training.Rowless
	without.Training = &training
	return &without
}

// A History is how the scores of a model went while it was trained.
type History struct {
	Columns []string    `json:"columns"`
	Rows    [][]float64 `json:"-"` // one value for each column; NaN is none
}
