package run

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A randomRun is a run that one goroutine drives, in place of Serve, with commands
// that chance makes.
type randomRun struct {
	*loop
	t      *testing.T
	chance *rand.Rand
	viewer *Viewer
	log    []string

	generation uint32          // that the viewer was told of
	next       int             // the point of it that the viewer is to get next
	known      map[uint32]bool // data revisions of which it was told
	acked      uint32          // the revision of the last command
}

func newRandomRun(t *testing.T, seed uint64) *randomRun {
	r := &randomRun{t: t, chance: rand.New(rand.NewPCG(seed, 1))}
	s := wire.Spec{
		Controls: raw(t, map[string]any{
			"dataset": pick(r.chance, "sine", "mcycle", "bowl", "gap", "oscillator", "wind"), "hidden": []int{4}, "batch": 8, "seed": seed,
			"noise": r.chance.IntN(2) * 20, "pool": r.chance.IntN(2) * 20,
		}),
	}
	for range 1 + r.chance.IntN(3) {
		set := map[string]any{"members": 1 + r.chance.IntN(2)}
		if len(s.Lanes) == 1 && string(s.Controls["dataset"]) == `"oscillator"` {
			set["equation"] = "d2u + mu*du + 400*u"
		}
		s.Lanes = append(s.Lanes, wire.LaneSpec{Controls: raw(t, set)})
	}
	h, err := New("random", s, Options{Idle: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	r.loop = h.loop
	r.viewer = &Viewer{run: h, frames: make(chan Message, 1), events: make(chan Message, 10_000), wantsFrames: true}
	r.viewers[r.viewer] = struct{}{}
	r.greet(r.viewer, wire.Hello{})
	return r
}

func pick[T any](chance *rand.Rand, of ...T) T { return of[chance.IntN(len(of))] }

// command makes one that can be read, though perhaps not done.
func (r *randomRun) command() string {
	c := r.chance
	lane := pick(c, "", "", fmt.Sprintf(`,"lane":%d`, c.IntN(5)))
	number := func() string {
		return pick(c, fmt.Sprint(c.NormFloat64()), fmt.Sprint(c.NormFloat64()), fmt.Sprint(20+20*c.Float64()), "1e30", "1e308", "-0.0", "5e-324", "-1e29", "0")
	}
	x := func() string {
		if len(r.present.Data.Set.Inputs) == 2 && c.IntN(9) > 0 {
			return fmt.Sprintf("[%s,%s]", number(), number())
		}
		return pick(c, "[]", "["+number()+"]", "["+number()+"]", "["+number()+"]", "["+number()+"]")
	}
	row := func() string { return fmt.Sprint(pick(c, c.IntN(120), c.IntN(240), 1<<32-1)) }
	list := func(f func() string) string {
		s := ""
		for i := range c.IntN(4) {
			if i > 0 {
				s += ","
			}
			s += f()
		}
		return "[" + s + "]"
	}
	set := func(run bool) string {
		s := ""
		for range 1 + c.IntN(2) {
			control := pick(c, r.env.Table...)
			if control.Run && !run || c.IntN(2) == 0 && !control.Live {
				continue
			}
			if s != "" {
				s += ","
			}
			s += fmt.Sprintf("%q:%s", control.Name, r.value(&control))
		}
		return "{" + s + "}"
	}
	if r.present.Diverged() != nil && c.IntN(3) == 0 {
		return `{"type":"restore","id":1}`
	}
	data := func() string {
		return pick(c,
			`{"formula":{"mean":"sin(x)","std":"0.1+0.05*abs(x)","from":-3,"to":3,"rows":40}}`,
			`{"formula":{"mean":"log(x)","std":"sqrt(x)","from":1,"to":3,"rows":40}}`,
			`{"csv":{"text":"x,y\n1,2\n2,3\n3,1\n4,4\n","target":"y"}}`,
			`{"csv":{"text":"x,z,y\n1,2,1e38\n2,3,3\n3,1,2\n4,4,4\n","target":"y"}}`,
			`{"csv":{"text":"x,y,z\n1,2,0\n2,3,1\n3,1,5\n4,4,2\n5,5,1\n","targets":["y","z"]}}`,
			`{"csv":{"text":"x,y\n1,2\n2,2\n","target":"y"}}`)
	}
	switch c.IntN(22) {
	case 21:
		lanes := list(func() string {
			return `{"controls":` + set(c.IntN(9) == 0) + pick(c, "", `,"name":"z","colour":5`) + `}`
		})
		return `{"type":"begin","id":1,"set":` + strings.Replace(strings.Replace(set(true), "{", `{"hidden":[4],"batch":8,`, 1), ",}", "}", 1) + pick(c, "", `,"lanes":`+lanes) + pick(c, "", "", `,"data":`+data()) + pick(c, "", `,"title":"t"`) + `}`
	case 20: // what diverges soon
		return `{"type":"change","id":1` + lane + `,"set":{"lr":1,"eps":0,"optimizer":"sgd","reduction":"sum","momentum":0.99,"clip":0,"loss":"gaussian_nll","part":"both","mean_first":0}}`
	case 0, 1, 2, 3, 4:
		return `{"type":"change","id":1` + lane + `,"set":` + set(true) + `}`
	case 5:
		return `{"type":"lane_add","id":1,"set":` + set(false) + pick(c, "", `,"copy":1`, `,"name":"x","colour":3`) + `}`
	case 6:
		return fmt.Sprintf(`{"type":"lane_remove","id":1,"lane":%d}`, c.IntN(6))
	case 7:
		return fmt.Sprintf(`{"type":"lane_edit","id":1,"lane":%d,"name":"y"}`, c.IntN(4))
	case 8:
		y := func() string {
			if len(r.present.Data.Set.Targets) == 2 && c.IntN(9) > 0 {
				return `"targets":[` + number() + "," + number() + "]"
			}
			return `"y":` + number()
		}
		add := list(func() string { return `{"x":` + x() + `,` + y() + pick(c, "", `,"test":true`) + `}` })
		move := list(func() string {
			return `{"row":` + row() + `,"x":` + x() + `,"y":` + number() + pick(c, "", "", `,"target":1`, `,"target":2`) + `}`
		})
		return `{"type":"edit","id":1,"add":` + pick(c, "[]", add) + `,"move":` + pick(c, "[]", move) + `,"erase":` + pick(c, "[]", list(row)) + `,"take":` + pick(c, "[]", list(row)) + `}`
	case 9:
		return fmt.Sprintf(`{"type":"acquire","id":1,"count":%d}`, pick(c, 1, 2, 5, 100))
	case 10, 11, 12:
		return `{"type":"undo","id":1}`
	case 13:
		return fmt.Sprintf(`{"type":"undo","id":1,"revision":%d}`, max(0, int(r.revision)-c.IntN(12)))
	case 14, 15:
		return `{"type":"redo","id":1}`
	case 16:
		return fmt.Sprintf(`{"type":"return","id":1,"step":%d}`, pick(c, uint64(c.IntN(100)), 1<<63))
	case 17:
		return pick(c, `{"type":"restore","id":1}`, `{"type":"restore","id":1}`, `{"type":"reset","id":1}`, `{"type":"reset","id":1,"rows":true}`)
	case 18:
		return pick(c,
			`{"type":"play","id":1}`, `{"type":"pause","id":1}`, `{"type":"step","id":1,"steps":3}`, `{"type":"epoch","id":1}`,
			`{"type":"until","id":1,"step":50}`, `{"type":"until","id":1,"plateau":18446744073709551615}`, `{"type":"until","id":1,"nll":-1e308}`)
	default:
		return `{"type":"data","id":1,"data":` + data() + `}`
	}
}

// value makes one that the control can have, or sometimes cannot.
func (r *randomRun) value(c *wire.Control) string {
	switch {
	case c.Name == "members":
		return fmt.Sprint(1 + r.chance.IntN(3))
	case c.Kind == wire.KindSwitch:
		return pick(r.chance, "true", "false")
	case c.Kind == wire.KindChoice:
		return fmt.Sprintf("%q", pick(r.chance, c.Options...).Value)
	case c.Name == "equation":
		return pick(r.chance, `""`, `""`, `"du - a*u"`, `"d2u + mu*du + k*u"`, `"0.01*d2u + k*tanh(u) - sin(3*x)"`, `"du +"`, `"tahn(u)"`)
	case c.Name == "parameters":
		return pick(r.chance, `""`, `"a=0.3"`, `"mu=2:learned, k=40"`, `"mu=-1, k=3:learned, a=0.1:learned"`, `"mu"`)
	case c.Kind == wire.KindLayers:
		return pick(r.chance, "[3]", "[4,2]", "[128,128,128,128]", "[]")
	case c.Name == "acquire_every":
		return pick(r.chance, "0", "1", "3")
	case c.Kind == wire.KindInteger:
		return pick(r.chance, fmt.Sprint(int(c.Min)), fmt.Sprint(int(c.Max)), fmt.Sprint(int(c.Min)+1), fmt.Sprint(int(c.Min)+7), "0")
	}
	return pick(r.chance, fmt.Sprint(c.Min), fmt.Sprint(c.Max), fmt.Sprint(c.Min+(c.Max-c.Min)*r.chance.Float64()), "0", string(wire.Encode(c.Default)))
}

// digest is all that a refused command may not change.
func (r *randomRun) digest() string {
	m := r.message(0)
	b, err := json.Marshal(m)
	if err != nil {
		r.t.Fatal(err)
	}
	l := r.present
	states := ""
	for _, lane := range l.Lanes {
		states += fmt.Sprint(lane.ID, lane.Ensemble.Steps(), lane.Diverged, ";")
	}
	return fmt.Sprint(string(b), l.Fingerprint(), states, l.Acquired, l.NextLane, len(l.Recipe.Events),
		len(r.undone.Entries), len(r.undone.Undone), r.left, r.stopAt != nil, r.dataRev, r.own != nil, r.before)
}

// trained is all that undo brings back.
func (r *randomRun) trained() string {
	l := r.present
	s := fmt.Sprint(l.Fingerprint(), l.Settings, l.Acquired, r.own, l.Data.Noise, l.Data.Slice, l.Data.Target, l.Data.Held, l.Data.Train, l.Data.Test, l.Data.Pool)
	for _, lane := range l.Lanes {
		s += fmt.Sprint(lane.ID, lane.Name, lane.Settings, lane.Diverged, lane.Ensemble.Steps())
		for _, m := range lane.Ensemble.Members() {
			s += fmt.Sprint(m.PhysicsState())
		}
		if lane.Data != l.Data {
			r.t.Fatalf("lane %d is trained on other rows than those of the run", lane.ID)
		}
	}
	return s
}

// do does a command as Do does.
func (r *randomRun) do(text string) {
	c, _, refused := wire.ParseCommand([]byte(text))
	if refused != nil {
		return
	}
	var own *rows.Own
	if spec := rows.RowsOf(c); spec != nil {
		var err error
		if own, err = rows.ReadOwn(spec, r.options.Table); err != nil {
			return
		}
	}
	before, was, revision := r.digest(), r.trained(), r.revision
	_, refused = r.apply(c, own)
	r.log = append(r.log, fmt.Sprintf("step %d: %s: %v", r.present.Steps, text, refused))
	if refused != nil {
		if after := r.digest(); after != before {
			r.t.Fatalf("%s was refused (%s), and changed\n%s\nto\n%s", text, refused.Reason, before, after)
		}
		return
	}
	r.acked = r.revision
	r.shown, r.dataSent = time.Time{}, time.Time{}
	r.show(r.now())
	r.read()
	// What was just done can be taken back, and done again.
	switch c.(type) {
	case *wire.UndoCommand, *wire.RedoCommand:
		return
	}
	if r.revision > revision && r.chance.IntN(3) == 0 {
		is := r.trained()
		for i, step := range []struct {
			c    wire.Command
			want string
		}{{&wire.UndoCommand{}, was}, {&wire.RedoCommand{}, is}} {
			_, refused := r.apply(step.c, nil)
			r.log = append(r.log, fmt.Sprintf("step %d: %T: %v", r.present.Steps, step.c, refused))
			if got := r.trained(); refused != nil || got != step.want {
				r.t.Fatalf("%T %d after %s (%v) gave\n%s\nwant\n%s", step.c, i, text, refused, got, step.want)
			}
			r.acked = r.revision
		}
		r.show(r.now())
		r.read()
	}
}

// read takes what the viewer was sent, and looks at it.
func (r *randomRun) read() {
	for len(r.viewer.events) > 0 {
		m := <-r.viewer.events
		if m.Binary {
			continue
		}
		var head struct {
			Type       string
			Generation uint32
			Next       int
			Data       struct{ Revision uint32 }
		}
		if err := json.Unmarshal(m.Data, &head); err != nil {
			r.t.Fatal(err)
		}
		switch head.Type {
		case "run":
			if r.generation != head.Generation {
				r.known = map[uint32]bool{}
			}
			r.generation, r.next = head.Generation, head.Next
			r.known[head.Data.Revision] = true
		case "data":
			r.known[head.Data.Revision] = true
		case "gap":
			r.t.Fatal("a gap")
		case "history":
			var h wire.HistoryMessage
			if err := json.Unmarshal(m.Data, &h); err != nil {
				r.t.Fatal(err)
			}
			if h.Generation != r.generation || h.First != r.next {
				r.t.Fatalf("points from %d of generation %d come where %d of %d is next", h.First, h.Generation, r.next, r.generation)
			}
			r.next += len(h.Points)
		}
	}
	select {
	case m := <-r.viewer.frames:
		frames, err := wire.ParseFrames(m.Data)
		if err != nil {
			r.t.Fatal(err)
		}
		for _, f := range frames {
			if f.Generation != r.generation || !r.known[f.DataRevision] || f.Revision < r.acked {
				r.t.Fatalf("a frame of generation %d, data %d, revision %d; the viewer knows %d, %v, %d", f.Generation, f.DataRevision, f.Revision, r.generation, r.known, r.acked)
			}
		}
	default:
	}
}

// train makes steps, if the run would.
func (r *randomRun) train(n int) {
	for range n {
		if !r.training() {
			return
		}
		r.step()
	}
	r.shown, r.dataSent = time.Time{}, time.Time{}
	r.show(r.now())
	r.read()
}

// replayed does the present generation over again, and compares.
func (r *randomRun) replayed() {
	recipe := r.present.Recipe
	recipe.Events = slices.Clone(recipe.Events)
	recipe.Steps, recipe.Weights = r.present.Steps, r.present.Fingerprint()
	b, err := json.Marshal(recipe)
	if err != nil {
		r.t.Fatal(err)
	}
	var read wire.Recipe
	if err := json.Unmarshal(b, &read); err != nil {
		r.t.Fatal(err)
	}
	again, err := Replay("again", read, Options{})
	if err != nil {
		r.t.Fatalf("%v\n%s", err, b)
	}
	for again.loop.replay != nil {
		again.loop.step()
	}
	fail := func(what string) {
		r.t.Fatalf("%s\n%s\n%s: %s", what, b, again.loop.state, again.loop.reason)
	}
	if again.loop.present.Steps != recipe.Steps {
		fail(fmt.Sprintf("the replay came to step %d, not %d", again.loop.present.Steps, recipe.Steps))
	}
	if again.loop.present.Fingerprint() != recipe.Weights {
		fail("the replay has other weights")
	}
	for i, lane := range again.loop.present.Lanes {
		was := r.present.Lanes[i]
		if lane.ID != was.ID || fmt.Sprint(lane.Settings) != fmt.Sprint(was.Settings) || fmt.Sprint(lane.Diverged) != fmt.Sprint(was.Diverged) ||
			fmt.Sprint(lane.Ensemble.Members()[0].PhysicsState()) != fmt.Sprint(was.Ensemble.Members()[0].PhysicsState()) {
			fail(fmt.Sprintf("lane %d became lane %d: %v %v", was.ID, lane.ID, was.Settings, lane.Settings))
		}
	}
	// What comes next is the same, too.
	if d, e := r.present.Data, again.loop.present.Data; !slices.Equal(d.Train.Y, e.Train.Y) || !slices.Equal(d.Train.IDs, e.Train.IDs) || !slices.Equal(d.Test.Y, e.Test.Y) ||
		!slices.Equal(d.Pool.IDs, e.Pool.IDs) || d.NextID != e.NextID || r.present.Acquired != again.loop.present.Acquired || r.present.NextLane != again.loop.present.NextLane ||
		r.present.Title != again.loop.present.Title {
		fail("the replay has other rows, or another title")
	}
	// The revision counts on where it differs only by what made no weights.
	if again.loop.revision > r.revision {
		fail(fmt.Sprintf("revision %d became %d", r.revision, again.loop.revision))
	}
}

// Whatever is done to a run, a refused command changes nothing, a viewer loses
// nothing, and who does it over again has the same weights.
func FuzzCommands(f *testing.F) {
	for seed := range uint64(10) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { live(t, seed%(1<<32)) })
}

// live has a run live through what a seed makes of it.
func live(t *testing.T, seed uint64) {
	r := newRandomRun(t, seed)
	defer func() {
		if p := recover(); p != nil {
			t.Fatal(p, string(debug.Stack()), strings.Join(r.log, "\n"))
		}
		if t.Failed() {
			t.Log(strings.Join(r.log, "\n"))
		}
	}()
	for i := range 40 {
		r.do(r.command())
		if r.chance.IntN(3) > 0 {
			r.train(r.chance.IntN(12))
		}
		if i%10 == 9 {
			r.replayed()
		}
	}
}
