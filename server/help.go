package server

import (
	"bytes"
	"fmt"
	"io/fs"
	"net/http"
	"reflect"
	"strings"

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
	l := DefaultLimits()
	for _, x := range l.Table() {
		c.Limits = append(c.Limits, help.Limit{Flag: x.Flag, Help: x.Help, Default: fmt.Sprint(reflect.ValueOf(x.Value).Elem())})
	}
	text, err := help.Render(c)
	if err != nil {
		return nil, err
	}
	return bytes.Join([][]byte{head, text, foot}, nil), nil
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
