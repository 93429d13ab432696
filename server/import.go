package server

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// importTime is how long a model may take to come in: the largest at 2 Mbit/s.
const importTime = 2 * time.Minute

// postImport makes a run that goes on from a model, paused at the step to which it
// had come.
func (s *Server) postImport(ctx context.Context, q *request) (*opened, error) {
	// Where it cannot be set that of other requests holds.
	_ = http.NewResponseController(q.w).SetReadDeadline(time.Now().Add(importTime))
	b, done, err := s.readUpTo(q, s.limits.ModelBytes, "--max-model-bytes")
	if err != nil {
		return nil, err
	}
	defer done()
	if err := s.mayMake(q); err != nil {
		return nil, err
	}
	m, err := export.Read(bytes.NewReader(b))
	if unread := (*export.ReadError)(nil); errors.As(err, &unread) {
		return nil, refuse(http.StatusUnprocessableEntity, unread.Err.Error())
	} else if err != nil {
		return nil, err
	}
	key := newKey()
	id := idOf(key)
	o, err := s.openBy(ctx, q, id, key, func(o run.Options) (*run.Run, error) {
		r, err := bring(id, m, o)
		var refused *wire.ErrorMessage
		if err != nil && !errors.As(err, &refused) {
			s.log.Warn("bringing back a model", "err", err)
		}
		return r, err
	})
	if err == nil {
		s.runs.note(id) // what it is worth was done elsewhere
	}
	return o, err
}

// bring makes a run of a model, paused.
func bring(id string, m *export.Model, o run.Options) (*run.Run, error) {
	o.Paused = true
	return run.Import(id, m, o)
}

// Bring makes a run that goes on from a model, paused at the step to which it had come,
// and returns its id and the key that steers it. Like any other run it is dropped when
// nobody has watched it for long.
func (s *Server) Bring(m *export.Model) (id, key string, err error) {
	key = newKey()
	id = idOf(key)
	_, _, err = s.runs.open(id, maker{}, func(o run.Options) (*run.Run, error) { return bring(id, m, o) })
	s.runs.note(id)
	return id, key, err
}
