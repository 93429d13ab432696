package server

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire"
)

const (
	schemaPrefix  = "#/components/schemas/"
	problemSchema = "Problem"
	orderSchema   = "Order"
)

// A document is an OpenAPI document as a stranger reads it.
type document struct {
	t          testing.TB
	OpenAPI    string
	Paths      map[string]map[string]describedOperation
	Components struct {
		Schemas         map[string]map[string]any
		SecuritySchemes map[string]map[string]any
	}
}

type describedOperation struct {
	OperationID, Summary, Description string
	Parameters                        []struct{ Name, In, Description string }
	RequestBody                       *struct {
		Description string
		Content     map[string]struct {
			Schema   map[string]any
			Example  any
			Examples map[string]struct{ Value json.RawMessage }
		}
	}
	Responses map[string]struct {
		Description string
		Content     map[string]struct {
			Schema  map[string]any
			Example any
		}
	}
	Security []map[string][]string
}

func readDocument(t testing.TB, addr string) *document {
	t.Helper()
	d := &document{t: t}
	call(t, "GET", "http://"+addr+"/api/openapi.json", "", http.StatusOK, d)
	return d
}

// check says how a value is not what a schema asks for, or nothing. It knows the
// keywords that our description uses.
func (d *document) check(s map[string]any, v any, at string) (bad string) {
	if ref, ok := s["$ref"].(string); ok {
		name := strings.TrimPrefix(ref, schemaPrefix)
		target, ok := d.Components.Schemas[name]
		if !ok {
			return at + ": there is no schema " + ref
		}
		return d.check(target, v, at)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		list, ok := s[key].([]any)
		fits := 0
		for _, x := range list {
			if d.check(x.(map[string]any), v, at) == "" {
				fits++
			}
		}
		if ok && (fits == 0 || key == "oneOf" && fits > 1) {
			return fmt.Sprintf("%s: %.80v fits %d schemas of %s", at, v, fits, key)
		}
	}
	if enum, ok := s["enum"].([]any); ok && !slices.ContainsFunc(enum, func(e any) bool { return reflect.DeepEqual(e, v) }) {
		return fmt.Sprintf("%s: %v is none of %v", at, v, enum)
	}
	if !fitsType(s["type"], v) {
		return fmt.Sprintf("%s: %.80v is no %v", at, v, s["type"])
	}
	switch v := v.(type) {
	case float64:
		if least, ok := s["minimum"].(float64); ok && v < least {
			return fmt.Sprintf("%s: %v is below %v", at, v, least)
		}
		if most, ok := s["maximum"].(float64); ok && v > most {
			return fmt.Sprintf("%s: %v is above %v", at, v, most)
		}
	case []any:
		if n, ok := s["minItems"].(float64); ok && float64(len(v)) < n {
			return fmt.Sprintf("%s: %d items, not %v", at, len(v), n)
		}
		items, _ := s["items"].(map[string]any)
		for i, x := range v {
			if bad := d.check(items, x, fmt.Sprintf("%s[%d]", at, i)); bad != "" {
				return bad
			}
		}
	case map[string]any:
		properties, _ := s["properties"].(map[string]any)
		required, _ := s["required"].([]any)
		for _, name := range required {
			if _, ok := v[name.(string)]; !ok {
				return fmt.Sprintf("%s lacks %v", at, name)
			}
		}
		for name, x := range v {
			p, ok := properties[name].(map[string]any)
			if !ok {
				if s["additionalProperties"] == false {
					return fmt.Sprintf("%s has %q, which is not described", at, name)
				}
				p, _ = s["additionalProperties"].(map[string]any)
			}
			if bad := d.check(p, x, at+"."+name); bad != "" {
				return bad
			}
		}
	}
	return ""
}

func fitsType(want, v any) bool {
	switch want := want.(type) {
	case nil:
		return true
	case []any:
		return slices.ContainsFunc(want, func(w any) bool { return fitsType(w, v) })
	}
	f, number := v.(float64)
	switch want {
	case "null":
		return v == nil
	case "number":
		return number
	case "integer":
		return number && f == math.Trunc(f)
	}
	return map[string]reflect.Kind{
		"boolean": reflect.Bool, "string": reflect.String, "array": reflect.Slice, "object": reflect.Map,
	}[want.(string)] == reflect.ValueOf(v).Kind()
}

