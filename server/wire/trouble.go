package wire

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// A TroubleKind says what went wrong with the training of a lane.
type TroubleKind string

// The kinds of trouble.
const (
	TroubleNotFinite TroubleKind = "not_finite" // a number is not finite, or a gradient beyond any use: the run has stopped
	TroubleLoss      TroubleKind = "loss"       // the training loss is far above its best, and that of a constant
	TroubleMean      TroubleKind = "mean"       // the predicted mean is far off the data
	TroubleVariance  TroubleKind = "variance"   // every variance is at a limit, and the loss far above its best
	TroubleConstant  TroubleKind = "constant"   // the mean has become nearly the same everywhere, after more had been learned, or a setting keeps it so
	TroubleUnits     TroubleKind = "units"      // nearly all units of a hidden layer are saturated or dead
)

// A Trouble says that the training of a lane went wrong, why, and how to make it well.
type Trouble struct {
	Kind   TroubleKind    `json:"kind"`   // what is wrong
	Lane   uint8          `json:"lane"`   // the lane
	Member int            `json:"member"` // which network of an ensemble, counted from 1; 0 where the lane is a single one
	Since  uint64         `json:"since"`  // step at which it was first seen
	Score  Number         `json:"score"`  // training loss when it was found, in nats per row where the loss is a likelihood; null where it is not finite
	Best   Number         `json:"best"`   // and the lowest before; null where none is known
	Cause  *ProbableCause `json:"cause"`  // the control that probably did it; null where none is to blame
	Edit   *ProbableEdit  `json:"edit"`   // or the change of rows that probably did; null where none is to blame
	Row    *uint32        `json:"row"`    // or the id of a row whose target is so far from all others that it probably did; null where none is
	Step   uint64         `json:"step"`   // whose weights are well: to go back to, by a return command with the lane and, where there is a cause that takes no restart, its suggested value
	Text   string         `json:"text"`   // all that in sentences for people, but for what to do
}

// A ProbableCause is the control that probably made a training go wrong.
type ProbableCause struct {
	Control   string `json:"control"`   // its name
	Value     any    `json:"value"`     // that it had
	Suggested any    `json:"suggested"` // what to set it to: what it was when training was well, else a safer value
	Restart   bool   `json:"restart"`   // it takes a restart to set it: a reset command does, and a return command refuses to
}

// A ProbableEdit is the change of rows that probably made a training go wrong.
type ProbableEdit struct {
	Step     uint64 `json:"step"`     // before which the rows were changed
	Revision uint32 `json:"revision"` // of the change, for an undo command; 0 where it can no longer be undone
}

// ShortNumber returns a number with so many significant digits, at most, as people write it:
// 1.4e22, 0.003.
func ShortNumber(v float64, digits int) string {
	switch {
	case math.IsNaN(v):
		return "not a number"
	case math.IsInf(v, 1):
		return "infinite"
	case math.IsInf(v, -1):
		return "−infinite"
	}
	s := strconv.FormatFloat(v, 'g', digits, 64)
	if m, e, ok := strings.Cut(s, "e"); ok {
		if n, _ := strconv.Atoi(e); n >= 0 && n < 6 {
			s = strconv.FormatFloat(v, 'f', 0, 64)
			if r, err := strconv.ParseFloat(m, 64); err == nil {
				s = strconv.FormatFloat(r*math.Pow10(n), 'f', 0, 64)
			}
		} else {
			s = m + "e" + strconv.Itoa(n)
		}
	}
	return strings.Replace(s, "-", "−", 1)
}

// Steps returns a number of steps as people read it, its thousands apart.
func Steps(n uint64) string {
	s := strconv.FormatUint(n, 10)
	if len(s) < 4 {
		return s
	}
	var b strings.Builder
	for i, c := range s {
		if i > 0 && (len(s)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(c)
	}
	return b.String()
}

// Sentence says what is wrong since when, and the probable cause. whose is the lane, as a
// sentence begins with it, or empty; what is what happened.
func (w *Trouble) Sentence(t Table, whose, what string) string {
	begin := "Training has gone wrong since step "
	if w.Kind == TroubleNotFinite {
		begin = "Training blew up at step "
	}
	if whose != "" {
		begin = whose + ": training has gone wrong since step "
		if w.Kind == TroubleNotFinite {
			begin = whose + ": training blew up at step "
		}
	}
	text := begin + Steps(w.Since) + ": " + what + "." + w.Cause.sentence(t) + w.Edit.sentence()
	if w.Row != nil {
		text += " One point is very far from all others: check the data."
	}
	return text
}

// sentence says what the cause is, or nothing.
func (e *ProbableEdit) sentence() string {
	if e == nil {
		return ""
	}
	return " The probable cause is the change of points at step " + Steps(e.Step) + "."
}

// sentence says what the cause is, or nothing.
func (c *ProbableCause) sentence(t Table) string {
	if c == nil {
		return ""
	}
	label, say := c.Control, func(v any) string { return fmt.Sprint(v) }
	if control := t.Find(c.Control); control != nil {
		label, say = control.Label, control.words
		switch control.Kind {
		case KindSwitch:
			return fmt.Sprintf(" The probable cause: %s is %s.", label, say(c.Value))
		case KindText:
			return fmt.Sprintf(" The probable cause is the %s.", label)
		}
	}
	value, ok := number(c.Value)
	suggested, also := number(c.Suggested)
	if zeroIsNone(c.Control) && value*suggested == 0 {
		ok = false
	}
	switch {
	case ok && also && suggested < value:
		return fmt.Sprintf(" The %s (%s) is probably too high.", label, say(c.Value))
	case ok && also && suggested > value:
		return fmt.Sprintf(" The %s (%s) is probably too low.", label, say(c.Value))
	}
	return fmt.Sprintf(" The probable cause is the %s (%s).", label, say(c.Value))
}

// zeroIsNone says whether 0 of a control is not its least value, but none at all.
func zeroIsNone(control string) bool { return control == "clip" || control == "initial_variance" }

func number(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case int:
		return float64(v), true
	}
	return 0, false
}

// words is Words with numbers as a notice has them: short, whatever the scale.
func (c *Control) words(v any) string {
	if f, ok := number(v); ok {
		switch {
		case f == 0 && zeroIsNone(c.Name):
			return "none"
		case c.Unit == "%":
			return ShortNumber(f, 4) + " %"
		}
		return ShortNumber(f, 4)
	}
	return c.Words(v)
}
