package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Subprotocol is the websocket subprotocol's name.
const Subprotocol = "gnllviz.v1"

// A State says what a run is doing.
type State string

// The states of a run.
const (
	Playing  State = "playing"  // training as fast as it goes
	Paused   State = "paused"   // somebody paused it
	Idle     State = "idle"     // nobody has watched for a while; it goes on when somebody does
	Diverged State = "diverged" // a number stopped being finite; reset begins anew
)

// A Number is a float64 that JSON shows as null where it is not finite.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
}

// UnmarshalJSON implements [json.Unmarshaler]; null becomes NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// ---- what the server sends ----

// RunMessage is the whole state of a run, sent in answer to a hello and
// whenever a new epoch begins.
type RunMessage struct {
	Type     string         `json:"type"` // "run"
	ID       string         `json:"id"`
	Epoch    uint32         `json:"epoch"`
	Revision uint32         `json:"revision"`
	Step     uint64         `json:"step"`
	State    State          `json:"state"`
	Reason   string         `json:"reason"`   // why the state is diverged, else empty
	Controls map[string]any `json:"controls"` // the value of every control, by name
	Changes  []Change       `json:"changes"`  // of every epoch, oldest first
	Data     Data           `json:"data"`
	Points   int            `json:"points"` // history points of this epoch so far
	Next     int            `json:"next"`   // number of the point with which the history that follows begins
}

// Data is a data set as the page draws it.
type Data struct {
	Name     string      `json:"name"`
	Title    string      `json:"title"`
	Help     string      `json:"help"`     // one sentence: what it shows
	Source   string      `json:"source"`   // where the figures come from
	Revision uint32      `json:"revision"` // frames name it
	Inputs   []Column    `json:"inputs"`
	Target   Column      `json:"target"`
	X        [][]float64 `json:"x"`    // a list for each input, of one number for each row
	Y        []float64   `json:"y"`    // the target, row by row
	Test     []bool      `json:"test"` // whether the row is held out
	// TargetStd is the standard deviation of the training targets, by which
	// they are divided before training: what turns sqrt(eps) into the data's
	// unit.
	TargetStd Number `json:"target_std"`
	Truth     bool   `json:"truth"` // whether a truth frame will come
}

// A Column is a named quantity.
type Column struct {
	Name string `json:"name"`
	Unit string `json:"unit"` // empty for a bare number
}

// A Change is one control edit that a run has applied.
type Change struct {
	Revision uint32 `json:"revision"` // of the controls after it
	Epoch    uint32 `json:"epoch"`    // in which it was applied, or which it began
	Step     uint64 `json:"step"`     // before which it was applied
	Control  string `json:"control"`
	Old      any    `json:"old"`
	New      any    `json:"new"`
}

// ChangeMessage tells every viewer of a change.
type ChangeMessage struct {
	Type   string `json:"type"` // "change"
	Change Change `json:"change"`
}

// StateMessage tells every viewer that the run plays, pauses or stopped.
type StateMessage struct {
	Type   string `json:"type"` // "state"
	State  State  `json:"state"`
	Reason string `json:"reason"` // why it diverged, else empty
	Epoch  uint32 `json:"epoch"`
	Step   uint64 `json:"step"`
}

// HistoryMessage carries points that were not sent before.
type HistoryMessage struct {
	Type   string  `json:"type"` // "history"
	Epoch  uint32  `json:"epoch"`
	First  int     `json:"first"` // number of the first of the points, counted from 0 within the epoch
	Points []Point `json:"points"`
}

// A Point is one evaluation of a lane. On the wire it is a list of its fields
// in the order in which they stand here; [PointColumns] names them.
type Point struct {
	Step      uint64
	TrainLoss Number // as trained: standardised target, eps and full as set; nats per row
	TestLoss  Number
	TrainNLL  Number // in the target's units, with the constant; nats per row
	TestNLL   Number
}

