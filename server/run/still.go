package run

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/run/past"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Still is a run at one moment, from which [Resume] goes on. Nothing changes it: any
// goroutine may write it.
type Still struct {
	// Entry is the number of the last entry of the journal that it has in it.
	Entry uint64

	// Summary is for whoever lists runs, without scores.
	Summary wire.Summary

	// Training says that the run makes steps by itself.
	Training bool

	image stillImage
	past  *past.Still
	own   *rows.Own
	table wire.Table
}

// A stillImage is a loop as bytes have it.
type stillImage struct {
	Version int
	Parent  string
	Created time.Time
	Entry   uint64
	Calls   uint64

	Revision, Generation, DataRevision uint32

	State  wire.State
	Reason string
	Before wire.State
	Open   bool
	Left   int
	StopAt json.RawMessage // the command, or nothing
	Best   map[uint8]float64
	Since  uint64
	Replay []byte // past.Replay in JSON, or nothing

	Past past.Image
	Own  image.Hash
}

// stillVersion is that of stillImage. In version 1 no open chunk of a curve has parts.
const stillVersion = 2

// A StillWriter writes one still of a run after the other. Its zero value is ready. It
// belongs to one goroutine.
type StillWriter struct {
	blobs   image.Writer
	numbers past.Numbers
}

// Write returns the still in bytes: a manifest, blobs that no manifest had before, and the
// names of all blobs that this one has.
func (w *StillWriter) Write(s *Still) (manifest []byte, fresh map[image.Hash][]byte, refs []image.Hash, err error) {
	w.blobs.Begin()
	i := s.image
	i.Past = s.past.Image(&w.blobs, &w.numbers, s.table)
	i.Own = s.own.Image(&w.blobs)
	if fresh, refs, err = w.blobs.End(); err != nil {
		return nil, nil, nil, err
	}
	manifest, err = image.Encode(i)
	return manifest, fresh, refs, err
}

// Forget has the next still bring all its blobs that are in memory: the last one was not
// kept.
func (w *StillWriter) Forget() { w.blobs.Forget() }

// Stored says that the still which was written last is where it outlives the process. What
// it has need not be in memory from then on.
func (w *StillWriter) Stored(s *Still) {
	s.past.Written(&w.blobs)
	w.blobs.Sweep()
}

// Lost says which blobs are nowhere any more, and so cannot be brought once more unless they
// are in memory: the next still that is written is without what needs the others.
func (w *StillWriter) Lost(s *Still, blobs []image.Hash) {
	missing := map[image.Hash]bool{}
	for _, h := range blobs {
		missing[h] = true
	}
	s.past.Lose(missing)
}

// still returns the run as it is.
func (r *loop) still() *Still {
	s := &Still{
		Entry: r.entry,
		Summary: wire.Summary{
			ID: r.id, Dataset: r.present.Settings.Dataset, Created: r.created.Format(time.RFC3339Nano),
			Generation: r.generation, Revision: r.revision, Step: r.present.Steps, State: r.state, Reason: r.reason,
		},
		Training: r.training(),
		image: stillImage{
			Version: stillVersion, Parent: r.parent, Created: r.created, Entry: r.entry, Calls: r.calls,
			Revision: r.revision, Generation: r.generation, DataRevision: r.dataRev,
			State: r.state, Reason: r.reason, Before: r.before, Open: r.open, Left: r.left,
		},
		past: past.StillOf(r.present, &r.undone), own: r.own, table: r.env.Table,
	}
	if u := r.stopAt; u != nil {
		s.image.StopAt, s.image.Since, s.image.Best = wire.EncodeCommand(&u.UntilCommand), u.since, map[uint8]float64{}
		for lane, best := range u.best {
			s.image.Best[lane] = best
		}
	}
	if r.replay != nil {
		s.image.Replay = wire.Encode(r.replay)
	}
	return s
}

// An Entry is a command that a run has done, or that it has refused.
type Entry struct {
	Number  uint64          `json:"number"` // counted from 1, without gaps
	Calls   uint64          `json:"calls"`  // of step before it, or fewer if training stopped before
	Command json.RawMessage `json:"command,omitempty"`
	Notes   *wire.DataNotes `json:"notes,omitempty"` // of the rows that it brings
	By      *wire.Person    `json:"by,omitempty"`    // the viewer who gave it
	Void    bool            `json:"void,omitempty"`  // without a command: the entry before was refused
}

