package remote

import (
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/gnllviz/gnllviz/server/relay"
	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/session"
)

// queueBytes bounds what waits to be published of a run. It is short unless NATS is away.
const queueBytes = 32 << 20

// A stage is a run of this node with its viewers elsewhere. It is the run's [run.Outlet]:
// what the run says is queued, and published by the stage's own goroutine.
type stage struct {
	conn  *nats.Conn
	id    string
	epoch uint64
	run   Hosted
	log   *slog.Logger

	wake  chan struct{} // room for one
	close chan struct{} // closed when the last viewer has left

	mu     sync.Mutex
	queue  []item
	queued int  // bytes
	lost   bool // there was no room in the queue
	guests map[string]*guest
	links  map[string]*link // by node
	number uint64           // of the last link
}

// An item is what the run said, to one viewer or, of frames, to all.
type item struct {
	viewer string
	steer  bool
	run.Message
}

// A guest is a viewer elsewhere.
type guest struct {
	node    string
	viewer  uint64
	session session.Viewer // nil while it comes in
}

// A link is what was sent to a node.
type link struct {
	number uint64
	seq    uint64
	guests int
	sent   time.Time
}

// Tell implements [run.Outlet].
func (s *stage) Tell(viewer string, m run.Message) { s.put(item{viewer: viewer, Message: m}) }

// Show implements [run.Outlet].
func (s *stage) Show(m run.Message, steer bool) { s.put(item{steer: steer, Message: m}) }

func (s *stage) put(i item) {
	s.mu.Lock()
	if n := len(s.queue); n == 0 || !same(s.queue[n-1].Data, i.Data) {
		s.queued += len(i.Data)
	}
	s.queued += 64
	if s.lost = s.lost || s.queued > queueBytes; s.lost {
		s.queue = nil
	} else {
		s.queue = append(s.queue, i)
	}
	s.mu.Unlock()
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// same says whether two messages are one that goes to many.
func same(a, b []byte) bool { return len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] }

// serve publishes until the last viewer has left or the run has ended.
func (s *stage) serve(ending <-chan struct{}) {
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		select {
		case <-s.wake:
			s.publish()
		case <-beat.C:
			s.beat()
		case <-s.close:
			return
		case <-ending:
			s.end(moved)
			return
		case <-s.run.Ended():
			switch err := s.run.Err(); {
			case errors.Is(err, session.ErrMoved):
				s.end(moved)
			case err != nil:
				s.end(failed)
			default:
				s.end(ended)
			}
			return
		}
	}
}

// publish publishes what waits.
func (s *stage) publish() {
	s.mu.Lock()
	queue, lost := s.queue, s.lost
	s.queue, s.queued, s.lost = nil, 0, false
	if lost {
		for _, l := range s.links {
			l.seq++ // of what none can have
		}
	}
	s.mu.Unlock()
	if lost {
		s.log.Warn("too much waits to be sent to viewers on other nodes; they ask again for it", "run", s.id)
		s.beat()
		return
	}
	for len(queue) > 0 {
		first := queue[0]
		if first.viewer == "" {
			queue = queue[1:]
			s.show(first)
			continue
		}
		to := map[string][]uint64{}
		for len(queue) > 0 && queue[0].viewer != "" && same(queue[0].Data, first.Data) {
			if node, viewer, err := parseName(queue[0].viewer); err == nil {
				to[node] = append(to[node], viewer)
			}
			queue = queue[1:]
		}
		for node, viewers := range to {
			s.send(node, event{Viewers: viewers, Binary: first.Binary}, first.Data)
		}
	}
}

// show publishes frames.
func (s *stage) show(i item) {
	if i.Owned != nil && !i.Owned() {
		return // somebody else may show other frames meanwhile
	}
	h := picture{Made: i.Made.UnixNano(), Size: len(i.Data), Steer: i.steer}
	for data := i.Data; ; {
		part := data[:min(len(data), partBytes)]
		data = data[len(part):]
		h.More = len(data) > 0
		if err := s.conn.Publish(framesOf(s.id, s.epoch), relay.Encode(h, part)); err != nil || !h.More {
			return // the next ones may get through
		}
	}
}

// send publishes a message to viewers of a node, in parts.
func (s *stage) send(node string, e event, data []byte) {
	for {
		part := data[:min(len(data), partBytes)]
		data = data[len(part):]
		s.mu.Lock()
		l := s.links[node]
		if l == nil {
			s.mu.Unlock()
			return // they have left
		}
		if len(e.Viewers) > 0 || e.End != "" {
			l.seq++
		}
		l.sent = time.Now()
		e.Run, e.Epoch, e.Link, e.Seq, e.More = s.id, s.epoch, l.number, l.seq, len(data) > 0
		s.mu.Unlock()
		// What is not sent is missed at the next message.
		if err := s.conn.Publish(eventsOf(node), relay.Encode(e, part)); err != nil {
			s.log.Debug("telling viewers on another node", "run", s.id, "node", node, "err", err)
		}
		if !e.More {
			return
		}
	}
}

// beat tells nodes that were told nothing for a while how much there was.
func (s *stage) beat() {
	s.all(func(l *link) bool { return time.Since(l.sent) >= beatEvery/2 }, event{})
}

func (s *stage) end(why end) {
	s.publish()
	s.all(func(*link) bool { return true }, event{End: why})
}

func (s *stage) all(due func(*link) bool, e event) {
	s.mu.Lock()
	var nodes []string
	for node, l := range s.links {
		if due(l) {
			nodes = append(nodes, node)
		}
	}
	s.mu.Unlock()
	for _, node := range nodes {
		s.send(node, e, nil)
	}
}

// add makes place for a guest. Whoever had its name before is returned, to be closed.
func (s *stage) add(g *guest) (before *guest) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := nameOf(g.node, g.viewer)
	before = s.guests[name]
	s.guests[name] = g
	if before != nil {
		return before
	}
	l := s.links[g.node]
	if l == nil {
		s.number++
		l = &link{number: s.number}
		s.links[g.node] = l
	}
	l.guests++
	return nil
}

// remove takes a guest off, and says whether it was the last.
func (s *stage) remove(g *guest) (was, last bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := nameOf(g.node, g.viewer)
	if s.guests[name] != g {
		return false, false
	}
	delete(s.guests, name)
	if l := s.links[g.node]; l != nil {
		if l.guests--; l.guests == 0 {
			delete(s.links, g.node)
		}
	}
	return true, len(s.guests) == 0
}

// find returns a guest who has come in, or nil.
func (s *stage) find(node string, viewer uint64) *guest {
	s.mu.Lock()
	defer s.mu.Unlock()
	if g := s.guests[nameOf(node, viewer)]; g != nil && g.session != nil {
		return g
	}
	return nil
}
