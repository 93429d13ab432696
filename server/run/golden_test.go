//go:build amd64 && !noasm && !purego

package run

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"os"
	"slices"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

var update = flag.Bool("update", false, "write the golden files again")

const goldenFile = "testdata/golden_runs.json.gz"

// A goldenRun is what was done to a run, and what it came to. The bits are those of the
// assembly; other builds have others.
type goldenRun struct {
	Spec    wire.Spec    `json:"spec"`
	Do      []goldenStep `json:"do"`
	Weights string       `json:"weights"` // SHA-256 of all parameters at the end, and of what equations have learned
}

// A goldenStep is steps and then a command, and what is seen thereafter.
type goldenStep struct {
	Steps   int             `json:"steps,omitempty"`
	Command json.RawMessage `json:"command,omitempty"`
	Refused bool            `json:"refused,omitempty"`
	Frames  string          `json:"frames,omitempty"` // SHA-256 of the frames of all lanes, where they were looked at
}

// goldenMoments is how often the frames of a golden run are looked at.
const goldenMoments = 5

// goldenScalars is how many scalars a frame had when the file was written. Those that are
// added at the end change none of the others.
const goldenScalars = 62

// Runs that chance has made, of every kind of command, have the weights and the frames
// that they had when the file was written: what is only moved in the code changes none.
func TestGoldenRuns(t *testing.T) {
	if !sameBits() {
		if os.Getenv("GNLLVIZ_REQUIRE_ASM") != "" {
			t.Fatal("GNLLVIZ_REQUIRE_ASM is set, but this machine has no AVX2 and FMA")
		}
		t.Skip("this machine has no AVX2 and FMA, with which the bits were made")
	}
	if *update {
		writeGolden(t)
	}
	b := gunzipped(t, goldenFile)
	var runs []goldenRun
	if err := json.Unmarshal(b, &runs); err != nil {
		t.Fatal(err)
	}
	if len(runs) != 30 {
		t.Fatalf("%d golden runs", len(runs))
	}
	kinds := map[string]int{}
	for i, g := range runs {
		for _, s := range g.Do {
			var head struct{ Type string }
			if s.Command != nil && !s.Refused {
				if err := json.Unmarshal(s.Command, &head); err != nil {
					t.Fatal(err)
				}
				kinds[head.Type]++
			}
		}
		follow(t, i, &g)
	}
	for _, c := range wire.CommandTypes() {
		if !slices.Contains([]string{"hello", "watch", "open"}, c.Name) && kinds[c.Name] == 0 {
			t.Errorf("no golden run has a command %s", c.Name)
		}
	}
}

// follow does what was done to a golden run, and compares.
func follow(t *testing.T, number int, g *goldenRun) {
	t.Helper()
	r := goldenBegin(t, g.Spec)
	for i, s := range g.Do {
		refused := goldenDo(r, s)
		if refused != s.Refused {
			t.Fatalf("run %d, command %d, %s: refused %v, want %v", number, i, s.Command, refused, s.Refused)
		}
		if s.Frames == "" {
			continue
		}
		if got := goldenFrames(t, r); got != s.Frames {
			t.Fatalf("run %d has other frames after command %d, %s, at step %d", number, i, s.Command, r.loop.present.Steps)
		}
	}
	if got := goldenWeights(r); got != g.Weights {
		t.Fatalf("run %d has other weights at step %d", number, r.loop.present.Steps)
	}
}

func goldenBegin(t *testing.T, s wire.Spec) *Run {
	t.Helper()
	r, err := New("golden", s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// goldenDo makes steps, as long as the run makes any, and does a command.
func goldenDo(r *Run, s goldenStep) (refused bool) {
	for range s.Steps {
		if r.loop.training() {
			r.loop.step()
		}
	}
	if s.Command == nil {
		return false
	}
	c, _, e := wire.ParseCommand(s.Command)
	if e != nil {
		return true
	}
	var own *rows.Own
	if spec := rows.RowsOf(c); spec != nil {
		var err error
		if own, err = rows.ReadOwn(spec, r.loop.options.Table); err != nil {
			return true
		}
	}
	_, e = r.loop.apply(c, own)
	return e != nil
}

func goldenFrames(t *testing.T, r *Run) string {
	t.Helper()
	r.loop.rate = rate{} // which is the clock's
	b, err := r.loop.frames()
	if err != nil {
		t.Fatal(err)
	}
	frames, err := wire.ParseFrames(b)
	if err != nil {
		t.Fatal(err)
	}
	h := sha256.New()
	for _, f := range frames {
		f.Generation, f.DataRevision = 0, 0 // which begin anywhere
		f.Scalars = f.Scalars[:min(len(f.Scalars), goldenScalars)]
		h.Write(f.Append(nil))
	}
	return hex.EncodeToString(h.Sum(nil))
}

func goldenWeights(r *Run) string {
	h := sha256.New()
	io.WriteString(h, r.loop.present.Fingerprint())
	for _, l := range r.loop.present.Lanes {
		for _, m := range l.Ensemble.Members() {
			b, err := json.Marshal(m.PhysicsState())
			if err != nil {
				panic(err) // of numbers that are finite
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// writeGolden makes the runs at random and writes them.
func writeGolden(t *testing.T) {
	t.Helper()
	var runs []goldenRun
	for seed := range uint64(30) {
		random := newRandomRun(t, 1000+seed)
		g := goldenRun{Spec: random.loop.present.Recipe.Spec}
		r := goldenBegin(t, g.Spec)
		random.loop = r.loop // whose rows and controls chance looks at
		const commands = 40
		for i := range commands {
			s := goldenStep{Steps: random.chance.IntN(12), Command: json.RawMessage(random.command())}
			s.Refused = goldenDo(r, s)
			if i%(commands/goldenMoments) == commands/goldenMoments-1 {
				s.Frames = goldenFrames(t, r)
			}
			g.Do = append(g.Do, s)
		}
		g.Weights = goldenWeights(r)
		runs = append(runs, g)
	}
	b, err := json.Marshal(runs)
	if err != nil {
		t.Fatal(err)
	}
	var z bytes.Buffer
	w, err := gzip.NewWriterLevel(&z, gzip.BestCompression)
	if err == nil {
		_, err = w.Write(b)
	}
	if err == nil {
		err = w.Close()
	}
	if err == nil {
		err = os.WriteFile(goldenFile, z.Bytes(), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}
