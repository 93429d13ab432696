package wire

import (
	"encoding/json"
	"fmt"
	"math"
)

// A Point is one evaluation of one lane. On the wire it is a list of numbers,
// which [PointColumns] names.
type Point struct {
	Lane   uint8
	Step   uint64
	Values [len(pointValues)]float32 // in the order of PointColumns, after lane and step
}

// pointValues are a point's columns after its lane and step. "loss" and its terms
// are as trained: of the standardised target, with eps and full as they were set,
// averaged over the rows; the metrics are in the target's own units.
var pointValues = [...]string{
	"train_loss",     // nats per row
	"test_loss",      // nats per row
	"train_nll",      // with its constant; nats per row
	"test_nll",       // nats per row
	"train_rmse",     // target's unit
	"test_rmse",      // target's unit
	"train_crps",     // target's unit
	"test_crps",      // target's unit
	"train_coverage", // share of the rows within the central 95 % interval, 0 to 1
	"test_coverage",  // share of the rows, 0 to 1
	"log_variance",   // nats per training row: the loss's term 0.5 log v
	"residual",       // nats per training row: the loss's term 0.5 d²/v
	"constant",       // nats per row: 0.5 log 2π with full, else 0
	"clamped",        // training rows whose variance is below eps
	"target",         // of several targets which one all but the losses are of, counted from 1; NaN of one

	// Of the lane's equation; NaN without one.
	"equation_loss",  // its share of the loss
	"equation_rms",   // root of the mean squared residual, in the equation's unit
	"equation_noise", // learned standard deviation of the residual, in the equation's unit
	"parameter_1",    // the mean over the members of each parameter, in the order of the lane's
	"parameter_2",
	"parameter_3",
	"parameter_4",
	"parameter_5",
	"parameter_6",
	"parameter_7",
	"parameter_8",
}

// SharedByTargets names the columns that are of all targets together, and so the same in
// the points of each.
var SharedByTargets = []string{"train_loss", "test_loss", "log_variance", "residual", "constant"}

// PointAlways is how many values every point has on the wire: all but those of several targets and of an equation.
const PointAlways = 14

// PointColumns names the members of a point on the wire.
var PointColumns = append([]string{"lane", "step"}, pointValues[:]...)

// Set puts the values of the named columns into the point. It panics where one of them
// is absent.
func (p *Point) Set(values map[string]float64) {
	for i, name := range pointValues {
		v, ok := values[name]
		if !ok {
			panic("wire: a point without " + name)
		}
		p.Values[i] = float32(v)
	}
}

// Target returns which target the point is of, counted from 1.
func (p *Point) Target() int {
	v, _ := p.Value("target")
	if !finite(v) {
		return 1
	}
	return max(1, int(v))
}

// ParameterColumn names the column of an equation's parameter, counted from 0.
func ParameterColumn(i int) string { return fmt.Sprintf("parameter_%d", i+1) }

// SpreadColumn names the scalar of how the members differ in that parameter.
func SpreadColumn(i int) string { return fmt.Sprintf("spread_%d", i+1) }

// Value returns the value of a column, and whether there is such a column.
func (p *Point) Value(column string) (float32, bool) {
	for i, name := range pointValues {
		if name == column {
			return p.Values[i], true
		}
	}
	return 0, false
}

// MarshalJSON implements [json.Marshaler]. Values that are not finite are null; what
// ends the list so beyond those that every point has is left out.
func (p Point) MarshalJSON() ([]byte, error) {
	b := fmt.Appendf(nil, "[%d,%d", p.Lane, p.Step)
	n := len(p.Values)
	for n > PointAlways && !finite(p.Values[n-1]) {
		n--
	}
	for _, v := range p.Values[:n] {
		b = append(b, ',')
		b = appendNumber(b, float64(v), 32)
	}
	return append(b, ']'), nil
}

func finite(v float32) bool { return v-v == 0 }

// UnmarshalJSON implements [json.Unmarshaler]; null becomes NaN, as does what was left
// out at the end.
func (p *Point) UnmarshalJSON(b []byte) error {
	var a []Number
	if err := json.Unmarshal(b, &a); err != nil {
		return err
	}
	if len(a) < 2+PointAlways || len(a) > len(PointColumns) {
		return fmt.Errorf("wire: point has %d members, not %d to %d", len(a), 2+PointAlways, len(PointColumns))
	}
	*p = Point{Lane: uint8(a[0]), Step: uint64(a[1])}
	for i := range p.Values {
		p.Values[i] = float32(math.NaN())
		if i+2 < len(a) {
			p.Values[i] = float32(a[i+2])
		}
	}
	return nil
}
