package rows

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/metrics"
	"github.com/gnllviz/gnllviz/server/wire"
)

// GridPoints is the number of x at which frames show the prediction. A frame
// of one lane is then a little over 2 KB.
const GridPoints = 256

// MapSide is the number of places along each side of a map of two inputs.
const MapSide = 40

// IsMap is the slice of a grid that is a map.
const IsMap = -1

// The streams of chance that the run's seed feeds, besides those of datasets
// and engine.
const (
	streamNoise = 0x6e6f697365 + iota
	streamPool
	streamAcquire
)

// A Part is some rows of a data set, in the order of their ids.
type Part struct {
	IDs   []uint32
	X     []float64 // (rows, inputs)
	clean []float64 // (rows, targets) without the added noise
	Y     []float64 // and with it: what is trained and shown
}

// Len is the number of rows.
func (r *Part) Len() int { return len(r.IDs) }

// Data are the rows of a run, split into training rows, test rows and those held
// back, and the grid on which frames stand. It is never changed: an edit makes
// another.
type Data struct {
	Set  *datasets.Set
	Seed uint32
	Own  *Own // what the set was made from, or nil

	Train, Test, Pool Part
	NextID            uint32
	lo, hi            []float64    // of each input, over the rows that the set began with
	Center            []float64    // of each input: its mean over the first training rows, of words the commonest
	Held              []float64    // where the inputs stand along which the fit is not shown
	along             engine.Scale // of the input of the first training rows, where there is one
	Centres, Stds     []float64    // of each target of the first training rows, without noise
	Noise             float64      // percent of stds
	Edits             *Edits       // that made these rows from the set's, in clean targets

	Revision  uint32
	Slice     int       // the input along which the grid runs, counted from 0, or isMap
	Target    int       // which is shown, counted from 0
	GridRows  []float64 // (places, inputs)
	Described wire.Data // without the scale, which the lanes have
}

// New makes the rows that the settings ask for, from the user's own data if
// these are named, and edits them.
func New(s *wire.RunSettings, own *Own, edits []wire.Edit, revision uint32) (*Data, error) {
	d := &Data{Seed: s.Seed, Revision: revision}
	if err := d.load(s, own); err != nil {
		return nil, err
	}
	if n := len(d.Set.Inputs); n > wire.MaxInputs {
		return nil, fmt.Errorf("%s has %d inputs; at most %d can be trained on", d.Set.Title, n, wire.MaxInputs)
	}
	if n := d.Set.Rows(); n > MaxRows {
		return nil, wire.Refuse(wire.TooMuch, "", "the data set has %d rows; a run has at most %d", n, MaxRows)
	}
	if n := len(d.Set.Y); n > maxTargetValues {
		return nil, wire.Refuse(wire.TooMuch, "", "the data set has %d values of targets, rows times targets; a run has at most %d: take fewer rows, or fewer targets", n, maxTargetValues)
	}
	split, err := d.Own.split(d.Set, s.TrainShare/100, s.Seed)
	if err != nil {
		return nil, err
	}
	held := int(math.Round(s.Pool / 100 * float64(len(split.Train))))
	held = min(held, len(split.Train)-1)
	order := rand.New(rand.NewPCG(uint64(s.Seed), streamPool)).Perm(len(split.Train))
	pooled := make([]bool, len(split.Train))
	for _, i := range order[:held] {
		pooled[i] = true
	}
	for i, row := range split.Train {
		if pooled[i] {
			d.Pool.add(uint32(row), d.Set.Row(row), d.Set.RowTargets(row))
		} else {
			d.Train.add(uint32(row), d.Set.Row(row), d.Set.RowTargets(row))
		}
	}
	for _, row := range split.Test {
		d.Test.add(uint32(row), d.Set.Row(row), d.Set.RowTargets(row))
	}
	d.NextID = uint32(d.Set.Rows())
	d.measure()
	for i := range edits {
		if err = d.edit(&edits[i]); err != nil {
			return nil, fmt.Errorf("edit %d of the rows: %w", i+1, err)
		}
	}
	return d.Shown(s), nil
}

// load makes the set.
func (d *Data) load(s *wire.RunSettings, own *Own) (err error) {
	if s.Dataset != wire.OwnData {
		d.Set, err = datasets.Load(s.Dataset, uint64(s.Seed))
		return err
	}
	if own == nil {
		return errors.New("there are no rows of your own yet; send them with a data command, or choose a set of the catalogue")
	}
	d.Own = own
	d.Set, err = own.load(s.Seed)
	return err
}

// add appends a row that is not noisy yet.
func (r *Part) add(id uint32, x, y []float64) {
	r.IDs = append(r.IDs, id)
	r.X = append(r.X, x...)
	r.clean = append(r.clean, y...)
}

