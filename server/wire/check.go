package wire

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What a command may say, as far as that can be told without the run it is for.

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
	return nil
}

func (*PlayCommand) check() *ErrorMessage    { return nil }
func (*PauseCommand) check() *ErrorMessage   { return nil }
func (*EpochCommand) check() *ErrorMessage   { return nil }
func (*RestoreCommand) check() *ErrorMessage { return nil }
func (*UndoCommand) check() *ErrorMessage    { return nil }
func (*RedoCommand) check() *ErrorMessage    { return nil }

func (c *ResetCommand) check() *ErrorMessage {
	if len(c.Lanes) > MaxLanes {
		return Refuse(TooMuch, "", "reset: %d lanes; a run has at most %d", len(c.Lanes), MaxLanes)
	}
	for _, l := range c.Lanes {
		if len(l.Set) == 0 {
			return Refuse(MissingField, "", `reset: each of "lanes" needs a "set" with at least one control`)
		}
		if l.Set["dataset"] != nil {
			return Refuse(BadValue, "dataset", "reset: %s cannot be set here; use a change command", ControlName("dataset"))
		}
	}
	return nil
}

func (c *StepCommand) check() *ErrorMessage {
	if c.Steps < 1 || c.Steps > MaxSteps {
		return Refuse(OutOfRange, "", `step: "steps" %d is not from 1 to %d`, c.Steps, MaxSteps)
	}
	return nil
}

func (c *UntilCommand) check() *ErrorMessage {
	if c.Step == nil && c.NLL == nil && c.Plateau == nil {
		return Refuse(MissingField, "", `until has none of "step", "nll" and "plateau"`)
	}
	if c.Plateau != nil && *c.Plateau == 0 {
		return Refuse(OutOfRange, "", `until: a "plateau" of 0 steps; it must have at least 1`)
	}
	return nil
}

func (c *ReturnCommand) check() *ErrorMessage {
	if e := has("return", "step", c.Step != nil); e != nil {
		return e
	}
	return has("return", "lane", c.Lane != nil || len(c.Set) == 0)
}

func (c *LaneAddCommand) check() *ErrorMessage { return CheckLook(&c.Name, c.Colour) }

func (c *LaneRemoveCommand) check() *ErrorMessage { return has("lane_remove", "lane", c.Lane != nil) }

func (c *LaneEditCommand) check() *ErrorMessage {
	if e := has("lane_edit", "lane", c.Lane != nil); e != nil {
		return e
	}
	if c.Name == nil && c.Colour == nil {
		return Refuse(MissingField, "", `lane_edit has neither "name" nor "colour"`)
	}
	return CheckLook(c.Name, c.Colour)
}

// MaxLaneName is the largest number of characters of a lane's name.
const MaxLaneName = 40

// CheckLook refuses a name or a colour, either of which may be nil, that a lane
// cannot have.
func CheckLook(name *string, colour *uint8) *ErrorMessage {
	if name != nil && (utf8.RuneCountInString(*name) > MaxLaneName || strings.ContainsFunc(*name, unicode.IsControl)) {
		return Refuse(OutOfRange, "", "a lane's name has at most %d characters, all of them printable", MaxLaneName)
	}
	if colour != nil && *colour >= MaxColours {
		return Refuse(OutOfRange, "", "colour %d is not from 0 to %d", *colour, MaxColours-1)
	}
	return nil
}

func (c *EditCommand) check() *ErrorMessage {
	n := len(c.Add) + len(c.Move) + len(c.Erase) + len(c.Take)
	if n == 0 {
		return Refuse(MissingField, "", `edit has none of "add", "move", "erase" and "take"`)
	}
	if n > MaxEdits {
		return Refuse(TooMuch, "", "edit is about %d rows; at most %d at a time", n, MaxEdits)
	}
	return nil
}

func (c *DataCommand) check() *ErrorMessage {
	if e := has("data", "data", c.Data != nil); e != nil {
		return e
	}
	return c.Data.Check()
}

func (c *BeginCommand) check() *ErrorMessage {
	if e := CheckTitle(c.Title, c.Lesson); e != nil {
		return e
	}
	if n := len(c.Lanes); n > MaxLanes {
		return Refuse(TooMuch, "", "begin has %d lanes; a run has at most %d", n, MaxLanes)
	}
	if c.Data == nil {
		return nil
	}
	return c.Data.Check()
}

// MaxTitle is the largest number of characters of a generation's title.
const MaxTitle = 80

// lessonName is what lessons can be called.
const lessonName = "abcdefghijklmnopqrstuvwxyz" + digits + "-"

const (
	letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	digits  = "0123456789"
)

// isOf says whether a text has no other signs than these. Regular expressions would say it,
// too, and be a large part of what a page has to fetch before it trains.
func isOf(text, signs string) bool { return strings.Trim(text, signs) == "" }

