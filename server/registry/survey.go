package registry

import (
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A Meter is told what the store is given.
type Meter interface {
	// Appended tells how long a change took to be on the disk, or why it is not there.
	Appended(took time.Duration, err error)

	// Saved tells how many bytes of a checkpoint were new to the store, and how long that
	// took, or why it is not there.
	Saved(bytes int, took time.Duration, err error)
}

// States of a run as a survey counts them, beside those of package wire.
const (
	Training = "training" // it makes steps
	Starting = "starting" // it has not said yet what it does
	Held     = "held"     // its lease is not renewed, so that it must not make steps
	Resting  = "resting"  // it is in the store and in no node's memory
)

// RunStates are all that a survey counts.
var RunStates = []string{Training, string(wire.Paused), string(wire.Idle), string(wire.Diverged), Starting, Held, Resting}

func stateOf(s run.Stats) string {
	if s.Training {
		return Training
	}
	return string(s.State)
}

// A Survey is how the runs are, for whoever runs the server.
type Survey struct {
	States map[string]int // runs by RunStates

	// Lag is how many changes the run has that has most of them after its newest
	// checkpoint, and Age how long ago the newest checkpoint was taken of the run in
	// training that waits for the next one longest. Both are of runs in memory.
	Lag uint64
	Age time.Duration
}

// Survey counts the runs.
func (g *Registry) Survey() Survey {
	s := Survey{States: map[string]int{}}
	for _, state := range RunStates {
		s.States[state] = 0
	}
	for _, m := range g.Resting() {
		if g.Cluster != nil {
			if _, elsewhere := g.Cluster.Owner(m.ID); elsewhere {
				continue
			}
		}
		s.States[Resting]++
	}
	for _, k := range g.List() {
		state, ok := k.state.Load().(string)
		if !ok {
			state = Starting
		}
		if k.tenure != nil && !k.tenure.owned() {
			state = Held
		}
		s.States[state]++
		if k.keeper == nil {
			continue
		}
		lag, age := k.keeper.behind()
		s.Lag = max(s.Lag, lag)
		if state == Training {
			s.Age = max(s.Age, age)
		}
	}
	return s
}

// behind returns how many changes were made since the newest checkpoint was taken, and how
// long ago that was.
func (k *keeper) behind() (entries uint64, age time.Duration) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.entry - min(k.kept, k.entry), time.Since(k.taken)
}
