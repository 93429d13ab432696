package export

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

// A source is what the templates of exported source are filled in with. Texts of
// others come into source in comments alone, line by line, and quoted.
type source struct {
	*Model
	Ensemble bool
	Layers   []sourceLayer  // hidden
	Last     int            // units of the last hidden layer
	Columns  []sourceColumn // of the raw table; nil where the inputs are its columns
	Head     string         // exp, softplus, natural, homoscedastic or fixed
	PerInput bool           // whether an input moves the variance
	Limit    int            // of a log-variance
	Least    string         // variance, or precision
	Fixed    string         // variance
}

type sourceLayer struct {
	Index   int // in PyTorch's Sequential
	In, Out int
}

// A sourceColumn is a column of the raw table. Words are nil and Layout is empty where it
// holds numbers.
type sourceColumn struct {
	Name    string
	Words   []string
	Layout  string // of dates
	Circles []string
	Fill    []float64 // where a cell holds nothing; nil where that is refused
}

// Quoted is the name as Go and Python write texts.
func (c sourceColumn) Quoted() string { return strconv.QuoteToASCII(c.Name) }

// Format is the layout of dates as Python's strptime has it.
func (c sourceColumn) Format() string {
	return strconv.QuoteToASCII(strings.NewReplacer(
		"Z07:00", "%z", "2006", "%Y", "15", "%H", "04", "%M", "05", "%S", "PM", "%p", "Jan", "%b", "01", "%m", "02", "%d", "06", "%y", "3", "%I", "1", "%m", "2", "%d",
	).Replace(c.Layout))
}

// Filled lists the numbers that fill the column in.
func (c sourceColumn) Filled() string {
	list := make([]string, len(c.Fill))
	for i, v := range c.Fill {
		list[i] = number(v)
	}
	return strings.Join(list, ", ")
}

// HasFill says whether there are columns that are filled in.
func (s *source) HasFill() bool {
	return slices.ContainsFunc(s.Columns, func(c sourceColumn) bool { return c.Fill != nil })
}

// HasDates says whether there are columns of dates.
func (s *source) HasDates() bool {
	return slices.ContainsFunc(s.Columns, func(c sourceColumn) bool { return c.Layout != "" })
}

func sourceOf(m *Model) *source {
	s := &source{
		Model: m, Ensemble: len(m.Members) > 1, Head: m.Net.Head.String(), Limit: engine.LogVarianceLimit, Fixed: number(fixedVariance(m)),
		PerInput: m.Net.Head != engine.Homoscedastic && m.Net.Head != engine.Fixed,
		Least:    number(float64(float32(m.Net.MinVariance))),
	}
	if m.Net.Head == engine.Natural {
		s.Least = number(engine.LeastPrecision)
	}
	for _, c := range m.Encoding {
		s.Columns = append(s.Columns, sourceColumn{c.Name, c.Values, c.Layout, c.Circles, c.Fill})
	}
	s.Last = m.Net.Inputs
	for i, units := range m.Net.Hidden {
		s.Layers = append(s.Layers, sourceLayer{2 * i, s.Last, units})
		s.Last = units
	}
	return s
}

// about are the lines of a comment that says what the model is, without the mark of
// a comment.
func (s *source) about() []string {
	lines := strings.Split(summary(s.Model), "\n")
	lines = append(lines, "", "Inputs, and where the rows lie that it has learned from:")
	for _, c := range s.Inputs {
		lines = append(lines, "  - "+rangeInWords(c))
	}
	if s.Several() {
		lines = append(lines, "", "Targets:")
		for _, c := range s.Targets {
			lines = append(lines, "  - "+rangeInWords(c))
		}
		lines = append(lines, "")
	} else {
		lines = append(lines, "", "Target: "+rangeInWords(s.Targets[0])+".")
	}
	from := "Made by gnllviz"
	if s.Card.Version != "" {
		from += " " + strconv.Quote(s.Card.Version)
	}
	if s.Card.Run != "" {
		from += ", run " + strconv.Quote(s.Card.Run)
	}
	if s.Card.Dataset != "" {
		from += ", from the data " + strconv.Quote(s.Card.Dataset)
	}
	return oneLine(append(lines, from+fmt.Sprintf(", seed %d, %d steps.", s.Card.Seed, s.Card.Steps)))
}

