package server

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/wire"
)

// postCommand does one command, as the websocket does; its id may be left out.
func (s *Server) postCommand(ctx context.Context, q *request) (*body[wire.Ack], error) {
	x, err := s.theRun(q)
	if err != nil {
		return nil, err
	}
	b, done, err := s.readBody(q, requestSteers(q.r))
	if err != nil {
		return nil, err
	}
	defer done()
	command, id, refused := wire.ParseCommand(withID(b))
	switch command.(type) {
	case *wire.Hello, *wire.WatchCommand:
		refused = wire.Refuse(wire.BadState, "", "hello and watch are a websocket's")
	}
	if refused != nil {
		s.metrics.commanded(command, string(refused.Code))
		return nil, refuseCommand(refused)
	}
	return s.command(ctx, q, x, command, id)
}

// command has a run do a command.
func (s *Server) command(ctx context.Context, q *request, x *run.Run, c wire.Command, id uint32) (*body[wire.Ack], error) {
	ack, err := x.Do(ctx, c, requestSteers(q.r))
	if err != nil {
		var refused *wire.ErrorMessage
		if errors.As(err, &refused) {
			s.metrics.commanded(c, string(refused.Code))
		}
		return nil, s.runFailed(x, err)
	}
	s.metrics.commanded(c, "done")
	s.runs.note(x.ID())
	ack.ID = id
	return &body[wire.Ack]{ack}, nil
}

// withID returns a command with an id, which only a websocket needs.
func withID(body []byte) []byte {
	var fields map[string]json.RawMessage
	if json.Unmarshal(body, &fields) != nil || fields == nil || fields["id"] != nil || string(fields["type"]) == `"hello"` {
		return body // a hello has none; whatever is wrong with another is said later
	}
	fields["id"] = json.RawMessage("1")
	b, err := json.Marshal(fields)
	if err != nil {
		return body
	}
	return b
}

// putData does the command "data", whose rows may be more than a message holds.
func (s *Server) putData(ctx context.Context, q *request) (*body[wire.Ack], error) {
	x, err := s.theRun(q)
	if err != nil {
		return nil, err
	}
	if err := onlySteersmen(q, "give it rows"); err != nil {
		return nil, err
	}
	b, done, err := s.readBody(q, true)
	if err != nil {
		return nil, err
	}
	defer done()
	c := wire.DataCommand{Head: wire.Head{Type: "data", ID: 1}, Data: new(wire.DataSpec)}
	if err := strictly(b, c.Data); err != nil {
		return nil, refuse(http.StatusBadRequest, fmt.Sprintf("the body is not a JSON object with a formula or a csv: %.200s", strings.TrimPrefix(err.Error(), "json: ")))
	}
	return s.command(ctx, q, x, &c, 1)
}
