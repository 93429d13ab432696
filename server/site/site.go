// Package site serves what browsers show: the page's documents and files, and the guide.
//
// A [Site]'s methods may be called from any goroutine. It owns none.
package site

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/edge"
	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run/lane"
)

// A Site is the page and the guide.
type Site struct {
	page     fs.FS
	datasets func() ([]api.Dataset, error)
	lessons  []lesson.Lesson
	guide    func() ([]byte, error) // written once
	told     func() []byte          // written once
	log      *slog.Logger

	here       string // attributes of documents whose page trains by itself
	lessonFile []byte // that it begins with, or nil
}

// New returns the site of a built page. The guide tells of the datasets and the lessons.
func New(page fs.FS, datasets func() ([]api.Dataset, error), lessons []lesson.Lesson, log *slog.Logger) *Site {
	s := &Site{page: page, datasets: datasets, lessons: lessons, log: log}
	s.guide = sync.OnceValues(s.write)
	s.told = sync.OnceValue(tell)
	return s
}

// Route puts the site on a mux.
func (s *Site) Route(mux *http.ServeMux) {
	embed := api.Packed(edge.Framed(s.servePage("embed/index.html")))
	mux.Handle("GET /{$}", api.Packed(s.servePage("index.html")))
	mux.Handle("GET /r/{id}", api.Packed(s.servePage("r/index.html")))
	mux.Handle("GET /embed/{$}", embed)
	mux.Handle("GET /embed/{id}", embed)
	mux.Handle("GET /help", api.Packed(http.HandlerFunc(s.getGuide)))
	mux.HandleFunc("GET /help/{image}", getGuideImage)
	mux.Handle("GET /guide", http.RedirectHandler("/help", http.StatusFound))
	if s.lessonFile != nil {
		mux.HandleFunc("GET /"+s.lessonName(), s.getLessons)
	}
	mux.Handle("/", api.Packed(s.files()))
}

// servePage serves one of the page's entries, or where it is not there the
// page at the top, which then says how to build it.
func (s *Site) servePage(name string) http.HandlerFunc {
	if _, err := fs.Stat(s.page, name); err != nil {
		name = "index.html"
	}
	return func(w http.ResponseWriter, r *http.Request) {
		html, err := s.document(name)
		if err != nil {
			problem.Answer(w, http.StatusInternalServerError, "the page cannot be read")
			s.log.Error("reading the page", "name", name, "err", err)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.Header().Set("Cache-Control", "no-cache")
		if isForeignFrame(r) {
			html = bytes.Replace(html, []byte(embedMark), []byte(embedMark+" data-framed"), 1)
		}
		// An error here is the client's leaving.
		_, _ = w.Write(html)
	}
}

// files serves the page's files, but no listings of folders. Files below assets
// have a hash of their content in their names, so browsers may keep them.
func (s *Site) files() http.Handler {
	files := http.FileServerFS(s.page)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if info, err := fs.Stat(s.page, strings.TrimPrefix(r.URL.Path, "/")); err != nil || info.IsDir() {
			http.NotFound(w, r)
			return
		}
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
			return
		}
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
		}
		files.ServeHTTP(w, r)
	})
}

// headEnd is where the document's head ends.
const headEnd = "</head>"

// tell returns the end of a document's head with the table of controls before it, as
// data: the page needs it to read its address, and would have to ask for it before
// anything else.
func tell() []byte {
	table, err := json.Marshal(lane.Table()) // with < escaped, so that nothing ends the element
	if err != nil {
		panic(err) // it is the program's own
	}
	return slices.Concat([]byte(`<script type="application/json" id="table-of-controls">`), table, []byte("</script>"+headEnd))
}

// embedMark is what the document has that others may frame. Where they do it is told so,
// and begins no run before a click.
const embedMark = `data-form="embed"`

// isForeignFrame says whether a document is asked for by a page of another origin that
// shows it within itself. Browsers say so where they trust the way to the server; the
// page itself looks, too.
func isForeignFrame(r *http.Request) bool {
	switch r.Header.Get("Sec-Fetch-Dest") {
	case "iframe", "frame", "fencedframe", "embed", "object":
		return r.Header.Get("Sec-Fetch-Site") != "same-origin"
	}
	return false
}
