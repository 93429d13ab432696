package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

const (
	// MaxUploads bounds the large bodies that are read and worked on at a time.
	MaxUploads = 4

	// uploadWait is how long a large body waits for its turn.
	uploadWait = 10 * time.Second
)

// readBody returns the body of a request, of which those with credentials may
// send a large one. It is bounded before it is read where the request says how
// long it is. When the handler is done with it, it calls done.
func (a *core) readBody(q *request, trusted bool) (b []byte, done func(), err error) {
	if trusted {
		return a.readUpTo(q, a.Limits.UploadBytes, "--max-upload-bytes")
	}
	return a.readUpTo(q, a.Limits.BodyBytes, "--max-body-bytes")
}

// readUpTo is readBody for at most so many bytes, which the flag raises.
func (a *core) readUpTo(q *request, most int, flag string) (b []byte, done func(), err error) {
	if packed := problem.Packed(q.r); packed != nil {
		return nil, nil, packed
	}
	tooLong := problem.New(http.StatusBadRequest, fmt.Sprintf("the body is too large: more than %d bytes, which %s raises", most, flag))
	if q.r.ContentLength > int64(most) {
		return nil, nil, tooLong
	}
	limited := http.MaxBytesReader(q.w, q.r.Body, int64(most))
	small := min(a.Limits.BodyBytes, most)
	b, err = io.ReadAll(io.LimitReader(limited, int64(small)))
	done = func() {}
	if err == nil && len(b) == small { // there may be more
		if done, err = a.uploads.Take(q.r.Context(), a.Proxies.PeerOf(q.r), uploadWait); err != nil {
			return nil, nil, err
		}
		var rest []byte
		rest, err = io.ReadAll(limited)
		b = append(b, rest...)
	}
	if err == nil {
		return b, done, nil
	}
	done()
	var long *http.MaxBytesError
	if errors.As(err, &long) {
		return nil, nil, tooLong
	}
	return nil, nil, problem.ErrLeft
}
