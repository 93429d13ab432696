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
	TroubleConstant  TroubleKind = "constant"   // the mean has become the same everywhere, after more had been learned
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
	Cause  *ProbableCause `json:"cause"`  // what probably did it; null where no control is to blame
	Step   uint64         `json:"step"`   // whose weights are well: to go back to, by a return command with the lane and, where there is a cause, its suggested value
	Text   string         `json:"text"`   // all that in sentences for people, but for what to do
}

// A ProbableCause is the control that probably made a training go wrong.
type ProbableCause struct {
	Control   string `json:"control"`   // its name
	Value     any    `json:"value"`     // that it had
	Suggested any    `json:"suggested"` // what to set it to: what it was when training was well, else a safer value
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
	return begin + Steps(w.Since) + ": " + what + "." + w.Cause.sentence(t)
}

// sentence says what the cause is, or nothing.
func (c *ProbableCause) sentence(t Table) string {
	if c == nil {
		return ""
	}
	label, say := c.Control, func(v any) string { return fmt.Sprint(v) }
	if control := t.Find(c.Control); control != nil {
		label, say = control.Label, control.words
	}
	value, ok := number(c.Value)
	suggested, also := number(c.Suggested)
	switch {
	case ok && also && suggested < value:
		return fmt.Sprintf(" The %s (%s) is probably too high.", label, say(c.Value))
	case ok && also && suggested > value:
		return fmt.Sprintf(" The %s (%s) is probably too low.", label, say(c.Value))
	}
	return fmt.Sprintf(" The probable cause is the %s (%s).", label, say(c.Value))
}

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
		return ShortNumber(f, 4)
	}
	return c.Words(v)
}
