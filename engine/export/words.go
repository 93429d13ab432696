package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// summary says in a few lines what the model is, for people who meet the file
// alone. Names of others stand in it quoted, as Go quotes, and so on one line.
func summary(m *Model) string {
	lines := []string{
		fmt.Sprintf("Predicts a mean and a variance of %s from %s.", targetsInWords(m.Targets), columnsInWords(m.Inputs)),
		"Network: " + m.Card.Network + ".",
		"Variance: " + m.Card.Variance + ".",
		m.Card.Use,
		m.Card.Limits,
	}
	return strings.Join(oneLine(lines), "\n")
}

// oneLine takes out of lines whatever would end them, or is not text.
func oneLine(lines []string) []string {
	lines = slices.Clone(lines)
	for i, s := range lines {
		lines[i] = strings.Map(func(r rune) rune {
			if !strconv.IsPrint(r) {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(s, "\uFFFD"))
	}
	return lines
}

// columnInWords is the column's name, quoted, and its unit.
func columnInWords(c Column) string {
	if c.Unit == "" {
		return strconv.Quote(c.Name)
	}
	return strconv.Quote(c.Name) + " in " + strconv.Quote(c.Unit)
}

func columnsInWords(columns []Column) string {
	var list []string
	for _, c := range columns {
		list = append(list, columnInWords(c))
	}
	return strings.Join(list, ", ")
}

// targetsInWords is columnsInWords of targets, of which each has what is said of them.
func targetsInWords(targets []Column) string {
	if len(targets) == 1 {
		return columnInWords(targets[0])
	}
	return "each of " + columnsInWords(targets)
}

// rangeInWords says what a column is and where its training rows lie.
func rangeInWords(c Column) string {
	return fmt.Sprintf("%s, from %s to %s", columnInWords(c), number(c.Min), number(c.Max))
}

// number is v in the fewest digits that are v and no other.
func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

// fields are the card's members that are known, in their order: texts as they are,
// anything else as JSON.
func (c *Card) fields() ([]text, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var list []text
	d := json.NewDecoder(bytes.NewReader(b))
	err = eachMember(d, func(name string) error {
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		switch s := string(value); {
		case s == `""` || s == "null" || s == "{}":
		case s[0] == '"':
			var plain string
			if err := json.Unmarshal(value, &plain); err != nil {
				return err
			}
			list = append(list, text{name, plain})
		default:
			list = append(list, text{name, s})
		}
		return nil
	})
	return list, err
}