// PointColumns names the members of a point on the wire.
var PointColumns = []string{"step", "train_loss", "test_loss", "train_nll", "test_nll"}

// MarshalJSON implements [json.Marshaler].
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal([...]Number{Number(p.Step), p.TrainLoss, p.TestLoss, p.TrainNLL, p.TestNLL})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (p *Point) UnmarshalJSON(b []byte) error {
	var a []Number
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	if len(a) != len(PointColumns) {
		return fmt.Errorf("wire: point has %d members, not %d", len(a), len(PointColumns))
	}
	*p = Point{uint64(a[0]), a[1], a[2], a[3], a[4]}
	return nil
}

// GapMessage tells a viewer who fell behind that messages were left out. Its
// answer is a hello with the epoch and the number of the next point it wants.
type GapMessage struct {
	Type string `json:"type"` // "gap"
}

// Ack answers a command that was done.
type Ack struct {
	Type     string `json:"type"` // "ack"
	ID       uint32 `json:"id"`
	Revision uint32 `json:"revision"`
	Epoch    uint32 `json:"epoch"`
	Step     uint64 `json:"step"`
}

// ErrorMessage answers a command that was refused; nothing was changed.
type ErrorMessage struct {
	Type    string    `json:"type"` // "error"
	ID      uint32    `json:"id"`   // the command's, or 0 if it could not be read
	Code    ErrorCode `json:"code"`
	Control string    `json:"control"` // the control it is about, or empty
	Reason  string    `json:"reason"`  // a sentence for people
}

// ---- what a client sends ----

// Hello asks for the state of the run and for the history from a point on.
type Hello struct {
	Type  string `json:"type"`            // "hello"
	Epoch uint32 `json:"epoch,omitempty"` // the epoch the viewer knows, or 0
	Next  int    `json:"next,omitempty"`  // the first point of it that the viewer does not have
}

// ChangeCommand sets controls: all of them, or none and an error.
type ChangeCommand struct {
	Type string                     `json:"type"` // "change"
	ID   uint32                     `json:"id"`
	Lane uint8                      `json:"lane,omitempty"`
	Set  map[string]json.RawMessage `json:"set"` // new values, by control name
}

// PlayCommand lets the run train.
type PlayCommand struct {
	Type string `json:"type"` // "play"
	ID   uint32 `json:"id"`
}

// PauseCommand holds the run between two steps.
type PauseCommand struct {
	Type string `json:"type"` // "pause"
	ID   uint32 `json:"id"`
}

// MaxSteps is the largest number of steps that one step command may ask for.
const MaxSteps = 100_000

// StepCommand trains a paused run a number of steps further.
type StepCommand struct {
	Type  string `json:"type"` // "step"
	ID    uint32 `json:"id"`
	Steps int    `json:"steps"` // 1 to MaxSteps
}

// ResetCommand begins a new epoch with the same controls and the same seed.
type ResetCommand struct {
	Type string `json:"type"` // "reset"
	ID   uint32 `json:"id"`
}

// WatchCommand says whether this viewer wants fit frames: a hidden page does
// not.
type WatchCommand struct {
	Type   string `json:"type"` // "watch"
	ID     uint32 `json:"id"`
	Frames *bool  `json:"frames"`
}

// A Command is one of Hello, ChangeCommand, PlayCommand, PauseCommand,
// StepCommand, ResetCommand and WatchCommand.
type Command interface{ check() *ErrorMessage }

// An ErrorCode says what kind of mistake a refused command made.
type ErrorCode string

// The codes of refused commands.
const (
	BadMessage     ErrorCode = "bad_message"     // not a JSON object, or with fields that do not belong
	UnknownCommand ErrorCode = "unknown_command" // a type that is none of the commands
	MissingField   ErrorCode = "missing_field"
	UnknownControl ErrorCode = "unknown_control"
	BadValue       ErrorCode = "bad_value" // of a wrong type
	OutOfRange     ErrorCode = "out_of_range"
	BadState       ErrorCode = "bad_state" // right in itself, but not now
)

