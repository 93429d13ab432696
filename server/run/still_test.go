package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A book is a journal in memory.
type book struct {
	t       *testing.T
	writer  StillWriter
	blobs   map[image.Hash][]byte
	entries []Entry
	full    bool  // nothing can be written
	away    error // why nothing can be read, or nil

	manifest []byte
	has      map[image.Hash][]byte // blobs of the manifest
	last     *Still
}

func (b *book) Append(e *Entry) error {
	if b.full {
		return errors.New("no space left on device")
	}
	var back Entry // as it comes from a disk
	if err := json.Unmarshal(wire.Encode(e), &back); err != nil {
		b.t.Fatal(err)
	}
	b.entries = append(b.entries, back)
	return nil
}

func (b *book) Ready(bool) bool { return true }

func (b *book) Fetch(ctx context.Context, blobs []image.Hash) (map[image.Hash][]byte, error) {
	if b.away != nil {
		return nil, b.away
	}
	return inMemory(b.blobs).Fetch(ctx, blobs)
}

func (b *book) Keep(s *Still) {
	manifest, fresh, refs, err := b.writer.Write(s)
	if err != nil {
		b.t.Fatal(err)
	}
	if b.blobs == nil {
		b.blobs = map[image.Hash][]byte{}
	}
	for h, blob := range fresh {
		b.blobs[h] = blob
	}
	has := map[image.Hash][]byte{}
	for _, h := range refs {
		blob, ok := b.blobs[h]
		if !ok {
			b.t.Fatalf("the manifest has a blob %s that was never written", h)
		}
		has[h] = blob
	}
	b.manifest, b.has, b.blobs, b.last = manifest, has, has, s
	b.writer.Stored(s)
}

// A crash is what there would be of a run after one.
type crash struct {
	manifest []byte
	blobs    map[image.Hash][]byte
	entries  []Entry
}

func (b *book) crash() crash { return crash{b.manifest, b.has, b.entries} }

func (c crash) resume(t *testing.T, id string) *Run {
	t.Helper()
	r, err := Resume(id, c.manifest, c.blobs, c.entries, Options{Idle: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// play makes steps and does a command, and says whether it was refused.
func play(r *loop, calls int, command string) (refused string) {
	for range calls {
		if r.training() {
			r.step()
		}
	}
	c, _, e := wire.ParseCommand([]byte(command))
	if e != nil {
		return e.Reason
	}
	if _, ok := c.(*wire.WatchCommand); ok {
		return ""
	}
	var own *rows.Own
	if spec := rows.RowsOf(c); spec != nil {
		var err error
		if own, err = rows.ReadOwn(spec, r.options.Table); err != nil {
			return err.Error()
		}
	}
	_, release, err := fetch(context.Background(), r.archive, r.backTo(c))
	if err != nil {
		return err.Error()
	}
	defer release()
	if _, e = r.command(c, own, true); e != nil {
		return e.Reason
	}
	return ""
}

// everything is all that a run and its twin must have in common.
func everything(t *testing.T, r *loop) string {
	t.Helper()
	m := r.message(0)
	m.ID = ""
	b, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	fmt.Fprintln(&s, string(b))
	g := r.present
	fmt.Fprintln(&s, g.Fingerprint(), g.Acquired, g.NextLane, g.Due, g.EventBytes, r.left, r.before, r.calls, r.entry, r.own != nil, r.dataRev)
	fmt.Fprintln(&s, string(wire.Encode(g.Recipe)))
	if u := r.stopAt; u != nil {
		fmt.Fprintln(&s, string(wire.Encode(u.UntilCommand)), u.best, u.since)
	}
	fmt.Fprintln(&s, len(r.undone.Entries), len(r.undone.Undone))
	for _, l := range g.Lanes {
		fmt.Fprintln(&s, l.ID, l.Ensemble.Steps(), l.Snapshots.Steps(), l.Steps.Len(), fmt.Sprint(l.Watching.Image(r.env.Table)), l.Diverged)
		for k := range l.Steps.Columns() {
			fmt.Fprintln(&s, l.Steps.Query(k, 0, 1<<40, 50))
		}
		for _, e := range l.Evaluations {
			for k := range e.Columns() {
				fmt.Fprintln(&s, e.Query(k, 0, 1<<40, 50))
			}
		}
	}
	for i, p := range g.Points {
		fmt.Fprintln(&s, i, p.Lane, p.Step, fmt.Sprint(p.Values))
	}
	r.rate = rate{}
	frames, err := r.frames()
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(&s, image.HashOf(frames))
	return s.String()
}

func difference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			k := 0
			for k < min(len(x[i]), len(y[i])) && x[i][k] == y[i][k] {
				k++
			}
			from := max(0, k-200)
			return fmt.Sprintf("line %d:\n%.600s\n%.600s", i, x[i][from:], y[i][from:])
		}
	}
	return fmt.Sprint(len(x), " and ", len(y), " lines")
}

// stopped is a clock that stands still.
func stopped() time.Time { return time.Unix(0, 0) }

