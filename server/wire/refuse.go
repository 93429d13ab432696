package wire

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// A Name among the arguments of [Refuse] is what a reason calls a control, or a field of
// the command. Who reads it may know that by another name, as of a flag: see
// [ErrorMessage.Naming].
type Name struct {
	ID    string // of the control or the field
	Words string // what the reason calls it; empty for its ID
	Label string // what the page calls it; empty for what the reason does
}

// ControlName returns the name of a control.
func ControlName(id string) Name { return Name{ID: id} }

// String returns what a reason says.
func (n Name) String() string { return cmp.Or(n.Words, n.ID) }

// Refuse returns the error message for a command that is not done. What it repeats of
// the command is made valid UTF-8.
func Refuse(code ErrorCode, control, format string, args ...any) *ErrorMessage {
	return &ErrorMessage{Type: "error", Code: code, Control: control, Reason: inWords(format, args), format: format, args: args}
}

func inWords(format string, args []any) string {
	return strings.ToValidUTF8(fmt.Sprintf(format, args...), "\uFFFD")
}

// Labelled returns the message as the page shows it: its reason calls controls by their
// labels.
func (e *ErrorMessage) Labelled() *ErrorMessage {
	if e.format == "" {
		return e
	}
	labelled := *e
	labelled.args = slices.Clone(e.args)
	for i, a := range labelled.args {
		if n, ok := a.(Name); ok {
			labelled.args[i] = cmp.Or(n.Label, n.String())
		}
	}
	labelled.Reason = inWords(labelled.format, labelled.args)
	return &labelled
}

// Error returns the reason.
func (e *ErrorMessage) Error() string { return e.Reason }

// Naming returns the reason with every [Name] in it replaced by what name makes of its ID,
// and whether the reason names the control or the field that it is about. A message that
// was not made by [Refuse] has its reason as it is.
func (e *ErrorMessage) Naming(name func(id string) string) (reason string, named bool) {
	if e.format == "" {
		return e.Reason, false
	}
	args := slices.Clone(e.args)
	for i, a := range args {
		if n, ok := a.(Name); ok {
			args[i] = name(n.ID)
			named = named || n.ID == cmp.Or(e.Control, e.Field)
		}
	}
	return inWords(e.format, args), named
}