// Resume returns a run that goes on from a still, with the entries of its journal that
// came after, bit for bit as the run would have that wrote them. Entries that the still
// has in it are left out. Where an entry cannot be done the run is returned as it was
// before, paused, with an error that says why; the next still leaves such entries behind.
// Serve is to be called as for any other.
func Resume(id string, manifest []byte, blobs map[image.Hash][]byte, entries []Entry, o Options) (*Run, error) {
	var i stillImage
	if err := image.Decode(manifest, &i); err != nil {
		return nil, fmt.Errorf("run: the manifest cannot be read: %w", err)
	}
	if i.Version < 1 || i.Version > stillVersion {
		return nil, fmt.Errorf("run: the manifest is of version %d; this program reads versions up to %d", i.Version, stillVersion)
	}
	reader := &image.Reader{Blobs: blobs}
	r := newLoop(id, o)
	r.archive = inMemory(blobs)
	var err error
	if r.present, r.undone, err = i.Past.Restore(&r.env, reader); err != nil {
		return nil, err
	}
	if r.own, err = rows.OwnOf(reader, i.Own); err != nil {
		return nil, err
	}
	r.parent, r.created, r.entry, r.calls = i.Parent, i.Created, i.Entry, i.Calls
	r.revision, r.generation, r.dataRev = i.Revision, i.Generation, i.DataRevision
	r.drive = drive{state: i.State, reason: i.Reason, before: i.Before, open: i.Open, left: i.Left}
	if i.StopAt != nil {
		c, _, refused := wire.ParseCommand(i.StopAt)
		until, ok := c.(*wire.UntilCommand)
		if refused != nil || !ok {
			return nil, errors.New("run: what it was to train up to cannot be read")
		}
		r.stopAt = newStopCondition(until)
		r.stopAt.since = i.Since
		for lane, best := range i.Best {
			r.stopAt.best[lane] = best
		}
	}
	if i.Replay != nil {
		r.replay = new(past.Replay)
		if err := json.Unmarshal(i.Replay, r.replay); err != nil {
			return nil, fmt.Errorf("run: the recipe that it was doing over again cannot be read: %w", err)
		}
	}
	r.sent = len(r.present.Points)
	if err := r.admitLanes(r.holds().least); err != nil {
		return nil, err
	}
	r.wrong = r.trouble()
	r.goal = r.aim()
	if err := r.fetchReplayed(); err != nil {
		return nil, err
	}
	failed := r.catchUp(entries)
	r.sent, r.resumed = len(r.present.Points), len(r.present.Points)
	r.touched, r.dataDue, r.showSoon = r.now(), false, false
	r.stats = Stats{}
	if failed != nil {
		r.entry = max(r.entry, entries[len(entries)-1].Number) // those that are left out have had their numbers
		r.left, r.stopAt, r.replay = 0, nil, nil
		r.setState(wire.Paused, failed.Error())
	}
	return handleOf(r), failed
}

// Record has a journal keep what the run does from now on, and returns the run as it is.
// It is called before Serve is, on the goroutine of whoever made the run.
func (h *Run) Record(j Journal) *Still {
	h.loop.journal, h.loop.archive = j, j
	return h.loop.take(h.loop.now())
}

// catchUp does what the journal says.
func (r *loop) catchUp(entries []Entry) error {
	for k := range entries {
		e := &entries[k]
		switch {
		case e.Number <= r.entry:
			continue
		case e.Number != r.entry+1:
			return fmt.Errorf("change %d of its journal is missing, so those after it are left out", r.entry+1)
		case e.Calls < r.calls:
			return fmt.Errorf("change %d of its journal is of an earlier step, so it and those after it are left out", e.Number)
		}
		void := k+1 < len(entries) && entries[k+1].Void
		if e.Command != nil && !void {
			if err := r.again(e); err != nil {
				return err
			}
		}
		r.entry = e.Number
	}
	return nil
}

// again makes the steps up to an entry, and does it.
func (r *loop) again(e *Entry) error {
	c, _, refused := wire.ParseCommand(e.Command)
	if refused != nil {
		return fmt.Errorf("change %d of its journal cannot be read: %s", e.Number, refused.Reason)
	}
	own, err := rows.ReadOwn(rows.RowsOf(c), r.options.Table)
	if err != nil {
		return fmt.Errorf("the rows of change %d of its journal cannot be read: %w", e.Number, err)
	}
	if own != nil && e.Notes != nil {
		own.Notes = *e.Notes
	}
	r.stepTo(e.Calls)
	_, release, err := fetch(context.Background(), r.archive, r.backTo(c))
	if err != nil {
		return fmt.Errorf("what change %d of its journal goes back to cannot be read: %w", e.Number, err)
	}
	defer release()
	r.by = e.By
	defer func() { r.by = nil }()
	if _, refused := r.apply(c, own); refused != nil {
		return fmt.Errorf("change %d of its journal could not be made again: %s", e.Number, refused.Reason)
	}
	return nil
}

// Still returns the run as it is now.
func (h *Run) Still(ctx context.Context) (s *Still, err error) {
	err = h.do(ctx, func(r *loop) { s = r.still() })
	return s, err
}
