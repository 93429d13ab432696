package server

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gnllviz/gnllviz/server/wire"
)

// What the API's description says, besides what types and the table of controls
// say of themselves.

const about = `gnllviz trains small networks that predict a mean and a variance, with the
Gaussian negative log likelihood, and shows them while they train.

A **run** is one data set and one or more **lanes**: networks that train on it side
by side. **Controls** are the settings: *live* ones take effect between two steps,
the others begin a new **generation**. A **frame** is one picture of a lane: its mean and
standard deviation on a grid, of one moment.

POST /api/runs makes a run and answers its id and its key. Who has the id may look;
who has the key may steer, with the header Run-Key. A run trains only while somebody
watches it: a minute (--idle) after it was last given a command, or asked for its
state or its frames, it goes idle, and goes on when it is asked again.

Whatever is refused is answered with a problem document (RFC 9457), whose detail says
what is wrong. Numbers that are not finite are null.`

// An order's and a command's examples, by what they do.
func orderExamples() map[string]string {
	return map[string]string{
		"the motorcycle data with seed 7": `{"dataset":"mcycle","seed":7}`,
		"two lanes, paused":               `{"dataset":"sine","paused":true,"lanes":[{"name":"NLL"},{"name":"beta","controls":{"loss":"beta_nll"}}]}`,
		"rows of a formula":               `{"data":{"formula":{"mean":"sin(x)","std":"0.1+0.05*abs(x)","from":-3,"to":3,"rows":200}},"hidden":[16]}`,
	}
}

func commandExamples() map[string]string {
	return map[string]string{
		"change eps":                    `{"type":"change","set":{"eps":0.001}}`,
		"play":                          `{"type":"play"}`,
		"pause":                         `{"type":"pause"}`,
		"ten steps of a paused run":     `{"type":"step","steps":10}`,
		"every training row once":       `{"type":"epoch"}`,
		"train up to step 5000":         `{"type":"until","step":5000}`,
		"add a lane with another loss":  `{"type":"lane_add","copy":0,"name":"beta","set":{"loss":"beta_nll"}}`,
		"name and colour a lane":        `{"type":"lane_edit","lane":1,"name":"calm","colour":3}`,
		"remove a lane":                 `{"type":"lane_remove","lane":1}`,
		"add a row, erase another":      `{"type":"edit","add":[{"x":[20],"y":-50}],"erase":[9]}`,
		"rows of a formula":             `{"type":"data","data":{"formula":{"mean":"sin(x)","std":"0.1","from":-3,"to":3,"rows":200}}}`,
		"begin anew with two lanes":     `{"type":"begin","title":"two losses","set":{"dataset":"sine","seed":3},"lanes":[{"name":"NLL"},{"name":"beta","controls":{"loss":"beta_nll"}}]}`,
		"take the next point":           `{"type":"acquire","count":1}`,
		"undo":                          `{"type":"undo"}`,
		"redo":                          `{"type":"redo"}`,
		"return to step 0":              `{"type":"return","step":0}`,
		"go back to before it diverged": `{"type":"restore"}`,
		"reset":                         `{"type":"reset"}`,
		"let everybody steer":           `{"type":"open","open":true}`,
	}
}

// exampleSummary is a run's summary but for its last brace.
const exampleSummary = `{"id":"k3v9x2mq7ab4cd5e","dataset":"mcycle","created":"2026-03-01T09:00:00Z","generation":1207959552,"revision":0,"step":0,"state":"playing","reason":"","viewers":0,` +
	`"metrics":{"train":{"nll":5.35,"rmse":48.1,"mae":39.7,"crps":27.9,"coverage":0.96},"test":{"nll":5.31,"rmse":46.9,"mae":38.2,"crps":27.1,"coverage":1}},` +
	`"lanes":[{"lane":0,"name":"A","metrics":{"train":{"nll":5.35,"rmse":48.1,"mae":39.7,"crps":27.9,"coverage":0.96},"test":{"nll":5.31,"rmse":46.9,"mae":38.2,"crps":27.1,"coverage":1}}}]`

const exampleAck = `{"type":"ack","id":1,"revision":12,"generation":1207959552,"step":4711,"lane":0}`

