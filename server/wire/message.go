package wire

import (
	"encoding/json"
	"math"
	"strconv"
)

// Subprotocol is the websocket subprotocol's name.
const Subprotocol = "gnllviz.v2"

// A State says what a run is doing.
type State string

// The states of a run.
const (
	Playing  State = "playing"  // training, at its speed
	Paused   State = "paused"   // somebody paused it
	Idle     State = "idle"     // nobody has watched for a while; it continues when somebody does
	Diverged State = "diverged" // a number stopped being finite; restore, undo or reset it
)

// A Number is a float64 that JSON shows as null where it is not finite.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	return appendNumber(nil, float64(n), 64), nil
}

// appendNumber appends a number of so many bits as JSON has it, null where it
// has none.
func appendNumber(b []byte, f float64, bits int) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, "null"...)
	}
	return strconv.AppendFloat(b, f, 'g', -1, bits)
}

// UnmarshalJSON implements [json.Unmarshaler]; null becomes NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// WelcomeMessage is the first answer to a viewer's first hello.
type WelcomeMessage struct {
	Type  string `json:"type"`  // "welcome"
	Steer bool   `json:"steer"` // the hello had the run's key: this viewer steers
	You   Person `json:"you"`   // what others know this viewer by
}

// RunMessage is the whole state of a run, sent in answer to a hello and
// whenever a new generation begins.
type RunMessage struct {
	Type       string         `json:"type"`       // "run"
	ID         string         `json:"id"`         // of the run
	Lesson     string         `json:"lesson"`     // the name of the lesson that the generation is, as long as it has its title; or empty
	Title      string         `json:"title"`      // with which a begin command began it, until the data set is another; or empty
	Generation uint32         `json:"generation"` // counts the restarts, from a random number on
	Revision   uint32         `json:"revision"`   // counts the changes
	Step       uint64         `json:"step"`       // steps made in this generation
	State      State          `json:"state"`      // what it is doing
	Reason     string         `json:"reason"`     // why the state is what it is, or empty
	Goal       *Goal          `json:"goal"`       // what it trains up to, then to pause; null if nothing
	Trouble    []Trouble      `json:"trouble"`    // lanes whose training went wrong, in their order; empty where all is well
	Open       bool           `json:"open"`       // everyone who watches may change settings
	Redo       int            `json:"redo"`       // undos that can be taken back; the next change makes it 0
	Controls   map[string]any `json:"controls"`   // the value of every control that the run has once, by name
	Lanes      []Lane         `json:"lanes"`      // in the order in which they were made
	Changes    []Change       `json:"changes"`    // of this generation, oldest first, the newest MaxChanges
	Data       Data           `json:"data"`       // the rows
	Points     int            `json:"points"`     // history points of this generation so far
	Next       int            `json:"next"`       // number of the point with which the history that follows begins
}

// MaxChanges is how many changes a run message tells at most.
const MaxChanges = 1000

// MaxLanes is the largest number of lanes of a run.
const MaxLanes = 6

// MaxColours is how many colours lanes can have; which they are is the page's
// affair.
const MaxColours = 12

// A Lane is one network, or an ensemble, with settings of its own.
type Lane struct {
	Lane     uint8          `json:"lane"`     // what frames, points and commands call it; never given twice in a generation
	Name     string         `json:"name"`     // what people call it
	Colour   uint8          `json:"colour"`   // 0 to MaxColours-1
	Controls map[string]any `json:"controls"` // the value of every control that lanes have, by name
	Params   int            `json:"params"`   // parameters, those of all members

	// Auto is what controls that may be "auto" come to in this lane, where that is not
	// what Data says.
	Auto map[string]float64 `json:"auto,omitempty"`

	From *Origin `json:"from"` // of a copy, else null

	// Parameters are those of its equation, in the order in which frames and points
	// number them; empty without one.
	Parameters []LaneParameter `json:"parameters"`
}

// A LaneParameter is one of the parameters of a lane's equation.
type LaneParameter struct {
	Name    string   `json:"name"`    // what the equation calls it
	Learned bool     `json:"learned"` // it is trained with the weights; else it stands where it is
	Value   float64  `json:"value"`   // where it was last set to: one that is learned continues from there
	True    *float64 `json:"true"`    // what it is in the data set's equation, where the lane's is that; else null
}

