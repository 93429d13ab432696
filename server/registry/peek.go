package registry

import (
	"context"

	"github.com/gnllviz/gnllviz/server/panics"
	"github.com/gnllviz/gnllviz/server/session"
	"github.com/gnllviz/gnllviz/server/store"
)

// A Peek is a run to look at, until Close is called.
type Peek struct {
	session.Session
	Lost  error // what of the run could not be read, or nil
	Close func()
}

// Peek returns the run with that id, or store.ErrNotFound. One that is not in memory is
// made of what is stored and is not put on the list: it makes no step, and nothing of the
// stored run changes.
func (g *Registry) Peek(ctx context.Context, id string) (*Peek, error) {
	g.mu.Lock()
	k, leaving := g.find(id), g.leaving[id]
	g.mu.Unlock()
	if k != nil {
		return &Peek{Session: k, Close: func() {}}, nil
	}
	if g.Store == nil {
		return nil, store.ErrNotFound
	}
	if leaving != nil {
		<-leaving.ended // until all of it is saved
	}
	record, err := g.Store.Read(ctx, id)
	if err != nil {
		return nil, err
	}
	share := g.memory.open()
	o := g.Options()
	o.Memory, o.Report = share, nil
	o.Turns = make(chan struct{}) // without room: its turn never comes
	r, lost := resume(id, record, o)
	if r == nil {
		share.close()
		return nil, lost
	}
	serving, end := context.WithCancel(g.ctx)
	g.work.Go(func() {
		defer share.close()
		// Whoever looks at it is told that it has ended.
		_ = panics.Guard(g.Log.With("run", id), "a run that is looked at", func() error {
			r.Serve(serving)
			return nil
		})
	})
	return &Peek{Session: session.Of(r), Lost: lost, Close: func() { end(); <-r.Done() }}, nil
}
