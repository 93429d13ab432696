package run

import (
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// oscillating is a paused run on the oscillator that is held to its equation.
func oscillating(t *testing.T, set map[string]any) *Run {
	t.Helper()
	all := map[string]any{
		"speed": "max", "dataset": "oscillator", "activation": "sin", "hidden": []int{16, 16},
		"equation": "d2u + mu*du + 400*u = 0", "parameters": "mu=1:learned",
	}
	for name, v := range set {
		all[name] = v
	}
	return paused(t, wire.Spec{Controls: raw(t, all)})
}

// framesOf returns the frames of a run, by kind, of one lane.
func framesOf(t *testing.T, r *Run, lane uint8) map[wire.FrameKind]*wire.Frame {
	t.Helper()
	var b []byte
	if err := r.ask(context.Background(), func(*loop) (err error) { b, err = r.loop.frames(); return err }); err != nil {
		t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		t.Fatal(err)
	}
	m := map[wire.FrameKind]*wire.Frame{}
	for _, f := range frames {
		if f.Lane == lane {
			m[f.Kind] = f
		}
	}
	return m
}

func lanesOf(t *testing.T, r *Run) []wire.Lane {
	t.Helper()
	var m wire.LanesMessage
	if err := r.ask(context.Background(), func(*loop) error { m = r.loop.lanesMessage(); return nil }); err != nil {
		t.Fatal(err)
	}
	return m.Lanes
}

// Frames, points and lanes say how the equation is obeyed, and what is learned of it.
func TestEquationIsShown(t *testing.T) {
	r := oscillating(t, nil)
	steps(t, r, 50)
	frames := framesOf(t, r, 0)
	fit, residual := frames[wire.FrameFit], frames[wire.FrameResidual]
	if residual == nil || len(residual.Columns[0]) != len(fit.Columns[0]) {
		t.Fatalf("the residual on the grid is %v", residual)
	}
	mu := scalar(fit, "parameter_1")
	if mu == 1 || math.Abs(mu-1) > 50*3e-3*1.5 {
		t.Errorf("after 50 steps the friction is %g", mu)
	}
	if !math.IsNaN(scalar(fit, "parameter_2")) || scalar(fit, "spread_1") != 0 || scalar(fit, "equation_noise") <= 0 {
		t.Errorf("the second parameter is %g, the spread %g, the noise %g", scalar(fit, "parameter_2"), scalar(fit, "spread_1"), scalar(fit, "equation_noise"))
	}
	s, rms := 2*math.Log(scalar(fit, "equation_noise")), scalar(fit, "equation_rms")
	if want := 0.5 * (s + rms*rms*math.Exp(-s)); math.Abs(scalar(fit, "equation_loss")-want) > 1e-4*math.Abs(want) {
		t.Errorf("the equation's share of the loss is %g, want %g", scalar(fit, "equation_loss"), want)
	}
	l := lanesOf(t, r)[0]
	if len(l.Parameters) != 1 || l.Parameters[0].Name != "mu" || !l.Parameters[0].Learned || l.Parameters[0].True == nil || *l.Parameters[0].True != 4 {
		t.Errorf("the lane has the parameters %+v", l.Parameters)
	}
	// Written otherwise it is the same equation; another has no known truth.
	change(t, r, map[string]any{"equation": "d2u+mu*du + 400*u"})
	l = lanesOf(t, r)[0]
	if l.Parameters[0].True == nil || *l.Parameters[0].True != 4 {
		t.Errorf("the lane has the parameters %+v", l.Parameters)
	}
	if got := scalar(framesOf(t, r, 0)[wire.FrameFit], "parameter_1"); got != mu {
		t.Errorf("written otherwise the equation has the friction %g, and had %g", got, mu)
	}
	change(t, r, map[string]any{"equation": ""})
	frames = framesOf(t, r, 0)
	if frames[wire.FrameResidual] != nil || !math.IsNaN(scalar(frames[wire.FrameFit], "equation_rms")) {
		t.Error("without an equation there is a residual")
	}
}

// What is set of an equation while it trains takes effect at once, is undone with what
// had been learned, and leads to the same bits when it is done over again.
func TestEquationIsSteered(t *testing.T) {
	r := oscillating(t, nil)
	steps(t, r, 20)
	learned := scalar(framesOf(t, r, 0)[wire.FrameFit], "parameter_1")
	change(t, r, map[string]any{"parameters": "mu=3:learned"})
	if got := scalar(framesOf(t, r, 0)[wire.FrameFit], "parameter_1"); got != 3 {
		t.Errorf("set to 3 the friction is %g", got)
	}
	steps(t, r, 20)
	change(t, r, map[string]any{"parameters": "mu=2"})
	steps(t, r, 20)
	if got := scalar(framesOf(t, r, 0)[wire.FrameFit], "parameter_1"); got != 2 {
		t.Errorf("fixed at 2 the friction is %g", got)
	}
	change(t, r, map[string]any{"equation_noise": "fixed", "equation_weight": 1e-4, "equation_points": 7, "equation_spacing": "drawn", "equation_from": 0.2, "equation_to": 0.7})
	steps(t, r, 20)
	change(t, r, map[string]any{"equation": "du - a*u"})
	steps(t, r, 20)
	do(t, r, &wire.LaneAddCommand{Set: raw(t, map[string]any{"equation": ""})})
	steps(t, r, 20)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) || !slices.Equal(weights(t, again, 1), weights(t, r, 1)) {
		t.Error("done over again the run has other weights")
	}
	if slices.Equal(weights(t, r, 0), weights(t, r, 1)) {
		t.Error("with the equation and without it lanes have the same weights")
	}
	for range 5 {
		do(t, r, &wire.UndoCommand{})
	}
	if got := scalar(framesOf(t, r, 0)[wire.FrameFit], "parameter_1"); float32(got) != float32(learned) {
		t.Errorf("with all undone the friction is %g, and was %g", got, learned)
	}
	steps(t, r, 20)
	if again := replayed(t, r); !slices.Equal(weights(t, again, 0), weights(t, r, 0)) {
		t.Error("done over again with all undone the run has other weights")
	}
}

