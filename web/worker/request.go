//go:build js

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"syscall/js"

	"github.com/gnllviz/gnllviz/server/problem"
)

// peer is who asks, in the terms of the API: whoever is at the page.
const peer = "127.0.0.1:1"

// request answers what the page would have asked of a server. q has method, path, headers
// and body, and takes head, chunk and end; abort is set to what gives the request up.
func (e *engine) request(q js.Value) {
	ctx, cancel := context.WithCancel(context.Background())
	q.Set("abort", js.FuncOf(func(js.Value, []js.Value) any { cancel(); return nil }))
	r, err := requestOf(ctx, q)
	if err != nil {
		cancel()
		q.Call("end", err.Error())
		return
	}
	go func() {
		defer cancel()
		w := &answer{to: q, header: http.Header{}}
		if id, ok := e.elsewhere(r); ok {
			s, err := e.still(ctx, id)
			if err == nil {
				q.Call("elsewhere", s.value())
				return
			}
			answerWith(w, err)
		} else {
			w.failed = e.serve(w, r)
		}
		w.close()
	}()
}

func answerWith(w http.ResponseWriter, err error) {
	var p *problem.Problem
	if errors.As(err, &p) {
		p.Answer(w)
		return
	}
	problem.Answer(w, http.StatusInternalServerError, err.Error())
}

func requestOf(ctx context.Context, q js.Value) (*http.Request, error) {
	var body io.Reader
	if b := q.Get("body"); b.Truthy() {
		body = bytes.NewReader(bytesOf(b))
	}
	r, err := http.NewRequestWithContext(ctx, q.Get("method").String(), "http://page"+q.Get("path").String(), body)
	if err != nil {
		return nil, err
	}
	headers := q.Get("headers")
	for i := range headers.Length() {
		r.Header.Add(headers.Index(i).Index(0).String(), headers.Index(i).Index(1).String())
	}
	if body == nil {
		r.Body = http.NoBody
	}
	r.RemoteAddr = peer
	return r, nil
}

// serve has the API answer, and returns why the answer is not whole.
func (e *engine) serve(w http.ResponseWriter, r *http.Request) (err error) {
	defer func() {
		switch x := recover(); x {
		case nil:
		case http.ErrAbortHandler:
			err = http.ErrAbortHandler
		default:
			e.log.Error("answering a request", "path", r.URL.Path, "panic", x)
			err = fmt.Errorf("the page made a mistake: %v", x)
		}
	}()
	e.api.ServeHTTP(w, r)
	return nil
}

// An answer is written piece by piece to whoever asked in JavaScript.
type answer struct {
	to     js.Value
	header http.Header
	begun  bool
	failed error
}

// Header implements [http.ResponseWriter].
func (a *answer) Header() http.Header { return a.header }

// WriteHeader implements [http.ResponseWriter].
func (a *answer) WriteHeader(status int) {
	if a.begun {
		return
	}
	a.begun = true
	headers := js.Global().Get("Array").New()
	for k, all := range a.header {
		for _, v := range all {
			headers.Call("push", js.ValueOf([]any{k, v}))
		}
	}
	a.to.Call("head", status, headers)
}

// Write implements [io.Writer].
func (a *answer) Write(b []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	if len(b) > 0 {
		a.to.Call("chunk", arrayOf(b))
	}
	return len(b), nil
}

// Flush implements [http.Flusher]: nothing is held back.
func (a *answer) Flush() {}

func (a *answer) close() {
	switch {
	case a.failed != nil:
		a.to.Call("end", a.failed.Error())
	default:
		a.WriteHeader(http.StatusOK)
		a.to.Call("end", "")
	}
}

// arrayOf returns a Uint8Array of its own with the bytes, which can be transferred.
func arrayOf(b []byte) js.Value {
	a := js.Global().Get("Uint8Array").New(len(b))
	js.CopyBytesToJS(a, b)
	return a
}

// bytesOf returns a copy of a Uint8Array.
func bytesOf(a js.Value) []byte {
	b := make([]byte, a.Length())
	js.CopyBytesToGo(b, a)
	return b
}
