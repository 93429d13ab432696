package server

import (
	"io"
	"net/http"
	"testing"

	"github.com/gnllviz/gnllviz/server/access"
)

// upload sends a body of unknown length with a run's key, and returns the status
// and the answer.
func upload(t testing.TB, method, url, key string, body io.Reader) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(access.KeyHeader, key)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}