// measure notes what is fixed by the rows that the set began with.
func (d *Data) measure() {
	n := len(d.Set.Inputs)
	if n == 1 {
		d.along = engine.FitScale(d.Train.X)
	}
	targets := len(d.Set.Targets)
	for k := range targets {
		scale := engine.FitScale(Nth(d.Train.clean, targets, k))
		d.Centres, d.Stds = append(d.Centres, scale.Mean), append(d.Stds, scale.Std)
	}
	for k := range n {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := k; i < len(d.Set.X); i += n {
			lo, hi = min(lo, d.Set.X[i]), max(hi, d.Set.X[i])
		}
		sum := 0.0
		for i := k; i < len(d.Train.X); i += n {
			sum += d.Train.X[i]
		}
		if k == 0 && d.Set.Low < d.Set.High {
			lo, hi = min(lo, d.Set.Low), max(hi, d.Set.High)
		}
		d.lo, d.hi = append(d.lo, lo), append(d.hi, hi)
		d.Center = append(d.Center, sum/float64(d.Train.Len()))
	}
	for _, g := range d.groups() {
		most := g.commonest(d.Center)
		for k := range g.inputs {
			d.Center[g.first+k] = 0
		}
		d.Center[most] = 1
	}
	for _, k := range d.marks() {
		d.Center[k] = 0 // as of a row that lacks nothing
	}
}

// A group is the inputs of a column of words.
type group struct{ first, inputs int }

// commonest returns the input of which most rows are, by the inputs' means.
func (g group) commonest(means []float64) int {
	most := g.first
	for k := g.first; k < g.first+g.inputs; k++ {
		if means[k] > means[most] {
			most = k
		}
	}
	return most
}

// marks returns the inputs that say that there is nothing in a column.
func (d *Data) marks() (list []int) {
	if d.Own == nil {
		return nil
	}
	first := 0
	for i, s := range d.Own.Encoding {
		first += d.Own.Encoding[i : i+1].Width()
		if len(s.Fill) > 0 {
			list = append(list, first-1)
		}
	}
	return list
}

// groups returns those of the rows.
func (d *Data) groups() (list []group) {
	if d.Own == nil {
		return nil
	}
	first := 0
	for i, s := range d.Own.Encoding {
		if s.Kind == table.OfValues {
			list = append(list, group{first, len(s.Values)})
		}
		first += d.Own.Encoding[i : i+1].Width()
	}
	return list
}

// Size is about how many bytes the rows take.
func (d *Data) Size() int {
	values := 2 + len(d.Set.Inputs) + 2*len(d.Set.Targets) // with the id, and what is shown
	return 8 * (values*(d.Train.Len()+d.Test.Len()+d.Pool.Len()) + len(d.GridRows))
}

// addNoise adds to the targets of a row what noise adds to them, times sign.
func (d *Data) addNoise(y []float64, id uint32, sign float64) {
	if d.Noise == 0 {
		return
	}
	r := rand.New(rand.NewPCG(uint64(d.Seed)<<32|uint64(id), streamNoise))
	for k := range y {
		y[k] += sign * (d.Noise / 100 * d.Stds[k] * r.NormFloat64())
	}
}

// Nth returns value k of each of rows of that many values.
func Nth(rows []float64, width, k int) []float64 {
	if width == 1 {
		return rows
	}
	list := make([]float64, 0, len(rows)/width)
	for i := k; i < len(rows); i += width {
		list = append(list, rows[i])
	}
	return list
}

// Shown returns d with the settings' added noise, the target that they show and its grid
// along their input, or a map where there are two and they name none, ready to be
// trained on and drawn.
func (d *Data) Shown(s *wire.RunSettings) *Data {
	e := *d
	e.Noise, e.Slice = s.Noise, min(max(s.Slice, 1), len(d.Set.Inputs))-1
	e.Held = d.Center
	if at, refused := d.heldAt(s.SliceAt); refused == nil { // which was checked
		e.Held = at
	}
	e.Target = min(max(s.ShownTarget, 1), len(d.Set.Targets)) - 1
	targets := len(d.Set.Targets)
	if s.Slice == 0 && len(d.Set.Inputs) == 2 && len(d.groups()) == 0 {
		e.Slice = IsMap
	}
	for _, r := range []*Part{&e.Train, &e.Test, &e.Pool} {
		r.Y = slices.Clone(r.clean)
		for i, id := range r.IDs {
			e.addNoise(r.Y[i*targets:(i+1)*targets], id, 1)
		}
	}
	e.layGrid()
	e.describe()
	return &e
}

