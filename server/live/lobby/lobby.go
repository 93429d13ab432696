// Package lobby lets viewers in who come by HTTP: it finds their run and gives them a
// seat, or answers why there is none.
//
// A [Lobby]'s methods may be called from any goroutine.
package lobby

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/live"
	"github.com/gnllviz/gnllviz/server/problem"
)

// A Way is the connection by which a viewer has come.
type Way interface {
	Keep()  // notes that the viewer continues with it
	Prove() // notes that the viewer has the key of a run
}

// A Lobby is where viewers come in.
type Lobby struct {
	// Run returns the run with that id, wherever it is, or says why there is none.
	Run func(ctx context.Context, id string) (live.Run, *problem.Problem)

	// Enter counts somebody for whom the end of the server waits, until leave is called.
	Enter func() (leave func())

	Seats   *access.Seats
	Door    *access.Door
	Proxies access.Proxies
	Limits  access.Limits
	Meter   live.Meter
	Way     func(*http.Request) Way
	Log     *slog.Logger
}

// Find returns the run that a request names; where there is none it answers so, and
// returns nil.
func (l *Lobby) Find(w http.ResponseWriter, r *http.Request) live.Run {
	x, missing := l.Run(r.Context(), r.PathValue("id"))
	if missing != nil {
		missing.Answer(w)
		return nil
	}
	return x
}

// A Guest has a seat at a run until it leaves.
type Guest struct {
	live.Visit
	leave func()
}

// Admit gives whoever sent a request a seat at a run. Where a limit keeps the viewer out
// it answers so, and returns nil.
func (l *Lobby) Admit(w http.ResponseWriter, r *http.Request, x live.Run) *Guest {
	peer := l.Proxies.PeerOf(r)
	seat, full := l.Seats.Take(x, peer, access.Steers(x.ID(), access.KeyOf(r)))
	if full != nil {
		l.Door.TurnAway(w, full)
		return nil
	}
	// Counted while the HTTP server still knows of the connection, so that a
	// stopping server cannot overlook it in between.
	gone := l.Enter()
	way := l.Way(r)
	way.Keep()
	return &Guest{
		Visit: live.Visit{
			Run: x, Seat: seat, Meter: l.Meter, Log: l.Log.With("run", x.ID(), "peer", peer),
			Limits: live.Limits{
				Hello: l.Limits.Hello, Silence: l.Limits.Silence,
				CommandRate: l.Limits.CommandRate, CommandBurst: l.Limits.CommandBurst, HelloRate: l.Limits.HelloRate,
			},
			Steers: func(key string) bool { return access.Steers(x.ID(), key) },
			Proved: way.Prove,
		},
		leave: func() {
			seat.Give()
			gone()
		},
	}
}

// Leave gives the seat back.
func (g *Guest) Leave() { g.leave() }
