package export

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The names under which formats that keep strings beside the parameters carry the
// rest of a model.
const (
	modelKey    = "gnllviz.model"    // a header, in JSON
	trainingKey = "gnllviz.training" // a training without its checkpoint, in JSON
)

// headerText is a model without its parameters, as text.
func headerText(m *Model) (string, error) {
	b, err := json.Marshal(headerOf(m))
	return string(b), err
}

// trainingText is what it takes to train on from the weights alone, but for the rows,
// as text: the settings and, if told so, what was before. It is empty where there is
// nothing.
func trainingText(t *Training, past bool) (string, error) {
	if t == nil || len(t.Rowless) == 0 {
		return "", nil
	}
	f := training{Spec: t.Rowless}
	if past {
		f.Changes = t.Changes
		if t.History != nil {
			f.History = &history{Columns: t.History.Columns, Rows: nulls(t.History.Rows)}
		}
	}
	b, err := json.Marshal(f)
	return string(b), err
}

// modelOf reads a model without its parameters from strings as they stand beside
// these in a file.
func modelOf(texts map[string]string) (*Model, error) {
	text, ok := texts[modelKey]
	if !ok {
		return nil, fmt.Errorf("it has no card (no text %q), which only files of gnllviz have: %w", modelKey, errNoModel)
	}
	if err := checkKind([]byte(text)); err != nil {
		return nil, err
	}
	var h header
	if err := decode(text, &h); err != nil {
		return nil, fmt.Errorf("its %s: %w", modelKey, err)
	}
	m, err := h.model()
	if err != nil {
		return nil, err
	}
	text, ok = texts[trainingKey]
	if !ok {
		return m, nil
	}
	var t training
	if err := decode(text, &t); err != nil {
		return nil, fmt.Errorf("its %s: %w", trainingKey, err)
	}
	if m.Training, err = t.read(); err != nil {
		return nil, fmt.Errorf("its %s: %w", trainingKey, err)
	}
	return m, nil
}

// decode reads one value of JSON, of known members alone.
func decode(text string, into any) error {
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows after its end")
	}
	return nil
}

// raw is JSON that stood in a file; null is nothing.
func raw(b json.RawMessage) []byte {
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	return b
}
