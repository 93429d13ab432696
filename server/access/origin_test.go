package access

import (
	"net/http"
	"testing"
)

func TestParseOrigin(t *testing.T) {
	for text, want := range map[string]string{
		"https://lab.example": "https://lab.example", "https://lab.example/": "https://lab.example", "HTTPS://Lab.Example:443": "https://lab.example",
		"http://lab.example:80": "http://lab.example", "https://lab.example:80": "https://lab.example:80", "http://10.0.0.7:8080": "http://10.0.0.7:8080",
		"http://[::1]:9": "http://[::1]:9",
		"":               "", "lab.example": "", "lab.example:443": "", "ftp://lab.example": "", "https://": "", "https://lab.example/x": "", "https://u@lab.example": "",
		"https://lab.example?x": "", "https://lab.example#x": "", "*": "", "null": "", "https://:443": "",
	} {
		got, err := ParseOrigin(text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v; want %q", text, got, err, want)
		}
	}
}

func TestOriginIsSchemeHostAndPort(t *testing.T) {
	for _, c := range []struct {
		host, origin, forwarded string
		same                    bool
	}{
		{"localhost:8080", "http://localhost:8080", "", true},
		{"localhost:8080", "http://LOCALHOST:8080", "", true},
		{"localhost:8080", "https://localhost:8080", "", false},
		{"lab.example", "https://lab.example", "https", true},
		{"lab.example", "http://lab.example", "https", false},
		{"localhost:8080", "http://localhost:8081", "", false},
		{"localhost:8080", "http://localhost", "", false},
		{"localhost:8080", "http://localhost:8080/", "", false},
		{"localhost:8080", "http://x@localhost:8080", "", false},
		{"localhost:8080", "http://localhost:8080.evil.example", "", false},
		{"localhost:8080", "http://127.0.0.1:8080", "", false},
		{"localhost:8080", "null", "", false},
		{"localhost:8080", "", "", false},
	} {
		r := &http.Request{Host: c.host, Header: http.Header{"Origin": {c.origin}}}
		if c.forwarded != "" {
			r.Header.Set("X-Forwarded-Proto", c.forwarded)
		}
		if Origins(nil).Allow(r) != c.same {
			t.Errorf("%+v: want %v", c, c.same)
		}
	}
	twice := &http.Request{Host: "localhost", Header: http.Header{"Origin": {"http://localhost", "http://evil.example"}}}
	if Origins(nil).Allow(twice) {
		t.Error("two origins were accepted")
	}
	if !Origins(nil).Allow(&http.Request{Host: "localhost"}) {
		t.Error("a program was refused")
	}
}
