package export

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// headed is a safetensors file of a header as it stands and of data.
func headed(header string, data []byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), data...)
}

// swap returns b with the first old in it replaced, which must be there.
func swap(t testing.TB, b []byte, old, now string) []byte {
	t.Helper()
	if !bytes.Contains(b, []byte(old)) {
		t.Fatalf("the file has no %s", old)
	}
	return bytes.Replace(b, []byte(old), []byte(now), 1)
}

// nullValue is a model in JSON with null for the first of its parameters' values.
func nullValue(t testing.TB, text []byte) []byte {
	t.Helper()
	from := bytes.Index(text, []byte(`"data":[`))
	if from < 0 {
		t.Fatal("the file has no parameters")
	}
	from += len(`"data":[`)
	return slices.Replace(bytes.Clone(text), from, from+bytes.IndexAny(text[from:], ",]"), []byte("null")...)
}

// Files that are damaged, of another kind or version, or made to do harm are refused
// in words that say what is wrong.
func TestHostileFilesAreRefused(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 1)
	withTraining(m)
	safe, onnx, text := encode(t, m, "model.safetensors"), encode(t, m, "model.onnx"), encode(t, m, "model.json")
	length := binary.LittleEndian.Uint64(safe)
	header, data := string(safe[8:8+length]), safe[8+length:]
	change := func(old, now string) []byte {
		return headed(string(swap(t, []byte(header), old, now)), data)
	}
	nan := bytes.Clone(data)
	binary.LittleEndian.PutUint32(nan[8:], math.Float32bits(float32(math.NaN())))
	newer := `\"version\":1,\"card\"`

	for name, c := range map[string]struct {
		file []byte
		want string
	}{
		"nothing":            {nil, "empty"},
		"a table":            {[]byte("x,y\n1,2\n"), "no model of gnllviz"},
		"a picture":          {[]byte("\x89PNG\r\n\x1a\n0000"), "no model of gnllviz"},
		"JSON of another":    {[]byte(`{"weights":[1,2]}`), "no model of gnllviz"},
		"JSON cut short":     {text[:len(text)/2], "cut short"},
		"JSON of tomorrow":   {swap(t, text, `"version":1,`, `"version":3,`), "newer gnllviz"},
		"a null for a value": {nullValue(t, text), "null"},
		"more than one":      {append(bytes.Clone(text), text...), "cut short"},

		"a huge header":          {append(binary.LittleEndian.AppendUint64(nil, 1<<40), header...), "claims 1099511627776 bytes"},
		"the largest header":     {append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), header...), "claims 18446744073709551615 bytes"},
		"a header over the file": {append(binary.LittleEndian.AppendUint64(nil, uint64(len(safe))), safe[8:]...), "only "},
		"a header cut short":     {safe[:40], "cut short"},
		"data cut short":         {safe[:len(safe)-4], "cut short or damaged"},
		"data too long":          {append(bytes.Clone(safe), 0, 0, 0, 0), "4 bytes at its end"},
		"a list for a header":    {headed("{[]}", data), "header"},
		"a header that goes on":  {headed(header+"{}", data), "more follows"},
		"doubles":                {change(`"F32"`, `"F64"`), "F64"},
		"odd offsets":            {change(`"data_offsets":[0,16]`, `"data_offsets":[1,17]`), "belong to nothing"},
		"offsets turned round":   {change(`"data_offsets":[0,16]`, `"data_offsets":[16,0]`), "lies at bytes 16 to 0"},
		"offsets below 0":        {change(`"data_offsets":[0,16]`, `"data_offsets":[-16,0]`), "lies at bytes -16"},
		"offsets over the file":  {change(`"data_offsets":[0,16]`, `"data_offsets":[0,1600000]`), "lies at bytes 0 to 1600000"},
		"a huge offset":          {change(`"data_offsets":[0,16]`, `"data_offsets":[0,99999999999999999999]`), "data_offsets"},
		"tensors that overlap":   {change(`"data_offsets":[16,32]`, `"data_offsets":[0,16]`), "overlap"},
		"a shape below 0":        {change(`"shape":[4,1]`, `"shape":[-4,-1]`), "shape"},
		"a shape that is huge":   {change(`"shape":[4,1]`, `"shape":[4294967296,4294967296]`), "shape"},
		"another shape":          {change(`"shape":[4,1]`, `"shape":[1,4]`), "shape"},
		"a smaller shape":        {change(`"shape":[4,1]`, `"shape":[3,1]`), "16 bytes for 3 values"},
		"a tensor twice":         {change(`"body.0.bias"`, `"body.0.weight"`), "twice"},
		"a text twice":           {change(`"format":"pt"`, `"gnllviz.model":"{}"`), "twice"},
		"a text that is none":    {change(`"format":"pt"`, `"format":1`), "text"},
		"a tensor renamed":       {change(`"body.0.bias"`, `"body.0.bios"`), `"body.0.bias" is missing`},
		"a tensor too many":      {headed(strings.Replace(header, `"body.0.weight"`, `"extra":{"dtype":"F32","shape":[1],"data_offsets":[`+fmt.Sprintf("%d,%d", len(data), len(data)+4)+`]},"body.0.weight"`, 1), append(bytes.Clone(data), 0, 0, 0, 0)), `"extra"`},
		"no card":                {change(`"gnllviz.model"`, `"other.model"`), "no card"},
		"a value that is none":   {headed(header, nan), "NaN"},
		"a tensor of tomorrow":   {change(newer, strings.Replace(newer, "1", "7", 1)), "version 7"},
		"another network":        {change(`\"hidden\":[4]`, `\"hidden\":[5]`), "shape"},
		"a network too large":    {change(`\"hidden\":[4]`, `\"hidden\":[99999]`), "units"},
		"a spec that is none":    {change(`"gnllviz.training":"{`, `"gnllviz.training":"[`), "gnllviz.training"},

		"ONNX cut short":       {onnx[:len(onnx)-10], "cut short"},
		"ONNX of another":      {appendPart(appendText(appendInt(nil, 1, 8), 2, "pytorch"), 7, nil), `"pytorch" made it`},
		"ONNX without card":    {appendPart(appendText(appendInt(nil, 1, 8), 2, producer), 7, nil), "no card"},
		"ONNX without tensors": {onnxWith(t, onnx, nil), "is missing"},
		"ONNX of tomorrow":     {swap(t, onnx, `"version":1,"card"`, `"version":3,"card"`), "version 3"},
		"ONNX with two graphs": {appendPart(bytes.Clone(onnx), 7, nil), "two graphs"},
		"ONNX, short data":     {onnxWith(t, onnx, tensorProto("body.0.weight", onnxFloat, 12, 4, 1)), "12 bytes of raw data"},
		"ONNX, doubles":        {onnxWith(t, onnx, tensorProto("body.0.weight", onnxDouble, 32, 4, 1)), "type 11"},
		"ONNX, a shape of 0":   {onnxWith(t, onnx, tensorProto("body.0.weight", onnxFloat, 0, 0)), "shape"},
		"ONNX, a huge shape":   {onnxWith(t, onnx, tensorProto("body.0.weight", onnxFloat, 4, 1<<62, 4)), "shape"},
		"ONNX, a tensor twice": {onnxWith(t, onnx, append(tensorProto("body.0.weight", onnxFloat, 16, 4, 1), tensorProto("body.0.weight", onnxFloat, 16, 4, 1)...)), "twice"},

		"an empty archive":      {archive(t), "none of model.json, model.onnx, model.safetensors is at its top"},
		"an archive of another": {archive(t, "a.txt", []byte("a")), "none of model.json, model.onnx, model.safetensors is at its top"},
		"an archive cut short":  {archive(t, "model.json", text)[:200], "cut short"},
		"a damaged model":       {archive(t, "model.json", text[:100]), "model.json"},
		"a model in a folder":   {archive(t, "a/model.json", text), "at its top"},
		"zip slip":              {archive(t, "../model.json", text), "outside"},
		"zip slip inside":       {archive(t, "model.json", text, "a/../../b", text), "outside"},
		"an absolute name":      {archive(t, "/model.json", text), "outside"},
		"a backslash":           {archive(t, `..\model.json`, text), "outside"},
		"a drive":               {archive(t, "C:model.json", text), "outside"},
		"a name of nothing":     {archive(t, "", text), "outside"},
		"a name twice":          {archive(t, "model.json", text, "MODEL.json", text), "twice"},
		"a bomb":                {archive(t, "model.json", make([]byte, 20<<20)), "fill a memory"},
		"a bomb beside it":      {archive(t, "bomb", make([]byte, 20<<20), "model.json", text), "fill a memory"},
		"an archive of itself":  {archive(t, "model.json", archive(t, "model.json", text)), "no model of gnllviz"},
		"too many files":        {archiveOf(t, 201), "201 files"},
		"an encrypted file":     {patched(t, text, func(h *zip.FileHeader) { h.Flags |= 1 }), "encrypted"},
		"a lie about its size":  {patched(t, text, func(h *zip.FileHeader) { h.UncompressedSize64 = 10 }), "model.json: it is"},
		"a huge size":           {patched(t, text, func(h *zip.FileHeader) { h.UncompressedSize64 = 1 << 40 }), "more than"},
		"a false sum":           {patched(t, text, func(h *zip.FileHeader) { h.CRC32++ }), "damaged"},
		"an unknown packing":    {patched(t, text, func(h *zip.FileHeader) { h.Method = 99 }), "unpacked"},
		"a link":                {patched(t, text, func(h *zip.FileHeader) { h.SetMode(fs.ModeSymlink | 0o777) }), "regular"},
	} {
		_, err := Read(bytes.NewReader(c.file))
		if err == nil || !wording.Has(err.Error(), c.want) {
			t.Errorf("%s: got %v, want an error with %q", name, err, c.want)
		}
		if err != nil && (!errors.As(err, new(*ReadError)) || len(err.Error()) > 500) {
			t.Errorf("%s: the error is %.600v", name, err)
		}
	}
}

