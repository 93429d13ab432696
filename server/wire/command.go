package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

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

// RestoreCommand puts back the weights that a diverged run had some 64 to 128
// steps before, or at its first, and pauses it.
type RestoreCommand struct {
	Type string `json:"type"` // "restore"
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
// StepCommand, ResetCommand, RestoreCommand and WatchCommand.
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
		"step": &StepCommand{}, "reset": &ResetCommand{}, "restore": &RestoreCommand{}, "watch": &WatchCommand{},
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
	// An unknown field is named in full, however long it is.
	return fmt.Sprintf("%.100s", strings.TrimPrefix(err.Error(), "json: "))
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

func (*RestoreCommand) check() *ErrorMessage { return nil }

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
