package lesson

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Questions are what a lesson asks: before its run begins, and when the run has paused.
type Questions struct {
	Before []Question `json:"before,omitempty" doc:"To predict: asked before the first step, answered by the page when the run pauses."`
	After  []Question `json:"after,omitempty" doc:"To check: asked when the run has paused."`
}

// A Question has choices, one of which is right, or asks for a band to be drawn on the fit.
type Question struct {
	Ask     string   `json:"ask" doc:"The question, in one line."`
	Choices []Choice `json:"choices,omitempty" doc:"Two to five answers, one of them right; without them:"`
	Draw    *Draw    `json:"draw,omitempty" doc:"A band that is to be drawn on the fit; only before the run."`
	Explain string   `json:"explain" doc:"Why it is so: one line, shown with the answer."`
}

// A Choice is one answer to a question.
type Choice struct {
	Answer string  `json:"answer" doc:"The answer, in one line."`
	Right  bool    `json:"right,omitempty" doc:"Whether it is the right one."`
	Holds  []Claim `json:"holds,omitempty" doc:"What the answer says, in figures: where the run pauses, all of these hold for the right answer and for no other. The program's tests check it. They have no \"after\"."`
}

// A Draw asks for a model's band of 95 % to be drawn.
type Draw struct {
	Lane string `json:"lane" doc:"The name of the lane whose band it is; A in a lesson without lanes."`
}

// An Action is what the button beside a lesson's "try" does: one change, which one undo
// takes back.
type Action struct {
	Lane  string                     `json:"lane,omitempty" doc:"The lane whose controls are set; without it those of the run and of every lane."`
	Set   map[string]json.RawMessage `json:"set,omitempty" doc:"Controls and their new values."`
	Erase []uint32                   `json:"erase,omitempty" doc:"Rows to erase, by their numbers from 0."`
	Reset bool                       `json:"reset,omitempty" doc:"Whether the lesson begins again at step 0 with these settings: the same first weights, and its own rows as they were."`

	Steps  int      `json:"steps,omitempty" doc:"After so many further steps, or after step 0 with a reset, the run pauses by itself, as what is to be seen is there; without it training continues."`
	Watch  []string `json:"watch,omitempty" doc:"One to three short sentences: what there is to see after it, in place of those of the lesson."`
	Spots  []Spot   `json:"spots,omitempty" doc:"Where it is to be seen: a spot for each of these sentences."`
	Claims []Claim  `json:"claims,omitempty" doc:"What these sentences say, in figures, where the run pauses after it: the program's tests do it and hold the lesson to them. They have no \"after\"."`
}

// maxQuestions bounds each of the two lists of questions.
const maxQuestions = 4

// check says what is wrong with the questions of a lesson.
func (q *Questions) check(l *Lesson) error {
	for _, part := range []struct {
		name string
		list []Question
	}{{"before", q.Before}, {"after", q.After}} {
		if n := len(part.list); n > maxQuestions {
			return fmt.Errorf("%s: it has %d questions, and may have %d", part.name, n, maxQuestions)
		}
		for i := range part.list {
			if err := part.list[i].check(l); err != nil {
				return fmt.Errorf("%s: question %d: %w", part.name, i+1, err)
			}
			if part.list[i].Draw != nil && part.name == "after" {
				return fmt.Errorf("after: question %d: draw: a band is drawn before the run; move the question to before", i+1)
			}
		}
	}
	if l.Pause == 0 && len(q.Before)+len(q.After) > 0 {
		return errors.New("they are answered where the run pauses; give the lesson a pause (a step) or claims")
	}
	return nil
}

func (q *Question) check(l *Lesson) error {
	if err := isLine(q.Ask, 180); err != nil {
		return fmt.Errorf("ask: %w", err)
	}
	if err := isLine(q.Explain, 320); err != nil {
		return fmt.Errorf("explain: %w", err)
	}
	if (q.Draw == nil) == (q.Choices == nil) {
		return errors.New("choices, draw: a question has one of them; give choices, or draw with a lane")
	}
	if q.Draw != nil {
		if !l.has(q.Draw.Lane) {
			return fmt.Errorf("draw: lane: no lane is called %.60q", q.Draw.Lane)
		}
		return nil
	}
	if n := len(q.Choices); n < 2 || n > 5 {
		return fmt.Errorf("choices: there are %d; give 2 to 5", n)
	}
	right := 0
	for i := range q.Choices {
		c := &q.Choices[i]
		if err := isLine(c.Answer, 120); err != nil {
			return fmt.Errorf("choices: choice %d: answer: %w", i+1, err)
		}
		if slices.ContainsFunc(q.Choices[:i], func(other Choice) bool { return other.Answer == c.Answer }) {
			return fmt.Errorf("choices: choice %d: answer: another choice says %.60q too", i+1, c.Answer)
		}
		if c.Right {
			right++
		}
		for k := range c.Holds {
			if err := c.Holds[k].checkIn(l, 0, 0); err != nil {
				return fmt.Errorf("choices: choice %d: holds: claim %d: %w", i+1, k+1, err)
			}
		}
	}
	if right != 1 {
		return fmt.Errorf("choices: %d are right; mark one of them with \"right\": true", right)
	}
	return nil
}

