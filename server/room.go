package server

import (
	"net/http"
	"time"
)

// madeBy says by what a run was made.
type madeBy int

const (
	byProgram madeBy = iota // or by the server itself
	byPage
	byFrame // the page, in a frame of another site's
)

// fromHeader is where the page says that it makes a run, and whether another site
// shows it in a frame. Programs say nothing. A page of others cannot have the page say
// what is not so, which is all that the word is good for.
const fromHeader = "Run-From"

// A maker is who has a run made.
type maker struct {
	by   madeBy
	peer string
}

func (s *Server) makerOf(r *http.Request) maker {
	m := maker{peer: s.proxies.peerOf(r)}
	switch r.Header.Get(fromHeader) {
	case "page":
		m.by = byPage
	case "frame":
		m.by = byFrame
	}
	return m
}

// settling is how long a run that was just made is left alone: its page is on the way.
const settling = 10 * time.Second

var (
	errFull = &limitError{"max-runs", "all runs that the server keeps are being watched, were changed by somebody, or were made by programs of late; end one"}

	errFramesFull = &limitError{"max-framed-runs", "pages of other sites show as many runs of their own as they may; close one, or open the page itself"}
)

// makeRoom ends a run if there are as many as there may be, or says why none can be
// ended. A run that was begun in a frame takes the place of such a one alone. Callers
// hold mu.
func (g *registry) makeRoom(m maker) error {
	if m.by == byFrame {
		framed := 0
		for _, e := range g.runs {
			if e.by == byFrame {
				framed++
			}
		}
		if framed < g.limits.FramedRuns && len(g.runs) < g.limits.Runs {
			return nil
		}
		if e := g.least(func(e *entry) bool { return e.by == byFrame && g.isSpare(e) }); e != nil {
			g.evict(e)
			return nil
		}
		if framed < g.limits.FramedRuns {
			return errFull
		}
		return errFramesFull
	}
	if len(g.runs) < g.limits.Runs {
		return nil
	}
	for _, of := range []func(*entry) bool{
		func(e *entry) bool { return e.by == byFrame && g.isSpare(e) },
		g.isSpare,
		g.isHoarded(m.peer),
	} {
		if e := g.least(of); e != nil {
			g.evict(e)
			return nil
		}
	}
	return errFull
}

// isSpare says whether a run may be ended for another. Callers hold mu.
func (g *registry) isSpare(e *entry) bool {
	age := time.Since(e.made)
	return e.watchers == 0 && !e.changed.Load() && age >= settling && (e.by != byProgram || age >= g.limits.Keep)
}

// isHoarded returns what says whether a run is one of those of a peer that has more
// than half of all: that peer's unwatched runs have to make room for others. Callers
// hold mu.
func (g *registry) isHoarded(newcomer string) func(*entry) bool {
	runs := map[string]int{}
	for _, e := range g.runs {
		runs[e.peer]++
	}
	return func(e *entry) bool {
		return e.watchers == 0 && e.peer != newcomer && runs[e.peer] > len(g.runs)/2
	}
}

// least returns the run with the least work in it among some, or nil; of several the
// oldest. Callers hold mu.
func (g *registry) least(of func(*entry) bool) (least *entry) {
	for _, e := range g.runs {
		if of(e) && (least == nil || e.work.Load() < least.work.Load()) {
			least = e
		}
	}
	return least
}

// evict ends a run for another. Callers hold mu.
func (g *registry) evict(e *entry) {
	g.remove(e)
	g.log.Info("run ended to make room for another", "run", e.ID(), "work", e.work.Load())
}
