package wire

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

func TestParseCommand(t *testing.T) {
	yes := true
	one, two, three, step, name := uint8(1), uint8(2), uint64(3), uint64(0), "calm"
	nll := -0.5
	for text, want := range map[string]Command{
		`{"type":"hello"}`:                             &Hello{Type: "hello"},
		`{"type":"hello","generation":3,"next":120}`:   &Hello{Type: "hello", Generation: 3, Next: 120},
		`{"type":"play","id":1}`:                       &PlayCommand{Head{"play", 1}},
		`{"type":"pause","id":2}`:                      &PauseCommand{Head{"pause", 2}},
		`{"type":"step","id":3,"steps":10}`:            &StepCommand{Head{"step", 3}, 10},
		`{"type":"reset","id":4}`:                      &ResetCommand{Head: Head{"reset", 4}},
		`{"type":"watch","id":5,"frames":true}`:        &WatchCommand{Head: Head{"watch", 5}, Frames: &yes},
		`{"type":"change","id":7,"set":{"eps":0.001}}`: &ChangeCommand{Head: Head{"change", 7}, Set: map[string]json.RawMessage{"eps": json.RawMessage("0.001")}},
		`{"type":"hello","key":"k"}`:                   &Hello{Type: "hello", Key: "k"},
		`{"type":"epoch","id":8}`:                      &EpochCommand{Head{"epoch", 8}},
		`{"type":"until","id":9,"step":3,"nll":-0.5}`:  &UntilCommand{Head: Head{"until", 9}, Step: &three, NLL: &nll},
		`{"type":"undo","id":10,"revision":12}`:        &UndoCommand{Head{"undo", 10}, 12},
		`{"type":"redo","id":10}`:                      &RedoCommand{Head{"redo", 10}},
		`{"type":"return","id":11,"step":0}`:           &ReturnCommand{Head: Head{"return", 11}, Step: &step},
		`{"type":"change","id":7,"lane":1,"set":{"eps":0.1}}`: &ChangeCommand{
			Head: Head{"change", 7}, Lane: &one, Set: map[string]json.RawMessage{"eps": json.RawMessage("0.1")},
		},
		`{"type":"lane_add","id":12,"copy":1,"name":"calm","set":{"eps":1}}`: &LaneAddCommand{
			Head: Head{"lane_add", 12}, Copy: &one, Name: "calm", Set: map[string]json.RawMessage{"eps": json.RawMessage("1")},
		},
		`{"type":"lane_remove","id":13,"lane":2}`:                             &LaneRemoveCommand{Head{"lane_remove", 13}, &two},
		`{"type":"lane_edit","id":14,"lane":1,"name":"calm","colour":2}`:      &LaneEditCommand{Head{"lane_edit", 14}, &one, &name, &two},
		`{"type":"edit","id":15,"add":[{"x":[1,2],"y":3}],"erase":[4,5]}`:     &EditCommand{Head{"edit", 15}, Edit{Add: []NewRow{{X: []float64{1, 2}, Y: 3}}, Erase: []uint32{4, 5}}},
		`{"type":"edit","id":15,"move":[{"row":7,"x":[1],"y":3}],"take":[8]}`: &EditCommand{Head{"edit", 15}, Edit{Move: []MovedRow{{Row: 7, X: []float64{1}, Y: 3}}, Take: []uint32{8}}},
		`{"type":"data","id":16,"data":{"csv":{"text":"x,y","target":"y"}}}`:  &DataCommand{Head{"data", 16}, &DataSpec{CSV: &CSVSpec{Text: "x,y", Target: "y"}}},
		`{"type":"begin","id":19}`:                                            &BeginCommand{Head: Head{"begin", 19}},
		`{"type":"begin","id":19,"title":"two","set":{"eps":1},"lanes":[{"name":"a","colour":2},{"controls":{"eps":2}}],"data":{"csv":{"text":"x,y","target":"y"}}}`: &BeginCommand{
			Head: Head{"begin", 19}, Title: "two", Set: map[string]json.RawMessage{"eps": json.RawMessage("1")},
			Lanes: []LaneSpec{{Name: "a", Colour: &two}, {Controls: map[string]json.RawMessage{"eps": json.RawMessage("2")}}},
			Data:  &DataSpec{CSV: &CSVSpec{Text: "x,y", Target: "y"}},
		},
		`{"type":"acquire","id":17,"count":3}`:           &AcquireCommand{Head{"acquire", 17}, 3},
		`{"type":"open","id":18,"open":true}`:            &OpenCommand{Head{"open", 18}, &yes},
		" {\n\"id\":4294967295, \"type\":\"reset\" } \n": &ResetCommand{Head: Head{"reset", math.MaxUint32}},
	} {
		c, _, refused := ParseCommand([]byte(text))
		if refused != nil || !reflect.DeepEqual(c, want) {
			t.Errorf("%s: got %+v (%v), want %+v", text, c, refused, want)
			continue
		}
		again, _, refused := ParseCommand(EncodeCommand(c))
		if refused != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%s: encoded and read again it is %+v (%v)", text, again, refused)
		}
	}
}

