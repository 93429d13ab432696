package table

import (
	"bytes"
	"fmt"
	"strings"
)

// A guess is a delimiter and what it makes of a text.
type guess struct {
	delimiter byte
	width     int     // fields of most records
	score     float64 // 0 to about 1: the share of records that have so many fields, and of fields that are numbers
}

const (
	headLines  = 1000 // lines from the beginning that the delimiter is told from
	pieceBytes = 8 << 10
	pieces     = 24 // from all over the rest of the text
)

// tell tells the delimiter of a text: the one that cuts most records into as many
// fields, and fields into numbers. The order of the candidates decides between equals;
// the comma comes late, as with others it is a decimal mark.
func tell(text []byte, comments []byte, o *Options) (guess, error) {
	sample := sampled(text)
	if o.Delimiter != 0 {
		return weigh(sample, byte(o.Delimiter), comments, o), nil
	}
	var best, second guess
	for _, d := range []byte("\t;|, ") {
		g := weigh(sample, d, comments, o)
		switch {
		case g.score > best.score*1.0001:
			best, second = g, best
		case g.score > second.score:
			second = g
		}
	}
	if best.width < 2 {
		return weigh(sample, ',', comments, o), nil
	}
	if best.delimiter == ',' && second.delimiter == ' ' && best.score > 1 && second.score > 1 && second.score >= 0.999*best.score && best.width != 1 && second.width > 1 {
		return best, &Error{What: "commas and blanks could both separate the columns", Cure: "set the delimiter"}
	}
	if best.delimiter == ',' && bare1(sample, comments) {
		// One column, of decimal commas: the first line has no comma.
		if o.Decimal == ',' {
			return weigh(sample, ';', comments, o), nil
		}
		if o.Decimal == 0 && best.width == 2 {
			return best, &Error{What: "the comma could be a delimiter or a decimal mark", Cure: "set the decimal mark or the delimiter"}
		}
	}
	return best, nil
}

// bare1 tells whether the first line that is no comment has no comma and no quote,
// and the second one has a comma.
func bare1(sample, comments []byte) bool {
	c := newCutter(sample, ',')
	c.comments = comments
	var widths []int
	for len(widths) < 2 {
		record, _, ok := c.next(nil)
		if !ok {
			return false
		}
		if !c.comment {
			if bytes.IndexByte(sample[c.start:c.stop], '"') >= 0 {
				return false
			}
			widths = append(widths, len(record))
		}
	}
	return widths[0] == 1 && widths[1] > 1
}

// sampled returns whole lines from the beginning of a text and from all over it.
func sampled(text []byte) []byte {
	end := 0
	for range headLines {
		i := bytes.IndexByte(text[end:], '\n')
		if i < 0 || end > 1<<18 {
			break
		}
		end += i + 1
	}
	if end == 0 || len(text)-end < 2*pieces*pieceBytes {
		return text[:min(len(text), max(end+2*pieces*pieceBytes, 1<<18))]
	}
	sample := bytes.Clone(text[:end])
	stride := (len(text) - end) / pieces
	for at := end + stride - pieceBytes; at < len(text); at += stride {
		piece := text[at:min(at+pieceBytes, len(text))]
		from, to := bytes.IndexByte(piece, '\n'), bytes.LastIndexByte(piece, '\n')
		if from >= 0 && to > from {
			sample = append(sample, piece[from+1:to+1]...)
		}
	}
	return sample
}

