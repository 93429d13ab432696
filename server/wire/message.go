package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
)

// Subprotocol is the websocket subprotocol's name.
const Subprotocol = "gnllviz.v1"

// A State says what a run is doing.
type State string

// The states of a run.
const (
	Playing  State = "playing"  // training, at its speed
	Paused   State = "paused"   // somebody paused it
	Idle     State = "idle"     // nobody has watched for a while; it goes on when somebody does
	Diverged State = "diverged" // a number stopped being finite; reset begins anew
)

// A Number is a float64 that JSON shows as null where it is not finite.
type Number float64

// MarshalJSON implements [json.Marshaler].
func (n Number) MarshalJSON() ([]byte, error) {
	f := float64(n)
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return []byte("null"), nil
	}
	return strconv.AppendFloat(nil, f, 'g', -1, 64), nil
}

// UnmarshalJSON implements [json.Unmarshaler]; null becomes NaN.
func (n *Number) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*n = Number(math.NaN())
		return nil
	}
	return json.Unmarshal(b, (*float64)(n))
}

// RunMessage is the whole state of a run, sent in answer to a hello and
// whenever a new epoch begins.
type RunMessage struct {
	Type     string         `json:"type"` // "run"
	ID       string         `json:"id"`
	Epoch    uint32         `json:"epoch"`
	Revision uint32         `json:"revision"`
	Step     uint64         `json:"step"`
	State    State          `json:"state"`
	Reason   string         `json:"reason"`   // why the state is diverged, else empty
	Controls map[string]any `json:"controls"` // the value of every control, by name
	Changes  []Change       `json:"changes"`  // of this epoch, oldest first, the newest MaxChanges
	Data     Data           `json:"data"`
	Points   int            `json:"points"` // history points of this epoch so far
	Next     int            `json:"next"`   // number of the point with which the history that follows begins
}

// MaxChanges is how many changes a run message tells at most.
const MaxChanges = 1000

// Data is a data set as the page draws it.
type Data struct {
	Name     string      `json:"name"`
	Title    string      `json:"title"`
	Help     string      `json:"help"`     // one sentence: what it shows
	Source   string      `json:"source"`   // where the figures come from
	Revision uint32      `json:"revision"` // frames name it
	Inputs   []Column    `json:"inputs"`
	Target   Column      `json:"target"`
	X        [][]float64 `json:"x"`    // a list for each input, of one number for each row
	Y        []float64   `json:"y"`    // the target, row by row
	Test     []bool      `json:"test"` // whether the row is held out
	// TargetStd is the standard deviation of the training targets, by which
	// they are divided before training: what turns sqrt(eps) into the data's
	// unit.
	TargetStd Number `json:"target_std"`
	Truth     bool   `json:"truth"` // whether a truth frame will come
}

// A Column is a named quantity.
type Column struct {
	Name string `json:"name"`
	Unit string `json:"unit"` // empty for a bare number
}

// A Change is one control edit that a run has applied.
type Change struct {
	Revision uint32 `json:"revision"` // of the controls after it
	Epoch    uint32 `json:"epoch"`    // in which it was applied, or which it began
	Step     uint64 `json:"step"`     // before which it was applied
	Control  string `json:"control"`
	Old      any    `json:"old"`
	New      any    `json:"new"`
}

// ChangeMessage tells every viewer of a change.
type ChangeMessage struct {
	Type   string `json:"type"` // "change"
	Change Change `json:"change"`
}

// StateMessage tells every viewer that the run plays, pauses or stopped.
type StateMessage struct {
	Type   string `json:"type"` // "state"
	State  State  `json:"state"`
	Reason string `json:"reason"` // why it diverged, else empty
	Epoch  uint32 `json:"epoch"`
	Step   uint64 `json:"step"`
}

// HistoryMessage carries points that were not sent before.
type HistoryMessage struct {
	Type   string  `json:"type"` // "history"
	Epoch  uint32  `json:"epoch"`
	First  int     `json:"first"` // number of the first of the points, counted from 0 within the epoch
	Points []Point `json:"points"`
}

// A Point is one evaluation of a lane. On the wire it is a list of its fields
// in the order in which they stand here; [PointColumns] names them.
type Point struct {
	Step      uint64
	TrainLoss Number // as trained: standardised target, eps and full as set; nats per row
	TestLoss  Number
	TrainNLL  Number // in the target's units, with the constant; nats per row
	TestNLL   Number
}

// PointColumns names the members of a point on the wire.
var PointColumns = []string{"step", "train_loss", "test_loss", "train_nll", "test_nll"}

// MarshalJSON implements [json.Marshaler].
func (p Point) MarshalJSON() ([]byte, error) {
	return json.Marshal([...]Number{Number(p.Step), p.TrainLoss, p.TestLoss, p.TrainNLL, p.TestNLL})
}

// UnmarshalJSON implements [json.Unmarshaler].
func (p *Point) UnmarshalJSON(b []byte) error {
	var a []Number
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	if len(a) != len(PointColumns) {
		return fmt.Errorf("wire: point has %d members, not %d", len(a), len(PointColumns))
	}
	*p = Point{uint64(a[0]), a[1], a[2], a[3], a[4]}
	return nil
}

// GapMessage tells a viewer who fell behind that messages were left out. Its
// answer is a hello with the epoch and the number of the next point it wants.
type GapMessage struct {
	Type string `json:"type"` // "gap"
}

// Ack answers a command that was done.
type Ack struct {
	Type     string `json:"type"` // "ack"
	ID       uint32 `json:"id"`
	Revision uint32 `json:"revision"`
	Epoch    uint32 `json:"epoch"`
	Step     uint64 `json:"step"`
}

// ErrorMessage answers a command that was refused; nothing was changed.
type ErrorMessage struct {
	Type    string    `json:"type"` // "error"
	ID      uint32    `json:"id"`   // the command's, or 0 if it could not be read
	Code    ErrorCode `json:"code"`
	Control string    `json:"control"` // the control it is about, or empty
	Reason  string    `json:"reason"`  // a sentence for people
}
