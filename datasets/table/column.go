package table

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
)

// lookOver reads the numbers of all columns, and finds out what there is in them.
func (t *Table) lookOver(o *Options) {
	g := t.grid
	width := g.width
	t.nameColumns(g.names, width)
	t.planColumns(o)
	stats := make([]stat, width)
	seed := maphash.MakeSeed()
	t.values = make([][]float64, width)
	for k := range stats {
		stats[k] = stat{seen: map[uint64]struct{}{}, seed: seed}
		if stats[k].p = &t.Columns[k]; stats[k].p.Numbers > 0 {
			t.values[k] = make([]float64, len(g.rows))
		}
		stats[k].p.Numbers, stats[k].p.first, stats[k].p.sorted = 0, [2]int{-1, -1}, true
	}
	for i := range g.rows {
		r := &g.rows[i]
		for k := range stats {
			v := t.read(stats[k].p, r, k, &stats[k], i)
			if t.values[k] != nil {
				t.values[k][i] = v
			}
		}
		if i < shownRows {
			shown := make([]string, width)
			for k := range shown {
				shown[k] = Printable(string(g.at(r, k)))
			}
			t.First = append(t.First, shown)
		}
	}
	for k := range stats {
		stats[k].finish(t, k)
	}
	t.findWords()
	t.findLikes()
	t.findCopies(seed)
	commas, points := 0, 0
	for k := range t.Columns {
		if c := &t.Columns[k]; c.Decimal == ',' {
			commas++
		} else if stats[k].points > 0 {
			points++
		}
	}
	t.Decimal = '.'
	if commas > points {
		t.Decimal = ','
	}
}

// planColumns decides how the numbers of each column are written, from all its cells.
func (t *Table) planColumns(o *Options) {
	g := t.grid
	all := make([]census, len(t.Columns))
	for i := range g.rows {
		r := &g.rows[i]
		for k := range all[:min(len(all), int(r.n))] {
			cell := g.at(r, k)
			if missing(cell) || t.codes.word(cell) {
				continue
			}
			if f := lex(cell); f != noNumber {
				all[k].add(cell, f)
			}
		}
	}
	commas, points := 0, 0
	for k := range all {
		if all[k].commaDecimals() > 0 {
			commas++
		}
		if all[k].pointDecimals() > 0 {
			points++
		}
	}
	for k := range all {
		c := &t.Columns[k]
		// What the others agree on.
		onComma, onPoint := commas > 0, points > 0
		if all[k].commaDecimals() > 0 {
			onComma = commas > 1
		}
		if all[k].pointDecimals() > 0 {
			onPoint = points > 1
		}
		var locale byte
		switch {
		case onComma && !onPoint:
			locale = ','
		case onPoint && !onComma:
			locale = '.'
		}
		var guessed string
		c.plan, guessed = all[k].plan(o.Decimal, locale, g.delimiter)
		c.Numbers = all[k].numbers
		if o.As != nil && all[k].commaDecimals()+all[k].pointDecimals() == 0 {
			for j := range o.As.Columns {
				if p := &o.As.Columns[j]; p.Name == c.Name {
					c.plan, guessed = p.plan, ""
				}
			}
		}
		for _, mark := range guessed {
			name := map[rune]string{',': "comma", '.': "point"}[mark]
			is := "a thousands separator"
			if mark == '.' && c.plan.point == isDecimal {
				is = "a decimal mark"
			}
			c.note("the %s is read as %s, because three digits always follow it; set the decimal mark if this is wrong", name, is)
		}
		if n := &all[k].count; n[comma]+n[pointComma] > 0 && n[point]+n[commaPoint] > 0 && o.Decimal == 0 {
			c.note("some numbers have a decimal comma, others a decimal point; each is read as written")
		}
		if c.plan.percent && c.Unit == "" {
			c.Unit = "%"
		}
	}
}

func (p *Profile) note(format string, args ...any) {
	p.notes = append(p.notes, fmt.Sprintf("column %q: ", p.Name)+fmt.Sprintf(format, args...))
}

