package export

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/engine"
)

// maxHeader is the largest header of a safetensors file that is read, in bytes: that
// of the format's own library, which takes no larger one either.
const maxHeader = 100_000_000

func safetensorsFormat() Format {
	return Format{
		Name: "safetensors", File: "model.safetensors", Media: "application/octet-stream", Form: "safetensors",
		Help:  "The weights under PyTorch's names, with the model card.",
		Load:  "`model_torch.py`, or any reader of safetensors; gnllviz trains on from its weights",
		Write: WriteSafetensors, Read: readSafetensors,
		Is: isSafetensors,
	}
}

func isSafetensors(b []byte) bool { return len(b) > 8 && b[8] == '{' }

// WriteSafetensors writes the parameters in the safetensors format, as float32
// under PyTorch's names (body.0.weight; of several members members.0.body.0.weight).
// Its metadata carry the card and, if there is, what it takes to train on from the
// weights alone.
func WriteSafetensors(w io.Writer, m *Model) error {
	if err := writeSafetensors(w, m); err != nil {
		return fmt.Errorf("export: safetensors: %w", err)
	}
	return nil
}

// A place is one tensor of a safetensors file.
type place struct {
	Type    string `json:"dtype"`
	Shape   []int  `json:"shape"`
	Offsets [2]int `json:"data_offsets"` // of its first byte and after its last, from the header's end
}

func writeSafetensors(w io.Writer, m *Model) error {
	texts := map[string]string{"format": "pt"}
	var err error
	if texts[modelKey], err = headerText(m); err != nil {
		return err
	}
	training, err := trainingText(m.Training, true)
	if err != nil {
		return err
	}
	if training != "" {
		texts[trainingKey] = training
	}
	header := map[string]any{"__metadata__": texts}
	var data []byte
	for i, tensors := range m.Members {
		for _, t := range tensors {
			p := place{Type: "F32", Shape: t.Shape, Offsets: [2]int{len(data)}}
			data = appendFloats(data, t.Data)
			p.Offsets[1] = len(data)
			header[m.memberPrefix("members.%d.", i)+t.Name] = p
		}
	}
	b, err := json.Marshal(header)
	if err != nil {
		return err
	}
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	if len(b) > maxHeader {
		return fmt.Errorf("its header takes %d bytes, and readers take %d: take the history out, or use JSON", len(b), maxHeader)
	}
	file := binary.LittleEndian.AppendUint64(nil, uint64(len(b)))
	for _, part := range [][]byte{file, b, data} {
		if _, err := w.Write(part); err != nil {
			return err
		}
	}
	return nil
}

// memberPrefix is what stands before the names of a member's tensors: nothing where
// there is one member alone.
func (m *Model) memberPrefix(format string, member int) string {
	if len(m.Members) == 1 {
		return ""
	}
	return fmt.Sprintf(format, member)
}

