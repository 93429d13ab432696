//go:build nonsense

package wording

import "strings"

// isNonsense tells whether there is nonsense in a text, and all the names and numbers that
// it was to have.
func isNonsense(text, want string) bool {
	for _, piece := range strings.Fields(want) {
		if bare, ok := Word(piece); !ok && !strings.Contains(text, bare) {
			return false
		}
	}
	return strings.Contains(strings.ToLower(text), Mark)
}