// A stat gathers what there is in a column.
type stat struct {
	p             *Profile
	seen          map[uint64]struct{}
	seed          maphash.Seed
	lows, highs   extremes
	commas        int // numbers with a decimal comma
	points        int
	rises         int // by just one
	falls         bool
	fractions     bool
	last          float64
	words         [3][]byte
	differentText int
}

// read reads a cell of row i and counts it; what is no number is NaN.
func (t *Table) read(p *Profile, r *row, column int, s *stat, i int) float64 {
	cell := t.grid.at(r, column)
	if missing(cell) || t.codes.word(cell) {
		t.noteMissing(p, r, cell, i)
		return math.NaN()
	}
	f := lex(cell)
	v, ok := p.plan.parse(cell, f)
	if !ok {
		p.Other++
		s.distinct(maphash.Bytes(s.seed, cell))
		if p.first[0] < 0 {
			p.first[0] = i
		}
		if kind := f & formMask; kind == eitherPoint && p.plan.point == isUnclear || kind == eitherComma && p.plan.comma == isUnclear {
			p.unclear++
		}
		if len(p.Odd) < listedOdd {
			w := whyNot(cell, p.plan)
			p.Odd = append(p.Odd, Cell{int(r.line), p.Name, Printable(string(cell)), w.of(cell)})
			p.odd = append(p.odd, w)
		}
		s.word(cell)
		return math.NaN()
	}
	if t.codes.number(v) {
		t.noteMissing(p, r, cell, i)
		return math.NaN()
	}
	s.add(v)
	switch kind := f & formMask; {
	case kind == comma || kind == pointComma || kind == eitherComma && p.plan.comma == isDecimal:
		s.commas++
	case kind == point || kind == commaPoint || kind == eitherPoint && p.plan.point == isDecimal:
		s.points++
	}
	return v
}

func (t *Table) noteMissing(p *Profile, r *row, cell []byte, i int) {
	p.Missing++
	if p.first[1] < 0 {
		p.first[1] = i
	}
	if t.Missing.Total++; len(t.Missing.First) < listedCells {
		t.Missing.First = append(t.Missing.First, Cell{int(r.line), p.Name, Printable(string(cell)), whyMissing.of(cell)})
	}
}

// add counts a number.
func (s *stat) add(v float64) {
	p := s.p
	if p.Numbers == 0 {
		p.Min, p.Max = v, v
	} else {
		if v < s.last {
			p.sorted = false
		} else if v > s.last {
			s.falls = true
		}
		if v == s.last+1 {
			s.rises++
		}
	}
	s.last = v
	p.Min, p.Max = min(p.Min, v), max(p.Max, v)
	p.Numbers++
	s.fractions = s.fractions || v != math.Trunc(v)
	s.lows.add(v)
	s.highs.add(-v)
	bits := math.Float64bits(v + 0) // minus zero is zero
	p.hash = (p.hash ^ bits) * 0x9e3779b97f4a7c15
	p.hash ^= p.hash >> 29
	s.distinct(bits)
}

func (s *stat) distinct(hash uint64) {
	if len(s.seen) < maxDistinct {
		s.seen[hash] = struct{}{}
		s.p.Distinct = len(s.seen)
	}
}

// word remembers the first different texts.
func (s *stat) word(cell []byte) {
	if s.differentText == len(s.words) {
		return
	}
	for _, w := range s.words[:s.differentText] {
		if bytes.Equal(w, cell) {
			return
		}
	}
	s.words[s.differentText] = cell
	s.differentText++
}

