package api

import (
	"context"
	"errors"
	"net/http"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2/queryparam"

	"github.com/gnllviz/gnllviz/server/api/streamjson"
	"github.com/gnllviz/gnllviz/server/problem"
)

// An operation is one route, and what the API's description says of it besides what the
// types of its handler say. Its texts may name a limit's value by its flag in braces, as
// {max-upload-bytes}: the description that is served has the number.
type operation struct {
	at      string // method and path, as http.ServeMux has them
	id      string // under which generated clients call it
	tag     string
	summary string
	help    string // for somebody who knows nothing of the program

	params   []param        // that are not in the type of the handler's input
	body     *payload       // of the request
	answers  map[int]string // statuses of success in words; the first one's body is the handler's type
	errors   map[int]string // when each status is answered
	media    string         // type of the answer, where it is not JSON
	example  string         // of an answer in JSON
	security []string       // names of security schemes, all of which are needed
	or       bool           // or none of them, where the run is open to all

	members bool // needs the server's token, where it has one
	large   bool // the answer can be large, and is compressed

	in, out reflect.Type // of the handler; nil where others than this package serve the route
}

// A param is a part of a request beside its path and its body.
type param struct {
	name, in, typ, text string
	required            bool
	example             any
}

// A payload describes a body.
type payload struct {
	media    string // JSON where it is empty
	schema   string // the name of one, or empty for a text
	format   string // of a text
	text     string
	required bool
	example  string
	examples map[string]string // JSON, by what they do
}

// jsonBody describes a body by the name of its schema.
func jsonBody(schema, text string, required bool, examples map[string]string) *payload {
	return &payload{schema: schema, text: text, required: required, examples: examples}
}

// An input is what a handler takes: a struct that has a [request] in it, and fields with
// the tags path or query.
type input[T any] interface {
	*T
	base() *request
}

// An answer is what a handler returns.
type answer[T any] interface {
	*T
	send(w http.ResponseWriter, status int)
}

// register adds a route that this package serves.
func register[I, O any, PI input[I], PO answer[O]](a *API, o operation, handle func(context.Context, PI) (PO, error)) {
	o.in, o.out = reflect.TypeFor[I](), reflect.TypeFor[O]()
	fields, status := fieldsOf(o.in), o.status()
	serve := func(w http.ResponseWriter, r *http.Request) {
		in := PI(new(I))
		*in.base() = request{r: r, w: w}
		fill(reflect.ValueOf(in).Elem(), fields, r)
		out, err := handle(r.Context(), in)
		var refused *problem.Problem
		switch {
		case errors.As(err, &refused):
			refused.Answer(w)
		case err != nil:
			a.Log.Error("answering a request", "at", o.at, "err", err)
			problem.Answer(w, http.StatusInternalServerError, "the server made a mistake, which is in its log")
		default:
			out.send(w, status)
		}
	}
	if o.large {
		serve = Packed(http.HandlerFunc(serve)).ServeHTTP
	}
	if o.members {
		serve = a.Gate.Members(serve)
	}
	a.mux.HandleFunc(o.at, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		serve(w, r)
	})
	a.members[o.at] = o.members
	a.operations = append(a.operations, o)
}

// status is that of success: the least of those that there are.
func (o *operation) status() int {
	least := 0
	for status := range o.answers {
		if least == 0 || status < least {
			least = status
		}
	}
	if least == 0 {
		return http.StatusOK
	}
	return least
}

// A field is a member of a handler's input that a request says.
type field struct {
	index []int
	name  string
	in    string // path or query
}

func fieldsOf(t reflect.Type) (list []field) {
	for _, f := range reflect.VisibleFields(t) {
		for _, in := range []string{"path", "query"} {
			if tag, ok := f.Tag.Lookup(in); ok {
				name, _, _ := strings.Cut(tag, ",")
				list = append(list, field{f.Index, name, in})
			}
		}
	}
	return list
}

// fill reads what a request says into a handler's input: texts, which the handler reads
// further, and lists of them.
func fill(in reflect.Value, fields []field, r *http.Request) {
	for _, f := range fields {
		switch v := in.FieldByIndex(f.index); {
		case f.in == "path":
			v.SetString(r.PathValue(f.name))
		case v.Kind() == reflect.Slice:
			v.Set(reflect.ValueOf(r.URL.Query()[f.name]))
		default:
			v.SetString(queryparam.Get(r.URL.RawQuery, f.name))
		}
	}
}

// A request is the part of an operation's input that every handler wants: the
// request itself, for whom it is from, which run it is about, and its body.
type request struct {
	r *http.Request
	w http.ResponseWriter
}

func (q *request) base() *request { return q }

// A body is an answer in JSON.
type body[T any] struct{ Body T }

func (b *body[T]) send(w http.ResponseWriter, status int) { sendJSON(w, status, b.Body) }

// sendJSON answers piece by piece.
func sendJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if err := streamjson.Write(w, v); err != nil && !errors.Is(err, problem.ErrNotSent) {
		panic("api: encoding an answer: " + err.Error()) // it is of our own types
	}
}

// A file is an answer of bytes.
type file struct {
	Type        string
	Disposition string // empty of one that is no file of its own
	Body        []byte
}

func (f *file) send(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", f.Type)
	if f.Disposition != "" {
		w.Header().Set("Content-Disposition", f.Disposition)
	}
	w.WriteHeader(status)
	_, _ = w.Write(f.Body) // an error is the client's leaving
}

// A stream is an answer that is written as it comes to be.
type stream struct {
	Type string
	Body func()
}

func (s *stream) send(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", s.Type)
	w.WriteHeader(status)
	s.Body()
}

// none is an answer without a body.
type none struct{}

func (*none) send(w http.ResponseWriter, status int) { w.WriteHeader(status) }
