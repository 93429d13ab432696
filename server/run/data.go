package run

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

// gridPoints is the number of x at which frames show the prediction. A frame
// of one lane is then a little over 2 KB.
const gridPoints = 256

// mapSide is the number of places along each side of a map of two inputs.
const mapSide = 40

// isMap is the slice of a grid that is a map.
const isMap = -1

// The streams of chance that the run's seed feeds, besides those of datasets
// and engine.
const (
	streamNoise = 0x6e6f697365 + iota
	streamPool
	streamAcquire
)

// rows are some rows of a data set, in the order of their ids.
type rows struct {
	ids   []uint32
	x     []float64 // (rows, inputs)
	clean []float64 // (rows, targets) without the added noise
	y     []float64 // and with it: what is trained and shown
}

func (r *rows) len() int { return len(r.ids) }

// data are the rows of a run, split into training rows, test rows and those held
// back, and the grid on which frames stand. It is never changed: an edit makes
// another.
type data struct {
	set  *datasets.Set
	seed uint32
	own  *ownRows // what the set was made from, or nil

	train, test, pool rows
	nextID            uint32
	lo, hi            []float64    // of each input, over the rows that the set began with
	center            []float64    // of each input: its mean over the first training rows, of words the commonest
	held              []float64    // where the inputs stand along which the fit is not shown
	along             engine.Scale // of the input of the first training rows, where there is one
	centres, stds     []float64    // of each target of the first training rows, without noise
	noise             float64      // percent of stds
	edits             *edits       // that made these rows from the set's, in clean targets

	revision uint32
	slice    int       // the input along which the grid runs, counted from 0, or isMap
	target   int       // which is shown, counted from 0
	gridRows []float64 // (places, inputs)
	wire     wire.Data // without the scale, which the lanes have
}

// newData makes the rows that the settings ask for, from the user's own data if
// these are named, and edits them.
func newData(s *wire.RunSettings, own *ownRows, edits []wire.Edit, revision uint32) (*data, error) {
	d := &data{seed: s.Seed, revision: revision}
	if err := d.load(s, own); err != nil {
		return nil, err
	}
	if n := len(d.set.Inputs); n > wire.MaxInputs {
		return nil, fmt.Errorf("%s has %d inputs; at most %d can be trained on", d.set.Title, n, wire.MaxInputs)
	}
	if n := d.set.Rows(); n > maxRows {
		return nil, wire.Refuse(wire.TooMuch, "", "the data set has %d rows; a run has at most %d", n, maxRows)
	}
	if n := len(d.set.Y); n > maxTargetValues {
		return nil, wire.Refuse(wire.TooMuch, "", "the data set has %d values of targets, rows times targets; a run has at most %d: take fewer rows, or fewer targets", n, maxTargetValues)
	}
	split, err := d.own.split(d.set, s.TrainShare/100, s.Seed)
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
			d.pool.add(uint32(row), d.set.Row(row), d.set.RowTargets(row))
		} else {
			d.train.add(uint32(row), d.set.Row(row), d.set.RowTargets(row))
		}
	}
	for _, row := range split.Test {
		d.test.add(uint32(row), d.set.Row(row), d.set.RowTargets(row))
	}
	d.nextID = uint32(d.set.Rows())
	d.measure()
	for i := range edits {
		if err = d.edit(&edits[i]); err != nil {
			return nil, fmt.Errorf("edit %d of the rows: %w", i+1, err)
		}
	}
	return d.shown(s), nil
}

// load makes the set.
func (d *data) load(s *wire.RunSettings, own *ownRows) (err error) {
	if s.Dataset != wire.OwnData {
		d.set, err = datasets.Load(s.Dataset, uint64(s.Seed))
		return err
	}
	if own == nil {
		return errors.New("there are no rows of your own yet; send them with a data command, or choose a set of the catalogue")
	}
	d.own = own
	d.set, err = own.load(s.Seed)
	return err
}

// add appends a row that is not noisy yet.
func (r *rows) add(id uint32, x, y []float64) {
	r.ids = append(r.ids, id)
	r.x = append(r.x, x...)
	r.clean = append(r.clean, y...)
}

