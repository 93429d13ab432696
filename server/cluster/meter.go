//go:build !js

package cluster

import "time"

// What becomes of a lease, as a [Meter] is told.
const (
	LeaseTaken      = "taken"
	LeaseReleased   = "released"    // anybody may take the run
	LeaseHandedOver = "handed_over" // to a node that was named
	LeaseLost       = "lost"        // it was not renewed in time, or somebody else has the run
)

// LeaseChanges are all of them.
var LeaseChanges = []string{LeaseTaken, LeaseReleased, LeaseHandedOver, LeaseLost}

// A Meter is told of this node's leases. Its methods are quick.
type Meter interface {
	// Leased tells what became of a lease, one of LeaseChanges.
	Leased(what string)

	// Renewed tells how long NATS took to acknowledge a renewal.
	Renewed(took time.Duration)
}

// Measure has a meter told of what happens from now on.
func (n *Node) Measure(m Meter) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.meter = m
}

// count tells the meter. Callers hold mu.
func (n *Node) count(what string) {
	if n.meter != nil {
		n.meter.Leased(what)
	}
}
