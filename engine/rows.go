package engine

import (
	"errors"
	"fmt"
	"math"

	"github.com/gnllviz/gnllviz/engine/kernel"
)

// SetRows has the trainer continue with other rows, as NewTrainer takes them: of any
// number from 1. Their scales stay those of the first rows, since that is what the
// parameters are in terms of: rows that are set again give the training that they
// gave before. The next step starts a new epoch; its order is the next of the orders' random stream. SetRows keeps neither slice.
//
// A value that is not finite, or too large for float32 once it is standardised,
// is an error, and the trainer is as it was.
func (t *Trainer) SetRows(x, y []float64) error {
	matrix, targets, err := t.standardised(x, y)
	if err != nil {
		return err
	}
	t.setRows(matrix, targets)
	return nil
}

// SetRows is Trainer's SetRows for all members.
func (e *Ensemble) SetRows(x, y []float64) error {
	matrix, targets, err := e.members[0].standardised(x, y)
	if err != nil {
		return err
	}
	for _, t := range e.members {
		t.setRows(matrix, targets) // which nobody writes to
	}
	return nil
}

// countRows returns the number of rows that x and y are.
func (c *NetConfig) countRows(x, y []float64) (int, error) {
	n := len(y) / c.Outputs
	switch {
	case len(x) == 0 && len(y) == 0:
		return 0, errors.New("engine: there are no rows to train on")
	case n == 0 || len(y) != n*c.Outputs || len(x) != n*c.Inputs:
		return 0, fmt.Errorf("engine: %d input values and %d target values are not rows of %d and %d", len(x), len(y), c.Inputs, c.Outputs)
	}
	return n, nil
}

// standardised returns rows as setRows takes them.
func (t *Trainer) standardised(x, y []float64) (kernel.Matrix, []float32, error) {
	n, err := t.net.config.countRows(x, y)
	if err != nil {
		return kernel.Matrix{}, nil, err
	}
	inputs, targets := t.Inputs(x), t.Targets(y)
	if err := checkFinite(inputs, x, len(t.inputs), "input"); err != nil {
		return kernel.Matrix{}, nil, err
	}
	if err := checkFinite(targets, y, len(t.target), "target"); err != nil {
		return kernel.Matrix{}, nil, err
	}
	m := kernel.NewMatrix(n, t.net.config.Inputs)
	fill(&m, inputs)
	return m, targets, nil
}

// checkFinite names the first value of rows that is none, as it is or
// standardised.
func checkFinite(standardised []float32, rows []float64, columns int, kind string) error {
	for i, v := range standardised {
		if !(math.Abs(rows[i]) <= math.MaxFloat32) || v-v != 0 {
			return fmt.Errorf("engine: %s %d of row %d is %v, which float32 cannot hold in the scale of the first rows", kind, i%columns, i/columns, rows[i])
		}
	}
	return nil
}

// setRows takes rows that nobody will write to.
func (t *Trainer) setRows(x kernel.Matrix, y []float32) {
	t.x, t.y = x, y
	t.rows = make([]int, x.Rows)
	for i := range t.rows {
		t.rows[i] = i
	}
	t.next = x.Rows // the next batch shuffles, or begins at the first row
}