// measure notes what is fixed by the rows that the set began with.
func (d *data) measure() {
	n := len(d.set.Inputs)
	if n == 1 {
		d.along = engine.FitScale(d.train.x)
	}
	targets := len(d.set.Targets)
	for k := range targets {
		scale := engine.FitScale(nth(d.train.clean, targets, k))
		d.centres, d.stds = append(d.centres, scale.Mean), append(d.stds, scale.Std)
	}
	for k := range n {
		lo, hi := math.Inf(1), math.Inf(-1)
		for i := k; i < len(d.set.X); i += n {
			lo, hi = min(lo, d.set.X[i]), max(hi, d.set.X[i])
		}
		sum := 0.0
		for i := k; i < len(d.train.x); i += n {
			sum += d.train.x[i]
		}
		if k == 0 && d.set.Low < d.set.High {
			lo, hi = min(lo, d.set.Low), max(hi, d.set.High)
		}
		d.lo, d.hi = append(d.lo, lo), append(d.hi, hi)
		d.center = append(d.center, sum/float64(d.train.len()))
	}
	for _, g := range d.groups() {
		most := g.commonest(d.center)
		for k := range g.inputs {
			d.center[g.first+k] = 0
		}
		d.center[most] = 1
	}
	for _, k := range d.marks() {
		d.center[k] = 0 // as of a row that lacks nothing
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
func (d *data) marks() (list []int) {
	if d.own == nil {
		return nil
	}
	first := 0
	for i, s := range d.own.encoding {
		first += d.own.encoding[i : i+1].Width()
		if len(s.Fill) > 0 {
			list = append(list, first-1)
		}
	}
	return list
}

// groups returns those of the rows.
func (d *data) groups() (list []group) {
	if d.own == nil {
		return nil
	}
	first := 0
	for i, s := range d.own.encoding {
		if s.Kind == table.OfValues {
			list = append(list, group{first, len(s.Values)})
		}
		first += d.own.encoding[i : i+1].Width()
	}
	return list
}

// size is about how many bytes the rows take.
func (d *data) size() int {
	values := 2 + len(d.set.Inputs) + 2*len(d.set.Targets) // with the id, and what is shown
	return 8 * (values*(d.train.len()+d.test.len()+d.pool.len()) + len(d.gridRows))
}

// addNoise adds to the targets of a row what noise adds to them, times sign.
func (d *data) addNoise(y []float64, id uint32, sign float64) {
	if d.noise == 0 {
		return
	}
	r := rand.New(rand.NewPCG(uint64(d.seed)<<32|uint64(id), streamNoise))
	for k := range y {
		y[k] += sign * (d.noise / 100 * d.stds[k] * r.NormFloat64())
	}
}

// nth returns value k of each of rows of that many values.
func nth(rows []float64, width, k int) []float64 {
	if width == 1 {
		return rows
	}
	list := make([]float64, 0, len(rows)/width)
	for i := k; i < len(rows); i += width {
		list = append(list, rows[i])
	}
	return list
}

// shown returns d with the settings' added noise, the target that they show and its grid
// along their input, or a map where there are two and they name none, ready to be
// trained on and drawn.
func (d *data) shown(s *wire.RunSettings) *data {
	e := *d
	e.noise, e.slice = s.Noise, min(max(s.Slice, 1), len(d.set.Inputs))-1
	e.held = d.center
	if at, refused := d.heldAt(s.SliceAt); refused == nil { // which was checked
		e.held = at
	}
	e.target = min(max(s.ShownTarget, 1), len(d.set.Targets)) - 1
	targets := len(d.set.Targets)
	if s.Slice == 0 && len(d.set.Inputs) == 2 && len(d.groups()) == 0 {
		e.slice = isMap
	}
	for _, r := range []*rows{&e.train, &e.test, &e.pool} {
		r.y = slices.Clone(r.clean)
		for i, id := range r.ids {
			e.addNoise(r.y[i*targets:(i+1)*targets], id, 1)
		}
	}
	e.layGrid()
	e.describe()
	return &e
}

// layGrid spans the grid over all rows and a little beyond, to show what the
// network makes of what it has not seen.
func (d *data) layGrid() {
	if d.slice != isMap {
		x := d.axis(d.slice, gridPoints)
		d.gridRows = make([]float64, 0, gridPoints*len(d.set.Inputs))
		for i, v := range x {
			d.gridRows = append(d.gridRows, d.held...)
			d.place(d.gridRows[i*len(d.set.Inputs):], v)
		}
		return
	}
	across, up := d.axis(0, mapSide), d.axis(1, mapSide)
	d.gridRows = make([]float64, 0, 2*mapSide*mapSide)
	for _, v := range up {
		for _, u := range across {
			d.gridRows = append(d.gridRows, u, v)
		}
	}
}

// place puts a row at a place along the input that is shown. If that is a word's, the
// row is of the commonest word at 0 and of this one at 1.
func (d *data) place(row []float64, at float64) {
	for _, g := range d.groups() {
		if d.slice >= g.first && d.slice < g.first+g.inputs {
			// Of a word that is held, and of which this one is not, all the others are 0.
			held := g.commonest(d.held)
			if held == d.slice {
				held = g.commonest(d.center)
			}
			clear(row[g.first : g.first+g.inputs])
			row[held] = 1 - at
		}
	}
	row[d.slice] = at
}

// axis returns so many values of an input, over all rows and a little beyond.
func (d *data) axis(input, points int) []float64 {
	n := len(d.set.Inputs)
	lo, hi := d.lo[input], d.hi[input]
	for _, r := range []*rows{&d.train, &d.test} {
		for i := input; i < len(r.x); i += n {
			lo, hi = min(lo, r.x[i]), max(hi, r.x[i])
		}
	}
	pad := 0.04 * (hi - lo)
	x := make([]float64, points)
	for i := range x {
		x[i] = lo - pad + (hi-lo+2*pad)*float64(i)/float64(points-1)
	}
	return x
}

// places is the number of places on the grid.
func (d *data) places() int { return len(d.gridRows) / len(d.set.Inputs) }

// spread returns at most so many of the numbers below n, evenly.
func spread(n, most int) []int {
	k := min(n, most)
	list := make([]int, k)
	for i := range list {
		list[i] = i * n / k
	}
	return list
}

// shares says how many of the training and the test rows are looked at where
// there is time for so many. Where that is a multiple of those that are shown,
// these are among them.
func (d *data) shares(most int) (train, test int) {
	a, b := d.train.len(), d.test.len()
	if a+b <= most {
		return a, b
	}
	unit := min(most, wire.MaxRowsShown)
	train = max(1, unit*a/(a+b))
	test = max(1, unit-train)
	return min(a, train*(most/unit)), min(b, test*(most/unit))
}

func (d *data) describe() {
	inputs := len(d.set.Inputs)
	d.wire = wire.Data{
		Name: d.set.Name, Title: d.set.Title, Help: d.set.Help, Source: d.set.Source,
		Revision: d.revision, Target: wire.Column(d.set.Targets[d.target]), Slice: d.slice + 1, ShownTarget: d.target + 1,
		Train: d.train.len(), Test: d.test.len(), Pool: d.pool.len(),
		IDs: []uint32{}, X: make([][]float64, inputs), Y: []float64{}, IsTest: []bool{},
		Truth:   d.set.Truth != nil,
		Dropped: []wire.Drop{}, Sources: d.describeSources(),

		Equation: describeEquation(d.set),
	}
	d.wire.BestTrainNLL, d.wire.BestTestNLL = d.bestNLL(&d.train, 0, d.target), d.bestNLL(&d.test, 1, d.target)
	if d.own != nil {
		d.wire.Name = wire.OwnData
		if rows := d.own.spec.Rows; rows != nil {
			d.wire.Dropped, d.wire.DroppedRows = append(d.wire.Dropped, rows.Dropped...), rows.DroppedRows
		}
	}
	for _, c := range d.set.Inputs {
		d.wire.Inputs = append(d.wire.Inputs, wire.Column(c))
	}
	targets := len(d.set.Targets)
	for _, c := range d.set.Targets {
		d.wire.Targets = append(d.wire.Targets, wire.Column(c))
	}
	if targets > 1 {
		d.wire.AllY = make([][]float64, targets)
		for k := range targets {
			d.wire.ByTarget = append(d.wire.ByTarget, wire.TargetData{BestTrainNLL: d.bestNLL(&d.train, 0, k), BestTestNLL: d.bestNLL(&d.test, 1, k)})
		}
	}
	train, test := d.shares(wire.MaxRowsShown)
	for k, r := range []*rows{&d.train, &d.test} {
		for _, i := range spread(r.len(), []int{train, test}[k]) {
			d.wire.IDs = append(d.wire.IDs, r.ids[i])
			for j := range inputs {
				d.wire.X[j] = append(d.wire.X[j], r.x[i*inputs+j])
			}
			d.wire.Y = append(d.wire.Y, r.y[i*targets+d.target])
			for k := range d.wire.AllY {
				d.wire.AllY[k] = append(d.wire.AllY[k], r.y[i*targets+k])
			}
			d.wire.IsTest = append(d.wire.IsTest, k == 1)
		}
	}
}

// truth returns the true mean and the true standard deviation of the target that is shown
// at x, added noise included.
func (d *data) truth(x []float64) (mean, std float64) { return d.truthOf(d.target, x) }

// truthOf is truth of any target.
func (d *data) truthOf(target int, x []float64) (mean, std float64) {
	var m, s [wire.MaxTargets]float64
	d.truths(m[:len(d.stds)], s[:len(d.stds)], x)
	return m[target], s[target]
}

// truths is truth of every target.
func (d *data) truths(mean, std, x []float64) {
	d.set.Truth(mean, std, x)
	for k := range std {
		std[k] = math.Hypot(std[k], d.noise/100*d.stds[k])
	}
}

// bestNLL is the NLL of the truth of a target on the rows of a part of the split that are
// evaluated; nil where the truth is not known, or has no density as its standard
// deviation is 0 somewhere.
func (d *data) bestNLL(r *rows, part, target int) *float64 {
	if d.set.Truth == nil {
		return nil
	}
	train, test := d.shares(wire.MaxRowsEvaluated)
	inputs := len(d.set.Inputs)
	var mean, std, y []float64
	for _, i := range spread(r.len(), []int{train, test}[part]) {
		m, s := d.truthOf(target, r.x[i*inputs:(i+1)*inputs])
		mean, std, y = append(mean, m), append(std, s), append(y, r.y[i*len(d.stds)+target])
	}
	best, err := metrics.Evaluate(mean, std, y)
	if err != nil || math.IsInf(best.NLL, 0) || math.IsNaN(best.NLL) {
		return nil
	}
	return &best.NLL
}

// gridFrames returns the frames that are sent once for each revision: the grid,
// and the truth on it where it is known.
func (d *data) gridFrames(generation uint32) []*wire.Frame {
	inputs, places := len(d.set.Inputs), d.places()
	grid := &wire.Frame{Kind: wire.FrameGrid, Generation: generation, DataRevision: d.revision}
	column := func(input int) []float64 {
		x := make([]float64, places)
		for i := range x {
			x[i] = d.gridRows[i*inputs+input]
		}
		return x
	}
	grid.Add(column(max(d.slice, 0)))
	if d.slice == isMap {
		grid.Add(column(1))
	}
	if d.set.Truth == nil {
		return []*wire.Frame{grid}
	}
	truth := &wire.Frame{Kind: wire.FrameTruth, Generation: generation, DataRevision: d.revision}
	mean, std := make([]float64, places), make([]float64, places)
	for i := range places {
		mean[i], std[i] = d.truth(d.gridRows[i*inputs : (i+1)*inputs])
	}
	truth.Add(mean)
	truth.AddFrom(0, std)
	if len(d.stds) == 1 {
		return []*wire.Frame{grid, truth}
	}
	return []*wire.Frame{grid, truth, d.targetTruth(generation)}
}

// targetTruth is the truth of all targets on the grid.
func (d *data) targetTruth(generation uint32) *wire.Frame {
	f := &wire.Frame{Kind: wire.FrameTargetTruth, Generation: generation, DataRevision: d.revision}
	inputs, targets, places := len(d.set.Inputs), len(d.stds), d.places()
	means, stds := make([]float64, targets*places), make([]float64, targets*places)
	for i := range places {
		d.truths(means[i*targets:(i+1)*targets], stds[i*targets:(i+1)*targets], d.gridRows[i*inputs:(i+1)*inputs])
	}
	for k := range targets {
		f.Add(nth(means, targets, k))
		f.AddFrom(0, nth(stds, targets, k))
	}
	return f
}

// gridBytes are those frames, one after the other.
func (d *data) gridBytes(generation uint32) []byte {
	var b []byte
	for _, f := range d.gridFrames(generation) {
		b = f.Append(b)
	}
	return b
}