// finish says what kind a column is of.
func (s *stat) finish(t *Table, k int) {
	p := s.p
	if s.commas > s.points {
		p.Decimal = ','
	} else {
		p.Decimal = '.'
	}
	p.falling = !s.falls && p.Numbers > 1
	for _, w := range s.words[:min(s.differentText, 2)] {
		p.words = append(p.words, Printable(string(w)))
	}
	if p.Numeric() {
		p.Far = s.far()
		for _, f := range p.Far {
			p.note("%v occurs %s, far outside the rest; if it means missing, declare it as such", f.Value, number(f.Count, "time", "times"))
		}
	}
	switch {
	case p.Numbers == 0 && p.Other == 0:
		p.Kind = Empty
	case p.unclear > 0:
		p.Kind = Unclear
	case p.Numbers <= p.Other && s.differentText == 2 && p.Numbers == 0:
		p.Kind = TwoWords
	case p.Numbers <= p.Other:
		p.Kind = Text
	case 2*p.Numbers < t.Rows:
		p.Kind = Sparse
	case p.Min == p.Max:
		p.Kind = Constant
	case s.index(t, k):
		p.Kind = Index
	default:
		p.Kind = Number
	}
}

// indexNames are what columns are called that number the rows, besides nothing.
var indexNames = []string{
	"#", "index", "idx", "id", "row", "row_id", "rowid", "rownames", "row_names", "row.names", "rownum", "row_number", "rn", "no", "no.", "nr", "nr.", "num",
	"obs", "observation", "record", "record_id", "unnamed: 0", "unnamed: 0.1", "level_0", "x1", "..1", "...1", "_id", "key", "serial", "sno", "s.no", "s.no.", "s_no",
}

// index tells whether a column numbers the rows: it is called so, or nothing, and holds
// whole numbers that are all different.
func (s *stat) index(t *Table, k int) bool {
	p := s.p
	name := ""
	if k < len(t.grid.names) {
		name = Printable(t.grid.names[k])
	}
	n := p.Numbers
	if s.fractions || n < t.Rows || n < 2 {
		return false
	}
	counts := p.sorted && s.rises == n-1 && (p.Min == 0 || p.Min == 1)
	switch {
	case !t.Header:
		return counts && k == 0 && len(t.Columns) > 2
	case name == "" && k == 0:
		return s.rises >= n-1-n/10 || t.allDifferent(k)
	case name == "X" && k == 0:
		return counts
	case slices.Contains(indexNames, string(bytes.ToLower([]byte(name)))):
		return t.allDifferent(k)
	}
	return false
}

// allDifferent tells whether no whole number of a column stands in it twice.
func (t *Table) allDifferent(k int) bool {
	sorted := slices.Clone(t.values[k])
	slices.Sort(sorted)
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] {
			return false
		}
	}
	return true
}

// findLikes finds columns that have the numbers of one before.
func (t *Table) findLikes() {
	for k := range t.Columns {
		c := &t.Columns[k]
		if c.Kind != Number {
			continue
		}
		for j := range k {
			d := &t.Columns[j]
			if d.Kind == Number && d.hash == c.hash && d.Numbers == c.Numbers && d.Missing == c.Missing && t.same(j, k) {
				c.Like = d.Name
				break
			}
		}
	}
}

func (t *Table) same(j, k int) bool {
	for i, v := range t.values[j] {
		if w := t.values[k][i]; v != w && (!math.IsNaN(v) || !math.IsNaN(w)) {
			return false
		}
	}
	return true
}

// findCopies counts the rows that are equal to one before, but for their number.
func (t *Table) findCopies(seed maphash.Seed) {
	g := t.grid
	hashes := make([]uint64, len(g.rows))
	var h maphash.Hash
	h.SetSeed(seed)
	for i := range g.rows {
		r := &g.rows[i]
		h.Reset()
		for k := range t.Columns {
			if t.Columns[k].Kind == Index {
				continue
			}
			// Neither can fail.
			_, _ = h.Write(g.at(r, k))
			_ = h.WriteByte(0)
		}
		hashes[i] = h.Sum64()
	}
	slices.Sort(hashes)
	for i := 1; i < len(hashes); i++ {
		if hashes[i] == hashes[i-1] {
			t.Copies++
		}
	}
	if t.Copies*100 >= t.Rows && t.Copies > 0 { // a few are equal by chance
		t.warn("%s; with copies in both training and test set, the test scores are too good", number(t.Copies, fmt.Sprintf("of %d rows is a duplicate", t.Rows), fmt.Sprintf("of %d rows are duplicates", t.Rows)))
	}
}