// Another data set has another equation, or none.
func TestEquationGoesWithItsRows(t *testing.T) {
	r := oscillating(t, nil)
	change(t, r, map[string]any{"dataset": "airquality"})
	if got := lanesOf(t, r)[0].Controls["equation"]; got != "" {
		t.Errorf("on other rows the equation is %q", got)
	}
	do(t, r, &wire.UndoCommand{})
	if got := lanesOf(t, r)[0].Controls["equation"]; got != "d2u + mu*du + 400*u = 0" {
		t.Errorf("undone, the equation is %q", got)
	}
	change(t, r, map[string]any{"dataset": "logistic", "equation": "du - r*u*(1 - u/c)"})
	if l := lanesOf(t, r)[0]; len(l.Parameters) != 2 || l.Parameters[1].True == nil || *l.Parameters[1].True != 2 {
		t.Errorf("set with the rows the equation has the parameters %+v", l.Parameters)
	}
}

// An equation that cannot be is refused with the control, and nothing is changed.
func TestEquationsThatCannotBe(t *testing.T) {
	for name, c := range map[string]struct {
		set     map[string]any
		control string
		why     string
	}{
		"grammar":      {map[string]any{"equation": "d2u + "}, "equation", "ends too early"},
		"function":     {map[string]any{"equation": "tahn(u)"}, "equation", "unknown function tahn"},
		"no mean":      {map[string]any{"equation": "k*x"}, "equation", "contains none of u"},
		"many names":   {map[string]any{"equation": "u+a+b+c+d+f+g+h+i+j"}, "equation", "9 parameters"},
		"range":        {map[string]any{"equation_from": 2, "equation_to": 1}, "equation_from", "begin at 2 and end at 1"},
		"activation":   {map[string]any{"activation": "relu"}, "equation", "second derivative"},
		"head":         {map[string]any{"head": "natural"}, "equation", "natural"},
		"no parameter": {map[string]any{"parameters": "mu"}, "parameters", "has no value"},
		"inputs":       {map[string]any{"dataset": "airquality", "equation": "du - u"}, "equation", "one input"},
		"one drawn":    {map[string]any{"equation_points": 1, "equation_spacing": "drawn"}, "equation_points", "single point"},
	} {
		t.Run(name, func(t *testing.T) {
			r := oscillating(t, nil)
			steps(t, r, 5)
			before, err := json.Marshal(lanesOf(t, r))
			if err != nil {
				t.Fatal(err)
			}
			_, err = r.Do(context.Background(), &wire.ChangeCommand{Set: raw(t, c.set)}, true)
			refused, ok := err.(*wire.ErrorMessage)
			if !ok || refused.Control != c.control || !wording.Has(refused.Reason, c.why) {
				t.Errorf("refused with %+v (%v), want %s and %q", refused, err, c.control, c.why)
			}
			after, err := json.Marshal(lanesOf(t, r))
			if err != nil || string(after) != string(before) {
				t.Errorf("what was refused has changed %s to %s (%v)", before, after, err)
			}
		})
	}
}

