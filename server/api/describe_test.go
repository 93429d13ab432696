package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

var update = flag.Bool("update", false, "write openapi.json and commands.json")

// The API is described as it is. `go generate ./server/api` brings the files up to date.
func TestDescriptionIsCurrent(t *testing.T) {
	a := New(Config{Gate: access.NewGate("", false, nil, slog.New(slog.DiscardHandler))})
	for name, v := range map[string]any{"openapi.json": a.openAPI(), "commands.json": commandsOfTheGuide()} {
		compact, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		if err := json.Indent(&want, compact, "", "\t"); err != nil {
			t.Fatal(err)
		}
		want.WriteByte('\n')
		if *update {
			if err := os.WriteFile(name, want.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		got, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if at := otherwise(valueOf(t, got), valueOf(t, want.Bytes())); at != "" && !wording.JSON(want.Bytes(), got) {
			t.Errorf("%s is out of date at %s: go generate ./server/api", name, at)
		}
	}
}

func valueOf(t *testing.T, b []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// otherwise returns where a value is not as it is wanted, or nothing.
func otherwise(got, want any) string {
	switch want := want.(type) {
	case map[string]any:
		got, ok := got.(map[string]any)
		if !ok || len(got) != len(want) {
			return "its members"
		}
		for name, w := range want {
			if _, ok := got[name]; !ok && called(name, got, w) {
				continue
			}
			if at := otherwise(got[name], w); at != "" {
				return name + ": " + at
			}
		}
		return ""
	case []any:
		got, ok := got.([]any)
		if !ok || len(got) != len(want) {
			return "its length"
		}
		for i, w := range want {
			if at := otherwise(got[i], w); at != "" {
				return fmt.Sprintf("%d: %s", i, at)
			}
		}
		return ""
	case string:
		if text, ok := got.(string); ok && wording.Is(want, text) {
			return ""
		}
	default:
		if got == want {
			return ""
		}
	}
	return fmt.Sprintf("%.60v", want)
}

// Every schema says what it is, and every member what it means.
func TestEveryMemberIsDescribed(t *testing.T) {
	var d struct {
		Components struct {
			Schemas map[string]struct {
				Description string
				Properties  map[string]struct{ Description string }
			}
		}
	}
	if err := json.Unmarshal([]byte(openAPI), &d); err != nil {
		t.Fatal(err)
	}
	members := 0
	for name, s := range d.Components.Schemas {
		if s.Description == "" {
			t.Errorf("%s is not described", name)
		}
		for member, p := range s.Properties {
			if members++; p.Description == "" {
				t.Errorf("%s.%s is not described", name, member)
			}
		}
	}
	if members < 600 {
		t.Errorf("there are %d members", members)
	}
}

// called says whether a member is there under a name of other words: examples are called
// after their sentences.
func called(name string, among map[string]any, want any) bool {
	for other, got := range among {
		if wording.Is(strings.ReplaceAll(name, "-", " "), strings.ReplaceAll(other, "-", " ")) && otherwise(got, want) == "" {
			return true
		}
	}
	return false
}

// commandsOfTheGuide are the commands in the words of their types' comments, with an
// example of each that the API's description has one for.
func commandsOfTheGuide() []Command {
	var list []Command
	text, examples := commentsOf(reflect.TypeFor[wire.Hello]()), commandExamples()
	for _, t := range wire.CommandTypes() {
		c := Command{Name: t.Name}
		name := reflect.TypeOf(t.New()).Elem().Name()
		if c.Help = strings.TrimPrefix(text[name], name+" "); c.Help != "" {
			c.Help = strings.ToUpper(c.Help[:1]) + c.Help[1:]
		}
		for _, e := range examples {
			if strings.HasPrefix(e, fmt.Sprintf(`{"type":%q`, t.Name)) {
				c.Example = e
			}
		}
		list = append(list, c)
	}
	return list
}

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

// openAPI describes the API, with flags in braces where a server has numbers.
func (a *API) openAPI() *huma.OpenAPI {
	schemas := newSchemas(a.table)
	d := &huma.OpenAPI{
		OpenAPI: "3.1.0",
		Info:    &huma.Info{Title: "gnllviz", Version: wire.Subprotocol, Description: about},
		Components: &huma.Components{Schemas: schemas, SecuritySchemes: map[string]*huma.SecurityScheme{
			tokenScheme:  {Type: "http", Scheme: "bearer", Description: "The token that the server printed when it started. A server on a loopback address has none, and then none is needed."},
			cookieScheme: {Type: "apiKey", In: "cookie", Name: "{cookie}", Description: "What POST /api/login gives a browser for the token."},
			keyScheme:    {Type: "apiKey", In: "header", Name: access.KeyHeader, Description: "The key of a run, which POST /api/runs answered. It gives control of the run."},
		}},
		Tags: []*huma.Tag{
			{Name: "runs", Description: "Making runs, and ending them."},
			{Name: "steering", Description: "Changing a run while it trains."},
			{Name: "looking", Description: "What a run is doing, and what it did. Who has a run's address may look."},
			{Name: "taking away", Description: "Taking what was trained elsewhere, bringing it back, and training many at once."},
			{Name: "data", Description: "Rows to learn from."},
			{Name: "server", Description: "What the server can do."},
		},
	}
	schemas.Map()["Login"] = &huma.Schema{
		Type: huma.TypeObject, Description: "What a browser brings to be let in.", Required: []string{"token"},
		Properties: map[string]*huma.Schema{"token": {Type: huma.TypeString, Description: "What the server printed when it started."}},
	}
	for _, o := range a.operations {
		d.AddOperation(o.describe(schemas))
	}
	finish(schemas)
	return d
}

// describe puts the operation in huma's terms.
func (o *operation) describe(schemas huma.Registry) *huma.Operation {
	method, path, _ := strings.Cut(o.at, " ")
	op := &huma.Operation{
		Method: method, Path: path, OperationID: o.id, Tags: []string{o.tag}, Summary: o.summary, Description: o.help,
		Responses: map[string]*huma.Response{}, Security: o.alternatives(), RequestBody: o.body.describe(),
	}
	if strings.Contains(path, "{id}") {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "id", In: "path", Required: true, Description: "The run's id, as POST /api/runs answered it.",
			Schema: &huma.Schema{Type: huma.TypeString, Pattern: access.RunID}, Example: "k3v9x2mq7ab4cd5e",
		})
	}
	if o.in != nil {
		for _, f := range fieldsOf(o.in) {
			op.Parameters = append(op.Parameters, describeField(o.in.FieldByIndex(f.index), f, schemas))
		}
	}
	for _, p := range o.params {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: p.name, In: p.in, Required: p.required, Description: p.text, Schema: &huma.Schema{Type: p.typ}, Example: p.example,
		})
	}
	answers := o.answers
	if answers == nil {
		answers = map[int]string{http.StatusOK: "As asked."}
	}
	for status, text := range answers {
		r := &huma.Response{Description: text}
		if o.media != "" {
			r.Content = map[string]*huma.MediaType{o.media: {Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}}
		}
		op.Responses[strconv.Itoa(status)] = r
	}
	if o.out != nil {
		o.describeAnswer(op.Responses[strconv.Itoa(o.status())], schemas)
	}
	for status, text := range o.refusals(path) {
		op.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: text,
			Content:     map[string]*huma.MediaType{"application/problem+json": {Schema: &huma.Schema{Ref: schemaPrefix + problemSchema}}},
		}
	}
	return op
}