// layGrid spans the grid over all rows and a little beyond, to show what the
// network makes of what it has not seen.
func (d *Data) layGrid() {
	if d.Slice != IsMap {
		x := d.axis(d.Slice, GridPoints)
		d.GridRows = make([]float64, 0, GridPoints*len(d.Set.Inputs))
		for i, v := range x {
			d.GridRows = append(d.GridRows, d.Held...)
			d.place(d.GridRows[i*len(d.Set.Inputs):], v)
		}
		return
	}
	across, up := d.axis(0, MapSide), d.axis(1, MapSide)
	d.GridRows = make([]float64, 0, 2*MapSide*MapSide)
	for _, v := range up {
		for _, u := range across {
			d.GridRows = append(d.GridRows, u, v)
		}
	}
}

// place puts a row at a place along the input that is shown. If that is a word's, the
// row is of the commonest word at 0 and of this one at 1.
func (d *Data) place(row []float64, at float64) {
	for _, g := range d.groups() {
		if d.Slice >= g.first && d.Slice < g.first+g.inputs {
			// Of a word that is held, and of which this one is not, all the others are 0.
			held := g.commonest(d.Held)
			if held == d.Slice {
				held = g.commonest(d.Center)
			}
			clear(row[g.first : g.first+g.inputs])
			row[held] = 1 - at
		}
	}
	row[d.Slice] = at
}

// axis returns so many values of an input, over all rows and a little beyond.
func (d *Data) axis(input, points int) []float64 {
	n := len(d.Set.Inputs)
	lo, hi := d.lo[input], d.hi[input]
	for _, r := range []*Part{&d.Train, &d.Test} {
		for i := input; i < len(r.X); i += n {
			lo, hi = min(lo, r.X[i]), max(hi, r.X[i])
		}
	}
	pad := 0.04 * (hi - lo)
	x := make([]float64, points)
	for i := range x {
		x[i] = lo - pad + (hi-lo+2*pad)*float64(i)/float64(points-1)
	}
	return x
}

// Places is the number of places on the grid.
func (d *Data) Places() int { return len(d.GridRows) / len(d.Set.Inputs) }

// Spread returns at most so many of the numbers below n, evenly.
func Spread(n, most int) []int {
	k := min(n, most)
	list := make([]int, k)
	for i := range list {
		list[i] = i * n / k
	}
	return list
}

// Shares says how many of the training and the test rows are looked at where
// there is time for so many. Where that is a multiple of those that are shown,
// these are among them.
func (d *Data) Shares(most int) (train, test int) {
	a, b := d.Train.Len(), d.Test.Len()
	if a+b <= most {
		return a, b
	}
	unit := min(most, wire.MaxRowsShown)
	train = max(1, unit*a/(a+b))
	test = max(1, unit-train)
	return min(a, train*(most/unit)), min(b, test*(most/unit))
}

func (d *Data) describe() {
	inputs := len(d.Set.Inputs)
	d.Described = wire.Data{
		Name: d.Set.Name, Title: d.Set.Title, Help: d.Set.Help, Source: d.Set.Source,
		Revision: d.Revision, Target: wire.Column(d.Set.Targets[d.Target]), Slice: d.Slice + 1, ShownTarget: d.Target + 1,
		Train: d.Train.Len(), Test: d.Test.Len(), Pool: d.Pool.Len(),
		IDs: []uint32{}, X: make([][]float64, inputs), Y: []float64{}, IsTest: []bool{},
		Truth:   d.Set.Truth != nil,
		Dropped: []wire.Drop{}, Sources: d.describeSources(),

		Equation: describeEquation(d.Set),
	}
	d.Described.BestTrainNLL, d.Described.BestTestNLL = d.bestNLL(&d.Train, 0, d.Target), d.bestNLL(&d.Test, 1, d.Target)
	if d.Own != nil {
		d.Described.Name = wire.OwnData
		if rows := d.Own.Spec.Rows; rows != nil {
			d.Described.Dropped, d.Described.DroppedRows = append(d.Described.Dropped, rows.Dropped...), rows.DroppedRows
		}
	}
	for _, c := range d.Set.Inputs {
		d.Described.Inputs = append(d.Described.Inputs, wire.Column(c))
	}
	targets := len(d.Set.Targets)
	for _, c := range d.Set.Targets {
		d.Described.Targets = append(d.Described.Targets, wire.Column(c))
	}
	if targets > 1 {
		d.Described.AllY = make([][]float64, targets)
		for k := range targets {
			d.Described.ByTarget = append(d.Described.ByTarget, wire.TargetData{BestTrainNLL: d.bestNLL(&d.Train, 0, k), BestTestNLL: d.bestNLL(&d.Test, 1, k)})
		}
	}
	train, test := d.Shares(wire.MaxRowsShown)
	for k, r := range []*Part{&d.Train, &d.Test} {
		for _, i := range Spread(r.Len(), []int{train, test}[k]) {
			d.Described.IDs = append(d.Described.IDs, r.IDs[i])
			for j := range inputs {
				d.Described.X[j] = append(d.Described.X[j], r.X[i*inputs+j])
			}
			d.Described.Y = append(d.Described.Y, r.Y[i*targets+d.Target])
			for k := range d.Described.AllY {
				d.Described.AllY[k] = append(d.Described.AllY[k], r.Y[i*targets+k])
			}
			d.Described.IsTest = append(d.Described.IsTest, k == 1)
		}
	}
}

