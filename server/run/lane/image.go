package lane

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/run/guard"
	"github.com/gnllviz/gnllviz/server/run/history"
	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Still is a lane at one moment, which nothing changes: any goroutine may write it.
type Still struct {
	start       Start
	from        *wire.Origin
	data        *rows.Data
	plan        engine.Plan
	state       *engine.State
	diverged    error
	watching    Watching
	turned      bool
	steps       *history.Series
	evaluations []*history.Series
	snapshots   *history.Ladder[*Kept]
}

// Still returns the lane as it is now. It shares what never changes.
func (l *Lane) Still() *Still {
	s := &Still{
		start: l.Start, from: l.From, data: l.Data, plan: l.Ensemble.Plan(), state: l.Ensemble.State(),
		diverged: l.Diverged, watching: l.Watching.Clone(), turned: l.Turned,
		steps: l.Steps.Clone(), snapshots: l.Snapshots.Clone(),
	}
	for _, e := range l.Evaluations {
		s.evaluations = append(s.evaluations, e.Clone())
	}
	return s
}

// Written notes that what the writer wrote last, which is this, is in the store.
func (s *Still) Written(w *image.Writer) {
	for _, k := range s.snapshots.All() {
		k.Written(w)
	}
	s.steps.Written(w)
}

// Lose notes which blobs the store does not have any more.
func (s *Still) Lose(missing map[image.Hash]bool) {
	for _, k := range s.snapshots.All() {
		k.Lose(missing)
	}
	s.steps.Lose(missing)
}

// An Image is a lane as bytes have it.
type Image struct {
	Start       StartImage
	From        *wire.Origin
	Data        image.Hash
	Plan        engine.Plan
	State       image.Hash
	Diverged    *DivergedImage
	Watching    WatchingImage
	Turned      bool
	Steps       history.SeriesImage
	Evaluations []history.SeriesImage
	Snapshots   history.LadderImage
}

// A StartImage is a [Start] as bytes have it. What a lane's networks began with is in the
// recipe.
type StartImage struct {
	ID       uint8
	Name     string
	Colour   uint8
	Settings map[string]json.RawMessage
}

// Image writes the lane.
func (s *Still) Image(w *image.Writer, t wire.Table) Image {
	i := Image{
		Start: s.start.Image(t), From: s.from, Data: s.data.Image(w, t), Plan: s.plan, State: WriteState(w, s.state),
		Diverged: DivergedOf(s.diverged), Watching: s.watching.Image(t), Turned: s.turned,
		Steps:     s.steps.Image(w),
		Snapshots: s.snapshots.Image(func(k *Kept) image.Hash { return k.Write(w) }),
	}
	for _, e := range s.evaluations {
		i.Evaluations = append(i.Evaluations, e.Image(w))
	}
	return i
}

// Lane returns the lane that was written, on its rows.
func (i *Image) Lane(r *image.Reader, t wire.Table, d *rows.Data, workers int) (*Lane, error) {
	start, err := i.Start.Start(r, t)
	if err != nil {
		return nil, err
	}
	state, err := ReadState(r, i.State)
	if err != nil {
		return nil, err
	}
	e, err := i.Plan.Ensemble(state, d.Train.X, d.Train.Y, workers)
	if err != nil {
		return nil, err
	}
	l := &Lane{Start: start, From: i.From, Data: d, Ensemble: e, Turned: i.Turned, Diverged: i.Diverged.Err()}
	for _, m := range e.Members() {
		l.Params += m.Net().Params()
	}
	if l.Watching, err = i.Watching.Watching(r, t); err != nil {
		return nil, err
	}
	if l.Steps, err = i.Steps.Series(r); err != nil {
		return nil, err
	}
	if len(i.Evaluations) != len(d.Set.Targets) {
		return nil, fmt.Errorf("lane %d has evaluations of %d targets; its rows have %d", start.ID, len(i.Evaluations), len(d.Set.Targets))
	}
	for k := range i.Evaluations {
		s, err := i.Evaluations[k].Series(r)
		if err != nil {
			return nil, err
		}
		l.Evaluations = append(l.Evaluations, s)
	}
	if l.Snapshots, err = history.LadderOf(&i.Snapshots, func(h image.Hash) (*Kept, error) { return ReadKept(r, h) }); err != nil {
		return nil, err
	}
	if err := l.Obey(); err != nil {
		return nil, err
	}
	return l, l.Ensemble.SetState(state) // what was learned of the equation is the state's
}

