package wire

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestNamesOfPeople(t *testing.T) {
	for name, want := range map[string]string{
		"Ada":                             "Ada",
		"  Ada Lovelace ":                 "Ada Lovelace",
		"":                                "",
		"   ":                             "",
		"Łukasz Żółć":                     "Łukasz Żółć",
		"山田太郎":                            "山田太郎",
		"नेहा":                            "नेहा",
		"e\u0301mile":                     "e\u0301mile",
		"O’Brien & Sons":                  "!",
		"🙂":                               "🙂",
		strings.Repeat("é", 32):           strings.Repeat("é", 32),
		strings.Repeat("é", 33):           "!",
		"<b>Ada</b>":                      "!",
		"Ada\nBen":                        "!",
		"Ada\x00":                         "!",
		"Ada\x1b[31m":                     "!",
		"\u202egro.live":                  "!", // turns around what follows
		"A\u200bda":                       "!", // a blank without width
		"A\u2066da":                       "!",
		"\ufeffAda":                       "!",
		"\u2028":                          "", // a blank at the edge
		"Ada\u2028Ben":                    "!",
		"A\u00a0B":                        "!",
		"\u3164":                          "!", // a letter that looks like none
		"A\ufe0f":                         "!",
		"Z" + strings.Repeat("\u0334", 9): "!",
		"\u0301Ada":                       "!",
		"\xff\xfe":                        "!",
		`"quoted"`:                        "!",
		"\ue000":                          "!",
		"\U000e0041":                      "!",
	} {
		got, refused := PersonName(name)
		if refused != nil {
			got = "!"
		}
		if got != want {
			t.Errorf("%q is %q (%v), want %q", name, got, refused, want)
		}
	}
}

func TestWatchCommandsOfPeople(t *testing.T) {
	for text, want := range map[string]ErrorCode{
		`{"type":"watch","id":1,"name":" Ada "}`:                                                           "",
		`{"type":"watch","id":1,"name":""}`:                                                                "",
		`{"type":"watch","id":1,"name":"<i>"}`:                                                             OutOfRange,
		`{"type":"watch","id":1,"name":7}`:                                                                 BadMessage,
		`{"type":"watch","id":1,"presents":{"lane":0}}`:                                                    "",
		`{"type":"watch","id":1,"presents":{"lane":1,"step":80,"view":"panel:residual~loss:nll"}}`:         "",
		`{"type":"watch","id":1,"presents":{"lane":256}}`:                                                  BadMessage,
		`{"type":"watch","id":1,"presents":{"lane":0,"step":-1}}`:                                          BadMessage,
		`{"type":"watch","id":1,"presents":{"lane":0,"here":true}}`:                                        BadMessage,
		`{"type":"watch","id":1,"presents":{"lane":0,"view":"<script>"}}`:                                  OutOfRange,
		`{"type":"watch","id":1,"presents":{"lane":0,"view":"` + strings.Repeat("a", MaxView+1) + `"}}`:    OutOfRange,
		`{"type":"watch","id":1,"presents":null,"name":null,"frames":null}`:                                MissingField,
		`{"type":"watch","id":1,"frames":true,"name":"Ada","presents":{"lane":0,"view":""}}`:               "",
		`{"type":"watch","id":1,"frames":true,"name":"Ada","presents":{"lane":0,"view":"a b"},"colour":3}`: BadMessage,
	} {
		c, _, refused := ParseCommand([]byte(text))
		code := ErrorCode("")
		if refused != nil {
			code = refused.Code
		}
		if code != want {
			t.Errorf("%s: %q (%v), want %q", text, code, refused, want)
		}
		if w, ok := c.(*WatchCommand); ok && w.Name != nil && *w.Name != strings.TrimSpace(*w.Name) {
			t.Errorf("%s: the name is %q", text, *w.Name)
		}
	}
}

// A name that nobody would refuse is the same when it is read again.
func FuzzPersonName(f *testing.F) {
	for _, name := range []string{"Ada", " e\u0301 ", "\u202e", "नेहा", "\xff"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		once, refused := PersonName(name)
		if refused != nil {
			return
		}
		if twice, refused := PersonName(once); refused != nil || twice != once {
			t.Errorf("%q became %q (%v)", once, twice, refused)
		}
		b, err := json.Marshal(Person{Name: once})
		var back Person
		if err != nil || json.Unmarshal(b, &back) != nil || back.Name != once {
			t.Errorf("%q came back as %q", once, back.Name)
		}
		if strings.ContainsAny(once, "<>&\"\n\r\t\x00\u202e\u2066\u200b") {
			t.Errorf("%q is let through", once)
		}
	})
}
