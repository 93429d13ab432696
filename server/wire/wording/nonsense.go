//go:build nonsense

package wording

import (
	"encoding/json"
	"strings"
	"unicode"
)

// isNonsense tells whether there is nonsense in a text, and all the names and numbers that
// it was to have.
func isNonsense(text, want string) bool {
	for _, piece := range strings.FieldsFunc(want, func(r rune) bool { return unicode.IsSpace(r) || r == '<' || r == '>' }) {
		if bare, ok := Word(piece); !ok && !strings.Contains(text, bare) {
			return false
		}
	}
	return strings.Contains(strings.ToLower(text), Mark)
}

// sameNonsense tells whether two documents are the same, but for nonsense in the texts of one.
func sameNonsense(got, want []byte) bool {
	var a, b any
	return json.Unmarshal(got, &a) == nil && json.Unmarshal(want, &b) == nil && same(a, b)
}

func same(got, want any) bool {
	switch want := want.(type) {
	case string:
		got, ok := got.(string)
		return ok && Is(got, want)
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for i := range want {
			if !same(got[i], want[i]) {
				return false
			}
		}
		return true
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok || len(got) != len(want) {
			return false
		}
		for name := range want {
			if v, ok := got[name]; !ok || !same(v, want[name]) {
				return false
			}
		}
		return true
	}
	return got == want
}
