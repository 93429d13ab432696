package wire

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Words returns a change in words: a control by its label with its values, as in
// "learning rate 3e-3 → 1", and everything else by its text. The page says the same.
func (t Table) Words(c Change) string {
	if c.Kind != ControlChange {
		return c.Text
	}
	i := slices.IndexFunc(t, func(known Control) bool { return known.Name == c.Control })
	if i < 0 {
		return c.Control
	}
	return fmt.Sprintf("%s %s → %s", t[i].Label, t[i].Words(c.Old), t[i].Words(c.New))
}

// Words returns a value of the control as the page shows it: 1e-6 where the control is
// logarithmic, on or off, an option's label.
func (c *Control) Words(v any) string {
	if raw, err := json.Marshal(v); err != nil || json.Unmarshal(raw, &v) != nil { // values have types of their own
		return ""
	}
	switch v := v.(type) {
	case float64:
		switch {
		case c.Kind == KindInteger:
			return strconv.FormatFloat(v, 'f', -1, 64)
		case c.Log:
			return scientific(v)
		}
		return plain(v, 6)
	case bool:
		if v {
			return "on"
		}
		return "off"
	case string:
		for _, o := range c.Options {
			if o.Value == v {
				return o.Label
			}
		}
		if v == "" && c.Kind == KindText {
			return "none"
		}
		return v
	case []any:
		list := make([]string, len(v))
		for i := range v {
			list[i] = fmt.Sprint(v[i])
		}
		return strings.Join(list, ", ")
	}
	return ""
}

// scientific writes a number in at most three digits: 1e-6, 3e-3, 0.5, 1.25e4.
func scientific(v float64) string {
	if size := math.Abs(v); v == 0 || size >= 0.1 && size < 1000 {
		return plain(v, 3)
	}
	mantissa, exponent, _ := strings.Cut(strconv.FormatFloat(v, 'e', 2, 64), "e")
	e, _ := strconv.Atoi(exponent)
	return strings.TrimRight(strings.TrimRight(mantissa, "0"), ".") + "e" + strconv.Itoa(e)
}

// plain writes a number in at most so many significant digits, without an exponent.
func plain(v float64, digits int) string {
	rounded, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', digits, 64), 64)
	return strconv.FormatFloat(rounded, 'f', -1, 64)
}