// appendFloats appends values as float32, little endian.
func appendFloats(b []byte, values []float32) []byte {
	b = slices.Grow(b, 4*len(values))
	for _, v := range values {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// floats is the reverse of appendFloats.
func floats(b []byte) []float32 {
	list := make([]float32, len(b)/4)
	for i := range list {
		list[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return list
}

// ReadSafetensors reads what WriteSafetensors wrote. It trusts nothing in it.
func ReadSafetensors(r io.Reader) (*Model, error) {
	b, err := readAll(r)
	if err != nil {
		return nil, err
	}
	return readSafetensors(b)
}

func readSafetensors(b []byte) (*Model, error) {
	m, err := parseSafetensors(b)
	if err != nil {
		return nil, &ReadError{fmt.Errorf("a safetensors file: %w", err)}
	}
	return m, nil
}

func parseSafetensors(b []byte) (*Model, error) {
	if len(b) < 8 {
		return nil, errors.New("it is cut short: not even the length of its header is there")
	}
	length, b := binary.LittleEndian.Uint64(b), b[8:]
	switch {
	case length > maxHeader:
		return nil, fmt.Errorf("its header claims %d bytes; at most %d are read", length, maxHeader)
	case length > uint64(len(b)):
		return nil, fmt.Errorf("its header claims %d bytes, and only %d follow: it is cut short or damaged", length, len(b))
	}
	places, texts, err := parsePlaces(string(b[:length]))
	if err != nil {
		return nil, fmt.Errorf("its header: %w", err)
	}
	data := b[length:]
	if err := checkPlaces(places, len(data)); err != nil {
		return nil, err
	}
	m, err := modelOf(texts)
	if err != nil {
		return nil, err
	}
	tensors := make(map[string]engine.Tensor, len(places))
	for name, p := range places {
		tensors[name] = engine.Tensor{Name: name, Shape: p.Shape, Data: floats(data[p.Offsets[0]:p.Offsets[1]])}
	}
	if err := m.gather(tensors, "members.%d."); err != nil {
		return nil, err
	}
	return m, nil
}

// parsePlaces reads a header. A name that is there twice is an error, which
// json.Unmarshal would not notice.
func parsePlaces(text string) (map[string]place, map[string]string, error) {
	places, texts := map[string]place{}, map[string]string{}
	seen := map[string]bool{}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	err := eachMember(d, func(name string) error {
		if seen[name] {
			return fmt.Errorf("%.60q is there twice", name)
		}
		seen[name] = true
		if name != "__metadata__" {
			var p place
			if err := d.Decode(&p); err != nil {
				return fmt.Errorf("tensor %.60q: %w", name, err)
			}
			places[name] = p
			return nil
		}
		return eachMember(d, func(name string) error {
			if _, ok := texts[name]; ok {
				return fmt.Errorf("the text %.60q is there twice", name)
			}
			var text string
			if err := d.Decode(&text); err != nil {
				return fmt.Errorf("the text %.60q: %w", name, err)
			}
			texts[name] = text
			return nil
		})
	})
	if err != nil {
		return nil, nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, nil, errors.New("more follows after its end")
	}
	return places, texts, nil
}

// eachMember calls f with the name of each member of the object that comes next; f
// reads its value.
func eachMember(d *json.Decoder, f func(name string) error) error {
	if t, err := d.Token(); err != nil {
		return err
	} else if t != json.Delim('{') {
		return errors.New("it is no JSON object")
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		if err := f(t.(string)); err != nil { // the decoder takes nothing else for a name
			return err
		}
	}
	_, err := d.Token()
	return err
}

// checkPlaces says what is wrong with tensors that are to fill size bytes.
func checkPlaces(places map[string]place, size int) error {
	names := make([]string, 0, len(places))
	for name, p := range places {
		if p.Type != "F32" {
			return fmt.Errorf("tensor %.60q is of type %.20q; the models of gnllviz are F32", name, p.Type)
		}
		values := 1
		for _, d := range p.Shape {
			if d < 1 || d > engine.MaxParams || values*d > engine.MaxParams {
				return fmt.Errorf("tensor %.60q has the shape %.60v, which no model of gnllviz has", name, fmt.Sprint(p.Shape))
			}
			values *= d
		}
		switch begin, end := p.Offsets[0], p.Offsets[1]; {
		case begin < 0 || end < begin || end > size:
			return fmt.Errorf("tensor %.60q lies at bytes %d to %d of %d: the file is cut short or damaged", name, begin, end, size)
		case end-begin != 4*values:
			return fmt.Errorf("tensor %.60q has %d bytes for %d values of 4 bytes", name, end-begin, values)
		}
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return places[a].Offsets[0] - places[b].Offsets[0] })
	at := 0
	for i, name := range names {
		switch begin := places[name].Offsets[0]; {
		case begin < at:
			return fmt.Errorf("tensors %.60q and %.60q overlap", names[i-1], name)
		case begin > at:
			return fmt.Errorf("%d bytes before tensor %.60q belong to nothing", begin-at, name)
		}
		at = places[name].Offsets[1]
	}
	if at != size {
		return fmt.Errorf("%d bytes at its end belong to nothing", size-at)
	}
	return nil
}

// gather makes members of tensors whose names begin with the member's number, as
// memberPrefix has it, and checks the model. It takes them out of the map.
func (m *Model) gather(tensors map[string]engine.Tensor, format string) error {
	names, err := m.Net.TensorNames()
	if err != nil {
		return err
	}
	members := 1
	if _, alone := tensors[names[0]]; !alone {
		members = max((len(tensors)+len(names)-1)/len(names), 1)
	}
	if members > MaxMembers {
		return fmt.Errorf("it has %d tensors, which are more than %d members have", len(tensors), MaxMembers)
	}
	m.Members = make([]Tensors, members)
	for i := range m.Members {
		for _, name := range names {
			full := m.memberPrefix(format, i) + name
			t, ok := tensors[full]
			if !ok {
				return fmt.Errorf("its tensor %q is missing", full)
			}
			t.Name = name
			m.Members[i] = append(m.Members[i], t)
			delete(tensors, full)
		}
	}
	for name := range tensors {
		return fmt.Errorf("it has a tensor %.60q, which is none of the network's", name)
	}
	return m.settle()
}
