package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/wire"
)

// commandExamples are those of commands, by what they do.
func commandExamples() map[string]string {
	return map[string]string{
		"change eps":                       `{"type":"change","set":{"eps":0.001}}`,
		"play":                             `{"type":"play"}`,
		"pause":                            `{"type":"pause"}`,
		"ten steps of a paused run":        `{"type":"step","steps":10}`,
		"every training row once":          `{"type":"epoch"}`,
		"train up to step 5000":            `{"type":"until","step":5000}`,
		"add a lane with another loss":     `{"type":"lane_add","copy":0,"name":"beta","set":{"loss":"beta_nll"}}`,
		"name and colour a lane":           `{"type":"lane_edit","lane":1,"name":"calm","colour":3}`,
		"remove a lane":                    `{"type":"lane_remove","lane":1}`,
		"add a row, erase another":         `{"type":"edit","add":[{"x":[20],"y":-50}],"erase":[9]}`,
		"rows of a formula":                `{"type":"data","data":{"formula":{"mean":"sin(x)","std":"0.1","from":-3,"to":3,"rows":200}}}`,
		"begin again with two lanes":       `{"type":"begin","title":"two losses","set":{"dataset":"sine","seed":3},"lanes":[{"name":"NLL"},{"name":"beta","controls":{"loss":"beta_nll"}}]}`,
		"take the next point":              `{"type":"acquire","count":1}`,
		"undo":                             `{"type":"undo"}`,
		"redo":                             `{"type":"redo"}`,
		"return to step 0":                 `{"type":"return","step":0}`,
		"go back to before the divergence": `{"type":"restore"}`,
		"reset":                            `{"type":"reset"}`,
		"let everybody steer":              `{"type":"open","open":true}`,
	}
}

const exampleAck = `{"type":"ack","id":1,"revision":12,"generation":1207959552,"step":4711,"lane":0}`

// commandRoutes are those about commands of a run.
type commandRoutes struct {
	*core
}

func (a commandRoutes) register(to *API) {
	errors := map[int]string{
		http.StatusBadRequest:           "The body cannot be read, or is too large; the detail says what is wrong.",
		http.StatusForbidden:            "The run is not open to all, and the header Run-Key does not have its key.",
		http.StatusUnprocessableEntity:  "The command is refused, and nothing was changed; the detail says why.",
		http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
		http.StatusServiceUnavailable:   "Too many large bodies are being read; Retry-After says when to try again.",
	}
	register(to, operation{
		at: "POST /api/runs/{id}/commands", id: "command", tag: "steering", summary: "Give a run a command",
		security: []string{keyScheme}, or: true, errors: errors,
		body: jsonBody(commandSchema, "One command. At most {max-upload-bytes} bytes with the key (--max-upload-bytes), {max-body-bytes} without (--max-body-bytes).", true, commandExamples()),
		help: "The command takes effect between two training steps, completely or not at all, before the response is sent. " +
			"Every later frame carries the answer's revision or a later one.",
		example: exampleAck,
	}, a.postCommand)
	register(to, operation{
		at: "PUT /api/runs/{id}/data", id: "putData", tag: "steering", summary: "Give a run rows of your own",
		security: []string{keyScheme}, errors: errors,
		body: jsonBody("DataSpec", "A formula to draw rows from, or the text of a file. At most {max-upload-bytes} bytes (--max-upload-bytes).", true, map[string]string{
			"a file":    `{"csv":{"text":"x,y\n1,2\n2,3\n3,5\n4,4\n","target":"y"}}`,
			"a formula": `{"formula":{"mean":"sin(x)","std":"0.1","from":-3,"to":3,"rows":200}}`,
		}),
		help:    "Like the command data, for files that are too large for a websocket message. A new generation begins.",
		example: exampleAck,
	}, a.putData)
}

// postCommand does one command, as the websocket does; its id may be left out.
func (a commandRoutes) postCommand(ctx context.Context, q *request) (*body[wire.Ack], error) {
	x, err := a.theRun(q)
	if err != nil {
		return nil, err
	}
	b, done, err := a.readBody(q, access.RequestSteers(q.r))
	if err != nil {
		return nil, err
	}
	defer done()
	command, id, refused := wire.ParseCommand(withID(b))
	switch command.(type) {
	case *wire.Hello, *wire.WatchCommand:
		refused = wire.Refuse(wire.BadState, "", "hello and watch need a websocket")
	}
	if refused != nil {
		a.Meter.Commanded(command, string(refused.Code))
		return nil, refuseCommand(refused)
	}
	return a.command(ctx, q, x, command, id)
}

// command has a run do a command.
func (a commandRoutes) command(ctx context.Context, q *request, x *registry.Kept, c wire.Command, id uint32) (*body[wire.Ack], error) {
	ack, err := x.Do(ctx, c, access.RequestSteers(q.r))
	if err != nil {
		var refused *wire.ErrorMessage
		if errors.As(err, &refused) {
			a.Meter.Commanded(c, string(refused.Code))
		}
		return nil, a.runFailed(x, err)
	}
	a.Meter.Commanded(c, "done")
	x.Note()
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
func (a commandRoutes) putData(ctx context.Context, q *request) (*body[wire.Ack], error) {
	x, err := a.theRun(q)
	if err != nil {
		return nil, err
	}
	if err := onlySteersmen(q, "give it rows"); err != nil {
		return nil, err
	}
	b, done, err := a.readBody(q, true)
	if err != nil {
		return nil, err
	}
	defer done()
	c := wire.DataCommand{Head: wire.Head{Type: "data", ID: 1}, Data: new(wire.DataSpec)}
	if err := strictly(b, c.Data); err != nil {
		return nil, problem.New(http.StatusBadRequest, fmt.Sprintf("the body is not a JSON object with a formula or a csv: %.200s", strings.TrimPrefix(err.Error(), "json: ")))
	}
	return a.command(ctx, q, x, &c, 1)
}