func TestEveryOperationIsDescribed(t *testing.T) {
	addr, _ := serve(t, Config{})
	d := readDocument(t, addr)
	if d.OpenAPI != "3.1.0" {
		t.Errorf("the document is OpenAPI %s", d.OpenAPI)
	}
	ids, examples := map[string]bool{}, 0
	for path, methods := range d.Paths {
		for method, o := range methods {
			at := strings.ToUpper(method) + " " + path
			if o.Summary == "" || len(o.Description) < 40 || o.OperationID == "" || ids[o.OperationID] {
				t.Errorf("%s: %q, %q, %q", at, o.OperationID, o.Summary, o.Description)
			}
			ids[o.OperationID] = true
			for _, p := range o.Parameters {
				if p.Description == "" {
					t.Errorf("%s: %s is not described", at, p.Name)
				}
			}
			if b := o.RequestBody; b != nil {
				for media, c := range b.Content {
					if b.Description == "" || c.Example == nil && len(c.Examples) == 0 {
						t.Errorf("%s: the %s has no description or no example", at, media)
					}
				}
			}
			errors := 0
			for status, r := range o.Responses {
				if r.Description == "" {
					t.Errorf("%s: %s is not described", at, status)
				}
				if c := r.Content["application/json"]; c.Example != nil {
					examples++
					if bad := d.check(c.Schema, c.Example, "the example of "+at); bad != "" {
						t.Error(bad)
					}
				}
				if status >= "400" {
					errors++
					if r.Content["application/problem+json"].Schema["$ref"] != schemaPrefix+problemSchema {
						t.Errorf("%s: %s is no problem document", at, status)
					}
				}
			}
			if errors == 0 || len(successes(o)) == 0 {
				t.Errorf("%s: answers are missing", at)
			}
			for _, alternative := range o.Security {
				for name := range alternative {
					if d.Components.SecuritySchemes[name] == nil {
						t.Errorf("%s: there is no security scheme %s", at, name)
					}
				}
			}
			// The server has what it describes.
			url := strings.NewReplacer("{id}", "abcdefgh2345abcd", "{name}", "nope").Replace(path)
			req, err := http.NewRequestWithContext(t.Context(), strings.ToUpper(method), "http://"+addr+url, nil)
			if err != nil {
				t.Fatal(err)
			}
			resp, err := http.DefaultClient.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			b, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			if err != nil || strings.Contains(string(b), "the API has nothing") || resp.StatusCode == http.StatusMethodNotAllowed {
				t.Errorf("%s: %d %s (%v)", at, resp.StatusCode, b, err)
			}
		}
	}
	for _, id := range []string{"makeRun", "deleteRun", "command", "live", "events", "postEvents", "connection", "login", "getCurve", "inspectTable", "getDataset", "listFormats", "exportRun", "importRun", "sweep"} {
		if !ids[id] {
			t.Errorf("%s is not described", id)
		}
	}
	if examples < 12 {
		t.Errorf("there are %d examples of answers", examples)
	}
	// What goes over the wire is described by its own comments.
	properties, _ := d.Components.Schemas["RunMessage"]["properties"].(map[string]any)
	points, _ := properties["points"].(map[string]any)
	if got := points["description"]; got != "History points of this generation so far" {
		t.Errorf("a run message's points are described as %v", got)
	}
	resp, text := ask(t, http.DefaultClient, "GET", "http://"+addr+"/api/openapi.yaml", "", "")
	if resp.StatusCode != http.StatusOK || !strings.Contains(text, "openapi: 3.1.0") {
		t.Errorf("got %d %.80s", resp.StatusCode, text)
	}
}

// successes returns the statuses of success.
func successes(o describedOperation) (list []string) {
	for status := range o.Responses {
		if status < "400" {
			list = append(list, status)
		}
	}
	return list
}

// What the server answers is what its description says.
func TestAnswersAreAsDescribed(t *testing.T) {
	addr, _ := serve(t, Config{})
	d := readDocument(t, addr)
	x := makeRun(t, addr, `{"lanes":[{"name":"one"},{"name":"two","controls":{"loss":"beta_nll"}}],"speed":"max"}`)
	steer(t, addr, x, `{"type":"lane_add","copy":1}`, http.StatusOK, nil)
	steer(t, addr, x, `{"type":"change","set":{"eps":0.001}}`, http.StatusOK, nil)
	for path, query := range map[string]string{
		"/api/controls": "", "/api/lessons": "", "/api/formats": "", "/api/datasets": "", "/api/runs": "", "/api/runs/{id}": "",
		"/api/runs/{id}/state": "", "/api/runs/{id}/history": "", "/api/runs/{id}/predict": "?x=5&x=25&lane=1", "/api/runs/{id}/curves": "",
		"/api/runs/{id}/curve": "?curve=batch_loss", "/api/runs/{id}/snapshots": "", "/api/runs/{id}/recipe": "",
	} {
		var v any
		call(t, "GET", "http://"+addr+strings.Replace(path, "{id}", x.ID, 1)+query, "", http.StatusOK, &v)
		if bad := d.check(d.Paths[path]["get"].Responses["200"].Content["application/json"].Schema, v, path); bad != "" {
			t.Error(bad)
		}
	}
	var v any
	steer(t, addr, x, `{"type":"pause"}`, http.StatusOK, &v)
	if bad := d.check(map[string]any{"$ref": schemaPrefix + "Ack"}, v, "ack"); bad != "" {
		t.Error(bad)
	}
	call(t, "GET", "http://"+addr+"/api/runs/nope", "", http.StatusNotFound, &v)
	if bad := d.check(map[string]any{"$ref": schemaPrefix + problemSchema}, v, "problem"); bad != "" {
		t.Error(bad)
	}
}

