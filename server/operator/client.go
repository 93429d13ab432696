package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/gnllviz/gnllviz/server/problem"
)

// A Client asks for what an operator may have. Refusals are of type *problem.Problem: a
// Status below 500 says that what was asked for is not right.
type Client struct {
	http  *http.Client
	close func()
}

// Dial returns a client of the server that has the store in a folder.
func Dial(ctx context.Context, dir string) (*Client, error) {
	path := socketOf(dir)
	dial := func(ctx context.Context) (net.Conn, error) { return new(net.Dialer).DialContext(ctx, "unix", path) }
	// The first connection says whether somebody listens.
	conn, err := dial(ctx)
	if err != nil {
		return nil, fmt.Errorf("no server answers on %s: %w", path, because(path, err))
	}
	if err := conn.Close(); err != nil {
		return nil, err
	}
	return newClient(dial, func() {}), nil
}

// Local returns a client of a handler in this process.
func Local(h http.Handler) *Client {
	l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
	return newClient(l.dial, serve(l, h, slog.New(slog.DiscardHandler)))
}

func newClient(dial func(context.Context) (net.Conn, error), stop func()) *Client {
	t := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx) }}
	return &Client{&http.Client{Transport: t}, func() {
		t.CloseIdleConnections()
		stop()
	}}
}

// Close ends the client.
func (c *Client) Close() { c.close() }

// ask asks for something, and returns the answer unless it is a refusal.
func (c *Client) ask(ctx context.Context, method, path string, body io.Reader) (*http.Response, error) {
	q, err := http.NewRequestWithContext(ctx, method, "http://operator"+path, body)
	if err != nil {
		return nil, err
	}
	a, err := c.http.Do(q)
	if err != nil {
		if u := (*url.Error)(nil); errors.As(err, &u) { // whose address nobody knows
			err = u.Err
		}
		return nil, fmt.Errorf("the server does not answer: %w", err)
	}
	if a.StatusCode < http.StatusBadRequest {
		return a, nil
	}
	defer func() { _ = a.Body.Close() }()
	p := new(problem.Problem)
	if err := json.NewDecoder(a.Body).Decode(p); err != nil || p.Detail == "" {
		return nil, fmt.Errorf("the server answers %s %s with %s: it may be of another version", method, path, a.Status)
	}
	return nil, p
}

// List returns the stored runs, those that were used last first. check has each of them
// read whole, so that the list says which cannot be loaded.
func (c *Client) List(ctx context.Context, check bool) (list []Run, err error) {
	path := "/runs"
	if check {
		path += "?check=true"
	}
	a, err := c.ask(ctx, http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return list, decode(a, &list)
}

// Delete deletes a run.
func (c *Client) Delete(ctx context.Context, id string) error {
	a, err := c.ask(ctx, http.MethodDelete, "/runs/"+url.PathEscape(id), nil)
	if err != nil {
		return err
	}
	return a.Body.Close()
}

// An Export says which file of a run is wanted.
type Export struct {
	ID        string
	Format    string // by its name
	Precision string // of ONNX; may be empty
	Model     string // by its name; empty means the first
	NoRows    bool   // leaves the training data out
}

// Export writes a file of a run. note, unless empty, says what is the matter with the run.
func (c *Client) Export(ctx context.Context, w io.Writer, e Export) (note string, err error) {
	q := url.Values{"format": {e.Format}, "precision": {e.Precision}, "model": {e.Model}}
	if e.NoRows {
		q.Set("rows", "false")
	}
	a, err := c.ask(ctx, http.MethodGet, "/runs/"+url.PathEscape(e.ID)+"/export?"+q.Encode(), nil)
	if err != nil {
		return "", err
	}
	defer func() { _ = a.Body.Close() }()
	if _, err := io.Copy(w, a.Body); err != nil {
		return "", fmt.Errorf("the file breaks off: %w", err)
	}
	return unquote(a.Header.Get(noteHeader)), nil
}

// A Backup is a backup that is being read. All of it is to be read, and then Close called.
type Backup struct {
	io.Reader
	Runs   int // that are to be in it
	answer *http.Response
}

// Backup begins a backup of the runs with these ids, or of all.
func (c *Client) Backup(ctx context.Context, ids ...string) (*Backup, error) {
	a, err := c.ask(ctx, http.MethodGet, "/backup?"+url.Values{"id": ids}.Encode(), nil)
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(a.Header.Get(runsHeader))
	if err != nil {
		return nil, errors.Join(fmt.Errorf("the server does not say how many runs it has: %w", err), a.Body.Close())
	}
	return &Backup{a.Body, n, a}, nil
}

// Close says of a backup that was read to its end why it is worth nothing, or else which
// runs are not in it, and why.
func (b *Backup) Close() (left []string, err error) {
	if err := b.answer.Body.Close(); err != nil {
		return nil, err
	}
	if why := b.answer.Trailer.Get(failedTrailer); why != "" {
		return nil, errors.New(unquote(why))
	}
	for _, why := range b.answer.Trailer.Values(leftTrailer) {
		left = append(left, unquote(why))
	}
	return left, nil
}

// Restore restores the runs of a backup.
func (c *Client) Restore(ctx context.Context, r io.Reader) (done Restored, err error) {
	a, err := c.ask(ctx, http.MethodPost, "/restore", io.NopCloser(r))
	if err != nil {
		return done, err
	}
	return done, decode(a, &done)
}

func decode(a *http.Response, into any) error {
	if err := json.NewDecoder(a.Body).Decode(into); err != nil {
		return errors.Join(fmt.Errorf("the answer of the server cannot be read: %w", err), a.Body.Close())
	}
	return a.Body.Close()
}

// unquote undoes quote.
func unquote(s string) (text string) {
	if json.NewDecoder(strings.NewReader(s)).Decode(&text) != nil {
		return s
	}
	return text
}

// pipes is a listener in this process.
type pipes struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *pipes) dial(ctx context.Context) (net.Conn, error) {
	mine, its := net.Pipe()
	select {
	case l.conns <- its:
		return mine, nil
	case <-l.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept implements [net.Listener].
func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

// Close implements [net.Listener].
func (l *pipes) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

// Addr implements [net.Listener].
func (l *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }
