package wire

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
)

// Data is a data set as the page draws it.
type Data struct {
	Name        string   `json:"name"`         // of the catalogue, or OwnData
	Title       string   `json:"title"`        // what people read
	Help        string   `json:"help"`         // one sentence: what it shows
	Source      string   `json:"source"`       // where the figures come from
	Revision    uint32   `json:"revision"`     // frames name it
	Inputs      []Column `json:"inputs"`       // what is learned from
	Target      Column   `json:"target"`       // that is shown
	Targets     []Column `json:"targets"`      // all that are learned
	ShownTarget int      `json:"shown_target"` // its number among them, from 1
	Slice       int      `json:"slice"`        // the input, counted from 1, along which the grid runs; 0: a map of two inputs

	// Sources are the columns that the inputs are made of, in their order.
	Sources []InputSource `json:"sources"`
	Held    []float64     `json:"held"`    // where each input stands in fits along another
	Average bool          `json:"average"` // whether fits are averaged over training rows instead

	Train int `json:"train"` // training rows in all
	Test  int `json:"test"`  // test rows in all
	Pool  int `json:"pool"`  // rows held back, for acquire

	// At most MaxRowsShown rows follow, evenly taken from all where there are
	// more; they are among those that frames and points are evaluated on.
	IDs    []uint32    `json:"ids"`             // by which edits name them; a row keeps its own
	X      [][]float64 `json:"x"`               // a list for each input, of one number for each row
	Y      []float64   `json:"y"`               // the target, row by row, added noise included
	AllY   [][]float64 `json:"all_y,omitempty"` // of several targets: a list for each, of one number for each row
	IsTest []bool      `json:"is_test"`         // whether the row is held out

	// TargetStd is the standard deviation of the training targets with which the
	// generation began, their added noise included, by which all are divided before
	// training: what turns sqrt(eps) into the data's unit.
	TargetStd Number `json:"target_std"`
	Truth     bool   `json:"truth"` // whether a truth frame will come
	// BestTrainNLL and BestTestNLL are the NLL of the true distribution on the
	// rows that are evaluated, in nats per row and the target's own unit: what a
	// network can attain. Null without a truth.
	BestTrainNLL *float64 `json:"best_train_nll"`
	BestTestNLL  *float64 `json:"best_test_nll"` // as best_train_nll, of the test rows

	// ByTarget has the like of each of several targets.
	ByTarget []TargetData `json:"by_target,omitempty"`

	Dropped []Drop `json:"dropped"` // the first rows of a CSV file that were left out
	// DroppedRows counts the rows of a CSV file that were left out; Dropped has
	// the first of them.
	DroppedRows int `json:"dropped_rows"`

	// Auto is what the controls that may be "auto" come to on these rows, by name,
	// whatever they are set to.
	Auto map[string]float64 `json:"auto"`

	// Equation is what the truth obeys; absent if it is unknown.
	Equation *Equation `json:"equation,omitempty"`

	// Private says that there are rows of the owner's, of a file or put in by hand,
	// that are not shown here as they are: who has not the run's key gets no recipe
	// and no file that has them.
	Private bool `json:"private"`
}

// An InputSource is a column of which one or several inputs are made, and where it stands
// in fits along another.
type InputSource struct {
	Name   string   `json:"name"`   // what the column is called
	Unit   string   `json:"unit"`   // empty for a bare number
	Kind   string   `json:"kind"`   // number, values or date, as SourceColumn has them
	Values []string `json:"values"` // of a column of words; else empty
	First  int      `json:"first"`  // the number, from 1, of the first input that is made of it
	Inputs int      `json:"inputs"` // how many are
	Held   string   `json:"held"`   // a number, a word or a date: where it stands, by slice_at or of itself

	// Moves is how much of the noise goes with the column, from 0 to 1: the share of the
	// variance of its logarithm that lies between parts of the column's values, less what
	// chance puts there. It is 0 of a single column.
	Moves float64 `json:"moves"`
}

// A TargetData is what a Data says of the target that is shown, of another.
type TargetData struct {
	Std          Number   `json:"std"`            // as TargetStd
	BestTrainNLL *float64 `json:"best_train_nll"` // as that of Data, of this target
	BestTestNLL  *float64 `json:"best_test_nll"`  // as that of Data, of this target
}

// An Equation is one that a data set obeys, as the control of that name takes it, with
// the true values of its parameters.
type Equation struct {
	Text       string      `json:"text"`       // as the control equation takes it
	Parameters []TrueValue `json:"parameters"` // with their true values
}

// A TrueValue is a parameter of an equation.
type TrueValue struct {
	Name  string  `json:"name"`  // what the equation calls it
	Value float64 `json:"value"` // its true value
}

