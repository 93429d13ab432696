package wire

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
)

// FrameHeaderSize is the number of bytes before a frame's scalars. It is a
// multiple of 8, so that typed arrays can be laid over what follows.
const FrameHeaderSize = 40

const (
	frameMagic   = "GNLL"
	frameVersion = 1
)

// A FrameKind says what a frame's columns are.
type FrameKind uint8

// The kinds of frame.
const (
	FrameGrid  FrameKind = 1 // one column: x; or two, the two inputs of a map
	FrameTruth FrameKind = 2 // two columns: true mean, true standard deviation
	FrameFit   FrameKind = 3 // two columns or three: predicted mean, predicted standard deviation, of an ensemble the epistemic one

	// FrameRows has a value for each row of the Data, in their order: predicted
	// mean and clamped standard deviation, in the target's unit, and the row's
	// pull on the mean and on the variance. All are NaN for a row that was not
	// looked at, the pulls for one that is not trained on.
	FrameRows FrameKind = 4

	// FrameCalibration is the calibration curve of central intervals on the
	// test rows, at CalibrationLevels levels: expected share, observed share,
	// and that after recalibration by a factor and by isotonic regression.
	FrameCalibration FrameKind = 5

	// FramePIT counts the test rows' probability integral transforms in PITBins
	// bins: as predicted, recalibrated by a factor, and by isotonic regression.
	FramePIT FrameKind = 6

	// FrameResidual has the residual of the lane's equation on the grid, in its own
	// unit, the mean over the members; there is none without an equation.
	FrameResidual FrameKind = 7

	// Of several targets there are three or four kinds more: FrameTargets has two columns
	// for each, predicted mean and standard deviation on the grid, FrameTargetRows the same
	// of the rows of the Data where there are at most MaxTargetsOfRows, FrameTargetTruth the
	// true mean and standard deviation on the grid. FrameTargetScores has a column for each
	// of TargetScores, a value for each target and last one over all targets, which but for
	// the NLL is in standard deviations of each target.
	FrameTargets      FrameKind = 8
	FrameTargetRows   FrameKind = 9
	FrameTargetScores FrameKind = 10
	FrameTargetTruth  FrameKind = 11

	// FrameAverage comes where slice_average is on. The fit is then averaged over training
	// rows, its standard deviation after the clamp, and this has on the grid what 10 % and
	// 90 % of these rows have at most: two columns of the mean and two of the standard
	// deviation.
	FrameAverage FrameKind = 12
)

// MaxTargetsOfRows is the largest number of targets of which frames tell each row.
const MaxTargetsOfRows = 4

// TargetScores names the columns of FrameTargetScores, which are scalars of those names:
// of the metrics that are told of each target.
var TargetScores = targetScores()

func targetScores() (names []string) {
	for _, f := range MetricFigures() {
		if f.Each {
			names = append(names, "train_"+f.ID, "test_"+f.ID)
		}
	}
	return append(names, "verdict")
}

// CalibrationLevels is how many levels, evenly from 0 to 1, a calibration frame
// has.
const CalibrationLevels = 21

// PITBins is how many bins, from 0 to 1, a PIT frame has.
const PITBins = 10

// Verdicts are what the scalars "verdict" and "scaled_verdict" count from 0.
var Verdicts = []Verdict{{"few", "too few test points"}, {"over", "overconfident"}, {"under", "underconfident"}, {"well", "calibrated on average"}}

// A Verdict says how well calibrated predictions are.
type Verdict struct {
	ID    string `json:"id"`
	Words string `json:"words"` // for people
}

// Scalars names the scalars of a fit frame, in their order. A name stands for
// the same quantity in every version of the protocol that has it; new ones are
// added at the end, those of metrics by their [Figure.Added].
//
// "loss" is what training minimises, with eps, full and the target's
// standardisation as they are set, averaged over the rows; "nll" is the negative
// log likelihood in the target's own units, with its constant.
var Scalars = slices.Concat(firstScalars, EquationScalars, addedScalars())

