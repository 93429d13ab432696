package export

import (
	"bytes"
	_ "embed"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
)

// FormatName and FormatVersion are what a model in JSON begins with. One of several
// targets is of the version SeveralVersion, which programs that know but one refuse as a
// newer one. Files of other versions are refused.
const (
	FormatName     = "gnllviz-model"
	FormatVersion  = 1
	SeveralVersion = 2
)

func jsonFormat() Format {
	return Format{
		Name: "json", File: "model.json", Media: "application/json", Form: "JSON", Rows: true,
		Help:  "The whole model. Can be re-imported, and training continues exactly.",
		Load:  "everything: drop it on the page of gnllviz, and it trains on",
		Write: WriteJSON, Read: readJSON,
		Is: func(b []byte) bool {
			text := bytes.TrimLeft(b, " \t\r\n")
			// A length of eight bytes, with which safetensors begin, has zeros among them, which no text has.
			return len(text) > 0 && text[0] == '{' && bytes.IndexByte(b[:min(len(b), 8)], 0) < 0
		},
	}
}

// Schema is the JSON Schema (draft 2020-12) of what WriteJSON writes.
//
//go:embed model.schema.json
var Schema []byte

// A Network is a network's shape with names in place of numbers.
type network struct {
	Inputs          int     `json:"inputs"`
	Hidden          []int   `json:"hidden"`
	Activation      string  `json:"activation"`
	Separate        bool    `json:"separate"`
	Init            string  `json:"init"`
	Head            string  `json:"head"`
	MinVariance     float64 `json:"min_variance"`
	InitialVariance float64 `json:"initial_variance"`
}

func networkOf(c engine.NetConfig) network {
	return network{
		Inputs: c.Inputs, Hidden: c.Hidden, Activation: c.Activation.String(), Separate: c.Separate, Init: c.Init.String(),
		Head: c.Head.String(), MinVariance: c.MinVariance, InitialVariance: c.InitialVariance,
	}
}

// config returns the shape of a network with so many outputs.
func (n *network) config(outputs int) (engine.NetConfig, error) {
	a, err := engine.ParseActivation(n.Activation)
	init, initErr := engine.ParseInit(n.Init)
	head, headErr := engine.ParseHead(n.Head)
	return engine.NetConfig{
		Inputs: n.Inputs, Outputs: outputs, Hidden: n.Hidden, Activation: a, Separate: n.Separate, Init: init,
		Head: head, MinVariance: n.MinVariance, InitialVariance: n.InitialVariance,
	}, errors.Join(err, initErr, headErr)
}

// A header is a model without its parameters: what formats that keep these in
// another way carry as text.
type header struct {
	Format   string         `json:"format"`
	Version  int            `json:"version"`
	Card     *Card          `json:"card"`
	Network  network        `json:"network"`
	Inputs   []Column       `json:"inputs"`
	Encoding table.Encoding `json:"encoding,omitempty"`
	Target   *Column        `json:"target,omitempty"`  // where there is one
	Targets  []Column       `json:"targets,omitempty"` // where there are several
	Eps      float64        `json:"eps"`
	SHA256   string         `json:"sha256,omitempty"` // Model.sum; files without one are taken as they are
}

func headerOf(m *Model) header {
	h := header{
		Format: FormatName, Version: FormatVersion, Card: &m.Card, Network: networkOf(m.Net),
		Inputs: m.Inputs, Encoding: m.Encoding, Eps: m.Eps, SHA256: m.sum(),
	}
	if len(m.Targets) == 1 {
		h.Target = &m.Targets[0]
	} else {
		h.Version, h.Targets = SeveralVersion, m.Targets
	}
	return h
}

// targets returns the one target or all.
func (h *header) targets() ([]Column, error) {
	switch {
	case h.Target != nil && h.Targets != nil:
		return nil, errors.New(`it has both a member "target" and a member "targets"`)
	case h.Target != nil:
		return []Column{*h.Target}, nil
	case len(h.Targets) == 0:
		return nil, errors.New("it has no target")
	}
	return h.Targets, nil
}

// model returns the model that a header describes, without its parameters.
func (h *header) model() (*Model, error) {
	if h.Card == nil {
		return nil, errors.New("it has no card")
	}
	targets, err := h.targets()
	if err != nil {
		return nil, err
	}
	c, err := h.Network.config(len(targets))
	if err != nil {
		return nil, err
	}
	return &Model{Card: *h.Card, Net: c, Inputs: h.Inputs, Encoding: h.Encoding, Targets: targets, Eps: h.Eps, told: h.SHA256}, nil
}

// A file is a model in JSON.
type file struct {
	header
	Members  []map[string]tensor `json:"members"`
	Training *training           `json:"training"`
}

type tensor struct {
	Shape []int  `json:"shape"`
	Data  values `json:"data"` // row by row
}

// Values are numbers, and nothing else: a null, which is what some programs write for
// a NaN, is an error here, where encoding/json would take it for 0.
type values []float32

func (v *values) UnmarshalJSON(b []byte) error {
	if bytes.Contains(b, []byte("null")) {
		return errors.New("a parameter has a null among its values, which must be numbers")
	}
	return json.Unmarshal(b, (*[]float32)(v))
}

