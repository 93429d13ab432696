//go:build lean

package export

import (
	"errors"
	"io"
)

// Lean says that this program leaves out what writes sources and the model card: text/template
// asks for methods by their names, so that a linker keeps every method that there is.
const Lean = true

var errLean = errors.New("this part of the program cannot write it")

func fillIn(io.Writer, string, map[string]any, any) error { return errLean }

func gofmt([]byte) ([]byte, error) { return nil, errLean }
