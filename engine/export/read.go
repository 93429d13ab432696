package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
)

// A ReadError says why no model can be read.
type ReadError struct{ Err error }

// Error returns the reason with the package's name before it.
func (e *ReadError) Error() string { return "export: " + e.Err.Error() }

// Unwrap returns the reason alone.
func (e *ReadError) Unwrap() error { return e.Err }

// Read reads a model in any format that has all of one: JSON, safetensors, ONNX, or
// an archive with one of these in it. It goes by what is in the file, not by its
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
	begin := b[:min(len(b), 8)]
	switch text := bytes.TrimLeft(b, " \t\r\n"); {
	case len(b) == 0:
		return nil, &ReadError{errors.New("the file is empty")}
	// A length of eight bytes has zeros among them, which no text has.
	case len(text) > 0 && text[0] == '{' && bytes.IndexByte(begin, 0) < 0:
		return readJSON(b)
	case len(b) > 8 && b[8] == '{':
		return readSafetensors(b)
	case b[0] == 1<<3: // the first field of an ONNX file, its version, as an integer
		return readONNX(b)
	}
	return nil, &ReadError{fmt.Errorf("%w; what can be read is its JSON, safetensors and ONNX, and its zip archives", errNoModel)}
}
