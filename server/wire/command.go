package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
)

// A Head is what every command but a hello begins with.
type Head struct {
	Type string `json:"type"` // which command it is
	ID   uint32 `json:"id"`   // of the client's choice, 1 or more; the answer has it too
}

func (h *Head) head() *Head { return h }

// Hello asks for the state of the run and for the history from a point on.
type Hello struct {
	Type       string `json:"type"`                 // "hello"
	Generation uint32 `json:"generation,omitempty"` // the generation the viewer knows, or 0
	Next       int    `json:"next,omitempty"`       // the first point of it that the viewer does not have
	Key        string `json:"key,omitempty"`        // the run's, of a viewer who steers it
}

// ChangeCommand sets controls: all of them, or none and an error.
type ChangeCommand struct {
	Head
	Lane *uint8                     `json:"lane,omitempty"` // whose controls; without it the first lane's
	Set  map[string]json.RawMessage `json:"set"`            // new values, by control name
}

// PlayCommand starts or continues training.
type PlayCommand struct{ Head }

// PauseCommand pauses the run between two steps.
type PauseCommand struct{ Head }

// MaxSteps is the largest number of steps that one step command may ask for.
const MaxSteps = 100_000

// StepCommand trains a paused run for a number of steps.
type StepCommand struct {
	Head
	Steps int `json:"steps"` // 1 to MaxSteps
}

// EpochCommand trains a paused run for one pass over the training rows.
type EpochCommand struct{ Head }

// UntilCommand trains the run, and pauses it as soon as one of its conditions is
// met.
type UntilCommand struct {
	Head
	Step *uint64  `json:"step,omitempty"` // so many steps are made
	NLL  *float64 `json:"nll,omitempty"`  // a lane's test NLL is at most this, in nats per row
	// Plateau: in so many steps no lane's test NLL has fallen by 0.01 nats below
	// its least before.
	Plateau *uint64 `json:"plateau,omitempty"`
}

// ResetCommand begins a new generation with the same controls, but for those that it
// sets, the same seed and the same rows. One undo takes back all of it.
type ResetCommand struct {
	Head
	Rows  bool      `json:"rows,omitempty"`  // the rows, too, become what they were before they were edited
	Lanes []LaneSet `json:"lanes,omitempty"` // controls that lanes begin with, such as those that a [Trouble] suggests
}

// A LaneSet is controls of one lane, with those that all lanes share.
type LaneSet struct {
	Lane *uint8                     `json:"lane,omitempty"` // the lane; without it the first
	Set  map[string]json.RawMessage `json:"set"`            // new values, by control name; the data set is not among them
}

// RestoreCommand gives lanes that diverged their weights from some 64 to 128 steps
// before, or from their first step, and pauses the run. Other lanes are not changed.
type RestoreCommand struct{ Head }

// UndoCommand undoes a change and all later ones: it restores controls, lanes, rows
// and weights from just before the change.
type UndoCommand struct {
	Head
	Revision uint32 `json:"revision,omitempty"` // of the change; 0: the last one that can be undone
}

// RedoCommand undoes an undo. It is possible until the next change.
type RedoCommand struct{ Head }

// ReturnCommand restores the weights of an earlier step: those of the newest snapshot
// at or before it that all lanes have. Training continues from there; the step count
// does not go back. With a lane it restores that one's weights alone, from its own newest
// snapshot, and sets controls of it at once: the way out of a training that went wrong. A
// run that has diverged then does again what it did before. One undo takes back all of it.
type ReturnCommand struct {
	Head
	Step *uint64                    `json:"step"`           // the step
	Lane *uint8                     `json:"lane,omitempty"` // the lane; without it all go back
	Set  map[string]json.RawMessage `json:"set,omitempty"`  // controls of the lane, by name, all of which can change during training; needs a lane
}