// The examples of orders make runs, and those of commands are commands; and the
// description agrees that they are.
func TestExamplesAreRight(t *testing.T) {
	addr, _ := serve(t, Config{})
	d := readDocument(t, addr)
	order := d.Paths["/api/runs"]["post"].RequestBody.Content["application/json"]
	for name, e := range order.Examples {
		call(t, "POST", "http://"+addr+"/api/runs", string(e.Value), http.StatusCreated, nil)
		var v any
		if err := json.Unmarshal(e.Value, &v); err != nil {
			t.Fatal(err)
		}
		if bad := d.check(order.Schema, v, name); bad != "" {
			t.Error(bad)
		}
	}
	sweep := d.Paths["/api/sweeps"]["post"].RequestBody.Content["application/json"]
	for name, e := range sweep.Examples {
		if resp, text := ask(t, http.DefaultClient, "POST", "http://"+addr+"/api/sweeps", "", string(e.Value)); resp.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %s", name, resp.StatusCode, text)
		}
		var v any
		if err := json.Unmarshal(e.Value, &v); err != nil {
			t.Fatal(err)
		}
		if bad := d.check(sweep.Schema, v, name); bad != "" {
			t.Error(bad)
		}
	}
	command := d.Paths["/api/runs/{id}/commands"]["post"].RequestBody.Content["application/json"]
	there := map[string]bool{}
	for name, e := range command.Examples {
		if _, _, refused := wire.ParseCommand(withID(e.Value)); refused != nil {
			t.Errorf("%s: %v", name, refused)
		}
		var v map[string]any
		if err := json.Unmarshal(e.Value, &v); err != nil {
			t.Fatal(err)
		}
		there[v["type"].(string)] = true
		if bad := d.check(command.Schema, any(v), name); bad != "" {
			t.Error(bad)
		}
	}
	for _, c := range wire.CommandTypes() {
		if c.Name != "hello" && c.Name != "watch" && !there[c.Name] {
			t.Errorf("the command %s has no example", c.Name)
		}
	}
	x := makeRun(t, addr, "")
	for name, e := range d.Paths["/api/runs/{id}/data"]["put"].RequestBody.Content["application/json"].Examples {
		if status, text := upload(t, "PUT", "http://"+addr+"/api/runs/"+x.ID+"/data", x.Key, strings.NewReader(string(e.Value))); status != http.StatusOK {
			t.Errorf("%s: %d %s", name, status, text)
		}
	}
}

// The description of controls is the table's.
func TestDescribedControlsAreTheTables(t *testing.T) {
	addr, _ := serve(t, Config{})
	d := readDocument(t, addr)
	for _, c := range lane.Table() {
		s, ok := d.Components.Schemas[orderSchema]["properties"].(map[string]any)[c.Name].(map[string]any)
		if !ok {
			t.Errorf("%s is not described", c.Name)
			continue
		}
		number := c.Kind == wire.KindNumber || c.Kind == wire.KindInteger
		free := c.Kind == wire.KindText && c.Name != "parameters" // read where it is put into force
		beyond := math.Nextafter(c.Max, math.Inf(1))              // of a large bound one more is the same number
		for _, v := range []struct {
			value any
			right bool
		}{
			{c.Default, true},
			{c.Min, number},
			{c.Max, number},
			{max(c.Max+1, beyond), false},
			{min(c.Min-1, -math.Nextafter(-c.Min, math.Inf(1))), number && c.Zero && c.Min == 1},
			{0.0, number && (c.Zero || c.Min <= 0 && c.Max >= 0)},
			{"mu=2:learned", c.Kind == wire.KindText}, // what a text says is not described
			{"nope", free},
			{wire.Auto, c.Auto != "" || free},
			{nil, false},
		} {
			b, err := json.Marshal(v.value)
			if err != nil {
				t.Fatal(err)
			}
			var value any
			if err := json.Unmarshal(b, &value); err != nil {
				t.Fatal(err)
			}
			bad := d.check(s, value, c.Name)
			if (bad == "") != v.right && c.Name != "parameters" {
				t.Errorf("%s %s: described as right %v, want %v (%s)", c.Name, b, bad == "", v.right, bad)
			}
			if _, _, refused := lane.Table().Apply(lane.Table().Defaults(), map[string]json.RawMessage{c.Name: b}); (refused == nil) != v.right {
				t.Errorf("%s %s: the table says %v, want right %v", c.Name, b, refused, v.right)
			}
		}
	}
}
