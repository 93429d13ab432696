package server

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/gnllviz/gnllviz/server/wire"
)

// The names of the security schemes.
const (
	tokenScheme  = "token"
	cookieScheme = "cookie"
	keyScheme    = "runKey"
)

// routeAPI adds the routes of the API to a mux, with the description of them.
func (s *Server) routeAPI(mux *http.ServeMux) {
	api := humago.New(mux, huma.Config{
		OpenAPI: &huma.OpenAPI{
			Info: &huma.Info{Title: "gnllviz", Version: wire.Subprotocol, Description: about},
			Components: &huma.Components{Schemas: newSchemas(s.table), SecuritySchemes: map[string]*huma.SecurityScheme{
				tokenScheme:  {Type: "http", Scheme: "bearer", Description: "The token that the server printed when it started. A server on a loopback address has none, and then none is needed."},
				cookieScheme: {Type: "apiKey", In: "cookie", Name: s.gate.cookie, Description: "What POST /api/login gives a browser for the token."},
				keyScheme:    {Type: "apiKey", In: "header", Name: keyHeader, Description: "The key of a run, which POST /api/runs answered. Whoever has it steers the run."},
			}},
			Tags: []*huma.Tag{
				{Name: "runs", Description: "Making runs, and ending them."},
				{Name: "steering", Description: "Changing a run while it trains."},
				{Name: "looking", Description: "What a run is doing, and what it did. Who has a run's address may look."},
				{Name: "taking away", Description: "Taking what was trained elsewhere, bringing it back, and training many at once."},
				{Name: "data", Description: "Rows to learn from."},
				{Name: "server", Description: "What the server can do."},
			},
		},
		Formats: map[string]huma.Format{"application/json": format(), "json": format()},
	})
	api.UseMiddleware(unkept)
	s.describeRuns(api)
	s.describeSteering(api)
	s.describeLooking(api)
	s.describeTaking(api)
	s.describeData(api)
	s.describeRest(api)
	s.describeEvents(api)
	mux.HandleFunc("POST /api/login", s.postLogin)
	mux.HandleFunc("GET /api/connection", s.getConnection)
	mux.HandleFunc("GET /api/runs/{id}/live", s.live)
	mux.HandleFunc("GET /api/runs/{id}/events", s.events)
	mux.HandleFunc("POST /api/runs/{id}/events/{stream}", s.postEvents)
	finish(api.OpenAPI().Components.Schemas)
	mux.Handle("GET /api/openapi.json", description("application/openapi+json", api.OpenAPI().MarshalJSON))
	mux.Handle("GET /api/openapi.yaml", description("application/openapi+yaml", api.OpenAPI().YAML))
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) { nothingThere(mux, w, r) })
}

// description serves the API's description. It is encoded once, before the first
// request.
func description(contentType string, encode func() ([]byte, error)) http.Handler {
	b, err := encode()
	if err != nil {
		panic("server: describing the API: " + err.Error()) // it is made of the program alone
	}
	return packer()(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Cache-Control", "no-cache")
		// An error here is the client's leaving.
		_, _ = w.Write(b)
	}))
}

// nothingThere answers what no route of the API does: 405 where another method
// would have been right, else 404.
func nothingThere(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) {
	var allowed []string
	for _, method := range []string{http.MethodDelete, http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut} {
		other := r.Clone(r.Context())
		other.Method = method
		if _, pattern := mux.Handler(other); strings.HasPrefix(pattern, method) || method == http.MethodHead && slices.Contains(allowed, http.MethodGet) {
			allowed = append(allowed, method)
		}
	}
	if len(allowed) == 0 {
		problem(w, http.StatusNotFound, fmt.Sprintf("the API has nothing at %.20s %.100q; GET /api/openapi.json says what it has", r.Method, r.URL.Path))
		return
	}
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	problem(w, http.StatusMethodNotAllowed, fmt.Sprintf("%.20s is not what %.100q takes; it takes %s", r.Method, r.URL.Path, strings.Join(allowed, ", ")))
}

// jsonBody describes a body by the name of its schema.
func jsonBody(schema, text string, required bool, examples map[string]string) *huma.RequestBody {
	m := &huma.MediaType{Schema: &huma.Schema{Ref: schemaPrefix + schema}, Examples: map[string]*huma.Example{}}
	for summary, e := range examples {
		m.Examples[strings.ReplaceAll(summary, " ", "-")] = &huma.Example{Summary: summary, Value: json.RawMessage(e)}
	}
	return &huma.RequestBody{Description: text, Required: required, Content: map[string]*huma.MediaType{"application/json": m}}
}