// weigh cuts a sample by a delimiter, and scores what comes of it.
func weigh(sample []byte, delimiter byte, comments []byte, o *Options) guess {
	g := guess{delimiter: delimiter, width: 1}
	c := newCutter(sample, delimiter)
	c.comments = comments
	type tally struct {
		numbers, filled, weight int
	}
	byWidth := map[int]*tally{}
	total, first := 0, true
	var record []span
	for {
		var ok bool
		if record, _, ok = c.next(record[:0]); !ok {
			break
		}
		if c.comment {
			continue
		}
		n := len(record)
		numbers, filled := 0, 0
		for i, s := range record {
			cell := content(sample, s)
			if len(cell) == 0 {
				continue
			}
			filled = i + 1
			if f := lex(cell); f != noNumber {
				numbers++
			}
		}
		// What is empty at the end is no field, unless all rows have it.
		if delimiter != ' ' && filled == 0 {
			continue
		}
		t := byWidth[n]
		if t == nil {
			if len(byWidth) > 500 {
				continue
			}
			t = new(tally)
			byWidth[n] = t
		}
		t.weight += 1 + numbers
		total += 1 + numbers
		if first && numbers == 0 {
			first = false // names, which say nothing of the cells
			continue
		}
		first = false
		t.numbers += numbers
		for _, s := range record {
			if cell := content(sample, s); len(cell) > 0 && !missing(cell) {
				t.filled++
			}
		}
	}
	var best *tally
	for n, t := range byWidth {
		if best == nil || t.weight > best.weight || t.weight == best.weight && n > g.width {
			best, g.width = t, n
		}
	}
	if best == nil || g.width < 2 {
		return g
	}
	share := float64(best.numbers) / float64(max(best.filled, 1))
	g.score = float64(best.weight) / float64(total) * (share + 0.05)
	return g
}

// findHeader finds where the names stand, and the rows begin.
func (g *grid) findHeader(guess guess, last note, o *Options) heading {
	width, shape := g.shape(guess)
	h := heading{row: -1, width: width}
	first := g.firstLike(width, shape)
	// The lines around the first row that is like the others, with as many fields.
	top := first
	for top > 0 && !g.rows[top].gap && g.fits(&g.rows[top-1], width) {
		top--
	}
	h.first = top
	for i := top; i <= first && h.row < 0 && o.Header != "no"; i++ {
		if g.namesOver(&g.rows[i], shape) {
			h.row = i
		}
	}
	switch {
	case o.Header == "no":
	case h.row >= 0:
		if r := &g.rows[h.row]; int(r.n) == width-1 && h.row+1 < len(g.rows) && g.lastFilled(h.row+1, width) {
			h.names = g.namesBeside(h.row+1, width, shape) // nil: too many fields, as is then told
		}
	case g.namesAbove(top, width, shape) >= 0:
		h.row = g.namesAbove(top, width, shape)
	case top > 0 && !g.rows[top].gap && g.namesBeside(top, width, shape) != nil:
		h.row = top - 1
		h.names = g.namesBeside(top, width, shape)
	case o.Header == "yes":
		h.row = top
	case g.numbersAsNames(top, width, shape):
		h.row = top
		g.warn("row %d (%s) contains numbers, but is used as the header", g.rows[top].line, g.joined(top, width))
	case top == 0 && last.text != nil:
		h.names = g.namesInComment(last, width)
	}
	if h.row >= 0 {
		h.first = h.row + 1
		if h.names == nil {
			h.names = g.list(&g.rows[h.row])
		}
	}
	if h.names != nil {
		for len(h.names) > 1 && h.names[len(h.names)-1] == "" {
			h.names = h.names[:len(h.names)-1]
		}
		h.width = len(h.names)
	} else {
		h.width = max(g.used(h.first, width), 1)
	}
	return h
}

// namesAbove returns the names that stand a little above the block of a table's first
// row, behind a blank line or rows with other fields; -1: none.
func (g *grid) namesAbove(top, width int, numeric []bool) int {
	for i := top - 1; i >= max(0, top-3); i-- {
		if r := &g.rows[i]; g.fits(r, width) && g.namesOver(r, numeric) {
			return i
		}
	}
	return -1
}

// used returns how many of at most so many columns have something in them.
func (g *grid) used(first, most int) int {
	used := 0
	for i := first; i < len(g.rows) && used < most; i++ {
		if r := &g.rows[i]; int(r.n) <= most {
			used = max(used, g.filled(r))
		}
	}
	return used
}

// lastFilled tells whether the last column has something in most of the rows from one on.
func (g *grid) lastFilled(from, width int) bool {
	filled, all := 0, 0
	step := max((len(g.rows)-from)/shapeRows, 1)
	for i := from; i < len(g.rows); i += step {
		if all++; len(g.at(&g.rows[i], width-1)) > 0 {
			filled++
		}
	}
	return 2*filled > all
}

func (g *grid) list(r *row) []string {
	var names []string
	for i := range int(r.n) {
		names = append(names, string(g.at(r, i)))
	}
	return names
}

