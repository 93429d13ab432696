//go:build !lean

package export

import (
	"go/format"
	"io"
	"text/template"
)

// Lean says that this program leaves out what writes sources and the model card: text/template
// asks for methods by their names, so that a linker keeps every method that there is.
const Lean = false

// fillIn writes a template that is filled in.
func fillIn(w io.Writer, text string, with map[string]any, data any) error {
	t, err := template.New("source").Funcs(with).Parse(text)
	if err != nil {
		return err
	}
	return t.Execute(w, data)
}

// gofmt formats Go code.
func gofmt(code []byte) ([]byte, error) { return format.Source(code) }
