package server

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// describeTaking describes how what was trained is taken elsewhere and brought back,
// and sweeps.
func (s *Server) describeTaking(api huma.API) {
	register(s, api, operation{
		at: "GET /api/formats", id: "listFormats", tag: "taking away", summary: "List the formats of files",
		help:    "What can be made of a lane: models, source, tables, charts, the report, and all of it in one archive.",
		example: `[{"name":"onnx","file":"model.onnx","media":"application/octet-stream","group":"model","label":"ONNX","of":"ONNX","form":"ONNX","help":"For onnxruntime and its kin: x in its own units in, mean and variance out.","along":false,"rows":false,"read":true}]`,
	}, s.getFormats)
	register(s, api, operation{
		at: "GET /api/runs/{id}/export", id: "exportRun", tag: "taking away", summary: "Take a lane away as a file", media: "application/octet-stream",
		help: "A file of a lane as it is at this moment, of the type that GET /api/formats has. Who may watch a run may take its lanes away, but without rows of its owner's that the page does not show: for these send the run's key. " +
			"A file in JSON comes back by POST /api/runs/import with the same bits, if its rows are in it.",
		errors: map[int]string{
			http.StatusBadRequest:          "The lane is not a number, or rows is neither true nor false.",
			http.StatusForbidden:           "All rows are asked for, which only who has the run's key gets.",
			http.StatusUnprocessableEntity: "There is no such format or lane, or the run has not what the file is made of; the detail says which there are.",
			http.StatusServiceUnavailable:  "Too many files are being made; Retry-After says when to come again.",
		},
	}, s.getExport)
	register(s, api, operation{
		at: "POST /api/runs/import", id: "importRun", tag: "taking away", summary: "Bring a model back as a run", members: true,
		help: "Reads a file that GET /api/runs/{id}/export made: JSON, safetensors, ONNX, or the archive of all; it goes by what is in the file, not by its name. " +
			"The run is paused at the step to which the model had come, with its rows, settings, changes and history. " +
			"What has its training's state with it, as JSON and the archive have, trains on as if it had never stopped; with weights alone the optimiser begins anew.",
		body: &huma.RequestBody{
			Required: true, Description: fmt.Sprintf("The file, as it is; its Content-Type does not matter. At most %d bytes (--max-model-bytes).", s.limits.ModelBytes),
			Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}, Example: `{"format":"gnllviz-model","version":1}`}},
		},
		answers: map[int]string{http.StatusCreated: "The run was made."},
		errors: map[int]string{
			http.StatusBadRequest:           "The file is too large, or was not sent whole.",
			http.StatusUnprocessableEntity:  "This is no such file, or its run is not as it may be; the detail says what is wrong.",
			http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
			http.StatusTooManyRequests:      "Your address has made too many runs within a minute (--run-rate), or sent too many wrong tokens; Retry-After says when to come again.",
			http.StatusServiceUnavailable:   "All runs that the server keeps are being watched (--max-runs), or too many large bodies are being read.",
		},
		example: exampleSummary + `,"key":"5kq2vwz7mbtx3hd4anp6c7rj2e"}`,
	}, s.postImport)
	register(s, api, operation{
		at: "POST /api/sweeps", id: "sweep", tag: "taking away", summary: "Train a run for each pair of two controls' values", members: true, media: "application/x-ndjson",
		help: fmt.Sprintf("All runs have one lane, and begin from one seed unless an axis is the seed. The answer has a line of JSON for the sweep as it was understood, and one for each run as it ends: "+
			"x and y, which say by which values, counted from 0; seconds; and train and test, the scores over all rows by their names, or failed, which says why there are none. "+
			"What is not finite is left out. A sweep ends with its request. At most %d runs, and %d steps in all (--max-sweep-steps).", maxCells, s.limits.SweepSteps),
		body: jsonBody(sweepSchema, "The axes, and the order of a run of one lane beside them.", true, map[string]string{
			"weight decay of mean and variance": `{"dataset":"mcycle","seed":7,"x":{"control":"decay","values":[0,0.001,0.1]},"y":{"control":"variance_decay","values":[0,0.001,0.1]},"steps":500}`,
		}),
		errors: map[int]string{
			http.StatusBadRequest:           "The body cannot be read, or is too large; the detail says what is wrong.",
			http.StatusUnprocessableEntity:  "A control or an axis is not as it may be, or there are too many runs or steps; the detail says what is wrong.",
			http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
			http.StatusTooManyRequests:      "Your address has made too many runs within a minute (--run-rate), or sent too many wrong tokens; Retry-After says when to come again.",
			http.StatusServiceUnavailable:   "Other sweeps are under way; Retry-After says when to come again.",
		},
	}, s.postSweep)
}
