package site

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/server/guide"
)

// InPage has the page train in the browsers of those who open it. Lessons are files by their
// names, beside the program's own; nil is none. It is called before Route.
func (s *Site) InPage(lessons map[string]string) error {
	s.here = `data-engine="page"`
	if len(lessons) == 0 {
		return nil
	}
	b, err := json.Marshal(lessons)
	if err != nil {
		return err
	}
	s.lessonFile = b
	s.here += fmt.Sprintf(` data-lessons="%s"`, s.lessonName())
	return nil
}

// lessonName is where the page finds the lessons of a folder, below its root.
func (s *Site) lessonName() string { return "assets/lessons-" + hashOf(s.lessonFile) + ".json" }

func (s *Site) getLessons(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	_, _ = w.Write(s.lessonFile)
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:4])
}

// htmlMark is where a document begins.
const htmlMark = "<html "

// document is one of the page's as it is sent.
func (s *Site) document(name string) ([]byte, error) {
	html, err := fs.ReadFile(s.page, name)
	if err != nil {
		return nil, err
	}
	html = bytes.Replace(html, []byte(headEnd), s.told(), 1)
	if s.here != "" {
		html = bytes.Replace(html, []byte(htmlMark), []byte(htmlMark+s.here+" "), 1)
	}
	return html, nil
}

// ErrNoEngine is what Files fails with where the page, or its engine, is not in the program.
var ErrNoEngine = errors.New("the page with its engine is not in this program; run make build, which needs Node, and use the program that it makes")

// offlineMark begins the name of the script that keeps a site for when there is no network.
const offlineMark = "assets/offline-"

// Files gives the files of a site for any static host, by their paths: the page, which
// trains by itself, the guide, and what keeps all of it for when there is no network.
func (s *Site) Files(give func(name string, content []byte) error) error {
	offline := ""
	documents := []string{"index.html", "embed/index.html", "r/index.html", "help.html"}
	var kept []keptFile
	keep := func(name string, content []byte) error {
		one := keptFile{URL: name}
		if !strings.HasPrefix(name, "assets/") { // whose names have hashes
			revision := hashOf(content)
			one.Revision = &revision
		}
		kept = append(kept, one)
		return give(name, content)
	}
	err := fs.WalkDir(s.page, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.Contains(documents, name) {
			return err
		}
		b, err := fs.ReadFile(s.page, name)
		if err != nil {
			return err
		}
		if strings.HasPrefix(name, offlineMark) {
			offline = name
			return give(name, b)
		}
		return keep(name, b)
	})
	if err != nil {
		return err
	}
	if offline == "" {
		return ErrNoEngine
	}
	if s.lessonFile != nil {
		if err := keep(s.lessonName(), s.lessonFile); err != nil {
			return err
		}
	}
	s.here += " data-offline"
	for _, name := range documents[:2] {
		html, err := s.document(name)
		if err != nil {
			return err
		}
		if name == "index.html" {
			html = bytes.Replace(html, []byte(headEnd), []byte(`<link rel="manifest" href="./`+manifestName+`">`+headEnd), 1)
		}
		if err := keep(name, html); err != nil {
			return err
		}
	}
	help, err := s.guide()
	if err != nil {
		return err
	}
	if err := keep("help.html", help); err != nil {
		return err
	}
	images, err := fs.ReadDir(guide.Images(), ".")
	if err != nil {
		return err
	}
	for _, i := range images {
		b, err := fs.ReadFile(guide.Images(), i.Name())
		if err != nil {
			return err
		}
		if err := keep(path.Join("help", i.Name()), b); err != nil {
			return err
		}
	}
	manifest, err := s.manifest()
	if err != nil {
		return err
	}
	if err := keep(manifestName, manifest); err != nil {
		return err
	}
	list, err := json.Marshal(kept)
	if err != nil {
		return err
	}
	return give("sw.js", fmt.Appendf(nil, "self.files = %s\nimportScripts('./%s')\n", list, offline))
}

// A keptFile is in workbox's terms what is to be kept.
type keptFile struct {
	URL      string  `json:"url"`
	Revision *string `json:"revision"`
}

const manifestName = "gnllviz.webmanifest"

// manifest describes the site as a program that a browser can install.
func (s *Site) manifest() ([]byte, error) {
	type icon struct {
		Src   string `json:"src"`
		Sizes string `json:"sizes"`
		Type  string `json:"type"`
	}
	icons := []icon{}
	found, err := fs.Glob(s.page, "assets/icon-*.svg")
	for _, name := range found {
		icons = append(icons, icon{name, "any", "image/svg+xml"})
	}
	if err != nil {
		return nil, err
	}
	return json.Marshal(map[string]any{
		"name": "gnllviz", "short_name": "gnllviz", "description": "Trains a network that predicts a mean and a variance, and shows the training as it happens.",
		"start_url": "./", "scope": "./", "display": "standalone", "icons": icons,
	})
}
