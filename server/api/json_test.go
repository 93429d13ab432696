package api

import (
	"bytes"
	"encoding/json"
	"math"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/api/streamjson"
	"github.com/gnllviz/gnllviz/server/wire"
)

// What is written piece by piece is what encoding/json writes.
func TestStreamedJSONIsJSON(t *testing.T) {
	long := strings.Repeat("größe <&> \u2028 \"\\\n", 4000)
	colour := uint8(3)
	points := make([]wire.Point, 1000)
	for i := range points {
		points[i].Step = uint64(i)
		points[i].Values[3] = float32(math.NaN())
		points[i].Values[4] = float32(i) / 7
	}
	events := []wire.Event{
		{At: 3, Command: json.RawMessage(`{"type":"play","id":1}`)},
		{At: 4, Revision: 2, Left: true},
		{At: 5, Command: json.RawMessage(`{"type":"edit","id":1,"erase":[1` + strings.Repeat(",7", streamjson.PieceBytes) + `]}`)},
	}
	curved := curve{Steps: []uint64{}, Values: floats{}, Full: true}
	for i := range 3000 {
		curved.Steps, curved.Values = append(curved.Steps, uint64(i)), append(curved.Values, float32(i)/3)
	}
	for name, v := range map[string]any{
		"nothing":   nil,
		"a pointer": &colour,
		"history":   wire.HistoryMessage{Type: "history", Generation: 7, First: 2, Points: points},
		"no points": wire.HistoryMessage{},
		"recipe": wire.Recipe{
			Spec: wire.Spec{
				Title: "a <b>", Controls: map[string]json.RawMessage{"eps": json.RawMessage("1e-6"), "a": json.RawMessage(`"b"`)},
				Lanes: []wire.LaneSpec{{}, {Name: "A", Colour: &colour, State: bytes.Repeat([]byte{1, 2, 3, 250}, 10_001)}},
				Data:  &wire.DataSpec{CSV: &wire.CSVSpec{Text: long}},
				Edits: []wire.Edit{{Erase: make([]uint32, 1000)}, {}},
			},
			LaneIDs: []int{0, 1}, Events: events, Steps: 9, Weights: "ab",
		},
		"empty recipe": wire.Recipe{},
		"run":          wire.RunMessage{Controls: map[string]any{"eps": 1e-6}, Data: wire.Data{Title: "x", Y: []float64{1, 2.5}, X: [][]float64{{1}, nil, {}}}},
		"made":         made{Summary: wire.Summary{ID: "a"}, Key: "k"},
		"known":        known{Controls: map[string]any{"b": []int{1}}},
		"curve":        curved,
		"prediction":   prediction{X: json.RawMessage(`[1,2]`), Mean: []wire.Number{1, wire.Number(math.NaN())}},
		"not UTF-8":    map[string]string{"a": "\xff\xfe"},
		"long odd":     strings.Repeat("\xff\x80\x80\x80\x80é", 9000),
		"table":        inspection{Columns: []inspectedColumn{}, First: [][]string{{"a", long}}},
		"list of maps": []map[string]any{{"a": 1}, nil},
	} {
		var want, got bytes.Buffer
		if err := json.NewEncoder(&want).Encode(v); err != nil {
			t.Fatal(err)
		}
		if err := streamjson.Write(&got, v); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got.String() != want.String() {
			t.Errorf("%s: got %.300s\nwant %.300s", name, got.String(), want.String())
		}
	}
}

// However long the answer is, little of it is held at a time.
func TestStreamedJSONIsNotBuilt(t *testing.T) {
	r := wire.Recipe{Spec: wire.Spec{Data: &wire.DataSpec{CSV: &wire.CSVSpec{Text: strings.Repeat("1,2\n", 1<<20)}}}, Events: make([]wire.Event, 50_000)}
	var widest widest
	if err := streamjson.Write(&widest, r); err != nil {
		t.Fatal(err)
	}
	if widest > 3*streamjson.PieceBytes {
		t.Errorf("%d bytes came at once", widest)
	}
}

// A widest writer knows the most that came at once.
type widest int

func (w *widest) Write(b []byte) (int, error) {
	*w = max(*w, widest(len(b)))
	return len(b), nil
}
