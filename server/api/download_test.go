package api

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/gnllviz/gnllviz/server/problem"
)

// served is the answer to a request for a file that write writes.
func served(t *testing.T, write func(io.Writer) error, turn ...func()) *http.Response {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := &download{
			kind: "text/csv", disposition: "attachment", wanted: r.Context(), write: write, turn: turn,
			failed: func(err error) *problem.Problem {
				return problem.New(http.StatusInternalServerError, err.Error())
			},
		}
		d.send(w, http.StatusOK)
	}))
	t.Cleanup(s.Close)
	resp, err := http.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

// A file comes as it was written, in pieces of any length; a short one with its length.
func TestDownloadIsWhatWasWritten(t *testing.T) {
	for _, size := range []int{0, 1, shortFile - 1, shortFile, shortFile + 1, 5<<20 + 3} {
		want := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		resp := served(t, func(w io.Writer) error {
			for left, n := want, 1; len(left) > 0; n = 3*n + 1 {
				n = min(n, len(left))
				if m, err := w.Write(left[:n]); m != n || err != nil {
					t.Errorf("%d of %d bytes taken: %v", m, n, err)
					return err
				}
				left = left[n:]
			}
			return nil
		})
		got, err := io.ReadAll(resp.Body)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("of %d bytes %d came (%v)", size, len(got), err)
		}
		if length := resp.ContentLength; (length >= 0) != (size < shortFile) {
			t.Errorf("the answer of %d bytes says that it has %d", size, length)
		}
	}
}

// A file that cannot be made is told where nothing of it is on its way, and else breaks off so
// that it does not pass for the whole.
func TestDownloadThatFails(t *testing.T) {
	failing := func(after int) func(io.Writer) error {
		return func(w io.Writer) error {
			if _, err := w.Write(make([]byte, after)); err != nil {
				return err
			}
			return errors.New("no more")
		}
	}
	if resp := served(t, failing(1000)); resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("the answer is %s", resp.Status)
	}
	resp := served(t, failing(shortFile+100))
	if n, err := io.Copy(io.Discard, resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d bytes came, and then %v", n, err)
	}
}

// Whoever takes a file more slowly than it is made has no turn any more, and gets all of it.
func TestSlowDownloadHasNoTurn(t *testing.T) {
	ended := make(chan struct{})
	size := 64 << 20 // more than lies on the line
	resp := served(t, func(w io.Writer) error {
		_, err := w.Write(make([]byte, size))
		return err
	}, sync.OnceFunc(func() { close(ended) }))
	<-ended // nothing was read yet
	if n, err := io.Copy(io.Discard, resp.Body); int(n) != size || err != nil {
		t.Errorf("%d bytes came (%v)", n, err)
	}
}

// Whoever leaves ends the making.
func TestDownloadThatNobodyWants(t *testing.T) {
	ended := make(chan error, 1)
	resp := served(t, func(w io.Writer) error {
		for {
			if _, err := w.Write(make([]byte, 1<<20)); err != nil {
				ended <- err
				return err
			}
		}
	})
	if err := resp.Body.Close(); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err == nil {
		t.Error("it goes on")
	}
}
