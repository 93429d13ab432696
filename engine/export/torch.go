package export

import (
	"bytes"
	_ "embed"
	"io"
)

//go:embed model_torch.py.tmpl
var torchTemplate string

// rowsTemplate reads rows from the standard input, in Python.
//
//go:embed rows.py.tmpl
var rowsTemplate string

func torchFormat() Format {
	return Format{
		Name: "torch", Aliases: []string{"pytorch"}, File: "model_torch.py", Media: "text/x-python", Source: true, Form: "PyTorch",
		Help:  "Python code that loads the safetensors file and predicts with PyTorch.",
		Load:  "`load(\"model.safetensors\").predict({{.Rows}})`; needs PyTorch",
		Write: WriteTorch,
	}
}

// WriteTorch writes a Python file that predicts with PyTorch 1.10 or newer, and
// needs nothing else. It has the layers under PyTorch's names, and takes the
// parameters from the file that WriteSafetensors writes.
func WriteTorch(w io.Writer, m *Model) error {
	return writeSource(w, m, "PyTorch", func(b *bytes.Buffer, s *source) error {
		return s.write(b, torchTemplate+rowsTemplate)
	})
}

// Torch is the module of the activation.
func (s *source) Torch() string { return activations[s.Net.Activation].torch }