// check says what of an action cannot be done in a lesson, and notes whether it starts
// training again.
func (a *Action) check(t wire.Table, l *Lesson) error {
	if len(a.Set) == 0 && len(a.Erase) == 0 && !a.Reset {
		return errors.New("it does nothing; give set, erase or reset")
	}
	if a.Lane != "" && !l.has(a.Lane) {
		return fmt.Errorf("lane: no lane is called %.60q", a.Lane)
	}
	if _, _, refused := t.Apply(t.Defaults(), a.Set); refused != nil {
		return fmt.Errorf("set: %s", refused.Reason)
	}
	for _, c := range t {
		if a.Set[c.Name] == nil {
			continue
		}
		if c.Run && a.Lane != "" {
			return fmt.Errorf("set: %s is the run's, the same for all lanes; leave out lane", c.Name)
		}
		// What starts training again in any case does so as a reset does, and the run is still the lesson.
		a.Reset = a.Reset || !c.Live
	}
	return a.checkSeen(t, l)
}

// checkSeen says what is wrong with what is to be seen after an action.
func (a *Action) checkSeen(t wire.Table, l *Lesson) error {
	switch {
	case a.Steps < 0 || a.Steps > 1_000_000:
		return fmt.Errorf("steps is %d; it must be from 1 to 1000000", a.Steps)
	case len(a.Watch) > 3:
		return fmt.Errorf("watch: it has %d sentences, and may have three", len(a.Watch))
	case len(a.Spots) != len(a.Watch):
		return fmt.Errorf("spots: there are %d, and %d sentences in watch; give one for each", len(a.Spots), len(a.Watch))
	case len(a.Claims) > 0 && a.Steps == 0:
		return errors.New("claims: they are about the step at which the run pauses; give steps")
	}
	for i, s := range a.Watch {
		if err := isLine(s, maxSentence); err != nil {
			return fmt.Errorf("watch: sentence %d: %w", i+1, err)
		}
	}
	for i := range a.Spots {
		if err := a.Spots[i].check(t, l); err != nil {
			return fmt.Errorf("spots: spot %d: %w", i+1, err)
		}
	}
	for i := range a.Claims {
		if err := a.Claims[i].checkIn(l, 0, 0); err != nil {
			return fmt.Errorf("claims: claim %d: %w", i+1, err)
		}
	}
	return nil
}

// has says whether the lesson has a lane of that name.
func (l *Lesson) has(name string) bool {
	return slices.ContainsFunc(l.Lanes, func(s wire.LaneSpec) bool { return s.Name == name }) || len(l.Lanes) == 0 && name == "A"
}

// nameControls puts the names that the page has for controls into a lesson's texts: {decay} is
// what it calls the control decay.
func (l *Lesson) nameControls(t wire.Table) error {
	for _, m := range l.texts() {
		var unknown string
		*m.text = replaceNamed(*m.text, func(name string) string {
			i := slices.IndexFunc(t, func(c wire.Control) bool { return c.Name == name })
			if i < 0 {
				unknown = "{" + name + "}"
				return unknown
			}
			return t[i].Label
		})
		if unknown != "" {
			return fmt.Errorf("%s: %s names no control; the list is at /api/controls", m.name, unknown)
		}
	}
	return nil
}

// replaceNamed replaces each name in braces, of small letters, digits and _.
func replaceNamed(text string, by func(name string) string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(text, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		name, rest, closed := strings.Cut(after, "}")
		if !closed || name == "" || name[0] < 'a' || name[0] > 'z' || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "" {
			b.WriteByte('{')
			text = after
			continue
		}
		b.WriteString(by(name))
		text = rest
	}
}

// A text is one of a lesson, and the member that has it.
type text struct {
	name string
	text *string
}

// texts are all that a lesson says.
func (l *Lesson) texts() []text {
	list := []text{{"title", &l.Title}, {"summary", &l.Summary}, {"try", &l.Try}}
	for i := range l.Watch {
		list = append(list, text{"watch", &l.Watch[i]})
	}
	for i := range l.Spots {
		list = append(list, text{"spots", &l.Spots[i].Label})
	}
	if l.Action != nil {
		for i := range l.Action.Watch {
			list = append(list, text{"action", &l.Action.Watch[i]})
		}
		for i := range l.Action.Spots {
			list = append(list, text{"action", &l.Action.Spots[i].Label})
		}
	}
	for _, questions := range [][]Question{l.Questions.Before, l.Questions.After} {
		for i := range questions {
			q := &questions[i]
			list = append(list, text{"questions", &q.Ask}, text{"questions", &q.Explain})
			for k := range q.Choices {
				list = append(list, text{"questions", &q.Choices[k].Answer})
			}
		}
	}
	return list
}