// MaxRowsShown bounds the rows of a Data.
const MaxRowsShown = 1024

// MaxRowsEvaluated bounds the rows that frames and points are evaluated on.
const MaxRowsEvaluated = 4 * MaxRowsShown

// MaxInputs is the largest number of inputs of a data set, each value of a column of
// words counted as one.
const MaxInputs = 64

// MaxTargets is the largest number of targets of a data set.
const MaxTargets = 16

// A Column is a named quantity.
type Column struct {
	Name string `json:"name"` // what the quantity is called
	Unit string `json:"unit"` // empty for a bare number
}

// A LeftOut is what was left out of a file for one reason: rows, or a column that was
// not taken for an input though none were named.
type LeftOut struct {
	Column   string `json:"column"`          // to which it is due; empty where it is due to none
	Kind     string `json:"kind,omitempty"`  // of the column that was left out: text, two, empty, sparse, constant, index, unclear or number; absent where rows were
	Reason   string `json:"reason"`          // why, in words
	Value    string `json:"value,omitempty"` // the first cell that is to blame, as it stands
	Rows     int    `json:"rows"`            // that were left out, or that the reason is about
	FirstRow int    `json:"first_row"`       // line of the file, counted from 1
}

// DataNotes say what was left out of a file of a user's own, and what else there is to know
// of it. They are for whoever brought it: they tell of columns that are not learned from.
type DataNotes struct {
	LeftOut  []LeftOut `json:"left_out,omitempty"` // rows and columns that were left out, and why
	Warnings []string  `json:"warnings,omitempty"` // what else there is to know, in sentences for people
}

// A Drop is a row of a CSV file that was left out, and why.
type Drop struct {
	Row    int    `json:"row"`    // line of the file, counted from 1
	Column string `json:"column"` // to which it is due; empty where it is due to none
	Reason string `json:"reason"` // a sentence for people
}

// A DataSpec is rows of a user's own: one of its members is set.
type DataSpec struct {
	Formula *FormulaSpec `json:"formula,omitempty"` // rows drawn from formulas
	CSV     *CSVSpec     `json:"csv,omitempty"`     // rows of a file
	Rows    *RowsSpec    `json:"rows,omitempty"`    // rows as numbers, as a model has them
}

// Private says whether the rows are of a file, which who may only watch a run gets
// no more of than the page shows.
func (d *DataSpec) Private() bool { return d != nil && d.Formula == nil }

// A FormulaSpec is rows drawn from a truth that the user wrote.
type FormulaSpec struct {
	Mean string  `json:"mean"` // of x, as in "sin(x)"
	Std  string  `json:"std"`  // of x, at least 0 everywhere
	From float64 `json:"from"` // least x
	To   float64 `json:"to"`   // greatest x
	Rows int     `json:"rows"` // how many, training and test together

	Inputs int `json:"inputs,omitempty"` // 1, or 2, which the formulas call x1 and x2
}

// A CSVSpec is rows from a file, with the choice of what is to be learned.
type CSVSpec struct {
	Text   string   `json:"text"`             // the file; delimiter, decimal mark and header are told from it
	Target string   `json:"target,omitempty"` // a column
	Inputs []string `json:"inputs,omitempty"` // columns, of numbers, dates or few words; empty: every other column of numbers that teaches something

	// Targets are 1 to MaxTargets columns, in place of Target where there are several.
	Targets []string `json:"targets,omitempty"`

	// What is not to be told from the text.
	Header    string   `json:"header,omitempty"`    // "yes" or "no": whether the first row names the columns
	Delimiter string   `json:"delimiter,omitempty"` // the mark, or "comma", "semicolon", "tab", "bar" or "space"
	Decimal   string   `json:"decimal,omitempty"`   // the mark, or "point" or "comma"
	Missing   []string `json:"missing,omitempty"`   // what stands for no value, such as "-200", besides NA and the like

	// Circles are "year", "day" or both: what inputs that are dates become besides days.
	// That of the day is of dates with a time of day.
	Circles []string `json:"circles,omitempty"`

	// Lacking is what becomes of a row that lacks an input: "drop", which is the default,
	// leaves it out; with "mean" it has the mean of the others, and an input more says so.
	Lacking string `json:"lacking,omitempty"`

	// Test is a second file, with the same columns, whose rows are the test rows;
	// those of Text are then all trained on.
	Test string `json:"test,omitempty"`
}

// TargetNames returns the columns that are to be learned.
func (c *CSVSpec) TargetNames() []string {
	if len(c.Targets) > 0 {
		return c.Targets
	}
	return []string{c.Target}
}

