package registry

import (
	"time"

	"github.com/gnllviz/gnllviz/server/access"
)

// MadeBy says by what a run was made.
type MadeBy int

// What makes runs.
const (
	ByProgram MadeBy = iota // or the server itself
	ByPage
	ByFrame // the page, in a frame of another site's
)

// A Maker is who has a run made.
type Maker struct {
	By   MadeBy
	Peer string
}

// Settling is how long a run that was just made is left alone: its page is on the way.
const Settling = 10 * time.Second

var (
	errFull = &access.LimitError{Flag: "max-runs", Detail: "the server has no room for another run: all are being watched, have been changed, or were made recently by programs; end one; --max-runs raises it"}

	errFramesFull = &access.LimitError{Flag: "max-framed-runs", Detail: "too many runs are shown in pages of other sites; close one, or open the page itself; --max-framed-runs raises it"}
)

// makeRoom ends a run if there are as many as there may be, or says why none can be
// ended. A run that was begun in a frame takes the place of such a one alone. Callers
// hold mu.
func (g *Registry) makeRoom(m Maker) error {
	if m.By == ByFrame {
		framed := 0
		for _, e := range g.runs {
			if e.By == ByFrame {
				framed++
			}
		}
		if framed < g.Limits.FramedRuns && len(g.runs) < g.Limits.Runs {
			return nil
		}
		if e := g.least(func(e *Kept) bool { return e.By == ByFrame && g.isSpare(e) }); e != nil {
			g.evict(e)
			return nil
		}
		if framed < g.Limits.FramedRuns {
			return errFull
		}
		return errFramesFull
	}
	if len(g.runs) < g.Limits.Runs {
		return nil
	}
	for _, of := range []func(*Kept) bool{
		func(e *Kept) bool { return e.By == ByFrame && g.isSpare(e) },
		g.isSpare,
		g.isHoarded(m.Peer),
	} {
		if e := g.least(of); e != nil {
			g.evict(e)
			return nil
		}
	}
	return errFull
}

// isSpare says whether a run may be ended for another. Callers hold mu.
func (g *Registry) isSpare(e *Kept) bool {
	age := time.Since(e.made)
	return e.watchers == 0 && !e.Changed() && age >= Settling && (e.By != ByProgram || age >= g.Limits.Keep)
}

// isHoarded returns what says whether a run is one of those of a peer that has more
// than half of all: that peer's unwatched runs have to make room for others. Callers
// hold mu.
func (g *Registry) isHoarded(newcomer string) func(*Kept) bool {
	runs := map[string]int{}
	for _, e := range g.runs {
		runs[e.Peer]++
	}
	return func(e *Kept) bool {
		return e.watchers == 0 && e.Peer != newcomer && runs[e.Peer] > len(g.runs)/2
	}
}

// least returns the run with the least work in it among some, or nil; of several the
// oldest. Callers hold mu.
func (g *Registry) least(of func(*Kept) bool) (least *Kept) {
	for _, e := range g.runs {
		if of(e) && (least == nil || e.work.Load() < least.work.Load()) {
			least = e
		}
	}
	return least
}

// evict ends a run for another. Callers hold mu.
func (g *Registry) evict(e *Kept) {
	g.remove(e)
	g.Log.Info("run ended to make room for another", "run", e.ID(), "work", e.work.Load())
}
