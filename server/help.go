package server

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/server/help"
	"github.com/gnllviz/gnllviz/server/wire"
)

// helpMark stands in the frame of the help where its text goes. The frame is the
// page's: it knows where its styles are.
const helpMark = "<!-- help -->"

// writeHelp returns the documentation: what the program says of itself.
func (s *Server) writeHelp() ([]byte, error) {
	frame, err := fs.ReadFile(s.page, "help.html")
	if err != nil {
		return nil, fmt.Errorf("the frame of the help: %w", err)
	}
	head, foot, found := bytes.Cut(frame, []byte(helpMark))
	if !found {
		return nil, fmt.Errorf("the frame of the help has no %s", helpMark)
	}
	sets, err := s.catalogue()
	if err != nil {
		return nil, err
	}
	c := help.Content{Controls: s.table, Commands: helpCommands()}
	for _, l := range s.lessons {
		c.Lessons = append(c.Lessons, help.Lesson{Slug: l.Slug, Title: l.Title, Summary: l.Summary})
	}
	for _, d := range sets {
		c.Datasets = append(c.Datasets, help.Dataset(d))
	}
	c.Limits, c.Facts = HelpLimits()
	text, err := help.Render(c)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{head, text, foot}, nil), nil
}

// HelpLimits returns what the documentation says of limits: the defaults of the flags,
// and the figures that no flag changes, by name.
func HelpLimits() (flags []help.Limit, facts map[string]string) {
	l := DefaultLimits()
	for _, x := range l.Table() {
		flags = append(flags, help.Limit{Flag: x.Flag, Help: x.Help, Default: inWords(reflect.ValueOf(x.Value).Elem().Interface())})
	}
	facts = map[string]string{}
	for name, v := range map[string]any{
		"wrong-tokens": peerMistakes, "all-wrong-tokens": allMistakes, "settling": settling,
		"piece": pieceBytes >> 10, "slowest": slowestDownload >> 10, "write-time": writeTime, "spare-sockets": spareSockets,
		"uploads": maxUploads, "exports": maxExports, "sweeps": maxSweeps,
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

// helpCommands are the commands in the words of their types' comments, with an
// example of each that the API's description has one for.
func helpCommands() []help.Command {
	var list []help.Command
	text, examples := comments(wire.Source()), commandExamples()
	for _, t := range wire.CommandTypes() {
		c := help.Command{Name: t.Name}
		name := reflect.TypeOf(t.New()).Elem().Name()
		if c.Help = strings.TrimPrefix(text[name], name+" "); c.Help != "" {
			c.Help = strings.ToUpper(c.Help[:1]) + c.Help[1:]
		}
		for _, e := range examples {
			if strings.HasPrefix(e, fmt.Sprintf(`{"type":%q`, t.Name)) {
				c.Example = e
			}
		}
		list = append(list, c)
	}
	return list
}

func (s *Server) getHelp(w http.ResponseWriter, _ *http.Request) {
	html, err := s.help()
	if err != nil {
		problem(w, http.StatusInternalServerError, "the help cannot be written")
		s.log.Error("writing the help", "err", err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	// An error here is the client's leaving.
	_, _ = w.Write(html)
}

func getHelpImage(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-cache")
	http.ServeFileFS(w, r, help.Images(), r.PathValue("image"))
}
