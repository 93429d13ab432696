package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"strings"
)

//go:embed model_numpy.py.tmpl
var numpyTemplate string

func numpyFormat() Format {
	return Format{
		Name: "numpy", Aliases: []string{"python"}, File: "model_numpy.py", Media: "text/x-python", Source: true, Form: "NumPy",
		Help:  "Python code with the weights in it. Needs only NumPy.",
		Load:  "`predict({{.Rows}})`; needs NumPy",
		Write: WriteNumPy,
	}
}

// WriteNumPy writes a Python file that has the parameters in it and predicts with
// NumPy, and needs nothing else.
func WriteNumPy(w io.Writer, m *Model) error {
	return writeSource(w, m, "NumPy", func(b *bytes.Buffer, s *source) error {
		return s.write(b, numpyTemplate+rowsTemplate)
	})
}

// Parameters are the members' parameters as Python.
func (s *source) Parameters() string {
	var b []byte
	for _, tensors := range s.Members {
		b = append(b, "    {\n"...)
		for _, t := range tensors {
			shape := strings.ReplaceAll(fmt.Sprint(t.Shape), " ", ", ")
			b = fmt.Appendf(b, "        %q: tensor(%s, [\n", t.Name, shape)
			b = appendValues(b, t.Data, "            ", "-0.0")
			b = append(b, "        ]),\n"...)
		}
		b = append(b, "    },\n"...)
	}
	return string(b)
}

// NumPy is the activation of z.
func (s *source) NumPy() string { return activations[s.Net.Activation].numPy }