type training struct {
	Spec       json.RawMessage `json:"spec"`
	Checkpoint string          `json:"checkpoint"` // base64
	History    *history        `json:"history"`
	Changes    json.RawMessage `json:"changes"`
}

type history struct {
	Columns []string     `json:"columns"`
	Rows    [][]*float64 `json:"rows"` // null is what was not finite
}

// WriteJSON writes the whole model, with what it takes to train on if there is. Rows
// that its training's spec has are with it: see [Model.WithoutRows].
func WriteJSON(w io.Writer, m *Model) error {
	f := file{header: headerOf(m)}
	for _, t := range m.Members {
		member := make(map[string]tensor, len(t))
		for i := range t {
			member[t[i].Name] = tensor{t[i].Shape, t[i].Data}
		}
		f.Members = append(f.Members, member)
	}
	if t := m.Training; t != nil {
		f.Training = &training{Spec: t.Spec, Checkpoint: base64.StdEncoding.EncodeToString(t.Checkpoint), Changes: t.Changes}
		if h := t.History; h != nil {
			f.Training.History = &history{Columns: h.Columns, Rows: nulls(h.Rows)}
		}
	}
	b, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("export: JSON: %w", err)
	}
	if _, err := w.Write(append(b, '\n')); err != nil {
		return fmt.Errorf("export: JSON: %w", err)
	}
	return nil
}

// MaxFile is the largest file that readers take, in bytes.
const MaxFile = 1 << 28

// ReadJSON reads what WriteJSON wrote. It trusts nothing in it.
func ReadJSON(r io.Reader) (*Model, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	return readJSON(b)
}

func readAll(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	switch {
	case err != nil:
		return nil, &ReadError{fmt.Errorf("reading a model: %w", err)}
	case len(b) > MaxFile:
		return nil, &ReadError{fmt.Errorf("the file is larger than %d bytes", MaxFile)}
	}
	return b, nil
}

func readJSON(b []byte) (*Model, error) {
	m, err := parseJSON(b)
	if err != nil {
		return nil, &ReadError{fmt.Errorf("a model in JSON: %w", err)}
	}
	return m, nil
}

func parseJSON(b []byte) (*Model, error) {
	if err := checkKind(b); err != nil {
		return nil, err
	}
	var f file
	if err := decode(string(b), &f); err != nil {
		return nil, err
	}
	m, err := f.model()
	if err != nil {
		return nil, err
	}
	for _, member := range f.Members {
		var list Tensors
		for name, t := range member {
			list = append(list, engine.Tensor{Name: name, Shape: t.Shape, Data: t.Data})
		}
		m.Members = append(m.Members, list)
	}
	if err := m.settle(); err != nil {
		return nil, err
	}
	if f.Training == nil {
		return m, nil
	}
	if m.Training, err = f.Training.read(); err != nil {
		return nil, fmt.Errorf("its member training: %w", err)
	}
	return m, nil
}

// checkKind looks at format and version alone: the members of another version may
// be others.
func checkKind(b []byte) error {
	var kind struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	if err := json.Unmarshal(b, &kind); err != nil {
		return fmt.Errorf("it is damaged or cut short: %w", err)
	}
	return (&header{Format: kind.Format, Version: kind.Version}).checkKind()
}

func (h *header) checkKind() error {
	switch {
	case h.Format != FormatName:
		return errNoModel
	case h.Version > SeveralVersion:
		return fmt.Errorf("it is of version %d, which a newer gnllviz wrote; this one reads versions %d and %d: read it with a newer one", h.Version, FormatVersion, SeveralVersion)
	case h.Version < FormatVersion:
		return fmt.Errorf("it is of version %d; this program reads versions %d and %d", h.Version, FormatVersion, SeveralVersion)
	}
	return nil
}

// settle checks a model that was read, and has its tensors stand in the network's
// order.
func (m *Model) settle() error {
	if err := m.Check(); err != nil {
		return err
	}
	order, err := m.Net.TensorNames()
	if err != nil {
		return err
	}
	for _, t := range m.Members {
		slices.SortFunc(t, func(a, b engine.Tensor) int {
			return slices.Index(order, a.Name) - slices.Index(order, b.Name)
		})
	}
	return m.checkSum()
}

func (t *training) read() (*Training, error) {
	checkpoint, err := base64.StdEncoding.DecodeString(t.Checkpoint)
	if err != nil {
		return nil, fmt.Errorf("its checkpoint is no base64: %w", err)
	}
	n := &Training{Spec: raw(t.Spec), Checkpoint: checkpoint, Changes: raw(t.Changes)}
	if t.History == nil {
		return n, nil
	}
	h := &History{Columns: t.History.Columns}
	for i, row := range t.History.Rows {
		if len(row) != len(h.Columns) {
			return nil, fmt.Errorf("row %d of its history has %d values for %d columns", i, len(row), len(h.Columns))
		}
		values := make([]float64, len(row))
		for k, v := range row {
			values[k] = math.NaN()
			if v != nil {
				values[k] = *v
			}
		}
		h.Rows = append(h.Rows, values)
	}
	n.History = h
	return n, nil
}

func nulls(rows [][]float64) [][]*float64 {
	list := make([][]*float64, len(rows))
	for i, row := range rows {
		list[i] = make([]*float64, len(row))
		for k := range row {
			if v := row[k]; v-v == 0 {
				list[i][k] = &row[k]
			}
		}
	}
	return list
}