// Truth returns the true mean and the true standard deviation of the target that is shown
// at x, added noise included.
func (d *Data) Truth(x []float64) (mean, std float64) { return d.truthOf(d.Target, x) }

// truthOf is truth of any target.
func (d *Data) truthOf(target int, x []float64) (mean, std float64) {
	var m, s [wire.MaxTargets]float64
	d.truths(m[:len(d.Stds)], s[:len(d.Stds)], x)
	return m[target], s[target]
}

// truths is truth of every target.
func (d *Data) truths(mean, std, x []float64) {
	d.Set.Truth(mean, std, x)
	for k := range std {
		std[k] = math.Hypot(std[k], d.Noise/100*d.Stds[k])
	}
}

// bestNLL is the NLL of the truth of a target on the rows of a part of the split that are
// evaluated; nil where the truth is not known, or has no density as its standard
// deviation is 0 somewhere.
func (d *Data) bestNLL(r *Part, part, target int) *float64 {
	if d.Set.Truth == nil {
		return nil
	}
	train, test := d.Shares(wire.MaxRowsEvaluated)
	inputs := len(d.Set.Inputs)
	var mean, std, y []float64
	for _, i := range Spread(r.Len(), []int{train, test}[part]) {
		m, s := d.truthOf(target, r.X[i*inputs:(i+1)*inputs])
		mean, std, y = append(mean, m), append(std, s), append(y, r.Y[i*len(d.Stds)+target])
	}
	best, err := metrics.Evaluate(mean, std, y)
	if err != nil || math.IsInf(best.NLL, 0) || math.IsNaN(best.NLL) {
		return nil
	}
	return &best.NLL
}

// gridFrames returns the frames that are sent once for each revision: the grid,
// and the truth on it where it is known.
func (d *Data) gridFrames(generation uint32) []*wire.Frame {
	inputs, places := len(d.Set.Inputs), d.Places()
	grid := &wire.Frame{Kind: wire.FrameGrid, Generation: generation, DataRevision: d.Revision}
	column := func(input int) []float64 {
		x := make([]float64, places)
		for i := range x {
			x[i] = d.GridRows[i*inputs+input]
		}
		return x
	}
	grid.Add(column(max(d.Slice, 0)))
	if d.Slice == IsMap {
		grid.Add(column(1))
	}
	if d.Set.Truth == nil {
		return []*wire.Frame{grid}
	}
	truth := &wire.Frame{Kind: wire.FrameTruth, Generation: generation, DataRevision: d.Revision}
	mean, std := make([]float64, places), make([]float64, places)
	for i := range places {
		mean[i], std[i] = d.Truth(d.GridRows[i*inputs : (i+1)*inputs])
	}
	truth.Add(mean)
	truth.AddFrom(0, std)
	if len(d.Stds) == 1 {
		return []*wire.Frame{grid, truth}
	}
	return []*wire.Frame{grid, truth, d.targetTruth(generation)}
}

// targetTruth is the truth of all targets on the grid.
func (d *Data) targetTruth(generation uint32) *wire.Frame {
	f := &wire.Frame{Kind: wire.FrameTargetTruth, Generation: generation, DataRevision: d.Revision}
	inputs, targets, places := len(d.Set.Inputs), len(d.Stds), d.Places()
	means, stds := make([]float64, targets*places), make([]float64, targets*places)
	for i := range places {
		d.truths(means[i*targets:(i+1)*targets], stds[i*targets:(i+1)*targets], d.GridRows[i*inputs:(i+1)*inputs])
	}
	for k := range targets {
		f.Add(Nth(means, targets, k))
		f.AddFrom(0, Nth(stds, targets, k))
	}
	return f
}

// GridBytes are those frames, one after the other.
func (d *Data) GridBytes(generation uint32) []byte {
	var b []byte
	for _, f := range d.gridFrames(generation) {
		b = f.Append(b)
	}
	return b
}

// A Shape is how many values a row has.
type Shape struct{ Inputs, Targets int }

// Shape is that of the rows.
func (d *Data) Shape() Shape { return Shape{len(d.Set.Inputs), len(d.Set.Targets)} }
