package export

import (
	"bytes"
	_ "embed"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/engine"
)

//go:embed model.go.tmpl
var goTemplate string

func goFormat() Format {
	return Format{
		Name: "go", File: "model.go", Media: "text/x-go", Source: true, Form: "Go",
		Help:  "Go code with the weights in it. Needs nothing else.",
		Load:  "package `model`: {{if .Encoding}}`x, unseen, err := model.Encode(cells)`, {{end}}`model.Predict({{if .Encoding}}x{{else}}row{{end}})`",
		Write: WriteGo,
	}
}

// WriteGo writes a Go package that has the parameters in it, needs the standard
// library alone, and predicts the very bits that [Model.Predict] does.
func WriteGo(w io.Writer, m *Model) error {
	return writeSource(w, m, "Go", func(b *bytes.Buffer, s *source) error {
		var code bytes.Buffer
		if err := s.write(&code, goTemplate); err != nil {
			return err
		}
		formatted, err := gofmt(code.Bytes())
		if err != nil {
			return err
		}
		b.Write(formatted)
		// Parameters, which may be millions, are formatted as they are written.
		b.Write(s.appendNetworks(nil))
		return nil
	})
}

// appendNetworks appends the members as Go.
func (s *source) appendNetworks(b []byte) []byte {
	b = append(b, "\nvar networks = [...]network{\n"...)
	for _, t := range s.Members {
		b = append(b, "\t{\n"...)
		if s.Net.Separate {
			b = s.appendStack(b, t, "meanBody", "mean_body")
			b = s.appendStack(b, t, "varianceBody", "var_body")
		} else {
			b = s.appendStack(b, t, "body", "body")
		}
		b = appendLayer(append(b, "\t\tmean: layer"...), t, "mean", "\t\t")
		switch {
		case s.PerInput:
			b = appendLayer(append(b, "\t\tvariance: layer"...), t, "var", "\t\t")
		case s.Net.Head == engine.Homoscedastic:
			b = append(b, "\t\tlogVariance: "...)
			if s.Several() {
				b = append(b, "[Targets]float32{"...)
			}
			for i, v := range t.Find("var.bias").Data {
				if i > 0 {
					b = append(b, ", "...)
				}
				b = shortest(b, v) // -0 or 0: its exp is 1
			}
			if s.Several() {
				b = append(b, '}')
			}
			b = append(b, ",\n"...)
		}
		b = append(b, "\t},\n"...)
	}
	return append(b, "}\n"...)
}

func (s *source) appendStack(b []byte, t Tensors, field, name string) []byte {
	b = fmt.Appendf(b, "\t\t%s: []layer{\n", field)
	for _, l := range s.Layers {
		b = appendLayer(append(b, "\t\t\t"...), t, fmt.Sprintf("%s.%d", name, l.Index), "\t\t\t")
	}
	return append(b, "\t\t},\n"...)
}

func appendLayer(b []byte, t Tensors, name, indent string) []byte {
	b = append(b, "{\n"...)
	for _, part := range []string{"weight", "bias"} {
		b = fmt.Appendf(b, "%s\t%s: []float32{\n", indent, part)
		b = appendValues(b, t.Find(name+"."+part).Data, indent+"\t\t", "negativeZero")
		b = fmt.Appendf(b, "%s\t},\n", indent)
	}
	return fmt.Appendf(b, "%s},\n", indent)
}

// HasSoftplus says whether softplus is called for.
func (s *source) HasSoftplus() bool {
	return s.Net.Activation == engine.Softplus || s.Net.Head == engine.SoftplusHead || s.Net.Head == engine.Natural
}

// Activation is the body of a function of z.
func (s *source) Activation() string { return activations[s.Net.Activation].goBody }

// HasMath says whether package math is called for.
func (s *source) HasMath() bool {
	return s.HasDates() || s.HasSoftplus() || strings.Contains(s.Activation(), "math.") || s.Net.Head != engine.Fixed || s.NegativeZero()
}

// NegativeZero says whether a parameter is -0, for which Go has no literal.
func (s *source) NegativeZero() bool {
	for _, t := range s.Members {
		for i := range t {
			if slices.ContainsFunc(t[i].Data, isNegativeZero) {
				return true
			}
		}
	}
	return false
}
