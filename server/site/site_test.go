package site

import (
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
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
