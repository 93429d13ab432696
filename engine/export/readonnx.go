package export

import (
	"errors"
	"fmt"
	"io"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/gnllviz/gnllviz/engine"
)

// ReadONNX reads what WriteONNX wrote: the model of its metadata with the graph's
// parameters. It refuses ONNX files of other programs, as a graph of any operators
// is no model, and trusts nothing.
func ReadONNX(r io.Reader) (*Model, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	return readONNX(b)
}

func readONNX(b []byte) (*Model, error) {
	m, err := parseONNX(b)
	if err != nil {
		return nil, &ReadError{fmt.Errorf("an ONNX file: %w", err)}
	}
	return m, nil
}

func parseONNX(b []byte) (*Model, error) {
	var maker string
	var graph []byte
	texts := map[string]string{}
	err := eachField(b, func(field protowire.Number, _ uint64, part []byte) error {
		switch field {
		case 2:
			maker = string(part)
		case 7:
			if graph != nil {
				return errors.New("it has two graphs")
			}
			graph = part
		case 14:
			key, value, err := onnxText(part)
			if err != nil {
				return err
			}
			if _, ok := texts[key]; ok {
				return fmt.Errorf("the text %.60q is there twice", key)
			}
			texts[key] = value
		}
		return nil
	})
	switch {
	case err != nil:
		return nil, err
	case maker != producer:
		return nil, fmt.Errorf("%.40q made it, and only those of gnllviz can be read: %w", maker, errNoModel)
	}
	m, err := modelOf(texts)
	if err != nil {
		return nil, err
	}
	tensors, err := onnxTensors(graph)
	if err != nil {
		return nil, err
	}
	if err := m.gather(tensors, "member%d."); err != nil {
		return nil, err
	}
	return m, nil
}

func onnxText(b []byte) (key, value string, err error) {
	err = eachField(b, func(field protowire.Number, _ uint64, part []byte) error {
		switch field {
		case 1:
			key = string(part)
		case 2:
			value = string(part)
		}
		return nil
	})
	return key, value, err
}

// onnxTensors are the initializers of a GraphProto that are parameters.
func onnxTensors(graph []byte) (map[string]engine.Tensor, error) {
	tensors := map[string]engine.Tensor{}
	err := eachField(graph, func(field protowire.Number, _ uint64, part []byte) error {
		if field != 5 {
			return nil
		}
		t, err := onnxTensor(part)
		if err != nil {
			return err
		}
		if t.Data == nil {
			return nil
		}
		if _, ok := tensors[t.Name]; ok {
			return fmt.Errorf("tensor %.60q is there twice", t.Name)
		}
		tensors[t.Name] = t
		return nil
	})
	return tensors, err
}

// onnxTensor reads a TensorProto. That of a constant, which the header tells too,
// has no data.
func onnxTensor(b []byte) (t engine.Tensor, err error) {
	var kind uint64
	var data []byte
	values := 1
	dim := func(d uint64) error {
		if d < 1 || d > engine.MaxParams || values*int(d) > engine.MaxParams {
			return errors.New("a tensor has a shape which no model of gnllviz has")
		}
		values *= int(d)
		t.Shape = append(t.Shape, int(d))
		return nil
	}
	err = eachField(b, func(field protowire.Number, v uint64, part []byte) error {
		switch {
		case field == 1 && part == nil:
			return dim(v)
		case field == 1: // packed, as other writers have it
			for len(part) > 0 {
				v, n := protowire.ConsumeVarint(part)
				if n < 0 {
					return damaged(n)
				}
				if err := dim(v); err != nil {
					return err
				}
				part = part[n:]
			}
		case field == 2:
			kind = v
		case field == 8:
			t.Name = string(part)
		case field == 9:
			data = part
		}
		return nil
	})
	switch {
	case err != nil:
		return t, err
	case len(t.Name) >= len(constPrefix) && t.Name[:len(constPrefix)] == constPrefix:
		return t, nil
	case kind != onnxFloat:
		return t, fmt.Errorf("tensor %.60q is of type %d; the models of gnllviz are float (%d)", t.Name, kind, onnxFloat)
	case len(data) != 4*values:
		return t, fmt.Errorf("tensor %.60q has %d bytes of raw data for %d values of 4 bytes", t.Name, len(data), values)
	}
	t.Data = floats(data)
	return t, nil
}

// eachField calls f with each field of a message: with its value, or with its bytes,
// which are not nil then.
func eachField(b []byte, f func(field protowire.Number, v uint64, part []byte) error) error {
	for len(b) > 0 {
		field, kind, n := protowire.ConsumeTag(b)
		if n < 0 {
			return damaged(n)
		}
		b = b[n:]
		var v uint64
		var part []byte
		switch kind {
		case protowire.VarintType:
			v, n = protowire.ConsumeVarint(b)
		case protowire.BytesType:
			if part, n = protowire.ConsumeBytes(b); part == nil {
				part = []byte{}
			}
		default:
			n = protowire.ConsumeFieldValue(field, kind, b)
		}
		if n < 0 {
			return damaged(n)
		}
		b = b[n:]
		if err := f(field, v, part); err != nil {
			return err
		}
	}
	return nil
}

func damaged(n int) error {
	return fmt.Errorf("it is damaged or cut short: %w", protowire.ParseError(n))
}