// A run that is taken up again from a still and the journal is, after every command that
// follows, the one that never stopped: weights, rows, curves, changes, what can be undone.
func TestResume(t *testing.T) {
	stories := 24
	if testing.Short() {
		stories = 12
	}
	for seed := range uint64(stories) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			r := newRandomRun(t, seed)
			b := &book{t: t}
			r.journal, r.archive = b, b
			if seed%2 == 0 { // changes come some steps later, and always as many
				r.options.Now = stopped
				if refused := play(r.loop, 0, `{"type":"change","id":1,"set":{"speed":"max"}}`); refused != "" {
					t.Fatal(refused)
				}
				r.ahead = ahead{write: 3 * time.Millisecond, pass: time.Millisecond}
			}
			r.giveStill(time.Time{})
			chance := rand.New(rand.NewPCG(seed, 7))
			twin := (*loop)(nil)
			for k := range 120 {
				calls, command := chance.IntN(20), r.command()
				refused := play(r.loop, calls, command)
				if twin != nil {
					if other := play(twin, calls, command); other != refused {
						t.Fatalf("command %d, %s: refused %q and %q", k, command, refused, other)
					}
					if a, b := everything(t, r.loop), everything(t, twin); a != b {
						t.Fatalf("after command %d, %s (refused: %s): %s", k, command, refused, difference(a, b))
					}
				}
				if chance.IntN(5) == 0 {
					r.giveStill(time.Time{})
					for k := range r.keeps() {
						k.Drop() // and comes back as commands go back to it
					}
				}
				if chance.IntN(9) == 0 {
					calls := r.calls
					twin = b.crash().resume(t, "random").loop
					twin.journal = &book{t: t}
					twin.options.Now, twin.ahead = r.options.Now, r.ahead
					for twin.calls < calls {
						twin.step()
					}
					if a, b := everything(t, r.loop), everything(t, twin); a != b {
						t.Fatalf("taken up after command %d, %s: %s", k, command, difference(a, b))
					}
				}
			}
		})
	}
}

// A change that cannot be saved is not made, and the run is as it was.
func TestChangeThatCannotBeSaved(t *testing.T) {
	r := newRandomRun(t, 3)
	b := &book{t: t, full: true}
	r.journal = b
	before := everything(t, r.loop)
	c, _, _ := wire.ParseCommand([]byte(`{"type":"change","id":1,"set":{"lr":0.5}}`))
	_, refused := r.loop.command(c, nil, true)
	if refused == nil || refused.Code != wire.NotStored {
		t.Fatalf("refused with %+v", refused)
	}
	if after := everything(t, r.loop); after != before {
		t.Fatal(difference(before, after))
	}
	b.full = false
	if reason := play(r.loop, 0, `{"type":"change","id":1,"set":{"lr":0.5}}`); reason != "" {
		t.Fatal(reason)
	}
	if len(b.entries) != 1 || b.entries[0].Number != 1 {
		t.Fatalf("the journal has %+v", b.entries)
	}
}

// What a journal lacks, or has twice, is named, and the run is as it was before that.
func TestJournalThatIsDamaged(t *testing.T) {
	r := newRandomRun(t, 5)
	b := &book{t: t}
	r.journal = b
	r.giveStill(time.Time{})
	for _, lr := range []string{"0.5", "0.4", "0.3"} {
		if reason := play(r.loop, 3, `{"type":"change","id":1,"set":{"lr":`+lr+`}}`); reason != "" {
			t.Fatal(reason)
		}
	}
	all := b.crash()
	lacking := all
	lacking.entries = []Entry{all.entries[0], all.entries[2]}
	unreadable := all
	unreadable.entries = append([]Entry{}, all.entries...)
	unreadable.entries[1].Command = json.RawMessage(`{"type":"change","id":1,"set":{"lr":-1}}`)
	for name, c := range map[string]crash{"an entry is missing": lacking, "an entry is refused": unreadable} {
		got, err := Resume("r", c.manifest, c.blobs, c.entries, Options{})
		if err == nil || got == nil {
			t.Fatalf("%s: run %v, error %v", name, got, err)
		}
		if g := got.loop; g.entry != 3 || g.state != wire.Paused || g.reason != err.Error() || g.present.Lanes[0].Settings.LR != 0.5 {
			t.Errorf("%s: entry %d, %s (%s), rate %g", name, g.entry, g.state, g.reason, g.present.Lanes[0].Settings.LR)
		}
	}
	for cut := range len(all.manifest) {
		if cut%97 == 0 {
			if _, err := Resume("r", all.manifest[:cut], all.blobs, nil, Options{}); err == nil {
				t.Fatalf("a manifest cut at %d of %d is taken", cut, len(all.manifest))
			}
		}
	}
	for h := range all.blobs {
		without := map[image.Hash][]byte{}
		for k, b := range all.blobs {
			if k != h {
				without[k] = b
			}
		}
		if _, err := Resume("r", all.manifest, without, nil, Options{}); err == nil {
			t.Errorf("a still without the blob %.12s is taken", h)
		}
	}
}