// Error returns the reason.
func (e *ErrorMessage) Error() string { return e.Reason }

// Refuse returns the error message for a command that is not done.
func Refuse(code ErrorCode, control, format string, args ...any) *ErrorMessage {
	return &ErrorMessage{Type: "error", Code: code, Control: control, Reason: fmt.Sprintf(format, args...)}
}

// ParseCommand reads one text message of a client: a command and its id. A
// refusal carries the id too, if that much could be read.
func ParseCommand(b []byte) (c Command, id uint32, refused *ErrorMessage) {
	var head struct {
		Type *string         `json:"type"`
		ID   json.RawMessage `json:"id"`
	}
	if err := json.Unmarshal(b, &head); err != nil {
		return nil, 0, Refuse(BadMessage, "", "the message is not a JSON object with a type: %s", jsonReason(err))
	}
	// A wrong id is reported by the strict reading below; here it is only
	// wanted for the error's address.
	_ = json.Unmarshal(head.ID, &id)
	refuse := func(e *ErrorMessage) (Command, uint32, *ErrorMessage) {
		e.ID = id
		return nil, id, e
	}
	if head.Type == nil {
		return refuse(Refuse(MissingField, "", `the message has no "type"`))
	}
	commands := map[string]Command{
		"hello": &Hello{}, "change": &ChangeCommand{}, "play": &PlayCommand{}, "pause": &PauseCommand{},
		"step": &StepCommand{}, "reset": &ResetCommand{}, "watch": &WatchCommand{},
	}
	c, ok := commands[*head.Type]
	if !ok {
		names := make([]string, 0, len(commands))
		for n := range commands {
			names = append(names, n)
		}
		slices.Sort(names)
		return refuse(Refuse(UnknownCommand, "", "type %.40q is none of %s", *head.Type, strings.Join(names, ", ")))
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(c); err != nil {
		return refuse(Refuse(BadMessage, "", "%s: %s", *head.Type, jsonReason(err)))
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return refuse(Refuse(BadMessage, "", "%s: more follows after the JSON object", *head.Type))
	}
	if _, hello := c.(*Hello); !hello && id == 0 {
		return refuse(Refuse(MissingField, "", `%s has no "id" of 1 or more`, *head.Type))
	}
	if e := c.check(); e != nil {
		return refuse(e)
	}
	return c, id, nil
}

// jsonReason puts an error of encoding/json in words for somebody who does not
// know our Go types.
func jsonReason(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		if t.Field == "" {
			return "a JSON " + t.Value + " stands where an object belongs"
		}
		return fmt.Sprintf("%q cannot be a JSON %s", t.Field, t.Value)
	}
	return strings.TrimPrefix(err.Error(), "json: ")
}

func (c *Hello) check() *ErrorMessage {
	if c.Next < 0 {
		return Refuse(OutOfRange, "", "hello: next %d is negative", c.Next)
	}
	return nil
}

func (c *ChangeCommand) check() *ErrorMessage {
	if len(c.Set) == 0 {
		return Refuse(MissingField, "", `change has no "set" with at least one control`)
	}
	if c.Lane != 0 {
		return Refuse(OutOfRange, "", "change: there is no lane %d", c.Lane)
	}
	return nil
}

func (*PlayCommand) check() *ErrorMessage  { return nil }
func (*PauseCommand) check() *ErrorMessage { return nil }
func (*ResetCommand) check() *ErrorMessage { return nil }

func (c *StepCommand) check() *ErrorMessage {
	if c.Steps < 1 || c.Steps > MaxSteps {
		return Refuse(OutOfRange, "", `step: "steps" %d is not from 1 to %d`, c.Steps, MaxSteps)
	}
	return nil
}

func (c *WatchCommand) check() *ErrorMessage {
	if c.Frames == nil {
		return Refuse(MissingField, "", `watch has no "frames"`)
	}
	return nil
}
