package wire

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Person is somebody who watches a run, as the others know them: by a name of their
// own choice, and by a colour that the run gives them. It has nothing of where they
// watch from.
type Person struct {
	Person uint32 `json:"person"`         // a number that no other viewer of the run has had
	Name   string `json:"name,omitempty"` // of their own choice, at most MaxPersonName characters; empty until they choose one
	Colour uint8  `json:"colour"`         // 0 to MaxColours-1, one of those that the fewest others have
}

// MaxPersonName is the largest number of characters of a person's name.
const MaxPersonName = 32

// A PresentedView is what somebody who presents a run looks at.
type PresentedView struct {
	Lane uint8   `json:"lane"`           // in focus
	Step *uint64 `json:"step,omitempty"` // of the earlier weights that are looked back at; absent: the present ones
	View string  `json:"view,omitempty"` // how the page shows it, as in its address: name:value pairs with ~ between them, at most MaxView characters
}

// MaxView is the largest number of characters of the member view of a presented view.
const MaxView = 300

// viewText is what can stand there: a page that does not know a name or a value passes it over.
const viewText = letters + digits + ":~,._+-"

func (v *PresentedView) check() *ErrorMessage {
	if len(v.View) > MaxView || !isOf(v.View, viewText) {
		return Refuse(OutOfRange, "", `watch: "view" in "presents" has at most %d letters, digits and signs of : ~ , . _ + -`, MaxView)
	}
	return nil
}

// ViewMessage tells those who watch a run without its key what whoever has the key looks at: at most
// a few times a second, and the newest alone. A viewer may follow it or not.
type ViewMessage struct {
	Type string `json:"type"` // "view"
	Here bool   `json:"here"` // somebody presents; false: nobody does any more, and nothing else holds
	PresentedView
}

// ViewersMessage tells those who have a run's key how many watch it: at most once a second.
type ViewersMessage struct {
	Type     string   `json:"type"`     // "viewers"
	Watching int      `json:"watching"` // connections that did not show the key
	Steering int      `json:"steering"` // connections that did
	Named    []Person `json:"named"`    // those who chose a name, at most MaxNamed, in the order in which they came
}

// MaxNamed is how many people a viewers message names at most.
const MaxNamed = 100

// PersonName returns a person's name without blanks around it, or refuses one that others
// should not have to read: too long, of several lines, with marks of markup, with
// characters that cannot be seen or that change how those around them are read, or with
// heaps of accents.
func PersonName(name string) (string, *ErrorMessage) {
	name = strings.TrimSpace(name)
	if !utf8.ValidString(name) || utf8.RuneCountInString(name) > MaxPersonName || strings.ContainsFunc(name, hidden) || heaped(name) {
		return "", Refuse(OutOfRange, "", "a name has at most %d characters, all of them printable, and none of < > & and \"", MaxPersonName)
	}
	return name, nil
}

// hidden says whether a character has no place in a name.
func hidden(r rune) bool {
	switch {
	case strings.ContainsRune("<>&\"", r):
		return true
	case r == ' ':
		return false
	}
	// Blanks that look like none or like lines are not printable, nor are formats, of
	// which some turn around the order of what follows.
	return !unicode.IsPrint(r) || unicode.Is(unicode.Variation_Selector, r) || r == '\u3164' || r == '\uffa0' || r == '\u115f' || r == '\u1160' || r == '\u2800'
}

// heaped says whether more marks stand over one letter than any language writes.
func heaped(name string) bool {
	marks := 0
	for i, r := range name {
		if !unicode.Is(unicode.M, r) {
			marks = 0
			continue
		}
		if marks++; marks > 3 || i == 0 {
			return true
		}
	}
	return false
}
