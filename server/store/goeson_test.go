//go:build !js

package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// messages gives the sequences of a run's checkpoints' messages, in their order.
func messages(t testing.TB, s *Store, id string) (seqs []uint64) {
	t.Helper()
	b, err := s.reading()
	if err != nil {
		t.Fatal(err)
	}
	for from := uint64(1); ; {
		m, err := b.work.GetMsg(t.Context(), from, jetstream.WithGetMsgSubject(checksOf(id)))
		if err != nil {
			return seqs
		}
		seqs = append(seqs, m.Sequence)
		from = m.Sequence + 1
	}
}

// listed gives how often the list's entry of a run was written.
func listed(t testing.TB, s *Store, id string) uint64 {
	t.Helper()
	k, ok := s.known(id)
	if !ok {
		t.Fatalf("%s is not in the list", id)
	}
	return k.revision
}

// saveStep saves a checkpoint of a run that has come so far.
func saveStep(t testing.TB, l *Log, step uint64, state string) {
	t.Helper()
	m := meta(l.id)
	m.Step, m.State, m.Touched = step, state, m.Touched.Add(time.Duration(step)*time.Second)
	b, refs := blobs(noise(step, 100))
	if err := l.Save(t.Context(), Checkpoint{l.Last(), fmt.Appendf(nil, "at %d", step), b}, refs, m); err != nil {
		t.Fatal(err)
	}
}

// Of a run that only goes on, the list is written now and then; a state that is another is
// there at once, and what was left out when the run is settled.
func TestTheListFollowsARunThatGoesOn(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	saveStep(t, l, 1, "training")
	before := listed(t, s, "a")
	for step := uint64(2); step < 10; step++ {
		saveStep(t, l, step, "training")
	}
	if now := listed(t, s, "a"); now != before {
		t.Errorf("the entry was written %d times", now-before)
	}
	m, _ := s.Meta("a")
	m.Name = "Another"
	if err := s.SetMeta(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	if err := l.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m, _ := s.Meta("a"); m.Step != 9 || m.Name != "Another" {
		t.Errorf("the list says step %d of %q; it is 9 of Another", m.Step, m.Name)
	}
	saveStep(t, l, 10, "paused") // which takes the name back, too
	if m, _ := s.Meta("a"); m.Step != 10 || m.State != "paused" {
		t.Errorf("the list says that it is %s at step %d; it is paused at 10", m.State, m.Step)
	}
	// And what it says is on the disk.
	s = reopen(t, s)
	if m, _ := s.Meta("a"); m.Step != 10 || m.State != "paused" {
		t.Errorf("opened again, the list says that it is %s at step %d; it is paused at 10", m.State, m.Step)
	}
}

// Checkpoints that are needed no longer go several at a time, and all when the run rests.
func TestOldCheckpointsGoTogether(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	fewer := 0
	last := 0
	for step := range uint64(40) {
		appendN(t, l, 1)
		saveStep(t, l, step, "training")
		n := len(messages(t, s, "a"))
		if n > keep+oldMost {
			t.Fatalf("%d checkpoints are stored after save %d", n, step)
		}
		if n < last {
			fewer++
		}
		last = n
	}
	if fewer == 0 || fewer > 40/oldMost {
		t.Errorf("checkpoints went %d times", fewer)
	}
	saveStep(t, l, 40, "training")
	s = reopen(t, s)
	r, l := load(t, s, "a")
	holds(t, r, "at 40 at 39 at 38", 40, 40)
	b, refs := blobs(noise(40, 100))
	if err := l.Rest(t.Context(), Checkpoint{l.Last(), []byte("at rest"), b}, refs, meta("a")); err != nil {
		t.Fatal(err)
	}
	if n := messages(t, s, "a"); len(n) != 1 {
		t.Errorf("%d messages are left of a run at rest", len(n))
	}
}

// A checkpoint of which a part is gone is no damage if three newer ones are whole: it was
// being deleted when the program ended. Of one that counts it is.
func TestACheckpointThatIsHalfDeleted(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	l := create(t, s, "a")
	b, err := s.reading()
	if err != nil {
		t.Fatal(err)
	}
	// One of which the books know nothing, so that all of its messages stay.
	first, _, err := l.write(t.Context(), &l.checks, kindCheckpoint, 0, noise(9, 3*partSize))
	if err != nil {
		t.Fatal(err)
	}
	parts := len(first)
	drop := func(of []uint64) {
		t.Helper()
		if err := b.remove(t.Context(), of[0]); err != nil {
			t.Fatal(err)
		}
	}
	for i := range uint64(3) {
		appendN(t, l, 1)
		save(t, l, fmt.Sprint(i), noise(i, 3*partSize))
	}
	drop(first)
	r, l := load(t, s, "a")
	holds(t, r, "2 1 0", 2, 3)
	l.Close()
	all := messages(t, s, "a")
	drop(all[len(all)-parts:])
	r, _ = load(t, s, "a")
	if len(r.Damaged) == 0 || len(r.Checkpoints) != 2 {
		t.Errorf("with a part of the newest gone %d checkpoints are whole, and damaged is %q", len(r.Checkpoints), r.Damaged)
	}
}

// A run of which nothing but its name was written before the program ended is gone.
func TestARunThatWasNeverSaved(t *testing.T) {
	s := open(t, Config{Dir: t.TempDir()})
	create(t, s, "never")
	saveStep(t, create(t, s, "once"), 1, "training")
	appendN(t, create(t, s, "changed"), 1)
	s = reopen(t, s)
	if _, ok := s.Meta("never"); ok {
		t.Error("a run that was never saved is listed")
	}
	for _, id := range []string{"once", "changed"} {
		load(t, s, id)
	}
	create(t, s, "never") // which may be tried again
}
