package run

import (
	"cmp"
	"slices"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Everything here runs on the goroutine that owns the run.

// People are who watches a run, and what whoever presents it looks at.
type people struct {
	came      uint32       // viewers so far
	by        *wire.Person // who gives the command that is being done, or nil
	peopleDue bool         // those who steer are to be told who watches
	toldOf    time.Time    // when they were

	presenter *Viewer // who looks at presented
	presented wire.PresentedView
	viewDue   bool // those who watch are to be told of it
	viewSent  time.Time
}

const (
	// peopleEvery is the time between two messages of who watches: a class comes in at once.
	peopleEvery = time.Second

	// viewEvery is the time between two messages of what the presenter looks at: somebody
	// who drags along the timeline looks at another step with each picture.
	viewEvery = time.Second / 4
)

// seat adds a viewer, as somebody of whom others may hear.
func (r *loop) seat(v *Viewer) {
	r.came++
	v.person = wire.Person{Person: r.came, Colour: r.freeColour()}
	r.viewers[v] = struct{}{}
	r.peopleDue = true
}

// freeColour returns the first of the colours that the fewest viewers have.
func (r *loop) freeColour() uint8 {
	var have [wire.MaxColours]int
	for v := range r.viewers {
		have[v.person.Colour]++
	}
	return uint8(slices.Index(have[:], slices.Min(have[:])))
}

// unseat takes a viewer off the run. Nobody is left looking at what a presenter who has
// gone looked at.
func (r *loop) unseat(v *Viewer) {
	if _, there := r.viewers[v]; !there {
		return
	}
	delete(r.viewers, v)
	r.peopleDue = true
	if v == r.presenter {
		r.presenter, r.presented = nil, wire.PresentedView{}
		r.viewDue = true
	}
}

// presents has those who watch told what a viewer with the run's key looks at. That the
// run is open to all does not make presenters of all.
func (r *loop) presents(v *Viewer, p *wire.PresentedView) *wire.ErrorMessage {
	if !v.steers {
		return wire.Refuse(wire.ReadOnly, "", "only someone with the run's key can present it")
	}
	if _, refused := r.present.Lane(&p.Lane); refused != nil {
		return refused
	}
	if p.Step != nil && *p.Step > r.present.Steps {
		return wire.Refuse(wire.OutOfRange, "", "watch: step %d has not been reached; the run is at step %d", *p.Step, r.present.Steps)
	}
	r.presenter, r.presented, r.viewDue = v, *p, true
	return nil
}

// tellPeople tells those who steer who watches, and those who watch what the presenter
// looks at, if either is another and the last message was long enough ago.
func (r *loop) tellPeople(now time.Time) {
	if r.viewDue && now.Sub(r.viewSent) >= viewEvery {
		r.viewDue, r.viewSent = false, now
		r.tellSome(false, r.viewMessage())
	}
	if r.peopleDue && now.Sub(r.toldOf) >= peopleEvery {
		r.peopleDue, r.toldOf = false, now
		r.tellSome(true, r.viewersMessage())
	}
}

// tellSome tells all who steer, or all others, with a message that is encoded once.
func (r *loop) tellSome(steer bool, m any) {
	var text Message
	for v := range r.viewers {
		if v.steers == steer {
			if text.Data == nil {
				text = r.text(m)
			}
			v.send(text)
		}
	}
}

func (r *loop) viewMessage() wire.ViewMessage {
	return wire.ViewMessage{Type: "view", Here: r.presenter != nil, PresentedView: r.presented}
}

func (r *loop) viewersMessage() wire.ViewersMessage {
	m := wire.ViewersMessage{Type: "viewers", Named: []wire.Person{}}
	for v := range r.viewers {
		if v.steers {
			m.Steering++
		} else {
			m.Watching++
		}
		if v.person.Name != "" {
			m.Named = append(m.Named, v.person)
		}
	}
	slices.SortFunc(m.Named, func(a, b wire.Person) int { return cmp.Compare(a.Person, b.Person) })
	m.Named = m.Named[:min(len(m.Named), wire.MaxNamed)]
	return m
}

// forgetStep has the presenter look at the present: the steps that there were are another
// generation's.
func (r *loop) forgetStep() {
	if r.presented.Step != nil {
		r.presented.Step, r.viewDue = nil, true
	}
}