// Where an equation has no finite value the training diverges for that reason, and can be
// taken away all the same.
func TestEquationWithoutAValue(t *testing.T) {
	for equation, where := range map[string]string{"du + 1e300*u": "residual of the equation", "du + log(u - 100)": "residual of the equation"} {
		r := oscillating(t, map[string]any{"equation": equation})
		steps(t, r, 3)
		m := state(t, r)
		if m.State != wire.Diverged || !wording.Has(m.Reason, where) || !wording.Has(m.Reason, "change the formula") {
			t.Errorf("%s: %s, %s", equation, m.State, m.Reason)
		}
		rec := recordOf(t, r)
		if rec.Equation == nil || rec.Equation.RMS != nil {
			t.Errorf("%s: the record has the equation %+v", equation, rec.Equation)
		}
		if _, err := json.Marshal(rec.Equation); err != nil {
			t.Error(err)
		}
	}
}

// What an equation takes is bounded as the networks are, by steps and by frames.
func TestEquationsAreBounded(t *testing.T) {
	long := "du" + strings.Repeat(" + (u*u)^1.3", 30)
	set := map[string]any{"hidden": []int{1}, "members": 10, "equation": long, "equation_points": 1000}
	spec := wire.Spec{Controls: raw(t, map[string]any{"dataset": "oscillator"})}
	for range 6 {
		spec.Lanes = append(spec.Lanes, wire.LaneSpec{Controls: raw(t, set)})
	}
	_, err := New("testtest", spec, Options{})
	refused, ok := err.(*wire.ErrorMessage)
	if !ok || refused.Code != wire.TooMuch || refused.Control != "equation_points" {
		t.Errorf("refused with %+v (%v)", refused, err)
	}
	if _, err := New("testtest", spec, Options{Bounds: lane.Bounds{Free: true}}); err != nil {
		t.Errorf("without bounds: %v", err)
	}
}

// Points of an equation before are told as none of the present one.
func TestPointsAreOfThePresentEquation(t *testing.T) {
	r := oscillating(t, nil)
	steps(t, r, 20)
	if got := recordOf(t, r).EquationSince(); got != 0 {
		t.Errorf("its points begin at step %d", got)
	}
	change(t, r, map[string]any{"equation": "du + a*u"})
	steps(t, r, 5)
	rec := recordOf(t, r)
	if got := rec.EquationSince(); got != 20 {
		t.Errorf("changed after 20 steps, its points begin at step %d", got)
	}
	change(t, r, map[string]any{"equation": ""})
	if names := recordOf(t, r).PointColumns(); slices.ContainsFunc(names, func(n string) bool { return strings.HasPrefix(n, "parameter_") || strings.HasPrefix(n, "equation_") }) {
		t.Errorf("without an equation there are the columns %q", names)
	}
}
