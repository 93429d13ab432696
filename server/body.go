package server

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// maxUploads bounds the large bodies that are read and worked on at a time.
	maxUploads = 4

	// uploadWait is how long a large body waits for its turn.
	uploadWait = 10 * time.Second
)

// readBody returns the body of a request, of which those with credentials may
// send a large one. It is bounded before it is read where the request says how
// long it is. When the handler is done with it, it calls done.
func (s *Server) readBody(q *request, trusted bool) (b []byte, done func(), err error) {
	if trusted {
		return s.readUpTo(q, s.limits.UploadBytes, "--max-upload-bytes")
	}
	return s.readUpTo(q, s.limits.BodyBytes, "--max-body-bytes")
}

// readUpTo is readBody for at most so many bytes, which the flag raises.
func (s *Server) readUpTo(q *request, most int, flag string) (b []byte, done func(), err error) {
	if err := plain(q.r); err != nil {
		return nil, nil, err
	}
	tooLong := refuse(http.StatusBadRequest, fmt.Sprintf("the body is too large: more than %d bytes, which %s raises", most, flag))
	if q.r.ContentLength > int64(most) {
		return nil, nil, tooLong
	}
	limited := http.MaxBytesReader(q.w, q.r.Body, int64(most))
	small := min(s.limits.BodyBytes, most)
	b, err = io.ReadAll(io.LimitReader(limited, int64(small)))
	done = func() {}
	if err == nil && len(b) == small { // there may be more
		if done, err = s.uploads.take(q.r.Context(), s.proxies.peerOf(q.r), uploadWait); err != nil {
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
	return nil, nil, errLeft
}

// plain refuses a body that is packed, lest a small one become a huge one.
func plain(r *http.Request) error {
	if e := r.Header.Get("Content-Encoding"); e != "" && e != "identity" {
		return refuse(http.StatusUnsupportedMediaType, fmt.Sprintf("the body has the Content-Encoding %.40q; send it as it is", e))
	}
	return nil
}
