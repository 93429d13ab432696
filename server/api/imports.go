package api

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
)

// importRoutes are those about models that come back.
type importRoutes struct {
	*core
}

func (a importRoutes) register(to *API) {
	register(to, operation{
		at: "POST /api/runs/import", id: "importRun", tag: "taking away", summary: "Import a model as a run", members: true,
		help: "Reads a file that GET /api/runs/{id}/export made: JSON, safetensors, ONNX, or the archive; the type is detected from the content, not from the name. " +
			"The run is paused at the step of the model, with its rows, settings, changes and history. " +
			"From JSON and the archive training continues exactly; from weights alone the optimiser starts from zero.",
		body: &payload{
			required: true, text: "The file, as it is; its Content-Type does not matter. At most {max-model-bytes} bytes (--max-model-bytes).",
			media: "application/octet-stream", format: "binary", example: `{"format":"gnllviz-model","version":1}`,
		},
		answers: map[int]string{http.StatusCreated: "The run was made."},
		errors: map[int]string{
			http.StatusBadRequest:           "The file is too large, or was not sent whole.",
			http.StatusUnprocessableEntity:  "The file is not one of these, or its run is invalid; the detail says what is wrong.",
			http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
			http.StatusTooManyRequests:      "Your address has made too many runs within a minute (--run-rate), or sent too many wrong tokens; Retry-After says when to try again.",
			http.StatusServiceUnavailable:   "All runs that the server keeps are being watched (--max-runs), or too many large bodies are being read.",
		},
		example: exampleSummary + `,"key":"5kq2vwz7mbtx3hd4anp6c7rj2e"}`,
	}, a.postImport)
}

// importTime is how long a model may take to come in: the largest at 2 Mbit/s.
const importTime = 2 * time.Minute

// postImport makes a run that continues from a model, paused at the step to which it
// had come.
func (a importRoutes) postImport(ctx context.Context, q *request) (*opened, error) {
	// Where it cannot be set that of other requests holds.
	_ = http.NewResponseController(q.w).SetReadDeadline(time.Now().Add(importTime))
	b, done, err := a.readUpTo(q, a.Limits.ModelBytes, "--max-model-bytes")
	if err != nil {
		return nil, err
	}
	defer done()
	if err := a.mayMake(q); err != nil {
		return nil, err
	}
	m, err := export.Read(bytes.NewReader(b))
	if unread := (*export.ReadError)(nil); errors.As(err, &unread) {
		return nil, problem.New(http.StatusUnprocessableEntity, unread.Err.Error())
	} else if err != nil {
		return nil, err
	}
	key := access.NewKey()
	id := access.IDOf(key)
	o, err := a.openBy(ctx, q, id, key, registry.Order{Model: m})
	if x, lost := a.Runs.Get(id); err == nil && lost == nil && x != nil {
		x.Note() // what it is worth was done elsewhere
	}
	return o, err
}
