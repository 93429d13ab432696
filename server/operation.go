package server

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/klauspost/compress/gzhttp"
	"github.com/klauspost/compress/gzip"

	"github.com/gnllviz/gnllviz/server/run"
)

// An operation is what the API's description says of one route, besides what
// the types of its handler say.
type operation struct {
	at      string // method and path, as http.ServeMux has them
	id      string // under which generated clients call it
	tag     string
	summary string
	help    string // for somebody who knows nothing of the program

	body     *huma.RequestBody
	answers  map[int]string // statuses of success in words; the first one's body is the handler's type
	errors   map[int]string // when each status is answered
	media    string         // type of the answer, where it is not JSON
	example  string         // of an answer in JSON
	security []string       // names of security schemes, all of which are needed
	or       bool           // or none of them, where the run is open to all

	members bool // needs the server's token, where it has one
	large   bool // the answer can be large, and is compressed
}

// register adds a route to the mux and to the description.
//
// The body is added to the description once huma is done with the operation, as
// it would otherwise read and check it itself, which it can only by the
// Content-Type and in its own words: ours are read by the handlers, whatever they
// are called, and checked by the one table of controls.
func register[I, O any](s *Server, api huma.API, o operation, handler func(context.Context, *I) (*O, error)) {
	op := o.describe()
	if o.members {
		op.Middlewares = append(op.Middlewares, behind(func(next http.Handler) http.Handler {
			return s.members(next.ServeHTTP)
		}))
	}
	if o.large {
		op.Middlewares = append(op.Middlewares, behind(packer()))
	}
	api.OpenAPI().OnAddOperation = []huma.AddOpFunc{func(_ *huma.OpenAPI, added *huma.Operation) {
		added.RequestBody = o.body
		if o.example != "" {
			added.Responses[strconv.Itoa(added.DefaultStatus)].Content["application/json"].Example = json.RawMessage(o.example)
		}
	}}
	huma.Register(api, op, handler)
	api.OpenAPI().OnAddOperation = nil
}

// describe puts the operation in huma's terms.
func (o *operation) describe() huma.Operation {
	method, path, _ := strings.Cut(o.at, " ")
	op := huma.Operation{
		Method: method, Path: path, OperationID: o.id, Tags: []string{o.tag}, Summary: o.summary, Description: o.help,
		Responses:          map[string]*huma.Response{},
		SkipValidateParams: true, // handlers do, in their own words
	}
	if strings.Contains(path, "{id}") {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "id", In: "path", Required: true, Description: "The run's id, as POST /api/runs answered it.",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: runID.String()}, Example: "k3v9x2mq7ab4cd5e",
		})
	}
	if o.answers == nil {
		o.answers = map[int]string{http.StatusOK: "As asked."}
	}
	for status, text := range o.answers {
		r := &huma.Response{Description: text}
		if o.media != "" {
			r.Content = map[string]*huma.MediaType{o.media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
		}
		op.Responses[strconv.Itoa(status)] = r
		if op.DefaultStatus == 0 || status < op.DefaultStatus {
			op.DefaultStatus = status
		}
	}
	errors := map[int]string{
		http.StatusMisdirectedRequest:  "The server is not called by this name; see --host.",
		http.StatusInternalServerError: "The server made a mistake, which is in its log.",
	}
	if strings.Contains(path, "{id}") {
		errors[http.StatusNotFound] = "There is no such run, or it has ended."
	}
	if o.members {
		errors[http.StatusUnauthorized] = "The server has a token, and the request does not bring it."
		errors[http.StatusTooManyRequests] = "Too many wrong tokens were sent; Retry-After says when to come again."
	}
	for status, text := range o.errors {
		errors[status] = text
	}
	for status, text := range errors {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: text,
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: schemaPrefix + problemSchema}}},
		}
	}
	op.Security = o.alternatives()
	return op
}

// alternatives are the sets of credentials of which one is needed.
func (o *operation) alternatives() []map[string][]string {
	with := func(names ...string) map[string][]string {
		set := map[string][]string{}
		for _, name := range slices.Concat(o.security, names) {
			set[name] = []string{}
		}
		return set
	}
	list := []map[string][]string{with()}
	if o.members { // without a token where the server has none
		list = append(list, with(tokenScheme), with(cookieScheme))
	}
	if o.or {
		list = append(list, map[string][]string{})
	}
	return list
}

// behind puts an operation behind a handler of net/http.
func behind(wrap func(http.Handler) http.Handler) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next(humago.NewContext(ctx.Operation(), r, w))
		})).ServeHTTP(w, r)
	}
}

// packer returns what compresses answers, at little cost: runs train meanwhile, and
// a client that reads nothing holds the compressor's memory.
func packer() func(http.Handler) http.Handler {
	wrap, err := gzhttp.NewWrapper(gzhttp.CompressionLevel(gzip.BestSpeed))
	if err != nil {
		panic("server: " + err.Error()) // there is such a level
	}
	return func(next http.Handler) http.Handler { return wrap(next) }
}

// unkept keeps answers out of caches.
func unkept(ctx huma.Context, next func(huma.Context)) {
	ctx.SetHeader("Cache-Control", "no-store")
	next(ctx)
}

// format is how answers are written: piece by piece, see [writeJSON].
func format() huma.Format {
	return huma.Format{
		Marshal: func(w io.Writer, v any) error {
			if err := writeJSON(w, v); !errors.Is(err, errNotSent) {
				return err
			}
			return nil // the answer knows that nobody takes it
		},
		Unmarshal: json.Unmarshal,
	}
}

// A request is the part of an operation's input that every handler wants: the
// request itself, for whom it is from, which run it is about, and its body.
type request struct {
	r *http.Request
	w http.ResponseWriter
}

// Resolve implements [huma.Resolver].
func (q *request) Resolve(ctx huma.Context) []error {
	q.r, q.w = humago.Unwrap(ctx)
	return nil
}

// reads waits until whoever asks may look at a run, or at several where that is empty,
// and returns what is called when it has. What it takes to encode the answer is charged
// when that is done, by watched.
func (s *Server) reads(ctx context.Context, q *request, run string) (done func(), err error) {
	return s.looking.take(ctx, s.proxies.peerOf(q.r), run)
}

// lookAt is theRun for whoever reads it, until done is called.
func (s *Server) lookAt(ctx context.Context, q *request) (x *run.Run, done func(), err error) {
	if x, err = s.theRun(q); err != nil {
		return nil, nil, err
	}
	done, err = s.reads(ctx, q, x.ID())
	return x, done, err
}

// A body is an answer in JSON.
type body[T any] struct{ Body T }

// A file is an answer of bytes.
type file struct {
	Type        string `header:"Content-Type" hidden:"true"`
	Disposition string `header:"Content-Disposition" hidden:"true"`
	Body        []byte
}