// firstScalars are those before the ones of an equation.
var firstScalars = []string{
	"train_loss",     // nats per row
	"test_loss",      // nats per row
	"train_nll",      // nats per row
	"test_nll",       // nats per row
	"train_rmse",     // target's unit
	"test_rmse",      // target's unit
	"train_coverage", // share of training rows within the central 95 % interval, 0 to 1
	"test_coverage",  // share of test rows within the central 95 % interval, 0 to 1
	"log_variance",   // nats per training row: the loss's term 0.5 log v
	"residual",       // nats per training row: the loss's term 0.5 d²/v
	"constant",       // nats per row: 0.5 log 2π with full, else 0
	"clamped",        // training rows whose variance is below eps
	"floor",          // square root of eps in the target's unit
	"steps_per_s",    // training steps per second of the last half second; 0 while paused
	"train_crps",     // target's unit
	"test_crps",      // target's unit
	"batch_loss",     // nats per row of the last step's batch, before it
	"mean_norm",      // norm of the gradient of the mean's part at the last step, before clipping
	"variance_norm",  // and of the variance's part
	"rate",           // learning rate of the last step, as the schedule had it
	"guarded",        // variances of the last step's batch that the exp head's guard held

	"train_mae", // mean absolute error, target's unit
	"test_mae",
	"train_r2", // share of the targets' variance that the mean explains, at most 1
	"test_r2",
	"train_interval", // interval score over central intervals of 1 % to 99 %, target's unit
	"test_interval",
	"train_sharpness", // root of the mean predicted variance, target's unit
	"test_sharpness",
	"train_miscal_area", // area between calibration curve and diagonal, 0 to 0.5
	"test_miscal_area",
	"train_coverage_50", // share of rows within the central 50 % interval, 0 to 1
	"test_coverage_50",
	"train_coverage_68", // and so on
	"test_coverage_68",
	"train_coverage_90",
	"test_coverage_90",

	// Calibration on the test rows. Recalibration is learned on one half of them
	// and judged on the other, both ways round.
	"verdict",              // index in Verdicts; NaN where there is none
	"scaled_verdict",       // after recalibration by a factor
	"scale_factor",         // on all standard deviations, learned from all test rows
	"scaled_nll",           // test NLL after recalibration by a factor, nats per row
	"scaled_miscal_area",   // and its area
	"isotonic_miscal_area", // after recalibration by isotonic regression
}

// addedScalars are those of metrics that were added later.
func addedScalars() (names []string) {
	list := slices.DeleteFunc(MetricFigures(), func(f Figure) bool { return f.Added == 0 })
	slices.SortFunc(list, func(a, b Figure) int { return cmp.Compare(a.Added, b.Added) })
	for _, f := range list {
		names = append(names, "train_"+f.ID, "test_"+f.ID)
	}
	return names
}

// EquationScalars are those of a lane's equation: NaN without one.
var EquationScalars = append(slices.Clone(pointValues[PointAlways+1:]),
	"spread_1", // the standard deviation of that parameter over the members
	"spread_2",
	"spread_3",
	"spread_4",
	"spread_5",
	"spread_6",
	"spread_7",
	"spread_8",
)

// A Frame is one picture: everything in it belongs to one moment of a run.
type Frame struct {
	Kind         FrameKind
	Lane         uint8
	Generation   uint32
	Revision     uint32 // of the controls
	Step         uint64
	DataRevision uint32
	Scalars      []float32
	Columns      [][]float32 // all of one length

	// Origins are what the values of each column are counted from; nil: all from 0.
	// Float32 tells little of values that are far from 0 for what they span.
	Origins []float64
}

// hasOrigins is the bit of a frame's flags that says that origins follow its columns.
const hasOrigins = 1

// OriginOf returns what values between two bounds are to be counted from: 0, unless
// float32 would round them visibly.
func OriginOf(low, high float64) float64 {
	middle := low + (high-low)/2
	if span := high - low; !(math.Abs(middle) > 8*span) || math.IsInf(middle, 0) {
		return 0
	}
	return middle
}

// SetScalar sets the scalar of a name. It panics if the frame has none.
func (f *Frame) SetScalar(name string, v float64) {
	f.Scalars[slices.Index(Scalars, name)] = float32(v)
}

// Add adds a column of values, counted from an origin where they are far from 0 for
// what they span. All columns of a frame are to be added so.
func (f *Frame) Add(values []float64) {
	low, high := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if v-v == 0 {
			low, high = min(low, v), max(high, v)
		}
	}
	origin := 0.0
	if low < high {
		origin = OriginOf(low, high)
	}
	f.AddFrom(origin, values)
}

