package site

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/run/lane"
)

// A document that a page of another origin frames is told so, and no other.
func TestFramedDocumentsAreTold(t *testing.T) {
	for _, c := range []struct {
		dest, site string
		want       bool
	}{
		{"iframe", "cross-site", true},
		{"iframe", "same-site", true}, // another port of the same machine
		{"frame", "cross-site", true},
		{"embed", "cross-site", true},
		{"object", "cross-site", true},
		{"iframe", "same-origin", false},
		{"document", "cross-site", false}, // a link
		{"document", "none", false},
		{"", "", false}, // a program, or a browser that does not trust the way
	} {
		r := &http.Request{Header: http.Header{"Sec-Fetch-Dest": {c.dest}, "Sec-Fetch-Site": {c.site}}}
		if got := isForeignFrame(r); got != c.want {
			t.Errorf("%s, %s: framed by others: %t", c.dest, c.site, got)
		}
	}
}

// A fresh checkout has no built page, and its help has no styles.
func TestHelpWithoutThePage(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	datasets := api.New(api.Config{Gate: access.NewGate("", false, nil, log)}).Datasets
	html, err := New(os.DirFS("../../web/site/missing"), datasets, nil, log).write()
	if err != nil || !strings.Contains(string(html), `id="eps"`) {
		t.Errorf("%.200s %v", html, err)
	}
}

// The page reads its address by the table of controls, and does not ask for it.
func TestDocumentsHaveTheControls(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	page := fstest.MapFS{}
	for _, name := range []string{"index.html", "r/index.html", "embed/index.html"} {
		page[name] = &fstest.MapFile{Data: []byte("<html><head><title>a page</title></head><body></body></html>")}
	}
	mux := http.NewServeMux()
	New(page, nil, nil, log).Route(mux)
	for _, path := range []string{"/", "/r/aaaaaaaaaaaaaaaa", "/embed/", "/embed/aaaaaaaaaaaaaaaa"} {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		_, rest, _ := strings.Cut(w.Body.String(), `<script type="application/json" id="table-of-controls">`)
		told, _, found := strings.Cut(rest, "</script></head>")
		want, err := json.Marshal(lane.Table())
		if err != nil {
			t.Fatal(err)
		}
		if !found || told != string(want) || strings.Contains(told, "<") {
			t.Errorf("%s: %.300q", path, w.Body)
		}
	}
}

// Who asks for the guide by its name is sent to where it is.
func TestGuideIsTheHelp(t *testing.T) {
	mux := http.NewServeMux()
	New(fstest.MapFS{}, nil, nil, slog.New(slog.DiscardHandler)).Route(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", "/guide", nil))
	if w.Code != http.StatusFound || w.Header().Get("Location") != "/help" {
		t.Errorf("status %d, to %q", w.Code, w.Header().Get("Location"))
	}
}