func (s *Server) describeRuns(api huma.API) {
	bodyErrors := map[int]string{
		http.StatusBadRequest:           "The body cannot be read, or is too large; the detail says what is wrong.",
		http.StatusUnprocessableEntity:  "A control, a lane or the rows are not as they may be; the detail says what is wrong.",
		http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
		http.StatusTooManyRequests:      "Your address has made too many runs within a minute (--run-rate), or sent too many wrong tokens; Retry-After says when to come again.",
		http.StatusServiceUnavailable:   "All runs that the server keeps are being watched (--max-runs), or too many large bodies are being read.",
	}
	order := jsonBody(orderSchema, fmt.Sprintf("Controls by name, all of which have defaults, and lanes, data, edits, paused and recipe beside them. It is read as JSON whatever its Content-Type. At most %d bytes (--max-upload-bytes).", s.limits.UploadBytes), false, orderExamples())
	register(s, api, operation{
		at: "GET /api/runs", id: "listRuns", tag: "runs", summary: "List the runs", members: true,
		help:    "Every run that the server keeps, the newest first.",
		example: "[" + exampleSummary + "}]",
	}, s.getRuns)
	register(s, api, operation{
		at: "POST /api/runs", id: "makeRun", tag: "runs", summary: "Make a run", members: true, body: order, errors: bodyErrors,
		help: "The run begins to train at once, unless it is to be paused. The answer has its id, by which everybody may watch it, " +
			"and its key, by which it is steered, and which is told only here. Where there are too many runs the oldest that nobody watches makes room.",
		answers: map[int]string{http.StatusCreated: "The run was made."},
		example: exampleSummary + `,"key":"5kq2vwz7mbtx3hd4anp6c7rj2e"}`,
	}, s.postRun)
	register(s, api, operation{
		at: "PUT /api/runs/{id}", id: "remakeRun", tag: "runs", summary: "Make a run anew under its old id", members: true,
		security: []string{keyScheme}, body: order,
		help: "For when the server was restarted or has dropped the run: who has its key makes it anew, from step 0, so that all who have its address meet again. " +
			"If the run is there the body is not looked at but for mistakes.",
		errors: with(bodyErrors, http.StatusForbidden, "The header Run-Key has not the key that belongs to this id."),
		answers: map[int]string{
			http.StatusOK:      "The run is there.",
			http.StatusCreated: "The run was made.",
		},
		example: exampleSummary + "}",
	}, s.putRun)
	register(s, api, operation{
		at: "GET /api/runs/{id}", id: "getRun", tag: "runs", summary: "Summarise a run",
		help:    "What the run is doing, how good its lanes are at this moment, and the value of every control.",
		example: exampleSummary + `,"controls":{"dataset":"mcycle","seed":7,"eps":0.001,"decay":"auto"},"auto":{"decay":0.0094,"variance_decay":0.0094}}`,
	}, s.getRun)
	register(s, api, operation{
		at: "DELETE /api/runs/{id}", id: "deleteRun", tag: "runs", summary: "End a run", security: []string{keyScheme},
		help:    "The run is forgotten with all that it learned. The websockets of its viewers are closed with code 1001.",
		errors:  map[int]string{http.StatusForbidden: "The header Run-Key has not the key of this run."},
		answers: map[int]string{http.StatusNoContent: "The run has ended."},
	}, s.deleteRun)
}