// LaneAddCommand adds a lane: a copy of another with its weights and history,
// with controls set at once.
type LaneAddCommand struct {
	Head
	Copy   *uint8                     `json:"copy,omitempty"`   // the lane; without it the first
	Name   string                     `json:"name,omitempty"`   // what people are to call it; without it a letter
	Colour *uint8                     `json:"colour,omitempty"` // 0 to 11; without it the next one
	Set    map[string]json.RawMessage `json:"set,omitempty"`    // controls that it has different from the original, by name
}

// LaneRemoveCommand removes a lane; a run keeps at least one.
type LaneRemoveCommand struct {
	Head
	Lane *uint8 `json:"lane"` // which lane
}

// LaneEditCommand names or colours a lane.
type LaneEditCommand struct {
	Head
	Lane   *uint8  `json:"lane"`             // which lane
	Name   *string `json:"name,omitempty"`   // what people are to call it
	Colour *uint8  `json:"colour,omitempty"` // 0 to 11
}

// EditCommand adds, moves and erases rows, all of them or none and an error.
type EditCommand struct {
	Head
	Edit
}

// An Edit is what is done to rows.
type Edit struct {
	Add   []NewRow   `json:"add,omitempty"`   // rows that are not there yet
	Move  []MovedRow `json:"move,omitempty"`  // rows that are given other values
	Erase []uint32   `json:"erase,omitempty"` // ids of training or test rows
	Take  []uint32   `json:"take,omitempty"`  // ids of rows of the pool, which become training rows
}

// HasNumbers says whether the edit holds values of rows, not their ids alone.
func (e *Edit) HasNumbers() bool { return len(e.Add)+len(e.Move) > 0 }

// MaxEdits is how many rows one edit may be about.
const MaxEdits = 1000

// A NewRow is a row that an edit adds.
type NewRow struct {
	X    []float64 `json:"x"`              // one number for each input
	Y    float64   `json:"y"`              // as it is to be seen, added noise included
	Test bool      `json:"test,omitempty"` // held out, not trained on

	Targets []float64 `json:"targets,omitempty"` // in place of y, where rows have several
}

// UnmarshalJSON implements [json.Unmarshaler]: what is left out is no 0.
func (r *NewRow) UnmarshalJSON(b []byte) error {
	type plain NewRow
	var several struct {
		Targets json.RawMessage `json:"targets"`
	}
	if json.Unmarshal(b, &several) == nil && several.Targets != nil {
		return decodeWhole(b, (*plain)(r), "x", "targets")
	}
	return decodeWhole(b, (*plain)(r), "x", "y")
}

// A MovedRow is a row that an edit gives other values.
type MovedRow struct {
	Row uint32    `json:"row"` // its id
	X   []float64 `json:"x"`   // one number for each input
	Y   float64   `json:"y"`   // as it is to be seen, added noise included

	Target int `json:"target,omitempty"` // which y is, counted from 1; 0 is the first, and the others stay
}

// UnmarshalJSON implements [json.Unmarshaler]: what is left out is no 0.
func (r *MovedRow) UnmarshalJSON(b []byte) error {
	type plain MovedRow
	return decodeWhole(b, (*plain)(r), "row", "x", "y")
}

