package api

import (
	"fmt"
	"net/http"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
)

// describe adds to the description a route that others serve.
func (a *API) describe(o operation) { a.operations = append(a.operations, o) }

// describeOthers describes what is not served by this package: who is let in, and the
// connections of viewers.
func (a *API) describeOthers() {
	query := func(name, typ, text string, example any) param {
		return param{name: name, in: "query", typ: typ, text: text, example: example}
	}
	a.describe(operation{
		at: "POST /api/login", id: "login", tag: "server", summary: "Exchange the token for a cookie",
		help:    "For browsers; programs send the token along as Authorization: Bearer. The body has at most 4096 bytes. If the server has no token, nobody needs one.",
		answers: map[int]string{http.StatusNoContent: "The cookie was set."},
		errors: map[int]string{
			http.StatusBadRequest:      "The body is not such an object.",
			http.StatusUnauthorized:    "This is not the server's token.",
			http.StatusTooManyRequests: "Too many wrong tokens were sent; Retry-After says when to try again.",
		},
		body: jsonBody("Login", "The token.", true, map[string]string{"a token": `{"token":"k7mv3q2x"}`}),
	})
	a.describe(operation{
		at: "GET /api/runs/{id}/live", id: "live", tag: "looking", summary: "Watch and steer a run by websocket",
		help: fmt.Sprintf("A websocket with the subprotocol %s. Text messages are JSON objects with a type, binary ones are frames, up to 30 a second. "+
			"The first thing to send is {\"type\":\"hello\",\"key\":\"...\"}; the key is the run's; without it you can only watch. If given beforehand, as a second subprotocol key.KEY or as the header "+access.KeyHeader+", it opens a seat that others cannot take. "+
			"The answer is the state, the history so far and whatever happens from then on. Commands are those of POST /api/runs/{id}/commands, each with an id of 1 or more. "+
			"The package comment of server/wire is the whole protocol, with examples in JavaScript and Python. "+
			"A message has at most {max-message-bytes} bytes (--max-message-bytes); {command-rate} commands a second are taken (--command-rate).", wire.Subprotocol),
		answers: map[int]string{http.StatusSwitchingProtocols: "The websocket is open."},
		errors: map[int]string{
			http.StatusBadRequest:         "This is no websocket with that subprotocol.",
			http.StatusForbidden:          "The Origin is another than the server's.",
			http.StatusServiceUnavailable: "There are too many viewers: of the server (--max-connections), of your address (--max-peer-connections), of the run (--max-viewers), or of your address among these (--max-peer-viewers). The member limit says which. Anyone with the run's key can still connect.",
		},
		params: []param{{
			name: "Sec-WebSocket-Protocol", in: "header", required: true, text: "The subprotocol, and optionally the run's key as another.",
			typ: "string", example: wire.Subprotocol + ", key.KEY",
		}},
	})
	a.describe(operation{
		at: "GET /api/runs/{id}/events", id: "events", tag: "looking", summary: "Watch and steer a run by server-sent events", media: "text/event-stream",
		help: "For networks that block websockets: the same messages in the same order. Events without a name are text messages, those named frames are binary ones in base64. " +
			"The first event, stream, has the id by which messages are posted; close says why the stream ends. The header " + access.KeyHeader + " has the run's key, which is needed to control the run.",
		answers: map[int]string{http.StatusOK: "Events, until the viewer leaves or the run ends."},
		errors: map[int]string{
			http.StatusBadRequest:         "A value in the query cannot be read; the detail says which.",
			http.StatusForbidden:          "The request is from another origin's page.",
			http.StatusServiceUnavailable: "There are too many viewers, as for a websocket.",
		},
		security: []string{keyScheme}, or: true,
		params: []param{
			query("generation", "integer", "The generation that the viewer knows; without it the history comes from its beginning.", 1207959552),
			query("next", "integer", "The first point of that generation that the viewer does not have.", 120),
			query("pongs", "boolean", "Whether the viewer answers each event ping by posting {\"type\":\"pong\",\"ping\":\"...\"} with the ping's data. Frames then wait for a slow line, and a viewer that falls silent (--silence) is let go.", false),
		},
	})
	a.describe(operation{
		at: "POST /api/runs/{id}/events/{stream}", id: "postEvents", tag: "steering", summary: "Send messages to a stream of events",
		help: "What a websocket would send, a message a line; the stream answers. One request at a time is taken for a stream, so that messages keep their order. " +
			"The body has at most {max-message-bytes} bytes (--max-message-bytes).",
		answers: map[int]string{http.StatusNoContent: "The messages were taken."},
		errors: map[int]string{
			http.StatusBadRequest:            "The request was broken off.",
			http.StatusForbidden:             "The request is from another origin's page.",
			http.StatusRequestEntityTooLarge: "The body is too long.",
			http.StatusUnsupportedMediaType:  "The body has a Content-Encoding.",
			http.StatusTooManyRequests:       "Messages for this stream are being posted already.",
		},
		params: []param{{
			name: "stream", in: "path", required: true, typ: "string", text: "The stream's id, as its first event says it.", example: "K7MV3Q2XAB45CDEF6GHIJKLMNO",
		}},
		body: &payload{text: "Messages, one a line.", required: true, media: "application/x-ndjson", example: `{"type":"change","id":7,"set":{"eps":0.001}}`},
	})
	a.describe(operation{
		at: "GET /api/addresses", id: "addresses", tag: "server", summary: "Ask where others reach the server's machine",
		help:    "For a page that was opened at localhost, whose links lead nobody else here. Only the server's own machine is told.",
		example: `{"every":false,"port":"8080","addresses":["192.168.1.20"]}`,
		errors:  map[int]string{http.StatusForbidden: "The request is not from the server's own machine, or came by a proxy."},
	})
	a.describe(operation{
		at: "GET /api/connection", id: "connection", tag: "server", summary: "Ask whether a page's websocket would be let in",
		help: "Browsers do not tell a page why its websocket was refused. This says what a proxy must pass on: beside the detail the problem has code, host, scheme, origin, " +
			"x_forwarded_host, x_forwarded_proto, the headers that it needs, and the flag of gnllviz that helps instead.",
		answers: map[int]string{http.StatusNoContent: "The origin is the server's own, or one that it was given (--origin)."},
		errors:  map[int]string{http.StatusForbidden: "The origin is another than the one by which the request calls the server."},
		params:  []param{query("origin", "string", "The page's origin.", "https://lab.example")},
	})
}
