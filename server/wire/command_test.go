package wire

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"
)

func TestParseCommand(t *testing.T) {
	yes := true
	for text, want := range map[string]Command{
		`{"type":"hello"}`:                               &Hello{Type: "hello"},
		`{"type":"hello","epoch":3,"next":120}`:          &Hello{Type: "hello", Epoch: 3, Next: 120},
		`{"type":"play","id":1}`:                         &PlayCommand{"play", 1},
		`{"type":"pause","id":2}`:                        &PauseCommand{"pause", 2},
		`{"type":"step","id":3,"steps":10}`:              &StepCommand{"step", 3, 10},
		`{"type":"reset","id":4}`:                        &ResetCommand{"reset", 4},
		`{"type":"watch","id":5,"frames":true}`:          &WatchCommand{"watch", 5, &yes},
		`{"type":"change","id":7,"set":{"eps":0.001}}`:   &ChangeCommand{Type: "change", ID: 7, Set: map[string]json.RawMessage{"eps": json.RawMessage("0.001")}},
		" {\n\"id\":4294967295, \"type\":\"reset\" } \n": &ResetCommand{"reset", math.MaxUint32},
	} {
		c, _, refused := ParseCommand([]byte(text))
		if refused != nil || !reflect.DeepEqual(c, want) {
			t.Errorf("%s: got %+v (%v), want %+v", text, c, refused, want)
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
		`{"type":"fly","id":3}`:           {ID: 3, Code: UnknownCommand, Reason: `"fly" is none of change, hello`},
		`{"type":7,"id":3}`:               {Code: BadMessage, Reason: `"type" cannot be a JSON number`},
		`{"type":"play"}`:                 {Code: MissingField, Reason: `no "id"`},
		`{"type":"play","id":0}`:          {Code: MissingField, Reason: `no "id"`},
		`{"type":"play","id":-1}`:         {Code: BadMessage, Reason: `"id" cannot be`},
		`{"type":"play","id":5000000000}`: {Code: BadMessage, Reason: `"id" cannot be`},
		`{"type":"play","id":3,"lane":1}`: {ID: 3, Code: BadMessage, Reason: `unknown field "lane"`},
		`{"type":"play","id":3} {}`:       {Code: BadMessage, Reason: "after"},
		`{"type":"step","id":3}`:          {ID: 3, Code: OutOfRange, Reason: `"steps" 0`},
		`{"type":"step","id":3,"steps":1000000000}`:       {ID: 3, Code: OutOfRange, Reason: `"steps" 1000000000`},
		`{"type":"watch","id":3}`:                         {ID: 3, Code: MissingField, Reason: `no "frames"`},
		`{"type":"hello","next":-1}`:                      {Code: OutOfRange, Reason: "next -1"},
		`{"type":"change","id":3}`:                        {ID: 3, Code: MissingField, Reason: `no "set"`},
		`{"type":"change","id":3,"set":{}}`:               {ID: 3, Code: MissingField, Reason: `no "set"`},
		`{"type":"change","id":3,"set":[1]}`:              {ID: 3, Code: BadMessage, Reason: `"set" cannot be a JSON array`},
		`{"type":"change","id":3,"lane":9,"set":{"a":1}}`: {ID: 3, Code: OutOfRange, Reason: "no lane 9"},
	} {
		c, id, got := ParseCommand([]byte(text))
		if got == nil {
			t.Errorf("%s: got %+v, want a refusal", text, c)
			continue
		}
		if got.Code != want.Code || got.ID != want.ID || id != want.ID || !strings.Contains(got.Reason, want.Reason) {
			t.Errorf("%s: got %+v, want %+v", text, got, want)
		}
	}
}

func FuzzParseCommand(f *testing.F) {
	for _, s := range []string{`{"type":"hello"}`, `{"type":"change","id":7,"set":{"eps":0.001}}`, `{"type":"step","id":3,"steps":10}`} {
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
