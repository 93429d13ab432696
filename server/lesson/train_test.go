//go:build !race

package lesson

import (
	"context"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// An outcome is a lesson's run after some steps.
type outcome struct {
	t     *testing.T
	data  wire.Data
	x     []float32 // of the grid
	lanes []*trained
	all   []wire.Point
	seen  bool // figures are those of the newest frame
}

// A trained is a lane of an outcome.
type trained struct {
	*outcome
	id   uint8
	name string
	fit  *wire.Frame
	rows *wire.Frame

	targetRows, targetScores *wire.Frame // of several targets
}

// A tried is what somebody changes in a lane after some steps.
type tried struct {
	after int
	lane  uint8
	set   string // JSON
}

// train runs a lesson for some steps, as fast as it goes, and changes it on the way.
func train(t *testing.T, l Lesson, steps int, tries ...tried) (o *outcome) {
	t.Helper()
	var at []int
	for _, try := range tries {
		at = append(at, try.after)
	}
	follow(t, l, append(at, steps), tries, func(_ *run.Run, _ int, now *outcome) { o = now })
	return o
}

// follow runs a lesson as fast as it goes, once, and looks at it after each of some
// numbers of steps, in their order. The frames are of the newest snapshot, which is at
// most a sixteenth of the steps earlier.
func follow(t *testing.T, l Lesson, steps []int, tries []tried, look func(r *run.Run, step int, o *outcome)) {
	t.Helper()
	l.Set = maps.Clone(l.Set)
	l.Set["speed"] = json.RawMessage(`"max"`)
	r, err := run.New("lesson", l.Spec(), run.Options{Paused: true, Idle: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	defer serving(t, r)()
	ctx, made := t.Context(), 0
	for _, step := range steps {
		if _, err := r.Do(ctx, &wire.StepCommand{Steps: step - made}, true); err != nil {
			t.Fatal(err)
		}
		at, err := r.Await(ctx, func(s run.Status) bool { return s.Step >= uint64(step) || s.State == wire.Diverged })
		if err != nil || at.State == wire.Diverged {
			t.Fatalf("at step %d the run is %s: %s (%v)", at.Step, at.State, at.Reason, err)
		}
		made = step
		look(r, step, observe(t, r, step, l.Pause))
		for _, try := range tries {
			if try.after != step {
				continue
			}
			var set map[string]json.RawMessage
			if err := json.Unmarshal([]byte(try.set), &set); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Do(ctx, &wire.ChangeCommand{Lane: &try.lane, Set: set}, true); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// do has the lesson's button pressed, as the page does it, in a run that is paused at a
// step, and trains for so many steps as the action says.
func (a *Action) do(t *testing.T, r *run.Run, l Lesson, at int) *outcome {
	t.Helper()
	ctx, step := t.Context(), at+a.Steps
	if a.Reset {
		s := acted(l)
		begin := wire.BeginCommand{Title: TitlePrefix + l.Title, Lesson: l.Slug, Set: s.Set, Lanes: s.Lanes, Data: l.Data, Paused: true}
		if _, err := r.Do(ctx, &begin, true); err != nil {
			t.Fatal(err)
		}
		step = a.Steps
	} else {
		m, err := r.State(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, lane := range m.Lanes {
			if len(a.Set) == 0 || a.Lane != "" && a.Lane != lane.Name {
				continue
			}
			if _, err := r.Do(ctx, &wire.ChangeCommand{Lane: &lane.Lane, Set: a.Set}, true); err != nil {
				t.Fatal(err)
			}
		}
		if len(a.Erase) > 0 {
			if _, err := r.Do(ctx, &wire.EditCommand{Edit: wire.Edit{Erase: a.Erase}}, true); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := r.Do(ctx, &wire.StepCommand{Steps: a.Steps}, true); err != nil {
		t.Fatal(err)
	}
	now, err := r.Await(ctx, func(s run.Status) bool { return s.Step >= uint64(step) || s.State == wire.Diverged })
	if err != nil || now.State == wire.Diverged {
		t.Fatalf("at step %d the run is %s: %s (%v)", now.Step, now.State, now.Reason, err)
	}
	return observe(t, r, step, step)
}

// serving has a run serve until the function that it returns is called.
func serving(t *testing.T, r *run.Run) func() {
	ctx, end := context.WithCancel(t.Context())
	go r.Serve(ctx)
	return func() { end(); <-r.Done() }
}

// observe is what a paused run shows at a step.
func observe(t *testing.T, r *run.Run, step, pause int) *outcome {
	t.Helper()
	ctx := t.Context()
	m, err := r.State(ctx)
	if err != nil {
		t.Fatal(err)
	}
	b, err := r.FramesAt(ctx, uint64(step))
	if err != nil {
		t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		t.Fatal(err)
	}
	if step == pause {
		frames = append(frames, newest(t, r, step)...)
	}
	h, err := r.History(ctx, 0)
	if err != nil {
		t.Fatal(err)
	}
	o := &outcome{t: t, data: m.Data, all: h.Points}
	for _, lane := range m.Lanes {
		o.lanes = append(o.lanes, &trained{outcome: o, id: lane.Lane, name: lane.Name})
	}
	for _, f := range frames {
		switch f.Kind {
		case wire.FrameGrid:
			o.x = f.Columns[0]
		case wire.FrameFit:
			o.lanes[f.Lane].fit = f
		case wire.FrameTargetRows:
			o.lanes[f.Lane].targetRows = f
		case wire.FrameTargetScores:
			o.lanes[f.Lane].targetScores = f
		case wire.FrameRows:
			o.lanes[f.Lane].rows = f
		}
	}
	return o
}

func (o *outcome) lane(name string) *trained {
	o.t.Helper()
	i := slices.IndexFunc(o.lanes, func(l *trained) bool { return l.name == name })
	if i < 0 {
		o.t.Fatalf("there is no lane %q", name)
	}
	return o.lanes[i]
}

// jumps is by how much the training loss of a lane has risen in all, from one point
// to the next, in the second half of the steps.
func (o *outcome) jumps(l *trained) (sum float64) {
	last := math.Inf(1)
	for _, p := range o.all {
		if p.Lane != l.id || p.Step < o.all[len(o.all)-1].Step/2 {
			continue
		}
		v, _ := p.Value("train_loss")
		sum += max(0, float64(v)-last)
		last = float64(v)
	}
	return sum
}

// acquired counts the rows that came after the data set's own, and those of them
// between two x.
func (o *outcome) acquired(from, to float64) (n struct{ there, all int }) {
	first := uint32(200) // rows of the data set
	for i, id := range o.data.IDs {
		if id < first {
			continue
		}
		n.all++
		if x := o.data.X[0][i]; from <= x && x <= to {
			n.there++
		}
	}
	return n
}

// scalar is one of a frame's scalars, or where points have it the median over the last
// third of the steps: one spike is not what a lane does.
func (l *trained) scalar(name string) float64 {
	l.t.Helper()
	var values []float64
	for _, p := range l.all {
		if l.seen {
			break
		}
		if v, ok := p.Value(name); ok && p.Lane == l.id && p.Step >= l.all[len(l.all)-1].Step*2/3 {
			values = append(values, float64(v))
		}
	}
	if len(values) > 0 {
		slices.Sort(values)
		return values[len(values)/2]
	}
	i := slices.Index(wire.Scalars, name)
	if i < 0 {
		l.t.Fatalf("there is no scalar %s", name)
	}
	return float64(l.fit.Scalars[i])
}

// at is a column of the fit at x.
func (l *trained) at(column int, x float64) float64 {
	i := slices.IndexFunc(l.x, func(v float32) bool { return float64(v) >= x })
	return float64(l.fit.Columns[column][max(i, 0)])
}

func (l *trained) mean(x float64) float64      { return l.at(0, x) }
func (l *trained) std(x float64) float64       { return l.at(1, x) } // before the clamp
func (l *trained) epistemic(x float64) float64 { return l.at(2, x) }

// pull is how hard the training rows between two x pull on the mean, each by itself,
// on average.
func (l *trained) pull(from, to float64) float64 {
	sum, n := 0.0, 0
	for i, x := range l.data.X[0] {
		if v := float64(l.rows.Columns[2][i]); from < x && x < to && !math.IsNaN(v) {
			sum += math.Abs(v)
			n++
		}
	}
	return sum / float64(n)
}

// scoreOf is a score of one of several targets, counted from 0.
func (l *trained) scoreOf(target int, name string) float64 {
	return float64(l.targetScores.Columns[slices.Index(wire.TargetScores, name)][target])
}

// correlation is that of the z-scores of the first two targets, on training or test rows.
func (l *trained) correlation(test bool) float64 {
	var n, a, b, aa, bb, ab float64
	for i, isTest := range l.data.IsTest {
		if isTest != test {
			continue
		}
		var z [2]float64
		for k := range z {
			mean := float64(l.targetRows.Columns[2*k][i])
			if o := l.targetRows.Origins; o != nil {
				mean += o[2*k]
			}
			z[k] = (l.data.AllY[k][i] - mean) / float64(l.targetRows.Columns[2*k+1][i])
		}
		n, a, b = n+1, a+z[0], b+z[1]
		aa, bb, ab = aa+z[0]*z[0], bb+z[1]*z[1], ab+z[0]*z[1]
	}
	return (ab - a*b/n) / math.Sqrt((aa-a*a/n)*(bb-b*b/n))
}