func (g *grid) joined(i, width int) string {
	return Printable(string(bytes.Join([][]byte{g.at(&g.rows[i], 0), g.at(&g.rows[i], 1), g.at(&g.rows[i], 2)}, []byte(", "))))
}

// fits tells whether a record may be one of a table of so many columns.
func (g *grid) fits(r *row, width int) bool {
	n := int(r.n)
	if n == width {
		return true
	}
	filled := g.filled(r)
	return g.delimiter != ' ' && filled > 1 && filled >= width-1 && filled <= width && n >= width-1
}

// shapeRows is how many rows the kinds of columns are told from.
const shapeRows = 400

// shape returns the width of the table and which of its columns hold numbers, of rows
// from all over it.
func (g *grid) shape(guess guess) (width int, numeric []bool) {
	width = guess.width
	numbers, filled := make([]int, width), make([]int, width)
	step := max(len(g.rows)/shapeRows, 1)
	for i := 0; i < len(g.rows); i += step {
		r := &g.rows[i]
		if !g.fits(r, width) {
			continue
		}
		for k := range width {
			if cell := g.at(r, k); !missing(cell) {
				filled[k]++
				if lex(cell) != noNumber {
					numbers[k]++
				}
			}
		}
	}
	numeric = make([]bool, width)
	for k := range width {
		numeric[k] = numbers[k] > 0 && 2*numbers[k] >= filled[k]
	}
	return width, numeric
}

// firstLike returns the first row that is like most: numbers, or nothing, where most
// have numbers.
func (g *grid) firstLike(width int, numeric []bool) int {
	fallback := -1
	for i := range g.rows {
		r := &g.rows[i]
		if !g.fits(r, width) {
			continue
		}
		if fallback < 0 {
			fallback = i
		}
		any, all := false, true
		for k, is := range numeric {
			if !is {
				continue
			}
			cell := g.at(r, k)
			if missing(cell) {
				continue
			}
			if lex(cell) == noNumber {
				all = false
				break
			}
			any = true
		}
		if all && any {
			return i
		}
	}
	return max(fallback, 0)
}

// namesOver tells whether a record is names: text, and no number, above columns of
// numbers. Where there is no column of numbers, it is any text.
func (g *grid) namesOver(r *row, numeric []bool) bool {
	over, text := false, false
	for k := range int(r.n) {
		cell := g.at(r, k)
		if len(cell) == 0 || missing(cell) {
			continue
		}
		is := lex(cell) != noNumber
		if k < len(numeric) && numeric[k] {
			if is {
				return g.textOverNumber(r, numeric)
			}
			over = true
		}
		text = text || !is
	}
	for _, is := range numeric {
		if is {
			return over
		}
	}
	return text
}

// textOverNumber tells whether most of what stands above columns of numbers is text,
// as in x,2019,y, and the rest are years.
func (g *grid) textOverNumber(r *row, numeric []bool) bool {
	over, years := 0, 0
	for k := range int(r.n) {
		if k >= len(numeric) || !numeric[k] {
			continue
		}
		cell := g.at(r, k)
		switch {
		case missing(cell):
		case lex(cell) == noNumber && whyNot(cell, plan{plain: true}) == whyNothing:
			over++
		case year(cell):
			years++
		case lex(cell) != noNumber:
			return false
		}
	}
	return over > 0 && years > 0
}

func year(cell []byte) bool {
	v, ok := exact(cell)
	return ok && len(cell) == 4 && v >= 1900 && v <= 2100
}

// namesBeside returns the names in the record before one of the table's, where it has
// one field less than the rows, which begin with a name of their own, as R writes it; or
// one more, as in "Data:  y  x". It returns nil where they are none.
func (g *grid) namesBeside(at, width int, numeric []bool) []string {
	r := &g.rows[at-1]
	names := g.list(r)
	for _, n := range names {
		if n != "" && lex([]byte(n)) != noNumber {
			return nil
		}
	}
	filled := g.filled(r)
	switch {
	case filled == width-1:
		// In 1,5,2 the first comma may be a decimal mark.
		if g.delimiter == ',' && (filled < 2 || numeric[0] && g.text[g.cells[g.rows[at].first].from] != '"') {
			return nil
		}
		return append([]string{""}, names[:filled]...)
	case g.delimiter != ' ' && filled > width:
		return names // the rows do without their last fields
	case filled == width+1 && (strings.HasSuffix(names[0], ":") || names[0] == "#" || names[0] == "%"):
		return names[1:]
	}
	return nil
}

