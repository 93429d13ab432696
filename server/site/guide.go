package site

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/edge"
	"github.com/gnllviz/gnllviz/server/guide"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/run/lane"
)

// guideMark stands in the frame of the guide where its text goes. The frame is the
// page's: it knows where its styles are.
const guideMark = "<!-- help -->"

// write returns the guide: what the program says of itself.
func (s *Site) write() ([]byte, error) {
	frame, err := fs.ReadFile(s.page, "help.html")
	if err != nil {
		return nil, fmt.Errorf("the frame of the guide: %w", err)
	}
	head, foot, found := bytes.Cut(frame, []byte(guideMark))
	if !found {
		return nil, fmt.Errorf("the frame of the guide has no %s", guideMark)
	}
	sets, err := s.datasets()
	if err != nil {
		return nil, err
	}
	c := guide.Content{Controls: lane.Table()}
	for _, x := range api.Commands() {
		c.Commands = append(c.Commands, guide.Command(x))
	}
	for _, l := range s.lessons {
		c.Lessons = append(c.Lessons, guide.Lesson{Slug: l.Slug, Title: l.Title, Summary: l.Summary})
	}
	for _, d := range sets {
		c.Datasets = append(c.Datasets, guide.Dataset(d))
	}
	c.Limits, c.Facts = Limits()
	text, err := guide.Render(c)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{head, text, foot}, nil), nil
}

// Limits returns what the guide says of limits: the defaults of the flags,
// and the figures that no flag changes, by name.
func Limits() (flags []guide.Limit, facts map[string]string) {
	l := access.DefaultLimits()
	for _, x := range l.Table() {
		flags = append(flags, guide.Limit{Flag: x.Flag, Help: x.Help, Default: inWords(reflect.ValueOf(x.Value).Elem().Interface())})
	}
	facts = map[string]string{}
	for name, v := range map[string]any{
		"wrong-tokens": access.PeerMistakes, "all-wrong-tokens": access.AllMistakes, "settling": registry.Settling,
		"piece": edge.PieceBytes >> 10, "slowest": edge.SlowestDownload >> 10, "write-time": edge.WriteTime, "spare-sockets": edge.SpareSockets,
		"uploads": api.MaxUploads, "exports": api.MaxExports, "sweeps": api.MaxSweeps,
	} {
		facts[name] = inWords(v)
	}
	return flags, facts
}

// inWords writes a number, and a time without the parts of it that are 0.
func inWords(v any) string {
	s := fmt.Sprint(v)
	if _, ok := v.(time.Duration); ok {
		if short, ok := strings.CutSuffix(s, "m0s"); ok {
			s = short + "m"
		}
		if short, ok := strings.CutSuffix(s, "h0m"); ok {
			s = short + "h"
		}
	}
	return s
}

func (s *Site) getGuide(w http.ResponseWriter, _ *http.Request) {
	html, err := s.guide()
	if err != nil {
		problem.Answer(w, http.StatusInternalServerError, "the help cannot be written")
		s.log.Error("writing the help", "err", err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	// An error here is the client's leaving.
	_, _ = w.Write(html)
}

func getGuideImage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, guide.Images(), r.PathValue("image"))
}
