package server

import (
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
)

// describeEvents describes what stands in for a websocket, and what says why there is
// none.
func (s *Server) describeEvents(api huma.API) {
	query := func(name, typ, text string, example any) *huma.Param {
		return &huma.Param{Name: name, In: "query", Description: text, Schema: &huma.Schema{Type: typ}, Example: example}
	}
	add := func(o operation, more func(*huma.Operation)) {
		op := o.describe()
		more(&op)
		api.OpenAPI().AddOperation(&op)
	}
	add(operation{
		at: "GET /api/runs/{id}/events", id: "events", tag: "looking", summary: "Watch and steer a run by server-sent events", media: "text/event-stream",
		help: "Where websockets do not get through: the same messages in the same order. Events without a name are text messages, those named frames are binary ones in base64. " +
			"The first event, stream, has the id by which messages are posted; close says why the stream ends. The header " + keyHeader + " has the run's key, if there is one: whoever brings it steers.",
		answers: map[int]string{http.StatusOK: "Events, until the viewer leaves or the run ends."},
		errors: map[int]string{
			http.StatusBadRequest:         "A value in the query cannot be read; the detail says which.",
			http.StatusForbidden:          "The request is from another origin's page.",
			http.StatusServiceUnavailable: "There are too many viewers, as for a websocket.",
		},
		security: []string{keyScheme}, or: true,
	}, func(op *huma.Operation) {
		op.Parameters = append(op.Parameters,
			query("generation", huma.TypeInteger, "The generation that the viewer knows; without it the history comes from its beginning.", 1207959552),
			query("next", huma.TypeInteger, "The first point of that generation that the viewer does not have.", 120),
			query("pongs", huma.TypeBoolean, "Whether the viewer answers each event ping by posting {\"type\":\"pong\",\"ping\":\"...\"} with the ping's data. Frames then wait for a slow line, and a viewer that falls silent (--silence) is let go.", false))
	})
	add(operation{
		at: "POST /api/runs/{id}/events/{stream}", id: "postEvents", tag: "steering", summary: "Send messages to a stream of events",
		help: "What a websocket would send, a message a line; the stream answers. One request at a time is taken for a stream, so that messages keep their order. " +
			fmt.Sprintf("The body has at most %d bytes (--max-message-bytes).", s.limits.MessageBytes),
		answers: map[int]string{http.StatusNoContent: "The messages were taken."},
		errors: map[int]string{
			http.StatusBadRequest:            "The request was broken off.",
			http.StatusForbidden:             "The request is from another origin's page.",
			http.StatusRequestEntityTooLarge: "The body is too long.",
			http.StatusUnsupportedMediaType:  "The body has a Content-Encoding.",
			http.StatusTooManyRequests:       "Messages for this stream are being posted already.",
		},
	}, func(op *huma.Operation) {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "stream", In: "path", Required: true, Description: "The stream's id, as its first event says it.", Schema: &huma.Schema{Type: huma.TypeString}, Example: "K7MV3Q2XAB45CDEF6GHIJKLMNO",
		})
		op.RequestBody = &huma.RequestBody{Description: "Messages, one a line.", Required: true, Content: map[string]*huma.MediaType{
			"application/x-ndjson": {Schema: &huma.Schema{Type: huma.TypeString}, Example: `{"type":"change","id":7,"set":{"eps":0.001}}`},
		}}
	})
	add(operation{
		at: "GET /api/connection", id: "connection", tag: "server", summary: "Ask whether a page's websocket would be let in",
		help: "Browsers do not tell a page why its websocket was refused. This says what a proxy must pass on: beside the detail the problem has code, host, scheme, origin, " +
			"x_forwarded_host, x_forwarded_proto, the headers that it needs, and the flag of gnllviz that helps instead.",
		answers: map[int]string{http.StatusNoContent: "The origin is the server's own, or one that it was given (--origin)."},
		errors:  map[int]string{http.StatusForbidden: "The origin is another than the one by which the request calls the server."},
	}, func(op *huma.Operation) {
		op.Parameters = append(op.Parameters, query("origin", huma.TypeString, "The page's origin.", "https://lab.example"))
	})
}
