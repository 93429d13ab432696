// Package relay carries HTTP over NATS: a [Transport] takes requests to another node, where
// a [Server] has a handler answer them. It knows nothing of what they are about.
//
// A request and a small answer are one message each. What is longer goes in pieces of at
// most [PieceBytes], of which the next is sent when the other side has begun to read the one
// before, so that a file of any length is never in memory as a whole. NATS loses messages
// when a connection breaks, so both sides tell each other every second how far they are;
// whoever has missed something, or hears nothing for [Silence], ends the request.
//
// Transports and servers may be used from any goroutine.
package relay

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/nats-io/nats.go"
)

const (
	// PieceBytes is how much of a body goes in one message; NATS takes 1 MB by default.
	PieceBytes = 256 << 10

	// firstBytes is how long a request's body may be that goes with its head.
	firstBytes = 128 << 10

	// aliveEvery is the time between two signs of life of a request that is being answered.
	aliveEvery = time.Second

	// aliveTime is how long the answer to one may take. After the second that has none the
	// client counts as gone.
	aliveTime = 2 * time.Second

	// Silence is how long a node may say nothing of a request until it counts as gone.
	Silence = 5 * time.Second
)

// ErrAway says that a node does not answer: it has ended, or the network or NATS is away.
var ErrAway = errors.New("the node that was asked does not answer")

// ErrUnheard is an ErrAway of a node that never got the request.
var ErrUnheard = fmt.Errorf("%w: it is not there", ErrAway)

// subject is where a node takes requests for a room, which is a name of one kind of them.
func subject(node, room string) string { return "gnllviz.node." + node + "." + room }

// gone is where it is told of requests whose client has left.
func gone(node, room string) string { return subject(node, room) + ".gone" }

// A head stands before the bytes of every message.
type head struct {
	// Of a request, and of the first message of an answer.
	Method   string      `json:"method,omitempty"`
	URI      string      `json:"uri,omitempty"`
	Host     string      `json:"host,omitempty"`
	Peer     string      `json:"peer,omitempty"`
	Word     string      `json:"word,omitempty"`
	Status   int         `json:"status,omitempty"`
	Length   int64       `json:"length,omitempty"` // of the request's body; -1 where it is not known
	Header   http.Header `json:"header,omitempty"`
	Trailer  http.Header `json:"trailer,omitempty"`
	Inside   bool        `json:"inside,omitempty"` // the request's body is in this message
	Last     bool        `json:"last,omitempty"`   // of a body, or of an answer
	Aborted  bool        `json:"aborted,omitempty"`
	Kind     kind        `json:"kind,omitempty"`
	Pieces   int         `json:"pieces,omitempty"` // of an answer that were sent, or taken
	Pulls    int         `json:"pulls,omitempty"`  // of a request's body that were asked for, or given
	NotThere bool        `json:"not_there,omitempty"`
}

// A kind is what a message to the client is.
type kind string

const (
	piece kind = "piece" // of an answer
	pull  kind = "pull"  // asks for the next piece of the request's body
	alive kind = "alive"
)

// Encode makes a message: the length of a head, the head as JSON, and bytes. It panics where
// the head cannot be encoded.
func Encode(head any, data []byte) []byte {
	b, err := json.Marshal(head)
	if err != nil {
		panic("relay: encoding a head: " + err.Error())
	}
	m := make([]byte, 4, 4+len(b)+len(data))
	binary.BigEndian.PutUint32(m, uint32(len(b)))
	return append(append(m, b...), data...)
}

// Decode is the other way. data is a part of the message.
func Decode(m []byte, head any) (data []byte, err error) {
	if len(m) < 4 || uint64(binary.BigEndian.Uint32(m)) > uint64(len(m)-4) {
		return nil, fmt.Errorf("a message of %d bytes is not a relay's", len(m))
	}
	end := 4 + binary.BigEndian.Uint32(m)
	return m[end:], json.Unmarshal(m[4:end], head)
}

func encode(h *head, data []byte) []byte { return Encode(h, data) }

func decode(m []byte) (h *head, data []byte, err error) {
	h = new(head)
	data, err = Decode(m, h)
	return h, data, err
}

// isUnheard says whether NATS sent a message because nobody listens at the subject.
func isUnheard(m *nats.Msg) bool { return len(m.Data) == 0 && m.Header.Get("Status") == "503" }

type wordKey struct{}

// WithWord returns a context whose requests bring a word, which the other node's handler
// finds by [Word]. It says what this node has found out about the request.
func WithWord(ctx context.Context, word string) context.Context {
	return context.WithValue(ctx, wordKey{}, word)
}

// Word returns what the node said that relayed a request, and whether the request came by a
// relay at all: nothing that a client sends from outside can look like it.
func Word(ctx context.Context) (word string, relayed bool) {
	word, relayed = ctx.Value(cameKey{}).(string)
	return word, relayed
}

type cameKey struct{}
