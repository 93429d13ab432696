// Package streamjson encodes JSON piece by piece, so that a large answer to a client that
// reads slowly is not held as a whole. Any goroutine may call it.
package streamjson

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"sync"
	"unicode/utf8"
)

// PieceBytes is what of an answer in JSON is encoded before some of it is sent.
const PieceBytes = 16 << 10

var streamBuffers = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, PieceBytes) }}

// Write writes a value and a line break, as [json.Encoder] does, but piece by piece:
// it holds little more than PieceBytes of the text at a time, however long lists and
// strings are.
func Write(w io.Writer, v any) error {
	b := streamBuffers.Get().(*bufio.Writer)
	b.Reset(w)
	defer func() { b.Reset(nil); streamBuffers.Put(b) }()
	s := streamer{b}
	if err := s.value(reflect.ValueOf(v)); err != nil {
		return err
	}
	if err := b.WriteByte('\n'); err != nil {
		return err
	}
	return b.Flush()
}

type streamer struct{ *bufio.Writer }

var (
	marshaler = reflect.TypeFor[json.Marshaler]()
	rawJSON   = reflect.TypeFor[json.RawMessage]()
)

// value writes a value of our own types.
func (s streamer) value(v reflect.Value) error {
	if !v.IsValid() {
		return s.leaf(nil)
	}
	t := v.Type()
	switch {
	case t == rawJSON && v.Len() > PieceBytes:
		// It is our own encoding, of no spaces and with HTML escaped.
		_, err := s.Write(v.Bytes())
		return err
	case t.Implements(marshaler):
		return s.leaf(v.Interface())
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return s.leaf(nil)
		}
		return s.value(v.Elem())
	case reflect.Struct:
		return s.fields(v)
	case reflect.Slice:
		switch {
		case v.IsNil():
			return s.leaf(nil)
		case t.Elem().Kind() == reflect.Uint8:
			return s.bytes(v.Bytes())
		}
		return s.list(v)
	case reflect.String:
		return s.text(v.String())
	default: // numbers; arrays and maps, which are short
		return s.leaf(v.Interface())
	}
}

func (s streamer) leaf(v any) error {
	b, err := json.Marshal(v)
	if err == nil {
		_, err = s.Write(b)
	}
	return err
}

// fields writes a struct. One that has others embedded in it is taken as short.
func (s streamer) fields(v reflect.Value) error {
	t := v.Type()
	for i := range t.NumField() {
		if t.Field(i).Anonymous {
			return s.leaf(v.Interface())
		}
	}
	next := byte('{')
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if !f.IsExported() || name == "-" && options == "" {
			continue
		}
		if strings.Contains(options, "omitempty") && isEmpty(v.Field(i)) {
			continue
		}
		if name == "" {
			name = f.Name
		}
		if err := s.WriteByte(next); err != nil {
			return err
		}
		next = ','
		if err := s.leaf(name); err != nil {
			return err
		}
		if err := s.WriteByte(':'); err != nil {
			return err
		}
		if err := s.value(v.Field(i)); err != nil {
			return err
		}
	}
	if next == '{' {
		if err := s.WriteByte(next); err != nil {
			return err
		}
	}
	return s.WriteByte('}')
}

// isEmpty is what encoding/json takes for empty.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Struct:
		return false
	default:
		return v.IsZero()
	}
}

// listPart is how many short members of a list are encoded at a time.
const listPart = 256

// list writes a slice: numbers and what encodes itself some at a time, all else one by
// one.
func (s streamer) list(v reflect.Value) error {
	at := 1
	switch e := v.Type().Elem(); {
	case e == rawJSON:
	case e.Implements(marshaler):
		at = listPart / 8
	case e.Kind() >= reflect.Bool && e.Kind() <= reflect.Float64:
		at = listPart
	}
	if err := s.WriteByte('['); err != nil {
		return err
	}
	for i := 0; i < v.Len(); i += at {
		if i > 0 {
			if err := s.WriteByte(','); err != nil {
				return err
			}
		}
		if at == 1 {
			if err := s.value(v.Index(i)); err != nil {
				return err
			}
			continue
		}
		b, err := json.Marshal(v.Slice(i, min(i+at, v.Len())).Interface())
		if err == nil {
			_, err = s.Write(b[1 : len(b)-1])
		}
		if err != nil {
			return err
		}
	}
	return s.WriteByte(']')
}

// text writes a string, a long one in parts of whole runes.
func (s streamer) text(text string) error {
	if len(text) <= PieceBytes {
		return s.leaf(text)
	}
	if err := s.WriteByte('"'); err != nil {
		return err
	}
	for len(text) > 0 {
		n := min(PieceBytes, len(text))
		for back := 0; n < len(text) && !utf8.RuneStart(text[n]) && back < utf8.UTFMax; back++ {
			n--
		}
		b, err := json.Marshal(text[:n])
		if err == nil {
			_, err = s.Write(b[1 : len(b)-1])
		}
		if err != nil {
			return err
		}
		text = text[n:]
	}
	return s.WriteByte('"')
}

// bytes writes bytes as base64 in a string.
func (s streamer) bytes(b []byte) error {
	if err := s.WriteByte('"'); err != nil {
		return err
	}
	e := base64.NewEncoder(base64.StdEncoding, s.Writer)
	if _, err := e.Write(b); err != nil {
		return err
	}
	if err := e.Close(); err != nil {
		return err
	}
	return s.WriteByte('"')
}