// tensorProto is an initializer in a GraphProto, of zeros.
func tensorProto(name string, kind uint64, size int, shape ...int) []byte {
	var g graph
	g.initializer(name, kind, shape, make([]byte, size))
	return g.initializers
}

// onnxWith is an ONNX file with another graph.
func onnxWith(t testing.TB, file, graph []byte) []byte {
	t.Helper()
	var b []byte
	for len(file) > 0 {
		field, _, n := protowire.ConsumeField(file)
		if n < 0 {
			t.Fatal(protowire.ParseError(n))
		}
		if field == 7 {
			b = appendPart(b, 7, graph)
		} else {
			b = append(b, file[:n]...)
		}
		file = file[n:]
	}
	return b
}

func archiveOf(t testing.TB, files int) []byte {
	t.Helper()
	var list []any
	for i := range files {
		list = append(list, fmt.Sprintf("%d.txt", i), []byte("a"))
	}
	return archive(t, list...)
}

// patched is an archive of a model.json whose entry tells something else.
func patched(t testing.TB, text []byte, change func(*zip.FileHeader)) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	h := &zip.FileHeader{
		Name: "model.json", Method: zip.Store, CRC32: crc32.ChecksumIEEE(text),
		CompressedSize64: uint64(len(text)), UncompressedSize64: uint64(len(text)),
	}
	change(h)
	w, err := z.CreateRaw(h)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// FuzzRead has Read meet what nobody thought of. What it takes must be a model that
