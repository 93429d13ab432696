package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
)

// A ReadError says why no model can be read.
type ReadError struct{ Err error }

// Error returns the reason with the package's name before it.
func (e *ReadError) Error() string { return "export: " + e.Err.Error() }

// Unwrap returns the reason alone.
func (e *ReadError) Unwrap() error { return e.Err }

// Read reads a model in any of the [Formats] that can be read, or an archive with one of
// these in it. It goes by what is in the file, not by its
// name, trusts nothing in it, and writes nothing anywhere. Its errors are *[ReadError].
func Read(r io.Reader) (*Model, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	if bytes.HasPrefix(b, []byte("PK\x03\x04")) || bytes.HasPrefix(b, []byte("PK\x05\x06")) {
		return readZip(b)
	}
	return readFile(b)
}

// readFile reads a model that is no archive.
func readFile(b []byte) (*Model, error) {
	if len(b) == 0 {
		return nil, &ReadError{errors.New("the file is empty")}
	}
	var forms []string
	for _, f := range Formats() {
		if f.Read == nil {
			continue
		}
		if f.Is(b) {
			return f.Read(b)
		}
		forms = append(forms, f.Form)
	}
	return nil, &ReadError{fmt.Errorf("%w; what can be read is its %s, and its zip archives", errNoModel, wordList(forms))}
}

// wordList is a list as a sentence has it: a, b and c.
func wordList(words []string) string {
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + " and " + words[last]
}
