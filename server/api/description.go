//go:build !js

package api

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2/yaml"
)

// openAPI is the description, with flags in braces where a server has numbers.
//
//go:embed openapi.json
var openAPI string

// routeDescription serves the description. It is written before the first request for it.
func (a *API) routeDescription() {
	asJSON := sync.OnceValues(a.description)
	asYAML := sync.OnceValues(func() ([]byte, error) {
		b, err := asJSON()
		if err != nil {
			return nil, err
		}
		var out bytes.Buffer
		err = yaml.Convert(&out, bytes.NewReader(b))
		return out.Bytes(), err
	})
	serve := func(at, media string, description func() ([]byte, error)) {
		a.mux.Handle(at, Packed(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			b, err := description()
			if err != nil {
				panic("api: describing the API: " + err.Error()) // it is part of the program
			}
			w.Header().Set("Content-Type", media)
			w.Header().Set("Cache-Control", "no-cache")
			// An error here is the client's leaving.
			_, _ = w.Write(b)
		})))
	}
	serve("GET /api/openapi.json", "application/openapi+json", asJSON)
	serve("GET /api/openapi.yaml", "application/openapi+yaml", asYAML)
}

// description returns the description of this very server, in JSON.
func (a *API) description() ([]byte, error) {
	texts := []string{"{cookie}", a.Gate.Cookie()}
	for _, l := range a.Limits.Table() {
		texts = append(texts, "{"+l.Flag+"}", fmt.Sprint(reflect.ValueOf(l.Value).Elem()))
	}
	var b bytes.Buffer
	err := json.Compact(&b, []byte(strings.NewReplacer(texts...).Replace(openAPI)))
	return b.Bytes(), err
}
