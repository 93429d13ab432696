package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// What is stored at once, an entry or a checkpoint, is a record. It goes into one or
// more messages, its parts, each with this head:
//
//	4  "GVS1"
//	1  kind
//	8  number of the entry, or of the entry after which the checkpoint was made
//	8  ticket, by which the parts of one record are known
//	4  part, from 0
//	4  number of parts
//	32 SHA-256 of the run's id, kind, number and the whole body
//
// A record of which a part is missing, as the program ended, does not count.
const (
	magic    = "GVS1"
	headSize = 4 + 1 + 8 + 8 + 4 + 4 + 32
	partSize = 512 << 10 // of a message, its head included
	maxParts = 1 << 16
)

type kind byte

const (
	kindEntry      kind = 'E'
	kindCheckpoint kind = 'C'
)

type head struct {
	kind   kind
	number uint64
	ticket uint64
	part   uint32
	parts  uint32
	sum    [32]byte
}

func sumOf(id string, k kind, number uint64, body []byte) (sum [32]byte) {
	h := sha256.New()
	h.Write([]byte(id))
	h.Write([]byte{0, byte(k)})
	h.Write(binary.BigEndian.AppendUint64(nil, number))
	h.Write(body)
	h.Sum(sum[:0])
	return sum
}

// split cuts a record's body into messages.
func split(id string, k kind, number, ticket uint64, body []byte) [][]byte {
	const room = partSize - headSize
	h := head{kind: k, number: number, ticket: ticket, sum: sumOf(id, k, number, body)}
	h.parts = uint32(max(1, (len(body)+room-1)/room))
	messages := make([][]byte, 0, h.parts)
	for ; h.part < h.parts; h.part++ {
		piece := body[:min(room, len(body))]
		body = body[len(piece):]
		messages = append(messages, append(h.append(make([]byte, 0, headSize+len(piece))), piece...))
	}
	return messages
}

func (h head) append(b []byte) []byte {
	b = append(b, magic...)
	b = append(b, byte(h.kind))
	b = binary.BigEndian.AppendUint64(b, h.number)
	b = binary.BigEndian.AppendUint64(b, h.ticket)
	b = binary.BigEndian.AppendUint32(b, h.part)
	b = binary.BigEndian.AppendUint32(b, h.parts)
	return append(b, h.sum[:]...)
}

// parseHead reads a message's head and gives what follows it.
func parseHead(message []byte) (h head, piece []byte, err error) {
	if len(message) < headSize || string(message[:4]) != magic {
		return head{}, nil, errors.New("it is not a part of a record")
	}
	h.kind = kind(message[4])
	h.number = binary.BigEndian.Uint64(message[5:])
	h.ticket = binary.BigEndian.Uint64(message[13:])
	h.part = binary.BigEndian.Uint32(message[21:])
	h.parts = binary.BigEndian.Uint32(message[25:])
	copy(h.sum[:], message[29:])
	if h.parts == 0 || h.parts > maxParts || h.part >= h.parts {
		return head{}, nil, errors.New("its count of parts makes no sense")
	}
	return h, message[headSize:], nil
}

// hash is the SHA-256 of a blob.
type hash [32]byte

func (h hash) String() string { return hex.EncodeToString(h[:]) }

func parseHash(s string) (h hash, err error) {
	if len(s) != 64 {
		return h, fmt.Errorf("%q is not a SHA-256 in hexadecimal", s)
	}
	if _, err = hex.Decode(h[:], []byte(s)); err != nil || h.String() != s {
		return h, fmt.Errorf("%q is not a SHA-256 in lower-case hexadecimal", s)
	}
	return h, nil
}

// checkpointBody is the body of a checkpoint's record: numbers are uvarints,
//
//	how many checkpoints before it stay kept,
//	lengths of the run's meta and of the manifest, number of refs, number of blobs,
//	refs (32 each), for each blob: hash (32), length;
//	the meta as JSON, the manifest, the blobs
func checkpointBody(kept int, meta, manifest []byte, refs []hash, blobs map[hash][]byte) []byte {
	size := 50 + len(meta) + len(manifest) + 32*len(refs)
	for _, b := range blobs {
		size += 32 + 10 + len(b)
	}
	body := make([]byte, 0, size)
	body = binary.AppendUvarint(body, uint64(kept))
	body = binary.AppendUvarint(body, uint64(len(meta)))
	body = binary.AppendUvarint(body, uint64(len(manifest)))
	body = binary.AppendUvarint(body, uint64(len(refs)))
	body = binary.AppendUvarint(body, uint64(len(blobs)))
	for _, h := range refs {
		body = append(body, h[:]...)
	}
	order := slices.SortedFunc(maps.Keys(blobs), func(a, b hash) int { return slices.Compare(a[:], b[:]) })
	for _, h := range order {
		body = append(body, h[:]...)
		body = binary.AppendUvarint(body, uint64(len(blobs[h])))
	}
	body = append(body, meta...)
	body = append(body, manifest...)
	for _, h := range order {
		body = append(body, blobs[h]...)
	}
	return body
}

// checkpoint is what a checkpoint's record has.
type checkpoint struct {
	kept     int
	meta     []byte
	manifest []byte
	refs     []hash
	blobs    map[hash][]byte
}

// parseCheckpoint reads the body of a checkpoint's record. What it gives lies in body.
func parseCheckpoint(body []byte) (c checkpoint, err error) {
	bad := errors.New("a checkpoint's record makes no sense")
	number := func() uint64 {
		n, k := binary.Uvarint(body)
		if k <= 0 || n > 1<<40 {
			err = bad
			return 0
		}
		body = body[k:]
		return n
	}
	take := func(n uint64) []byte {
		if n > uint64(len(body)) {
			err = bad
			return nil
		}
		piece := body[:n:n]
		body = body[n:]
		return piece
	}
	kept, metaLength, length, refCount, blobCount := number(), number(), number(), number(), number()
	if err != nil || 32*refCount > uint64(len(body)) || 33*blobCount > uint64(len(body)) {
		return c, bad
	}
	c.kept = int(kept)
	for range refCount {
		c.refs = append(c.refs, hash(take(32)))
	}
	type piece struct {
		hash   hash
		length uint64
	}
	var pieces []piece
	for range blobCount {
		h := take(32)
		if err != nil {
			return c, err
		}
		pieces = append(pieces, piece{hash(h), number()})
	}
	c.meta = take(metaLength)
	c.manifest = take(length)
	c.blobs = make(map[hash][]byte, len(pieces))
	for _, p := range pieces {
		c.blobs[p.hash] = take(p.length)
	}
	if err != nil || len(body) != 0 {
		return c, bad
	}
	for h, b := range c.blobs {
		if sha256.Sum256(b) != h {
			return c, fmt.Errorf("the blob %s is not what its hash says", h)
		}
	}
	return c, nil
}