// CheckTitle refuses a title, or the name of a lesson, that a generation cannot have. Whether
// there is such a lesson a run does not know.
func CheckTitle(title, lesson string) *ErrorMessage {
	if len(lesson) > 80 || !isOf(lesson, lessonName) {
		return Refuse(OutOfRange, "", "a lesson's name has at most 80 small letters, digits and dashes")
	}
	if utf8.RuneCountInString(title) > MaxTitle || strings.ContainsFunc(title, unicode.IsControl) {
		return Refuse(OutOfRange, "", "a title has at most %d characters, all of them printable", MaxTitle)
	}
	return nil
}

// Check refuses a spec that says nothing, or two things.
func (d *DataSpec) Check() *ErrorMessage {
	said := 0
	for _, there := range []bool{d.Formula != nil, d.CSV != nil, d.Rows != nil} {
		if there {
			said++
		}
	}
	if said != 1 {
		return Refuse(MissingField, "", `"data" has either a "formula" or a "csv" or "rows"`)
	}
	if d.Rows != nil {
		return d.Rows.check()
	}
	if c := d.CSV; c != nil && c.Target != "" && len(c.Targets) > 0 {
		return Refuse(BadData, "", `"csv" has a "target" and "targets"; say one of them`)
	}
	return nil
}

// check refuses rows that do not fit together.
func (r *RowsSpec) check() *ErrorMessage {
	targets := len(r.TargetColumns())
	switch {
	case r.LeftOut():
		return Refuse(BadData, "", "the file has the model but not the table that it was trained on (%d rows of %s), as ONNX, safetensors and files made without the data have not; import the JSON file or the archive of the same model, or on the command line give the table again: gnllviz train --resume MODEL --train FILE", r.Count, r.columns())
	case len(r.Inputs) < 1 || len(r.Inputs) > MaxInputs:
		return Refuse(BadData, "", `"rows" has %d inputs; it must have 1 to %d`, len(r.Inputs), MaxInputs)
	case len(r.Targets) > 0 && r.Target != Column{}:
		return Refuse(BadData, "", `"rows" has a "target" and "targets"; say one of them`)
	case targets > MaxTargets:
		return Refuse(BadData, "", `"rows" has %d targets; it must have 1 to %d`, targets, MaxTargets)
	case len(r.Y) != r.Count*targets || len(r.X) != r.Count*len(r.Inputs):
		return Refuse(BadData, "", `"rows" says that it has %d rows of %d inputs and %d targets, and has %d numbers in "x" and %d in "y"`, r.Count, len(r.Inputs), targets, len(r.X), len(r.Y))
	case r.Test < 0 || r.Test >= r.Count:
		return Refuse(BadData, "", `"rows" has %d test rows of %d rows`, r.Test, r.Count)
	case r.DroppedRows < 0 || len(r.Dropped) > maxDropped || slices.ContainsFunc(r.Dropped, func(d Drop) bool { return len(d.Column)+len(d.Reason) > maxDropText }):
		return Refuse(BadData, "", `"rows" lists %d rows that were left out, with their reasons; at most %d are listed, of %d bytes each`, len(r.Dropped), maxDropped, maxDropText)
	case r.SHA256 != "" && r.SHA256 != r.Fingerprint():
		return Refuse(BadData, "", `the numbers of "rows" are not those that its sha256 is of`)
	}
	return nil
}

// Bounds of the rows of two files that are listed as left out.
const (
	maxDropped  = 200
	maxDropText = 500 // bytes of a column's name and a reason
)

// columns names the columns of the rows.
func (r *RowsSpec) columns() string {
	return fmt.Sprintf("%.200s", r.Against())
}

func (c *AcquireCommand) check() *ErrorMessage {
	if c.Count < 1 || c.Count > MaxAcquired {
		return Refuse(OutOfRange, "", `acquire: "count" %d is not from 1 to %d`, c.Count, MaxAcquired)
	}
	return nil
}

func (c *OpenCommand) check() *ErrorMessage { return has("open", "open", c.Open != nil) }

func (c *WatchCommand) check() *ErrorMessage {
	if c.Frames == nil && c.Name == nil && c.Presents == nil {
		return Refuse(MissingField, "", `watch has no "frames", no "name" and no "presents"`)
	}
	if c.Name != nil {
		name, refused := PersonName(*c.Name)
		if refused != nil {
			refused.Field = "name"
			return refused
		}
		c.Name = &name
	}
	if c.Presents != nil {
		return c.Presents.check()
	}
	return nil
}

func has(command, field string, there bool) *ErrorMessage {
	if there {
		return nil
	}
	return Refuse(MissingField, "", "%s has no %q", command, field)
}