// An Origin says what a lane is a copy of: it has that one's history up to the
// step.
type Origin struct {
	Lane uint8  `json:"lane"` // of which it is a copy
	Step uint64 `json:"step"` // at which it was copied
}

// LanesMessage tells every viewer of the lanes as they now are.
type LanesMessage struct {
	Type     string `json:"type"`     // "lanes"
	Revision uint32 `json:"revision"` // of the run that has them
	Lanes    []Lane `json:"lanes"`
}

// DataMessage tells every viewer of the rows as they now are. The grid that
// frames of this data revision stand on follows it.
type DataMessage struct {
	Type string `json:"type"` // "data"
	Data Data   `json:"data"` // the rows as they now are
}

// ChangeMessage tells every viewer of a change.
type ChangeMessage struct {
	Type   string `json:"type"`   // "change"
	Change Change `json:"change"` // what was changed
}

// A Goal is what a run trains up to: the conditions of an until command, of which
// the first that is met counts, or where a paused run's steps end.
type Goal struct {
	Step    *uint64  `json:"step"`    // so many steps are made; null where no step is set
	NLL     *float64 `json:"nll"`     // of a lane's test rows, nats per row
	Plateau *uint64  `json:"plateau"` // steps in which none has fallen
}

// StateMessage tells every viewer that the run plays, pauses or stopped, or trains
// up to something else.
type StateMessage struct {
	Type       string    `json:"type"`       // "state"
	State      State     `json:"state"`      // what the run is doing
	Reason     string    `json:"reason"`     // why, or empty
	Goal       *Goal     `json:"goal"`       // what it trains up to, then to pause; null if nothing
	Trouble    []Trouble `json:"trouble"`    // lanes whose training went wrong, in their order; empty where all is well
	Generation uint32    `json:"generation"` // which it is in
	Step       uint64    `json:"step"`       // steps made in this generation
}

// OpenMessage tells every viewer who may steer.
type OpenMessage struct {
	Type string `json:"type"` // "open"
	Open bool   `json:"open"` // everybody who watches may
}

// HistoryMessage carries points that were not sent before.
type HistoryMessage struct {
	Type       string  `json:"type"`       // "history"
	Generation uint32  `json:"generation"` // whose points they are
	First      int     `json:"first"`      // number of the first of the points, counted from 0 within the generation
	Points     []Point `json:"points"`     // in the order of their steps, lane by lane
}

// AliveSeconds is how long the server is silent at most: when it has had nothing else
// to say for so long, it says that it is there.
const AliveSeconds = 2

// AliveMessage says nothing but that the server is there and the connection whole.
type AliveMessage struct {
	Type string `json:"type"` // "alive"
}

// GapMessage tells a viewer who fell behind that messages were left out. Its
// answer is a hello with the generation and the number of the next point it wants.
type GapMessage struct {
	Type string `json:"type"` // "gap"
}

// Ack answers a command that was done.
type Ack struct {
	Type       string `json:"type"`       // "ack"
	ID         uint32 `json:"id"`         // the command's
	Revision   uint32 `json:"revision"`   // of the run with the command done
	Generation uint32 `json:"generation"` // in which it was done, or which it began
	Step       uint64 `json:"step"`       // before which it was done
	Lane       uint8  `json:"lane"`       // that the command made or was about, else 0

	// Of a command that brought rows of a user's own: what was left out of them, and
	// what else there is to know, in sentences for people.
	LeftOut  []LeftOut `json:"left_out,omitempty"`
	Warnings []string  `json:"warnings,omitempty"` // in sentences for people, of a command that brought rows
}

// ErrorMessage answers a command that was refused; nothing was changed.
type ErrorMessage struct {
	Type    string    `json:"type"`    // "error"
	ID      uint32    `json:"id"`      // the command's, or 0 if it could not be read
	Code    ErrorCode `json:"code"`    // why it was refused
	Control string    `json:"control"` // the control it is about, or empty
	Reason  string    `json:"reason"`  // a sentence for people

	// Field is the member of the command that it is about, where that is no control: of a
	// formula mean, std, from, to, rows or inputs, of two files test for the second.
	Field string `json:"field,omitempty"`

	format string // of the reason; empty where it came as text
	args   []any
}
