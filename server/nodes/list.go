package nodes

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/relay"
)

// listTime is how long a node may take to list its runs. Those of one that takes longer are
// listed with what is stored of them.
const listTime = time.Second

// A row is a run in a list: its JSON, and what of it matters here.
type row struct {
	json    json.RawMessage
	id      string
	created string // UTC, RFC 3339
	resting bool
}

// UnmarshalJSON implements [json.Unmarshaler].
func (r *row) UnmarshalJSON(b []byte) error {
	var has struct {
		ID, Created string
		Resting     bool
	}
	if err := json.Unmarshal(b, &has); err != nil {
		return err
	}
	*r = row{bytes.Clone(b), has.ID, has.Created, has.Resting}
	return nil
}

// list answers with the runs of all nodes, each once.
func (n *Nodes) list(w http.ResponseWriter, r *http.Request) {
	self := n.Cluster.ID()
	var all sync.WaitGroup
	var mu sync.Mutex
	answers := map[string][]row{} // by node
	for _, p := range n.Cluster.Nodes() {
		if p.ID == self {
			continue
		}
		all.Go(func() {
			rows, err := n.listOf(r, p.ID)
			if err != nil {
				n.Log.Warn("a node does not list its runs", "node", p.ID, "err", err)
				return
			}
			mu.Lock()
			defer mu.Unlock()
			answers[p.ID] = rows
		})
	}
	own := &recorder{header: http.Header{}}
	n.API.ServeHTTP(own, r)
	all.Wait()
	var mine []row
	if own.status != http.StatusOK || json.Unmarshal(own.body.Bytes(), &mine) != nil {
		own.copyTo(w)
		return
	}
	answers[self] = mine
	b, err := json.Marshal(merge(answers, self, func(id string) string {
		at, _ := n.owner(id)
		return at.Node
	}))
	if err != nil {
		panic("nodes: encoding a list: " + err.Error()) // it was JSON
	}
	own.body.Reset()
	own.body.Write(append(b, '\n'))
	own.header.Del("Content-Length")
	own.copyTo(w)
}

// listOf asks a node for the runs that it has.
func (n *Nodes) listOf(r *http.Request, node string) (rows []row, err error) {
	ctx, cancel := context.WithTimeout(r.Context(), listTime)
	defer cancel()
	word, err := json.Marshal(checked{Member: true})
	if err != nil {
		return nil, err
	}
	q, err := http.NewRequestWithContext(relay.WithWord(ctx, string(word)), http.MethodGet, "nats://"+node+"/api/runs", nil)
	if err != nil {
		return nil, err
	}
	q.RemoteAddr = n.Proxies.PeerOf(r)
	answer, err := n.transport.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("it answers %s", answer.Status)
	}
	b, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, err
	}
	return rows, json.Unmarshal(b, &rows)
}

// merge makes one list of those of the nodes: the runs in memory, the newest first, and then
// those that rest, as this node has them. A run whose owner did not answer does not rest.
func merge(answers map[string][]row, self string, owner func(id string) string) []json.RawMessage {
	awake := map[string]row{}
	for node, rows := range answers {
		for _, x := range rows {
			if x.resting {
				continue
			}
			// One that moves meanwhile may be at two.
			if _, there := awake[x.id]; !there || owner(x.id) == node {
				awake[x.id] = x
			}
		}
	}
	var resting []row
	for _, x := range answers[self] {
		if _, there := awake[x.id]; !x.resting || there {
			continue
		}
		if node := owner(x.id); node != "" && answers[node] == nil {
			x.json = bytes.Replace(x.json, []byte(`"resting":true,`), nil, 1)
			awake[x.id] = x
			continue
		}
		resting = append(resting, x)
	}
	list := []json.RawMessage{}
	var first []row
	for _, x := range awake {
		first = append(first, x)
	}
	slices.SortFunc(first, func(a, b row) int {
		return cmp.Or(timeOf(b.created).Compare(timeOf(a.created)), cmp.Compare(a.id, b.id))
	})
	for _, x := range append(first, resting...) {
		list = append(list, x.json)
	}
	return list
}

// timeOf reads a time as the API writes it.
func timeOf(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

// A recorder is an answer of this node that is worked on before it is sent.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements [http.ResponseWriter].
func (x *recorder) Header() http.Header { return x.header }

// WriteHeader implements [http.ResponseWriter].
func (x *recorder) WriteHeader(status int) { x.status = cmp.Or(x.status, status) }

// Write implements [http.ResponseWriter].
func (x *recorder) Write(b []byte) (int, error) {
	x.WriteHeader(http.StatusOK)
	return x.body.Write(b)
}

func (x *recorder) copyTo(w http.ResponseWriter) {
	for key, values := range x.header {
		w.Header()[key] = values
	}
	w.WriteHeader(x.status)
	_, _ = w.Write(x.body.Bytes()) // an error is the client's leaving
}