// predicts and can be written again.
func FuzzRead(f *testing.F) {
	for _, of := range []struct{ members, targets int }{{1, 1}, {2, 1}, {1, 2}} {
		m, _, _ := trained(f, engine.NetConfig{Hidden: []int{2}, Outputs: of.targets}, of.members)
		withTraining(m)
		for file := range writers() {
			b := encode(f, m, file)
			f.Add(b)
			f.Add(b[:len(b)/2])
			f.Add(archive(f, file, b))
			damaged := bytes.Clone(b)
			for i := 7; i < len(damaged); i += len(damaged)/16 + 1 {
				damaged[i] ^= 1 << (i % 8)
			}
			f.Add(damaged)
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Read(bytes.NewReader(b))
		if err != nil {
			return
		}
		if err := m.Check(); err != nil {
			t.Fatalf("Read took what Check refuses: %v", err)
		}
		if _, err := m.Predict(make([]float64, len(m.Inputs))); err != nil {
			t.Fatal(err)
		}
		for file := range writers() {
			again, err := Read(bytes.NewReader(encode(t, m, file)))
			if err != nil {
				t.Fatalf("%s: %v", file, err)
			}
			for i := range m.Members {
				if !sameTensors(again.Members[i], m.Members[i]) {
					t.Fatalf("%s: other parameters came back", file)
				}
			}
		}
		for _, w := range []func(*bytes.Buffer) error{
			func(b *bytes.Buffer) error { return WriteGo(b, m) },
			func(b *bytes.Buffer) error { return WriteTorch(b, m) },
			func(b *bytes.Buffer) error { return WriteNumPy(b, m) },
			func(b *bytes.Buffer) error { return WriteCard(b, m) },
		} {
			if err := w(&bytes.Buffer{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// A file in which a single number of what predicts is another is refused, unless its
// sum was taken out.
func TestDamagedNumbersAreRefused(t *testing.T) {
	m, _, _ := trained(t, engine.NetConfig{Hidden: []int{4}}, 2)
	flipped := func(write func(io.Writer, *Model) error, find []byte, at int) []byte {
		var b bytes.Buffer
		if err := write(&b, m); err != nil {
			t.Fatal(err)
		}
		i := bytes.Index(b.Bytes(), find)
		if i < 0 {
			t.Fatalf("there is no %q", find)
		}
		b.Bytes()[i+at] ^= 1
		return b.Bytes()
	}
	weights := appendFloats(nil, m.Members[1].Find("mean.weight").Data)
	for name, file := range map[string][]byte{
		"a weight, safetensors": flipped(WriteSafetensors, weights, 5),
		"a weight, ONNX":        flipped(WriteONNX, weights, 5),
		"a weight, JSON":        flipped(WriteJSON, []byte(`"data":[`), len(`"data":[`)+4),
		"a scale":               flipped(WriteJSON, []byte(`"std":`), len(`"std":`)+2),
		"eps":                   flipped(WriteJSON, []byte(`"eps":0.000001`), len(`"eps":0.00000`)),
	} {
		if _, err := Read(bytes.NewReader(file)); err == nil || !wording.Has(err.Error(), "another SHA-256") {
			t.Errorf("%s: %v", name, err)
		}
	}
	var b bytes.Buffer
	if err := WriteJSON(&b, m); err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(b.Bytes(), []byte(`"eps":0.000001,"sha256":"`+m.sum()+`"`), []byte(`"eps":0.01`), 1)
	if got, err := Read(bytes.NewReader(changed)); err != nil || got.Eps != 0.01 {
		t.Errorf("without a sum: %v", err)
	}
}