// decodeWhole decodes an object of which no field is unknown and these are there.
func decodeWhole(b []byte, into any, fields ...string) error {
	var there map[string]json.RawMessage
	if err := json.Unmarshal(b, &there); err != nil {
		return err
	}
	for _, name := range fields {
		if v := there[name]; v == nil || string(v) == "null" {
			return fmt.Errorf("a row has no %q", name)
		}
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// DataCommand begins a new generation on rows of the user's own.
type DataCommand struct {
	Head
	Data *DataSpec `json:"data"` // the rows
}

// BeginCommand begins a new generation as POST /api/runs would: every control that it
// does not name has its default, and the user's own rows are used only if they are
// given or the dataset is "own". A playing run plays on and a paused one stays paused,
// except for one that diverged or went idle.
type BeginCommand struct {
	Head
	Title  string                     `json:"title,omitempty"`  // what the generation and the change are called
	Lesson string                     `json:"lesson,omitempty"` // the name of the lesson that it is
	Set    map[string]json.RawMessage `json:"set,omitempty"`    // controls of the run and, as a default, of every lane
	Lanes  []LaneSpec                 `json:"lanes,omitempty"`  // empty: one lane
	Data   *DataSpec                  `json:"data,omitempty"`   // the user's own rows: the dataset is then "own"
	Paused bool                       `json:"paused,omitempty"` // makes no step until it is told to, whatever the run did before
}

// Spec returns what the generation begins with.
func (c *BeginCommand) Spec() Spec {
	return Spec{Title: c.Title, Lesson: c.Lesson, Controls: c.Set, Lanes: c.Lanes, Data: c.Data}
}

// AcquireCommand acquires points, chosen by the control "acquire_by".
type AcquireCommand struct {
	Head
	Count int `json:"count"` // 1 to MaxAcquired
}

// MaxAcquired is how many points one acquire command may take.
const MaxAcquired = 100

// OpenCommand says whether everyone who watches can change settings.
type OpenCommand struct {
	Head
	Open *bool `json:"open"` // everyone who watches may change settings
}

// WatchCommand tells the server about this viewer: whether it wants fit frames, what it is
// called, what it presents. It has one member of these, or several.
type WatchCommand struct {
	Head
	Frames *bool   `json:"frames,omitempty"` // whether fit frames are wanted: a hidden page wants none
	Name   *string `json:"name,omitempty"`   // what others are to call whoever watches; empty: nothing

	// Presents is what those who watch may follow: it takes the run's key, whether or not
	// the run is open to all.
	Presents *PresentedView `json:"presents,omitempty"`
}

// A Command is a hello or one of the types that are named ...Command.
type Command interface{ check() *ErrorMessage }

// A CommandType is one kind of command.
type CommandType struct {
	Name string // what its "type" is
	New  func() Command
}

// CommandTypes lists all commands.
func CommandTypes() []CommandType {
	return []CommandType{
		{"hello", func() Command { return new(Hello) }},
		{"change", func() Command { return new(ChangeCommand) }},
		{"play", func() Command { return new(PlayCommand) }},
		{"pause", func() Command { return new(PauseCommand) }},
		{"step", func() Command { return new(StepCommand) }},
		{"epoch", func() Command { return new(EpochCommand) }},
		{"until", func() Command { return new(UntilCommand) }},
		{"reset", func() Command { return new(ResetCommand) }},
		{"restore", func() Command { return new(RestoreCommand) }},
		{"undo", func() Command { return new(UndoCommand) }},
		{"redo", func() Command { return new(RedoCommand) }},
		{"return", func() Command { return new(ReturnCommand) }},
		{"lane_add", func() Command { return new(LaneAddCommand) }},
		{"lane_remove", func() Command { return new(LaneRemoveCommand) }},
		{"lane_edit", func() Command { return new(LaneEditCommand) }},
		{"edit", func() Command { return new(EditCommand) }},
		{"data", func() Command { return new(DataCommand) }},
		{"begin", func() Command { return new(BeginCommand) }},
		{"acquire", func() Command { return new(AcquireCommand) }},
		{"open", func() Command { return new(OpenCommand) }},
		{"watch", func() Command { return new(WatchCommand) }},
	}
}

// EncodeCommand returns a command as ParseCommand reads it, whether or not its
// type and its id are filled in.
func EncodeCommand(c Command) json.RawMessage {
	if h, ok := c.(interface{ head() *Head }); ok {
		head, before := h.head(), *h.head()
		defer func() { *head = before }()
		head.ID = max(head.ID, 1)
		for _, t := range CommandTypes() {
			if reflect.TypeOf(t.New()) == reflect.TypeOf(c) {
				head.Type = t.Name
			}
		}
	}
	b, err := json.Marshal(c)
	if err != nil {
		panic("wire: encoding a command: " + err.Error()) // it was made of JSON
	}
	return b
}
