package nodes

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httputil"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/relay"
)

// patience is how long one attempt may have taken for another to be made: whoever asked
// waits.
const patience = time.Second

// route has a request answered where it is to be.
func (n *Nodes) route(w http.ResponseWriter, r *http.Request, a about) {
	body := &kept{ReadCloser: r.Body}
	r = r.WithContext(r.Context()) // a copy: net/http looks at the body of its own
	r.Body = body
	hint := ""
	for try := range tries {
		node := hint
		if node == "" {
			node = n.where(a)
		}
		if node == "" {
			nobodyTrains().Answer(w)
			return
		}
		begun := time.Now()
		moved, err := n.try(w, r, node)
		switch {
		case err == nil && moved == nil:
			return
		case r.Context().Err() != nil:
			return // nobody waits for it
		case err != nil && !(errors.Is(err, relay.ErrUnheard) || isRead(r) && time.Since(begun) < patience):
			n.Log.Debug("passing a request on", "path", r.URL.Path, "node", node, "err", err)
			moving().Answer(w)
			return
		}
		if hint = ""; moved != nil {
			hint = moved.owner
		}
		if !body.rewind() || !wait(r.Context(), try) {
			break
		}
	}
	moving().Answer(w)
}

func isRead(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// A movedError says that a node does not have what was asked for, and who has.
type movedError struct{ owner string }

func (*movedError) Error() string { return "another node has it" }

// try has one node answer. Where it was not that one's to answer, or it could not be asked,
// nothing has been written.
func (n *Nodes) try(w http.ResponseWriter, r *http.Request, node string) (moved *movedError, failed error) {
	if node == n.Cluster.ID() {
		x := &local{ResponseWriter: w, before: w.Header().Clone()}
		n.API.ServeHTTP(x, r)
		return x.moved, nil
	}
	word, err := json.Marshal(checked{Member: n.Members(r), Knows: n.Gate.Knows(r)})
	if err != nil {
		return nil, err
	}
	proxy := &httputil.ReverseProxy{
		Transport: n.transport,
		Rewrite: func(p *httputil.ProxyRequest) {
			p.Out.URL.Scheme, p.Out.URL.Host = "nats", node
			p.Out.RemoteAddr = n.Proxies.PeerOf(p.In)
		},
		ModifyResponse: func(a *http.Response) error {
			if owner, ok := a.Header[problem.OwnerHeader]; ok && a.StatusCode == http.StatusMisdirectedRequest {
				return &movedError{owner[0]}
			}
			return nil
		},
		ErrorHandler: func(_ http.ResponseWriter, _ *http.Request, err error) {
			if !errors.As(err, &moved) {
				failed = err
			}
		},
		ErrorLog: slog.NewLogLogger(n.Log.Handler(), slog.LevelDebug),
	}
	proxy.ServeHTTP(w, r.WithContext(relay.WithWord(r.Context(), string(word))))
	return moved, failed
}

// A local writes what this node answers, unless that is that another one has it.
type local struct {
	http.ResponseWriter
	before http.Header // what others had set
	moved  *movedError
}

// WriteHeader implements [http.ResponseWriter].
func (l *local) WriteHeader(status int) {
	if owner, ok := l.Header()[problem.OwnerHeader]; ok && status == http.StatusMisdirectedRequest {
		l.moved = &movedError{owner[0]}
		clear(l.Header())
		maps.Copy(l.Header(), l.before)
		return
	}
	l.ResponseWriter.WriteHeader(status)
}

// Write implements [http.ResponseWriter].
func (l *local) Write(b []byte) (int, error) {
	if l.moved != nil {
		return len(b), nil
	}
	return l.ResponseWriter.Write(b)
}

// Unwrap is for [http.ResponseController].
func (l *local) Unwrap() http.ResponseWriter { return l.ResponseWriter }

// keptBytes is how much of a body can be sent twice. A node that does not have a run says so
// before it reads more.
const keptBytes = 1 << 20

// A kept is a body of which the beginning can be read again. net/http closes it.
type kept struct {
	io.ReadCloser
	mu     sync.Mutex // held while it is read
	before []byte     // what was read, up to keptBytes
	again  []byte     // of it, what is to be read again
	far    bool       // more was read
	err    error      // at the end of what was read
}

// Read implements [io.Reader].
func (k *kept) Read(b []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.again) > 0 {
		n := copy(b, k.again)
		k.again = k.again[n:]
		return n, nil
	}
	if k.err != nil {
		return 0, k.err
	}
	n, err := k.ReadCloser.Read(b)
	k.err = err
	if len(k.before)+n > keptBytes {
		k.far, k.before = true, nil
	}
	if !k.far {
		k.before = append(k.before, b[:n]...)
	}
	return n, err
}

// Close implements [io.Closer]: an attempt that has ended is not the last.
func (k *kept) Close() error { return nil }

// rewind says whether the body can be read once more from its beginning, where it then is.
func (k *kept) rewind() bool {
	if !k.mu.TryLock() {
		return false // the attempt before still reads it
	}
	defer k.mu.Unlock()
	k.again = k.before
	return !k.far
}
