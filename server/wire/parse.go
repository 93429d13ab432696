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
	UnknownLane    ErrorCode = "unknown_lane"
	BadData        ErrorCode = "bad_data"   // rows, a file or a formula that cannot be trained on
	TooMuch        ErrorCode = "too_much"   // beyond what one run may take
	ReadOnly       ErrorCode = "read_only"  // this viewer does not steer
	NotStored      ErrorCode = "not_stored" // the server could not save the change, and so did not make it
)

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
	types := CommandTypes()
	i := slices.IndexFunc(types, func(t CommandType) bool { return t.Name == *head.Type })
	if i < 0 {
		names := make([]string, len(types))
		for k, t := range types {
			names[k] = t.Name
		}
		slices.Sort(names)
		return refuse(Refuse(UnknownCommand, "", "type %.40q is none of %s", *head.Type, strings.Join(names, ", ")))
	}
	c = types[i].New()
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
		// Fields of embedded structs stand among the others on the wire.
		field := strings.TrimPrefix(strings.TrimPrefix(t.Field, "Head."), "Edit.")
		return fmt.Sprintf("%q cannot be a JSON %s", field, t.Value)
	}
	// An unknown field is named in full, however long it is.
	return fmt.Sprintf("%.100s", strings.TrimPrefix(err.Error(), "json: "))
}