// namesInComment returns the names that the last comment before the rows has, if it
// has as many.
func (g *grid) namesInComment(last note, width int) []string {
	text := bytes.TrimLeft(last.text, "#%!/ \t")
	c := newCutter(text, g.delimiter)
	record, _, ok := c.next(nil)
	if !ok || len(record) != width {
		return nil
	}
	var names []string
	for _, s := range record {
		cell := content(text, s)
		if len(cell) == 0 || lex(cell) != noNumber {
			return nil
		}
		names = append(names, string(cell))
	}
	g.warn("the column names are from the comment in row %d", last.line)
	return names
}

// numbersAsNames tells whether a record of numbers names the columns: they are years,
// or shares such as 0.05, 0.5 and 0.95, or a count from 0, or far from all that
// follows.
func (g *grid) numbersAsNames(at, width int, numeric []bool) bool {
	r := &g.rows[at]
	var values []float64
	var columns []int
	for k := range min(width, int(r.n)) {
		cell := g.at(r, k)
		if !numeric[k] || len(cell) == 0 {
			if numeric[k] && k > 0 {
				return false
			}
			continue
		}
		v, ok := exact(cell)
		if !ok {
			return false
		}
		values, columns = append(values, v), append(columns, k)
	}
	if len(values) == 0 || at+2 >= len(g.rows) {
		return false
	}
	rising := true
	for i := 1; i < len(values); i++ {
		rising = rising && values[i] > values[i-1]
	}
	falling := true
	for i := 1; i < len(values); i++ {
		falling = falling && values[i] < values[i-1]
	}
	years, whole, shares, between := true, true, len(values) >= 2, len(values) >= 2
	for i, v := range values {
		years = years && year(g.at(r, columns[i]))
		whole = whole && v == values[0]+float64(i)
		between = between && v > 0 && v < 1
		other := values[len(values)-1-i]
		shares = shares && (v > 0 && v < 1 && near(v+other, 1) || v > 0 && v < 100 && values[len(values)-1] > 1 && near(v+other, 100))
	}
	like, far, broken, outside := g.compare(at, values, columns)
	beside := len(values) < int(r.n) // text, above text
	switch {
	case years && (rising || falling):
		return !like
	case between && rising && (shares || beside):
		return outside
	case shares && rising:
		return far > 0
	case whole && rising && (values[0] == 0 || values[0] == 1) && len(values) >= 2:
		return broken && (far > 0 || len(values) > 2 || len(g.at(r, 0)) == 0)
	}
	return far == len(values) && len(values) >= 2
}

func near(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }

// compare looks at what stands under numbers that may be names. like says that most of
// it are years, too; far counts the columns in which the number is further from all
// others than these are from one another; broken says that what follows is hardly ever
// whole, outside that most of it is not between 0 and 1.
func (g *grid) compare(at int, values []float64, columns []int) (like bool, far int, broken, outside bool) {
	years, cells, fractions, apart := 0, 0, 0, 0
	for i, k := range columns {
		lo, hi, n := 0.0, 0.0, 0
		step := max((len(g.rows)-at)/shapeRows, 1)
		for j := at + 1; j < len(g.rows); j += step {
			cell := g.at(&g.rows[j], k)
			f := lex(cell)
			v, ok := plan{plain: true, comma: isDecimal}.parse(cell, f)
			if !ok {
				continue
			}
			if n == 0 {
				lo, hi = v, v
			}
			lo, hi = min(lo, v), max(hi, v)
			n++
			cells++
			if year(cell) {
				years++
			}
			if v <= 0 || v >= 1 {
				apart++
			}
			if f&formMask != bare && f&formMask != large {
				fractions++
			}
		}
		if span := hi - lo; n > 1 && (values[i] > hi+span || values[i] < lo-span) {
			far++
		}
	}
	return 2*years >= cells, far, 10*fractions >= 9*cells && cells > 0, 2*apart > cells
}

// unnamed returns the name of column i, from 0, where the text gives it none.
func unnamed(i int) string { return fmt.Sprintf("col%d", i+1) }
