package main

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/sweep"
	"github.com/gnllviz/gnllviz/server/wire"
)

// maxAxis is how many values an axis has at most.
const maxAxis = 1000

// axis reads an axis of a sweep: control=from:to:count, evenly spaced on the control's
// own scale, or control=value,value; layers are parted by semicolons.
func (cs *controls) axis(flag, text string) (sweep.Axis, error) {
	name, list, ok := strings.Cut(text, "=")
	c := cs.find(name)
	switch {
	case text == "":
		return sweep.Axis{}, mistakef("--%s CONTROL=VALUES is missing, such as --%s lr=1e-4:1e-1:7 or --%s beta=0,0.5,1", flag, flag, flag)
	case c == nil:
		return sweep.Axis{}, mistakef("--%s: there is no control %.40q%s; they are the flags that gnllviz train --help lists", flag, name, meant(name, cs.flags(), ""))
	case !ok || list == "":
		return sweep.Axis{}, mistakef("--%s %s has no values: write %s=from:to:count or %s=value,value", flag, name, name, name)
	}
	var texts []string
	switch {
	case strings.Contains(list, ":") && (c.Kind == wire.KindNumber || c.Kind == wire.KindInteger):
		var err error
		if texts, err = spaced(c, list); err != nil {
			return sweep.Axis{}, mistakef("--%s %s: %w", flag, text, err)
		}
	case c.Kind == wire.KindLayers || c.Kind == wire.KindText: // which have commas of their own
		texts = strings.Split(list, ";")
	default:
		texts = strings.Split(list, ",")
	}
	a := sweep.Axis{Control: c.Name}
	for _, text := range texts {
		raw := asJSON(c, strings.TrimSpace(text))
		if err := cs.check(c, raw); err != nil {
			return a, mistakef("--%s: %w", flag, err)
		}
		if slices.ContainsFunc(a.Values, func(v json.RawMessage) bool { return string(v) == string(raw) }) {
			continue // whole numbers that lie close together
		}
		a.Values = append(a.Values, raw)
	}
	return a, nil
}

// spaced returns numbers from:to:count.
func spaced(c *wire.Control, text string) ([]string, error) {
	parts := strings.Split(text, ":")
	if len(parts) != 3 {
		return nil, refusal("a range is from:to:count")
	}
	from, err := strconv.ParseFloat(parts[0], 64)
	to, toErr := strconv.ParseFloat(parts[1], 64)
	count, countErr := strconv.Atoi(parts[2])
	switch {
	case err != nil || toErr != nil || from-from != 0 || to-to != 0:
		return nil, refusal("from and to must be numbers")
	case countErr != nil || count < 2 || count > maxAxis:
		return nil, refusal("count must be a whole number from 2 to " + strconv.Itoa(maxAxis))
	case c.Log && (from <= 0 || to <= 0):
		return nil, refusal(flagOf(c) + " has a logarithmic scale, on which from and to must be above 0; give a list for a 0")
	}
	var list []string
	for i := range count {
		share := float64(i) / float64(count-1)
		v := from + share*(to-from)
		if c.Log {
			v = math.Exp(math.Log(from) + share*(math.Log(to)-math.Log(from)))
		}
		switch {
		case c.Kind == wire.KindInteger:
			v = math.Round(v)
		case i == 0:
			v = from
		case i == count-1:
			v = to
		default:
			v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 4, 64), 64) // of digits alone
		}
		list = append(list, number(v))
	}
	return list, nil
}