// Comment returns the lines about the model, each after a mark, the first beginning
// with words in the place of "Predicts".
func (s *source) Comment(mark, words string) string {
	var b strings.Builder
	for i, line := range s.about() {
		if i == 0 {
			line = words + strings.TrimPrefix(line, "Predicts")
		}
		for _, l := range wrap(line) {
			b.WriteString(strings.TrimRight(mark+" "+l, " ") + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// wrap breaks a line at spaces into lines of some 80 bytes. Those of an item of a
// list stand under its text.
func wrap(line string) []string {
	const width = 80
	indent := ""
	if strings.HasPrefix(line, "  - ") {
		indent = "    "
	}
	var list []string
	for len(line) > width {
		at := strings.LastIndexByte(line[:width], ' ')
		if at <= len(indent) {
			if at = strings.IndexByte(line[width:], ' ') + width; at < width {
				break
			}
		}
		list = append(list, line[:at])
		line = indent + line[at+1:]
	}
	return append(list, line)
}

// Several says whether there are several targets, for which predictions are lists.
func (s *source) Several() bool { return len(s.Targets) > 1 }

// Means lists the means of columns, and Stds their standard deviations.
func (*source) Means(columns []Column) string {
	return listed(columns, func(c *Column) string { return number(c.Mean) })
}

func (*source) Stds(columns []Column) string {
	return listed(columns, func(c *Column) string { return number(c.Std) })
}

// TargetNames lists the names of the targets as Python writes texts, in ASCII.
func (s *source) TargetNames() string {
	return listed(s.Targets, func(c *Column) string { return s.Texts([]string{c.Name}) })
}

func listed(columns []Column, of func(*Column) string) string {
	list := make([]string, len(columns))
	for i := range columns {
		list[i] = of(&columns[i])
	}
	return strings.Join(list, ", ")
}

// Names lists the names of the columns of a table as Python writes texts, in ASCII: those
// of the raw table, which the inputs are made of.
func (s *source) Names() string {
	var names []string
	for _, c := range s.Sources() {
		names = append(names, c.Name)
	}
	return s.Texts(names)
}

// Texts lists texts as Go and Python write them, in ASCII.
func (*source) Texts(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = strconv.QuoteToASCII(strings.ToValidUTF8(text, "\uFFFD"))
	}
	return strings.Join(list, ", ")
}

// Missing lists what a cell of words holds that has no value.
func (s *source) Missing() string { return s.Texts(lowered(table.Missing())) }

func lowered(texts []string) []string {
	for i := range texts {
		texts[i] = strings.ToLower(texts[i])
	}
	return texts
}

// Number writes a number that Go and Python read as the same.
func (*source) Number(v float64) string { return number(v) }

// write fills in a template.
func (s *source) write(w io.Writer, text string) error {
	return fillIn(w, text, nil, s)
}

// shortest appends a float32 in the fewest digits that are it, when read as float32
// at once as Go does, and also when read as float64 first, as Python does.
func shortest(b []byte, v float32) []byte {
	n := len(b)
	b = strconv.AppendFloat(b, float64(v), 'g', -1, 32)
	if wide, err := strconv.ParseFloat(string(b[n:]), 64); err != nil || float32(wide) != v {
		b = strconv.AppendFloat(b[:n], float64(v), 'g', -1, 64)
	}
	return b
}

// appendValues appends lines of values, each after indent. zero is how the language
// writes -0.
func appendValues(b []byte, values []float32, indent, zero string) []byte {
	for line := range slices.Chunk(values, 8) {
		b = append(b, indent...)
		for i, v := range line {
			if i > 0 {
				b = append(b, ' ')
			}
			if isNegativeZero(v) {
				b = append(b, zero...)
			} else {
				b = shortest(b, v)
			}
			b = append(b, ',')
		}
		b = append(b, '\n')
	}
	return b
}

func isNegativeZero(v float32) bool { return v == 0 && math.Signbit(float64(v)) }

// writeSource writes what make makes, whole or not at all.
func writeSource(w io.Writer, m *Model, kind string, make func(*bytes.Buffer, *source) error) error {
	if err := m.Check(); err != nil {
		return err
	}
	var b bytes.Buffer
	err := make(&b, sourceOf(m))
	if err == nil {
		_, err = w.Write(b.Bytes())
	}
	if err != nil {
		return fmt.Errorf("export: %s: %w", kind, err)
	}
	return nil
}
