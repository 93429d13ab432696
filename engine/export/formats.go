package export

import (
	"fmt"
	"io"
	"strings"
)

// A Format is a kind of file that a model is written in: all that anybody needs to know
// to offer it, to write it, and to read it back.
type Format struct {
	Name    string   // by which it is asked for
	Aliases []string // other names
	File    string   // what the file is called among the others
	Media   string   // type
	Source  bool     // it is program code, or text to be read
	Of      string   // what it is of, where there are several forms of that
	Form    string   // in which form it is that; alone where it says it all
	Help    string   // one sentence
	Rows    bool     // rows that were learned from are in it, unless they are left out

	// Load says how the file is loaded, for the table of the model card: a template of
	// what the card has. Empty of the card.
	Load string

	Write func(io.Writer, *Model) error

	// Is says whether bytes, which are some, are such a file, and Read reads all of the model that is in
	// it. They are nil where a file cannot be brought back.
	Is   func([]byte) bool
	Read func([]byte) (*Model, error)
}

// Formats lists all formats, in the order in which they are offered, and in an archive
// looked for.
func Formats() []Format {
	return []Format{
		jsonFormat(), onnxFormat(), onnxFloatFormat(), safetensorsFormat(),
		torchFormat(), numpyFormat(), goFormat(), javaScriptFormat(), cardFormat(),
	}
}

// How returns Load, filled in for a model.
func (c *cardData) How() (list []howToLoad, err error) {
	for _, f := range Formats() {
		if f.Load == "" {
			continue
		}
		var b strings.Builder
		if err := fillIn(&b, f.Load, nil, c); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
		list = append(list, howToLoad{f.File, b.String()})
	}
	return list, nil
}

// A howToLoad is a file and how it is loaded.
type howToLoad struct{ File, How string }