// describeField describes a member of a handler's input.
func describeField(f reflect.StructField, at field, schemas huma.Registry) *huma.Param {
	s := huma.SchemaFromField(schemas, f, "")
	p := &huma.Param{Name: at.name, In: at.in, Description: s.Description, Schema: s, Required: at.in == "path" || f.Tag.Get("required") == "true"}
	if at.in == "query" {
		explode := strings.HasSuffix(f.Tag.Get("query"), ",explode")
		p.Explode = &explode
	}
	return p
}

// describeAnswer says of an answer what the type of it says.
func (o *operation) describeAnswer(r *huma.Response, schemas huma.Registry) {
	if f, ok := o.out.FieldByName("Location"); ok {
		r.Headers = map[string]*huma.Param{"Location": {Schema: huma.SchemaFromField(schemas, f, "")}}
	}
	if f, ok := o.out.FieldByName("Body"); ok && o.media == "" {
		r.Content = map[string]*huma.MediaType{"application/json": {Schema: huma.SchemaFromField(schemas, f, "")}}
		if o.example != "" {
			r.Content["application/json"].Example = json.RawMessage(o.example)
		}
	}
}

// refusals are the statuses of failure in words.
func (o *operation) refusals(path string) map[int]string {
	all := map[int]string{
		http.StatusMisdirectedRequest:  "The server is not called by this name; see --host.",
		http.StatusInternalServerError: "The server made a mistake, which is in its log.",
	}
	if strings.Contains(path, "{id}") {
		all[http.StatusNotFound] = "There is no such run, or it has ended."
	}
	if o.members {
		all[http.StatusUnauthorized] = "The server has a token, and the request does not bring it."
		all[http.StatusTooManyRequests] = "Too many wrong tokens were sent; Retry-After says when to try again."
	}
	for status, text := range o.errors {
		all[status] = text
	}
	return all
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

// describe describes a body.
func (p *payload) describe() *huma.RequestBody {
	if p == nil {
		return nil
	}
	media, m := p.media, &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: p.format}}
	if p.schema != "" {
		media, m.Schema = "application/json", &huma.Schema{Ref: schemaPrefix + p.schema}
	}
	if p.example != "" {
		m.Example = p.example
	}
	if p.examples != nil {
		m.Examples = map[string]*huma.Example{}
		for summary, e := range p.examples {
			m.Examples[strings.ReplaceAll(summary, " ", "-")] = &huma.Example{Summary: summary, Value: json.RawMessage(e)}
		}
	}
	return &huma.RequestBody{Description: p.text, Required: p.required, Content: map[string]*huma.MediaType{media: m}}
}
