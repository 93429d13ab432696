// Package remote lets viewers watch a run that another node owns. On the owner a [Host]
// adds them to the run; where they are, a [Far] has runs of other nodes, each as a
// [live.Run].
//
// What viewers ask goes to the owner as a request over a relay. What the run tells them
// comes by two subjects of NATS: that of their node, for messages of which none is to be
// missed, and one of the run and the epoch of its lease, for frames, which the owner
// publishes once for all nodes. Each node subscribes to it once, while somebody there
// watches. Both sides say every second or so how far they are, so that whoever missed
// something is told of the gap, and viewers whose node has gone leave the run.
//
// What is exported may be called from any goroutine. A Host and a Far own their goroutines
// until Close is called.
package remote

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Room is the relay's room of hosts.
const Room = "viewers"

const (
	// partBytes is how much of a message goes at once; NATS takes 1 MB by default.
	partBytes = 512 << 10

	// beatEvery is the time between two signs of life, of hosts and of nodes.
	beatEvery = time.Second

	// goneAfter is how long a host keeps viewers of a node that says nothing.
	goneAfter = 10 * time.Second
)

// eventsOf is where a node takes messages for its viewers.
func eventsOf(node string) string { return "gnllviz.node." + node + ".events" }

// framesOf is where a run's frames are, of one epoch of its lease.
func framesOf(run string, epoch uint64) string {
	return framesAt + run + "." + strconv.FormatUint(epoch, 10)
}

const framesAt = "gnllviz.frames."

// ofFrames returns of which run, and of which epoch, the frames at a subject are.
func ofFrames(subject string) (run string, epoch uint64, ok bool) {
	rest, ok := strings.CutPrefix(subject, framesAt)
	if !ok {
		return "", 0, false
	}
	run, number, _ := strings.Cut(rest, ".")
	epoch, err := strconv.ParseUint(number, 10, 64)
	return run, epoch, err == nil
}

// An event is the head of what is published to a node's viewers of a run.
type event struct {
	Run   string `json:"run"`
	Epoch uint64 `json:"epoch"`

	// Link is from when the first of the node's viewers came until the last of them leaves,
	// and Seq counts its messages from 1. Without viewers the event says how many there were.
	Link uint64 `json:"link"`
	Seq  uint64 `json:"seq"`

	Viewers []uint64 `json:"viewers,omitempty"`
	Binary  bool     `json:"binary,omitempty"`
	More    bool     `json:"more,omitempty"` // the next one continues it
	End     end      `json:"end,omitempty"`  // the run has ended
}

// An end is why a run ended.
type end string

const (
	ended  end = "ended"
	moved  end = "moved"
	failed end = "failed"
)

// A picture is the head of published frames, or of a part of them.
type picture struct {
	Made  int64 `json:"made"` // ns since 1970
	Size  int   `json:"size"` // of all parts, in bytes
	Steer bool  `json:"steer,omitempty"`
	More  bool  `json:"more,omitempty"`
}

// A call is the body of a request to a host; which one the path says.
type call struct {
	Run     string          `json:"run"`
	Epoch   uint64          `json:"epoch,omitempty"`
	Node    string          `json:"node,omitempty"`
	Viewer  uint64          `json:"viewer,omitempty"` // unique at its node; 0 for none
	Steers  bool            `json:"steers,omitempty"`
	Command json.RawMessage `json:"command,omitempty"` // a hello among them
}

// An outcome is the answer.
type outcome struct {
	Epoch   uint64             `json:"epoch,omitempty"`
	Ack     *wire.Ack          `json:"ack,omitempty"`
	Refused *wire.ErrorMessage `json:"refused,omitempty"`
	Ended   bool               `json:"ended,omitempty"`   // the run is not here any more
	Unknown bool               `json:"unknown,omitempty"` // the viewer is not
	Failed  string             `json:"failed,omitempty"`

	problem *problem.Problem // is answered instead
}

// A presence says which viewers a node has of a host's runs.
type presence struct {
	Node    string   `json:"node"`
	Through uint64   `json:"through"` // of those up to this one, none is missing
	Viewers []uint64 `json:"viewers"`
}

// An absence is the answer: those whom the host does not have.
type absence struct {
	Unknown []uint64 `json:"unknown"`
}

// nameOf is what a viewer of a node is called at the host.
func nameOf(node string, viewer uint64) string {
	return node + "." + strconv.FormatUint(viewer, 10)
}

func parseName(name string) (node string, viewer uint64, err error) {
	node, number, ok := strings.Cut(name, ".")
	if !ok {
		return "", 0, fmt.Errorf("%q is no viewer", name)
	}
	viewer, err = strconv.ParseUint(number, 10, 64)
	return node, viewer, err
}