func TestBadCommandsAreRefused(t *testing.T) {
	for text, want := range map[string]ErrorMessage{
		``:                                {Code: BadMessage, Reason: "not a JSON object"},
		`{`:                               {Code: BadMessage, Reason: "unexpected end"},
		`null`:                            {Code: MissingField, Reason: `no "type"`},
		`[]`:                              {Code: BadMessage, Reason: "array"},
		`{"id":3}`:                        {ID: 3, Code: MissingField, Reason: `no "type"`},
		`{"type":"fly","id":3}`:           {ID: 3, Code: UnknownCommand, Reason: `"fly" is none of acquire, begin, change`},
		`{"type":7,"id":3}`:               {Code: BadMessage, Reason: `"type" cannot be a JSON number`},
		`{"type":"play"}`:                 {Code: MissingField, Reason: `no "id"`},
		`{"type":"play","id":0}`:          {Code: MissingField, Reason: `no "id"`},
		`{"type":"play","id":-1}`:         {Code: BadMessage, Reason: `"id" cannot be`},
		`{"type":"play","id":5000000000}`: {Code: BadMessage, Reason: `"id" cannot be`},
		`{"type":"play","id":3,"lane":1}`: {ID: 3, Code: BadMessage, Reason: `unknown field "lane"`},
		`{"type":"play","id":3} {}`:       {Code: BadMessage, Reason: "after"},
		`{"type":"step","id":3}`:          {ID: 3, Code: OutOfRange, Reason: `"steps" 0`},
		`{"type":"step","id":3,"steps":1000000000}`:                                 {ID: 3, Code: OutOfRange, Reason: `"steps" 1000000000`},
		`{"type":"watch","id":3}`:                                                   {ID: 3, Code: MissingField, Reason: `no "frames"`},
		`{"type":"hello","next":-1}`:                                                {Code: OutOfRange, Reason: "next -1"},
		`{"type":"change","id":3}`:                                                  {ID: 3, Code: MissingField, Reason: `no "set"`},
		`{"type":"change","id":3,"set":{}}`:                                         {ID: 3, Code: MissingField, Reason: `no "set"`},
		`{"type":"change","id":3,"set":[1]}`:                                        {ID: 3, Code: BadMessage, Reason: `"set" cannot be a JSON array`},
		`{"type":"change","id":3,"lane":256,"set":{"a":1}}`:                         {ID: 3, Code: BadMessage, Reason: `"lane" cannot be`},
		`{"type":"until","id":3}`:                                                   {ID: 3, Code: MissingField, Reason: `none of "step", "nll"`},
		`{"type":"until","id":3,"plateau":0}`:                                       {ID: 3, Code: OutOfRange, Reason: "0 steps"},
		`{"type":"return","id":3}`:                                                  {ID: 3, Code: MissingField, Reason: `no "step"`},
		`{"type":"lane_add","id":3,"colour":99}`:                                    {ID: 3, Code: OutOfRange, Reason: "colour 99"},
		`{"type":"lane_remove","id":3}`:                                             {ID: 3, Code: MissingField, Reason: `no "lane"`},
		`{"type":"lane_edit","id":3,"lane":1}`:                                      {ID: 3, Code: MissingField, Reason: `neither "name"`},
		`{"type":"lane_edit","id":3,"lane":1,"name":"a\u0007"}`:                     {ID: 3, Code: OutOfRange, Reason: "printable"},
		`{"type":"edit","id":3}`:                                                    {ID: 3, Code: MissingField, Reason: `none of "add"`},
		`{"type":"edit","id":3,"erase":[-1]}`:                                       {ID: 3, Code: BadMessage, Reason: `cannot be`},
		`{"type":"edit","id":3,"move":[{"x":[1],"y":2}]}`:                           {ID: 3, Code: BadMessage, Reason: `a row has no "row"`},
		`{"type":"edit","id":3,"move":[{"row":1,"x":[1]}]}`:                         {ID: 3, Code: BadMessage, Reason: `a row has no "y"`},
		`{"type":"edit","id":3,"add":[{"y":1}]}`:                                    {ID: 3, Code: BadMessage, Reason: `a row has no "x"`},
		`{"type":"edit","id":3,"add":[{"x":[1],"y":1,"z":1}]}`:                      {ID: 3, Code: BadMessage, Reason: `unknown field "z"`},
		`{"type":"data","id":3}`:                                                    {ID: 3, Code: MissingField, Reason: `no "data"`},
		`{"type":"data","id":3,"data":{}}`:                                          {ID: 3, Code: MissingField, Reason: `either a "formula" or a "csv"`},
		`{"type":"begin","id":3,"data":{}}`:                                         {ID: 3, Code: MissingField, Reason: `either a "formula" or a "csv"`},
		`{"type":"begin","id":3,"title":"a\u0007"}`:                                 {ID: 3, Code: OutOfRange, Reason: "printable"},
		`{"type":"begin","id":3,"title":"` + strings.Repeat("é", MaxTitle+1) + `"}`: {ID: 3, Code: OutOfRange, Reason: "at most 80 characters"},
		`{"type":"begin","id":3,"lanes":[{},{},{},{},{},{},{}]}`:                    {ID: 3, Code: TooMuch, Reason: "7 lanes"},
		`{"type":"begin","id":3,"lanes":[{"lane":1}]}`:                              {ID: 3, Code: BadMessage, Reason: `unknown field "lane"`},
		`{"type":"acquire","id":3}`:                                                 {ID: 3, Code: OutOfRange, Reason: `"count" 0`},
		`{"type":"open","id":3}`:                                                    {ID: 3, Code: MissingField, Reason: `no "open"`},
	} {
		c, id, got := ParseCommand([]byte(text))
		if got == nil {
			t.Errorf("%s: got %+v, want a refusal", text, c)
			continue
		}
		if got.Code != want.Code || got.ID != want.ID || id != want.ID || !wording.Has(got.Reason, want.Reason) {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{`{"type":"hello"}`, `{"type":"change","id":7,"set":{"eps":0.001}}`, `{"type":"step","id":3,"steps":10}`, `{"type":"begin","id":3,"set":{"eps":1},"lanes":[{"name":"a"}]}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		c, id, refused := ParseCommand(b)
		if (c == nil) == (refused == nil) {
			t.Errorf("%q: command %v and refusal %v", b, c, refused)
		}
		if refused != nil && (refused.ID != id || refused.Reason == "" || refused.Code == "") {
			t.Errorf("%q: refusal %+v of command %d says too little", b, refused, id)
		}
	})
}
