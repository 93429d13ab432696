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

// Settling is how long a run is left alone that was just made, as its page is on the way, or,
// with a store, that somebody has just asked for.
const Settling = 10 * time.Second

var (
	errFull = &access.LimitError{Flag: "max-runs", Detail: "the server has no room for another run: all are being watched, have been changed, or were made recently by programs; end one; --max-runs raises it"}

	errBusy = &access.LimitError{Flag: "max-runs", Detail: "the server has no room for another run: all are being watched, or were asked for in the last seconds; try again in 10 s, or end one; --max-runs raises it"}

	errFramesFull = &access.LimitError{Flag: "max-framed-runs", Detail: "too many runs are shown in pages of other sites; close one, or open the page itself; --max-framed-runs raises it"}
)

// makeRoom ends a run if there are as many as there may be, or says why none can be
// ended. With a store to end one is to put it aside, so it may have been changed, or made
// by a program. A run that was begun in a frame takes the place of such a one alone.
// Callers hold mu.
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
			return g.full()
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
	return g.full()
}

// full is why there is no room.
func (g *Registry) full() error {
	if g.Store != nil {
		return errBusy
	}
	return errFull
}

// isSpare says whether a run may be ended for another. Callers hold mu.
func (g *Registry) isSpare(e *Kept) bool {
	if g.Store != nil {
		return e.watchers == 0 && time.Since(e.asked) >= Settling
	}
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

// least returns, of some runs, the one whose end costs least, or nil: the one with the least
// work in it, of several the oldest; with a store the one for which nobody has asked for
// longest. Callers hold mu.
func (g *Registry) least(of func(*Kept) bool) (least *Kept) {
	for _, e := range g.runs {
		if of(e) && (least == nil || g.costsLess(e, least)) {
			least = e
		}
	}
	return least
}

func (g *Registry) costsLess(a, b *Kept) bool {
	if g.Store != nil {
		return a.asked.Before(b.asked)
	}
	return a.work.Load() < b.work.Load()
}

// evict ends a run for another. Callers hold mu.
func (g *Registry) evict(e *Kept) {
	g.remove(e)
	g.Log.Info("run ended to make room for another", "run", e.ID(), "work", e.work.Load())
}