func (s *Server) describeSteering(api huma.API) {
	errors := map[int]string{
		http.StatusBadRequest:           "The body cannot be read, or is too large; the detail says what is wrong.",
		http.StatusForbidden:            "The run is not open to all, and the header Run-Key has not its key.",
		http.StatusUnprocessableEntity:  "The command is refused, and nothing was changed; the detail says why.",
		http.StatusUnsupportedMediaType: "The body has a Content-Encoding.",
		http.StatusServiceUnavailable:   "Too many large bodies are being read; Retry-After says when to come again.",
	}
	register(s, api, operation{
		at: "POST /api/runs/{id}/commands", id: "command", tag: "steering", summary: "Give a run a command",
		security: []string{keyScheme}, or: true, errors: errors,
		body: jsonBody(commandSchema, fmt.Sprintf("One command. At most %d bytes with the key (--max-upload-bytes), %d without (--max-body-bytes).", s.limits.UploadBytes, s.limits.BodyBytes), true, commandExamples()),
		help: "The command is done between two training steps, wholly or not at all, and has been done when the answer comes. " +
			"Every frame that is made after it carries the answer's revision or a later one.",
		example: exampleAck,
	}, s.postCommand)
	register(s, api, operation{
		at: "PUT /api/runs/{id}/data", id: "putData", tag: "steering", summary: "Give a run rows of your own",
		security: []string{keyScheme}, errors: errors,
		body: jsonBody("DataSpec", fmt.Sprintf("A formula to draw rows from, or the text of a file. At most %d bytes (--max-upload-bytes).", s.limits.UploadBytes), true, map[string]string{
			"a file":    `{"csv":{"text":"x,y\n1,2\n2,3\n3,5\n4,4\n","target":"y"}}`,
			"a formula": `{"formula":{"mean":"sin(x)","std":"0.1","from":-3,"to":3,"rows":200}}`,
		}),
		help:    "The same as the command data, for files that are more than a websocket message holds. A new generation begins.",
		example: exampleAck,
	}, s.putData)
}

func (s *Server) describeLooking(api huma.API) {
	bad := map[int]string{
		http.StatusBadRequest:          "A value in the query cannot be read; the detail says which.",
		http.StatusUnprocessableEntity: "The run has no such thing; the detail says what it has.",
	}
	look := func(path, id, summary, help, example string) operation {
		return operation{at: "GET /api/runs/{id}/" + path, id: id, tag: "looking", summary: summary, help: help, example: example, errors: bad, large: true}
	}
	register(s, api, look("state", "getState", "The whole state of a run",
		"What a websocket is told first: state, controls, lanes, changes and rows (at most 4096 of them). For programs that poll.", ""), s.getState)
	register(s, api, look("history", "getHistory", "How good a run was",
		"The points of this generation. At first there is one for each step and lane, later one whenever the steps have grown by one part in 500.",
		`{"type":"history","generation":1207959552,"first":120,"points":[[0,140,0.61,0.66,4.7,4.9,26.1,27.4,14.2,15.3,0.94,0.93,-0.42,0.48,0,0]]}`), s.getHistory)
	register(s, api, look("predict", "predict", "Predict", "What a lane predicts now, at up to 1000 places.",
		`{"x":[5,25],"mean":[-1.9,-18.4],"std":[3.2,31.7]}`), s.getPredict)
	register(s, api, look("curves", "listCurves", "Name the curves", "The names that GET /api/runs/{id}/curve takes.",
		`["batch_loss","test_nll"]`), s.getCurves)
	register(s, api, look("curve", "getCurve", "One quantity over the steps",
		"As many points as can be seen on so many pixels: each stretch of steps gives its least and its greatest value, so that no spike is lost. "+
			"A shorter range has more detail, down to every step of the newest million.",
		`{"steps":[1001,1002],"values":[0.4312,null],"of":2,"not_finite":1,"full":true}`), s.getCurve)
	register(s, api, look("snapshots", "listSnapshots", "The steps whose weights are kept",
		"Ascending; the later they are the further apart. The command return goes back to one, and GET /api/runs/{id}/frames shows it.", `[0,1,2,3,4]`), s.getSnapshots)
	frames := look("frames", "getFrames", "What the lanes predicted at an earlier step",
		"Frames one after the other, as the websocket sends them: the grid, the truth if it is known, and a frame of each lane, with its weights of then under the controls of now. "+
			"A frame is little-endian: a header of 40 bytes (magic GNLL, version, kind, lane, flags as bytes; generation and revision as uint32, step as uint64, data revision and count as uint32, "+
			"columns and scalars as uint16, and 4 bytes of zero), then the scalars, then the columns, all float32. Kind 1 is the grid (x), 2 the truth and 3 a fit (mean, standard deviation).", "")
	frames.media = "application/octet-stream"
	register(s, api, frames, s.getFrames)
	register(s, api, look("recipe", "getRecipe", "The story of a run",
		"What this generation began with, and every command with its step. Put into POST /api/runs as \"recipe\" it is done over again, "+
			"and gives the same weights, bit for bit, on a machine of the same kind.",
		`{"spec":{"controls":{"dataset":"mcycle","seed":7}},"revision":0,"lane_ids":[0],"events":[{"at":20,"revision":0,"command":{"type":"change","id":1,"set":{"eps":0.001}}}],"steps":40,"weights":""}`), s.getRecipe)
	register(s, api, look("charts", "getCharts", "Chart skeletons", "Options of ECharts for the charts of the run's data set, without its points: fit, noise, loss, actual and residual, and of two inputs map_mean and map_std.", ""), s.getCharts)
}

