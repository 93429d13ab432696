package rows

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/wire"
)

// sources returns the columns that the inputs are made of, as [table.Encoding] has them;
// of a set of the catalogue each is a number.
func (d *Data) sources() table.Encoding {
	if d.Own != nil && len(d.Own.Encoding) > 0 {
		return d.Own.Encoding
	}
	var e table.Encoding
	for _, c := range d.Set.Inputs {
		e = append(e, table.Source{Name: c.Name, Unit: c.Unit, Kind: table.OfNumber})
	}
	return e
}

// heldAt returns where the inputs stand along which the fit is not shown: at the values of
// a setting that names columns, the others at their means and commonest words. It refuses
// what no column is and what it cannot hold.
func (d *Data) heldAt(text string) ([]float64, *wire.ErrorMessage) {
	if text == "" {
		return d.Center, nil
	}
	refuse := func(format string, args ...any) ([]float64, *wire.ErrorMessage) {
		return nil, wire.Refuse(wire.BadValue, "slice_at", "%s: "+format, slices.Insert(args, 0, any(wire.ControlName("slice_at")))...)
	}
	var values map[string]any
	if err := json.Unmarshal([]byte(text), &values); err != nil {
		return refuse(`%.80q is not an object of columns and values; write it as in {"colour":"red","age":40}`, text)
	}
	at, sources := slices.Clone(d.Center), d.sources()
	for _, name := range slices.Sorted(maps.Keys(values)) {
		first := 0
		i := slices.IndexFunc(sources, func(s table.Source) bool { return s.Name == name })
		if i < 0 {
			return refuse("there is no column %.60q among the inputs", name)
		}
		first = sources[:i].Width()
		s, v := sources[i], values[name]
		number, isNumber := v.(float64)
		word, isWord := v.(string)
		switch {
		case s.Kind == table.OfValues && isWord && slices.Contains(s.Values, word):
			clear(at[first : first+len(s.Values)])
			at[first+slices.Index(s.Values, word)] = 1
		case s.Kind == table.OfValues:
			return refuse("%s is none of %s", quoted(v), strings.Join(s.Values, ", "))
		case s.Kind == table.OfDates && isWord:
			t, err := time.Parse(s.Layout, word)
			if err != nil {
				return refuse("%s is not a date in the format of %s, such as %s", quoted(v), name, time.Unix(0, 0).UTC().Format(s.Layout))
			}
			copy(at[first:], s.OfTime(t))
		case isNumber && s.Kind != table.OfDates && !(math.Abs(number) <= maxValue):
			return refuse("%g is too large; the limit is %g", number, maxValue)
		case isNumber && s.Kind != table.OfDates:
			at[first] = number
		default:
			return refuse("%s is not a value of the column %s", quoted(v), name)
		}
	}
	return at, nil
}

// quoted is a value as JSON has it, not too long.
func quoted(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "it"
	}
	if len(b) > 60 {
		return string(b[:57]) + "..."
	}
	return string(b)
}

// describeSources describes the columns that the inputs are made of.
func (d *Data) describeSources() []wire.InputSource {
	list := []wire.InputSource{}
	first := 0
	for k, s := range d.sources() {
		n := table.Encoding{s}.Width()
		one := wire.InputSource{Name: s.Name, Unit: s.Unit, Kind: s.Kind, Values: append([]string{}, s.Values...), First: first + 1, Inputs: n}
		switch at := d.Held[first]; s.Kind {
		case table.OfValues:
			one.Held = s.Values[group{first, len(s.Values)}.commonest(d.Held)-first]
		case table.OfDates:
			seconds, part := math.Modf(at * 86400)
			one.Held = time.Unix(int64(seconds), int64(part*1e9)).UTC().Format(s.Layout)
		default:
			one.Held = strconv.FormatFloat(at, 'g', 6, 64)
		}
		if k < len(d.moves) {
			one.Moves = d.moves[k]
		}
		list = append(list, one)
		first += n
	}
	return list
}

// CheckShown says which input or target that is to be shown there is not.
func CheckShown(s *wire.RunSettings, d *Data) *wire.ErrorMessage {
	if n := len(d.Set.Inputs); s.Slice > n {
		return wire.Refuse(wire.OutOfRange, "slice", "%s %d: the data set has only %d inputs", wire.ControlName("slice"), s.Slice, n)
	}
	if n := len(d.Set.Targets); s.ShownTarget > n {
		return wire.Refuse(wire.OutOfRange, "shown_target", "%s %d: the data set has no target with this number, only %d in all", wire.ControlName("shown_target"), s.ShownTarget, n)
	}
	_, refused := d.heldAt(s.SliceAt)
	return refused
}