// WriteState writes a state.
func WriteState(w *image.Writer, s *engine.State) image.Hash {
	return w.Blob(s, func() ([]byte, error) { return s.Encode(w.Blob) })
}

// ReadState returns a state that was written.
func ReadState(r *image.Reader, h image.Hash) (*engine.State, error) {
	return image.Read(r, h, func(b []byte) (*engine.State, error) {
		return engine.DecodeState(b, func(name string, make func([]byte) (any, error)) (any, error) {
			return image.Read(r, name, make)
		})
	})
}

// Image returns the start for bytes.
func (s *Start) Image(t wire.Table) StartImage {
	return StartImage{s.ID, s.Name, s.Colour, t.LaneValues(s.Settings)}
}

// Start returns the start that was written.
func (i *StartImage) Start(r *image.Reader, t wire.Table) (Start, error) {
	s, err := rows.Settings(r, t, i.Settings)
	if err != nil {
		return Start{}, err
	}
	return Start{ID: i.ID, Name: i.Name, Colour: i.Colour, Settings: s.LaneSettings}, nil
}

// A DivergedImage is why a lane diverged, for bytes.
type DivergedImage struct {
	Divergence *engine.Divergence
	Member     int    // of an ensemble, counted from 1; 0 where none is named
	Text       string // of what is no divergence
}

// DivergedOf is nil where there is no error.
func DivergedOf(err error) *DivergedImage {
	if err == nil {
		return nil
	}
	i := new(DivergedImage)
	if m := (*engine.MemberError)(nil); errors.As(err, &m) {
		i.Member = m.Member
	}
	if !errors.As(err, &i.Divergence) {
		i.Text = err.Error()
	}
	return i
}

// Err returns the error that was written.
func (i *DivergedImage) Err() error {
	switch {
	case i == nil:
		return nil
	case i.Divergence == nil:
		return errors.New(i.Text)
	case i.Member > 0:
		return &engine.MemberError{Member: i.Member, Err: i.Divergence}
	}
	return i.Divergence
}

// A WatchingImage is [Watching] for bytes.
type WatchingImage struct {
	Watch     guard.WatchImage
	Stretches []StretchImage
}

// A StretchImage is the steps under one setting of loss, optimiser and equation, on the same
// rows.
type StretchImage struct {
	From, Good uint64
	Wrecked    bool
	Edits      int                        // of the rows
	Noise      float64                    // percent
	Settings   map[string]json.RawMessage // of a lane, of which those of loss, optimiser and equation count
}

// Image returns what the guard knows.
func (w *Watching) Image(t wire.Table) WatchingImage {
	i := WatchingImage{Watch: w.Watch.Image()}
	all := t.Defaults().LaneSettings
	for _, s := range w.stretches {
		all.LossSettings, all.OptimizerSettings, all.EquationSettings = s.loss, s.opt, s.equation
		i.Stretches = append(i.Stretches, StretchImage{s.from, s.good, s.wrecked, s.rows.edits, s.rows.noise, t.LaneValues(all)})
	}
	return i
}

// Watching returns what was written.
func (i *WatchingImage) Watching(r *image.Reader, t wire.Table) (w Watching, err error) {
	if w.Watch, err = i.Watch.Watch(); err != nil {
		return w, err
	}
	for _, s := range i.Stretches {
		set, err := rows.Settings(r, t, s.Settings)
		if err != nil {
			return w, err
		}
		w.stretches = append(w.stretches, stretch{
			from: s.From, good: s.Good, wrecked: s.Wrecked, rows: trained{s.Edits, s.Noise},
			loss: set.LossSettings, opt: set.OptimizerSettings, equation: set.EquationSettings,
		})
	}
	return w, nil
}
