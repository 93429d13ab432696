package wire

import (
	"encoding/json"
	"slices"
)

// A ChangeKind says what was changed.
type ChangeKind string

// The kinds of change.
const (
	ControlChange ChangeKind = "control" // a control has another value
	LaneChange    ChangeKind = "lane"    // a lane was added or removed
	DataChange    ChangeKind = "data"    // rows were added, moved, erased, acquired, or are others
	WeightsChange ChangeKind = "weights" // other weights: of an earlier step, or new initial ones
	BeginChange   ChangeKind = "begin"   // settings, lanes and rows are others
	UndoChange    ChangeKind = "undo"    // all is as it was before an earlier change
	RedoChange    ChangeKind = "redo"    // all is as it was before an undo
)

// A Change is one edit that a run has applied.
type Change struct {
	Revision   uint32     `json:"revision"`          // of the run after it
	Generation uint32     `json:"generation"`        // in which it was applied, or which it began
	Step       uint64     `json:"step"`              // before which it was applied
	Kind       ChangeKind `json:"kind"`              // what was changed
	Lane       *uint8     `json:"lane"`              // whose, or null where it is the run's
	Control    string     `json:"control"`           // of a control change, else empty
	Old        any        `json:"old"`               // the control's value before; null unless it is a control change
	New        any        `json:"new"`               // and its value after; null unless it is a control change
	Text       string     `json:"text"`              // what was changed, in words, unless it is a control change
	Dataset    string     `json:"dataset,omitempty"` // the title of the user's own rows that a data change brought; absent for an edit
	Undo       bool       `json:"undo"`              // whether undo could revert it when this was sent
	By         *Person    `json:"by,omitempty"`      // the viewer who made it; absent where a program did, or the run itself. It is in no file

	// From is where the run continues from after an undo, a redo, a return or a restore: what
	// was trained between there and Step is of a branch that was left. Absent for every
	// other change, where it is of another generation, and where of several lanes one went
	// back alone.
	From *Moment `json:"from,omitempty"`
}

// A Moment is a place in the story of a generation.
type Moment struct {
	Step     uint64 `json:"step"`     // after so many steps
	Revision uint32 `json:"revision"` // of the run then; 0 where that is not known
}

// A Spec is what a run begins with. With the commands that follow, it makes the
// same weights again, bit for bit.
type Spec struct {
	Title    string                     `json:"title,omitempty"`    // what it is called
	Lesson   string                     `json:"lesson,omitempty"`   // the name of the lesson that it is
	Controls map[string]json.RawMessage `json:"controls,omitempty"` // of the run and, as a default, of every lane
	Lanes    []LaneSpec                 `json:"lanes,omitempty"`    // empty: one lane
	Data     *DataSpec                  `json:"data,omitempty"`     // the user's own rows; the dataset is then "own"
	Edits    []Edit                     `json:"edits,omitempty"`    // of the rows, before the first step; what is added has no noise yet

	// Step and Acquired are what the states of the lanes had come to: how many
	// steps were made and how many points were acquired. Without states they are 0.
	Step     uint64 `json:"step,omitempty"`
	Acquired uint64 `json:"acquired,omitempty"` // points that were acquired; 0 without states

	// EditsLeftOut is set where edits had numbers of rows, and were left out with
	// these: the spec then tells of a run, and cannot begin one.
	EditsLeftOut bool `json:"edits_left_out,omitempty"`
}

// WithoutRows returns a spec that says what rows a run began with, and has none of
// their numbers: neither those of a file, nor those of edits. What the catalogue or a
// formula says is left as it is.
func (s *Spec) WithoutRows() Spec {
	without := *s
	if s.Data != nil && s.Data.CSV != nil {
		without.Data = nil // nothing else is known of it
	}
	if s.Data != nil && s.Data.Rows != nil {
		rows := *s.Data.Rows
		rows.X, rows.Y = nil, nil
		without.Data = &DataSpec{Rows: &rows}
	}
	if slices.ContainsFunc(s.Edits, func(e Edit) bool { return e.HasNumbers() }) {
		without.Edits, without.EditsLeftOut = nil, true
	}
	return without
}

// MaxStep is the largest number of steps that a spec may begin with.
const MaxStep = 1 << 53

// A LaneSpec is a lane that a run begins with.
type LaneSpec struct {
	Name     string                     `json:"name,omitempty"`     // what people are to call it; without it a letter
	Colour   *uint8                     `json:"colour,omitempty"`   // 0 to 11; without it the next one
	Controls map[string]json.RawMessage `json:"controls,omitempty"` // besides the spec's

	// State is what the lane continues from in place of new weights: a checkpoint of
	// package engine, in base64, of the network that the controls describe.
	State []byte `json:"state,omitempty"`
}

// A Recipe is the whole story of a generation: what it began with and what was done
// to it. Who follows it gets the same weights, bit for bit, on a machine of the
// same kind.
type Recipe struct {
	Spec     Spec    `json:"spec"`     // what the generation began with
	Revision uint32  `json:"revision"` // with which it began
	LaneIDs  []int   `json:"lane_ids"` // of the spec's lanes
	Events   []Event `json:"events"`   // in the order in which they were done
	Steps    uint64  `json:"steps"`    // that were made in all, those that diverged included
	Weights  string  `json:"weights"`  // SHA-256 of all parameters at the end, in hexadecimal

	// Private says that it has rows of the owner's, which are not for all who watch.
	Private bool `json:"private,omitempty"`
}

// An Event is a command that changed what is trained, or how.
type Event struct {
	At       uint64          `json:"at"`                // steps that had been made before it
	Revision uint32          `json:"revision"`          // of the run before it
	Command  json.RawMessage `json:"command,omitempty"` // without one the revision alone was raised

	// Left, without a command: a change that is not told began another generation. An
	// undo of the revision that it made goes back to here.
	Left bool `json:"left,omitempty"`
}
