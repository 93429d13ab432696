// Package wording is for tests that assert what a sentence says, and not only that there
// is one. Sentences are for people: nothing in the program may act on them, and
// [github.com/gnllviz/gnllviz/server/wire/nonsense] shows that by a run of the
// tests with every sentence of the program rewritten to nonsense. What a test asserts
// through this package may then be nonsense, in which the names and the numbers must be
// those that were to be said; all else must hold as it stands.
package wording

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
)

// Has tells whether a sentence says something.
func Has(sentence, words string) bool {
	return strings.Contains(sentence, words) || isNonsense(sentence, words)
}

// Begins tells whether a sentence begins with something.
func Begins(sentence, words string) bool {
	return strings.HasPrefix(sentence, words) || isNonsense(sentence, words)
}

// Ends tells whether a sentence ends with something.
func Ends(sentence, words string) bool {
	return strings.HasSuffix(sentence, words) || isNonsense(sentence, words)
}

// Is tells whether a sentence, or a text of sentences, is another.
func Is(sentence, want string) bool { return sentence == want || isNonsense(sentence, want) }

// Among tells whether one of some sentences is another.
func Among(sentences []string, want string) bool {
	return slices.ContainsFunc(sentences, func(s string) bool { return Is(s, want) })
}

// JSON tells whether a document is another, byte for byte but for the sentences in it.
func JSON(got, want []byte) bool { return bytes.Equal(got, want) || sameNonsense(got, want) }

// Same is JSON of values that are encoded; of one that cannot be it is false.
func Same(got, want any) bool {
	a, err := json.Marshal(got)
	if err != nil {
		return false
	}
	b, err := json.Marshal(want)
	return err == nil && JSON(a, b)
}

// Mark is what every word of nonsense begins with, small or large.
const Mark = "zx"

var word = regexp.MustCompile(`^[A-Z]?[a-z’']*[a-z][a-z’'-]*$`)

// Word returns the word for people that a piece of a sentence between blanks is, without
// its punctuation. Others, as --train, %d, JSON, x=1 and model.json, are none.
func Word(piece string) (bare string, ok bool) {
	bare = strings.Trim(piece, ".,;:!?()…")
	return bare, word.MatchString(bare)
}