// A RowsSpec is the numbers of the columns that were chosen of a file, and the words
// that became numbers: all that a run, its recipe and its models in JSON keep of it.
type RowsSpec struct {
	Inputs  []Column `json:"inputs"`            // 1 to MaxInputs, encoded
	Target  Column   `json:"target,omitzero"`   // where there is one
	Targets []Column `json:"targets,omitempty"` // where there are several, at most MaxTargets
	Count   int      `json:"count"`             // rows
	Test    int      `json:"test,omitempty"`    // how many of them, the last, came in a file of test rows; 0: the seed splits them

	// SHA256 is the fingerprint of the numbers, in hexadecimal, by which rows that
	// are given again are known. It may be left out where X and Y are there.
	SHA256 string  `json:"sha256,omitempty"`
	X      Numbers `json:"x,omitempty"` // Count x len(Inputs), row by row; X and Y are both there, or left out
	Y      Numbers `json:"y,omitempty"` // Count x the number of targets, row by row

	// Encoding says how the columns of the file became Inputs, which are its columns. It
	// is absent where each of them is what a column of numbers held.
	Encoding []SourceColumn `json:"encoding,omitempty"`

	Dropped     []Drop `json:"dropped,omitempty"`      // the first rows of the file that were left out
	DroppedRows int    `json:"dropped_rows,omitempty"` // how many were
}

// A SourceColumn is a column of a file, and how its cells become inputs.
type SourceColumn struct {
	Name string `json:"name"`           // what the column is called
	Unit string `json:"unit,omitempty"` // empty for a bare number
	Kind string `json:"kind"`           // number: what the cell holds; values: for each value a 1 where the cell holds it, else 0; date: the days since 1970-01-01, and of each circle a sine and a cosine

	// Values are those of a column of words, at most 32 in the order of their bytes. A
	// cell that is none of them makes all its inputs 0.
	Values []string `json:"values,omitempty"`

	Layout  string   `json:"layout,omitempty"`  // how dates are written, as Go's package time has it
	Circles []string `json:"circles,omitempty"` // of dates: "year", "day" or both

	// Fill is what its inputs are where a cell holds nothing; one more input then says
	// whether it does. It is absent where a row that lacks the column is dropped.
	Fill []float64 `json:"fill,omitempty"`
}

// Numbers are finite, and nothing else: a null in their place is an error, which
// encoding/json would take for 0.
type Numbers []float64

// UnmarshalJSON implements [json.Unmarshaler].
func (n *Numbers) UnmarshalJSON(b []byte) error {
	if bytes.Contains(b, []byte("null")) {
		return errors.New("there is a null among numbers")
	}
	return json.Unmarshal(b, (*[]float64)(n))
}

// Fingerprint returns the SHA-256 of the numbers and their order, of the number of targets
// where there are several, and of the encoding where there is one, in hexadecimal.
func (r *RowsSpec) Fingerprint() string {
	h := sha256.New()
	targets := len(r.TargetColumns())
	b := fmt.Appendf(nil, "gnllviz rows %d %d %d", len(r.Y)/targets, len(r.Inputs), r.Test) //nonsense:keep what a sum is of
	if targets > 1 {
		b = fmt.Appendf(b, " %d", targets)
	}
	b = append(b, '\n')
	for _, list := range []Numbers{r.X, r.Y} {
		for _, v := range list {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
			if len(b) >= 1<<16 {
				h.Write(b)
				b = b[:0]
			}
		}
	}
	h.Write(b)
	if len(r.Encoding) > 0 {
		words, err := json.Marshal(r.Encoding)
		if err != nil {
			panic("wire: encoding an encoding: " + err.Error()) // of texts
		}
		h.Write(words)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Sources returns the names of the columns of the file that the inputs are made of.
func (r *RowsSpec) Sources() []string {
	var names []string
	for _, s := range r.Encoding {
		names = append(names, s.Name)
	}
	if len(r.Encoding) == 0 {
		for _, c := range r.Inputs {
			names = append(names, c.Name)
		}
	}
	return names
}

// TargetColumns returns the targets, one or several.
func (r *RowsSpec) TargetColumns() []Column {
	if len(r.Targets) > 0 {
		return r.Targets
	}
	return []Column{r.Target}
}

// SetTargets sets the targets, one or several.
func (r *RowsSpec) SetTargets(columns []Column) {
	r.Target, r.Targets = Column{}, nil
	if len(columns) == 1 {
		r.Target = columns[0]
	} else {
		r.Targets = columns
	}
}

// Against names the targets and the columns of the file that they are learned from.
func (r *RowsSpec) Against() string {
	var names []string
	for _, c := range r.TargetColumns() {
		names = append(names, c.Name)
	}
	return strings.Join(names, ", ") + " against " + strings.Join(r.Sources(), ", ")
}

// LeftOut says whether the rows themselves are not there.
func (r *RowsSpec) LeftOut() bool { return len(r.Y) == 0 }