func (s *Server) describeData(api huma.API) {
	register(s, api, operation{
		at: "GET /api/datasets", id: "listDatasets", tag: "data", summary: "List the data sets", large: true,
		help:    "The catalogue: what the control dataset can be, besides rows of your own.",
		example: `[{"name":"mcycle","title":"Motorcycle","help":"A crash test.","source":"Silverman (1985)","inputs":[{"name":"time after impact","unit":"ms"}],"target":{"name":"acceleration","unit":"g"},"targets":[{"name":"acceleration","unit":"g"}],"rows":133,"truth":false}]`,
	}, s.getDatasets)
	register(s, api, operation{
		at: "GET /api/datasets/{name}", id: "getDataset", tag: "data", summary: "The rows of a data set", large: true, media: "text/csv",
		help: "A file of comma-separated values with a header: the inputs, then the target, with as many digits as the numbers have.",
		errors: map[int]string{
			http.StatusBadRequest: "The seed is not a whole number from 0 to 4294967295.",
			http.StatusNotFound:   "There is no such data set.",
		},
	}, s.getDataset)
	l := s.limits
	register(s, api, operation{
		at: "POST /api/data/inspect", id: "inspectTable", tag: "data", summary: "Look a table over", members: true,
		help: fmt.Sprintf("Reads a text of delimited fields and says what is in it, so that a target and inputs can be chosen. Nothing is kept. "+
			"Encoding (UTF-8, UTF-16 with a byte order mark, Windows-1252; all of them in gzip, too), delimiter (comma, semicolon, tab, bar or blanks), decimal marks and header are told from the text, unless the query says them. At most %d bytes (--max-upload-bytes), %d rows (--max-rows), %d columns (--max-columns) "+
			"and %d bytes in a field (--max-field-bytes); reading stops with the first byte beyond.", l.UploadBytes, l.Rows, l.Columns, l.FieldBytes),
		body: &huma.RequestBody{Required: true, Description: "The text, as it is; its Content-Type does not matter.", Content: map[string]*huma.MediaType{
			"text/csv": {Schema: &huma.Schema{Type: huma.TypeString}, Example: "time (ms);accel (g)\n2,4;0\n2,6;-1,3\n"},
		}},
		errors: map[int]string{
			http.StatusBadRequest:            "The query has an option that there is not.",
			http.StatusRequestEntityTooLarge: "The file is too large.",
			http.StatusUnsupportedMediaType:  "The body has a Content-Encoding.",
			http.StatusUnprocessableEntity:   "This is no such table; detail, row and column say where and why.",
			http.StatusServiceUnavailable:    "Too many large bodies are being read; Retry-After says when to come again.",
		},
		example: `{"encoding":"utf-8","gzip":false,"delimiter":";","decimal":",","header":true,"rows":2,"copies":0,"columns":[{"name":"time","unit":"ms","kind":"number","reason":"","numeric":true,"decimal":",","numbers":2,"missing":0,"other":0,"min":2.4,"max":2.6,"date":"","words":0,"distinct":2,"odd":[],"far":[]}],"first":[["2,4"],["2,6"]],"missing":{"total":0,"first":[]},"warnings":[]}`,
	}, s.postInspect)
}