// AddFrom is Add with an origin that the caller knows.
func (f *Frame) AddFrom(origin float64, values []float64) {
	column := make([]float32, len(values))
	for i, v := range values {
		column[i] = float32(v - origin)
	}
	f.Columns, f.Origins = append(f.Columns, column), append(f.Origins, origin)
}

// Append appends the frame's encoding to b and returns the extended slice. It
// panics if the columns differ in length, or some have an origin and others none.
func (f *Frame) Append(b []byte) []byte {
	count := 0
	if len(f.Columns) > 0 {
		count = len(f.Columns[0])
	}
	le := binary.LittleEndian
	b = append(b, frameMagic...)
	flags := byte(0)
	if slices.ContainsFunc(f.Origins, func(v float64) bool { return v != 0 }) {
		flags = hasOrigins
	}
	b = append(b, frameVersion, byte(f.Kind), f.Lane, flags)
	b = le.AppendUint32(b, f.Generation)
	b = le.AppendUint32(b, f.Revision)
	b = le.AppendUint64(b, f.Step)
	b = le.AppendUint32(b, f.DataRevision)
	b = le.AppendUint32(b, uint32(count))
	b = le.AppendUint16(b, uint16(len(f.Columns)))
	b = le.AppendUint16(b, uint16(len(f.Scalars)))
	b = le.AppendUint32(b, 0)
	b = appendFloats(b, f.Scalars)
	for _, c := range f.Columns {
		if len(c) != count {
			panic("wire: columns of a frame differ in length")
		}
		b = appendFloats(b, c)
	}
	if flags&hasOrigins != 0 {
		if len(f.Origins) != len(f.Columns) {
			panic("wire: a frame has not one origin for each column")
		}
		for _, v := range f.Origins {
			b = le.AppendUint64(b, math.Float64bits(v))
		}
	}
	return b
}

func appendFloats(b []byte, v []float32) []byte {
	for _, x := range v {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
	}
	return b
}

// ParseFrames decodes a message: frames that Append wrote one after another. The
// result shares nothing with b.
func ParseFrames(b []byte) ([]*Frame, error) {
	var frames []*Frame
	for len(b) > 0 || frames == nil {
		f, n, err := parseFrame(b)
		if err != nil {
			return nil, err
		}
		frames, b = append(frames, f), b[n:]
	}
	return frames, nil
}

// parseFrame decodes the first frame of b and returns its length.
func parseFrame(b []byte) (*Frame, int, error) {
	if len(b) < FrameHeaderSize {
		return nil, 0, fmt.Errorf("wire: frame of %d bytes is shorter than its header of %d", len(b), FrameHeaderSize)
	}
	if string(b[:4]) != frameMagic {
		return nil, 0, fmt.Errorf("wire: frame begins with %q, not %q", b[:4], frameMagic)
	}
	if b[4] != frameVersion {
		return nil, 0, fmt.Errorf("wire: frame has version %d, not %d", b[4], frameVersion)
	}
	le := binary.LittleEndian
	f := &Frame{
		Kind:         FrameKind(b[5]),
		Lane:         b[6],
		Generation:   le.Uint32(b[8:]),
		Revision:     le.Uint32(b[12:]),
		Step:         le.Uint64(b[16:]),
		DataRevision: le.Uint32(b[24:]),
	}
	count, columns, scalars := uint64(le.Uint32(b[28:])), uint64(le.Uint16(b[32:])), uint64(le.Uint16(b[34:]))
	size := FrameHeaderSize + 4*(scalars+columns*count)
	if b[7]&hasOrigins != 0 {
		size += 8 * columns
	}
	if uint64(len(b)) < size {
		return nil, 0, fmt.Errorf("wire: frame of %d bytes declares %d", len(b), size)
	}
	rest := b[FrameHeaderSize:]
	take := func(n uint64) []float32 {
		v := make([]float32, n)
		for i := range v {
			v[i] = math.Float32frombits(le.Uint32(rest[4*i:]))
		}
		rest = rest[4*n:]
		return v
	}
	f.Scalars = take(scalars)
	for range columns {
		f.Columns = append(f.Columns, take(count))
	}
	if b[7]&hasOrigins != 0 {
		for i := range columns {
			f.Origins = append(f.Origins, math.Float64frombits(le.Uint64(rest[8*i:])))
		}
	}
	return f, int(size), nil
}