// describeRest describes what is about no run, and the routes that huma does not
// serve.
func (s *Server) describeRest(api huma.API) {
	register(s, api, operation{
		at: "GET /api/controls", id: "listControls", tag: "server", summary: "The table of controls", large: true,
		help: "Every setting there is, in the order in which the page shows them: what it does, what values it takes, whether it is live, and whose it is.",
	}, s.getControls)
	register(s, api, operation{
		at: "GET /api/lessons", id: "listLessons", tag: "server", summary: "List the lessons", large: true,
		help: "Runs that show one thing each, with what is to be seen in them and where. To begin one, send set, lanes and data in the command begin, " +
			"or as an order to POST /api/runs, with \"lesson: \" and the title as title.",
		example: `[{"slug":"full-or-not","title":"full or not","summary":"The constant shifts the loss.","watch":["The losses lie apart.","The fits do not.","Nor do the metrics."],"try":"Switch full off.",` +
			`"spots":[{"panel":"loss","label":"0.919 apart"},{"panel":"fit","x":1.5,"label":"the same"},{"control":"full","label":"the constant"}],` +
			`"set":{"dataset":"sine","seed":1},"lanes":[{"name":"without"},{"name":"full","controls":{"full":true}}],"view":{"loss":"loss"}}]`,
	}, s.getLessons)
	login := operation{
		at: "POST /api/login", id: "login", tag: "server", summary: "Exchange the token for a cookie",
		help:    "For browsers; programs send the token along as Authorization: Bearer. The body has at most 4096 bytes. Where the server has no token everybody is in.",
		answers: map[int]string{http.StatusNoContent: "The cookie was set."},
		errors: map[int]string{
			http.StatusBadRequest:      "The body is not such an object.",
			http.StatusUnauthorized:    "This is not the server's token.",
			http.StatusTooManyRequests: "Too many wrong tokens were sent; Retry-After says when to come again.",
		},
	}
	op := login.describe()
	op.RequestBody = jsonBody("Login", "The token.", true, map[string]string{"a token": `{"token":"k7mv3q2x"}`})
	api.OpenAPI().Components.Schemas.Map()["Login"] = &huma.Schema{
		Type: huma.TypeObject, Required: []string{"token"},
		Properties: map[string]*huma.Schema{"token": {Type: huma.TypeString, Description: "What the server printed when it started."}},
	}
	api.OpenAPI().AddOperation(&op)
	live := operation{
		at: "GET /api/runs/{id}/live", id: "live", tag: "looking", summary: "Watch and steer a run by websocket",
		help: fmt.Sprintf("A websocket with the subprotocol %s. Text messages are JSON objects with a type, binary ones are frames, up to 30 a second. "+
			"The first thing to send is {\"type\":\"hello\",\"key\":\"...\"}; the key is the run's, and only who steers has it. Shown beforehand, as a second subprotocol key.KEY or as the header "+keyHeader+", it opens a seat that others cannot take. "+
			"The answer is the state, the history so far and whatever happens from then on. Commands are those of POST /api/runs/{id}/commands, each with an id of 1 or more. "+
			"The package comment of server/wire is the whole protocol, with examples in JavaScript and Python. "+
			"A message has at most %d bytes (--max-message-bytes); %v commands a second are taken (--command-rate).", wire.Subprotocol, s.limits.MessageBytes, s.limits.CommandRate),
		answers: map[int]string{http.StatusSwitchingProtocols: "The websocket is open."},
		errors: map[int]string{
			http.StatusBadRequest:         "This is no websocket with that subprotocol.",
			http.StatusForbidden:          "The Origin is another than the server's.",
			http.StatusServiceUnavailable: "There are too many viewers: of the server (--max-connections), of your address (--max-peer-connections), of the run (--max-viewers), or of your address among these (--max-peer-viewers). The member limit says which. Whoever brings the run's key still comes in.",
		},
	}
	upgrade := live.describe()
	protocol := &huma.Param{
		Name: "Sec-WebSocket-Protocol", In: "header", Required: true, Description: "The subprotocol, and the run's key, if it is shown beforehand, as another.",
		Schema:  &huma.Schema{Type: huma.TypeString},
		Example: wire.Subprotocol + ", key.KEY",
	}
	upgrade.Parameters = append(upgrade.Parameters, protocol)
	api.OpenAPI().AddOperation(&upgrade)
}

// with returns a map with one entry more.
func with(m map[int]string, status int, text string) map[int]string {
	n := map[int]string{status: text}
	for k, v := range m {
		n[k] = v
	}
	return n
}
