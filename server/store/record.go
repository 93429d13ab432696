//go:build !js

package store

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"maps"
	"runtime"
	"slices"
	"sync"
)

// What is stored at once, an entry or a checkpoint, is a record. It goes into one or
// more messages, its parts, each with this head:
//
//	4  "GVS" and the record's version, a digit
//	1  kind
//	8  number of the entry, or of the entry after which the checkpoint was made
//	8  ticket, by which the parts of one record are known
//	4  part, from 0
//	4  number of parts
//	32 SHA-256 of the run's id, kind, number and the whole body
//
// A record of which a part is missing, as the program ended, does not count. In version 1
// nothing is squeezed; in version 2 the body of an entry is, and a checkpoint's manifest and
// blobs are. Both are read, and 2 is written.
const (
	magic    = "GVS"
	version  = 2
	headSize = 4 + 1 + 8 + 8 + 4 + 4 + 32
	partSize = 512 << 10 // of a message, its head included
	maxParts = 1 << 16
)

type kind byte

const (
	kindEntry      kind = 'E'
	kindCheckpoint kind = 'C'
	kindFence      kind = 'F' // number is the claim's epoch
)

type head struct {
	version int
	kind    kind
	number  uint64
	ticket  uint64
	part    uint32
	parts   uint32
	sum     [32]byte
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

// split cuts a record's body into messages, which are made one after the other.
func split(id string, k kind, number, ticket uint64, body []byte) iter.Seq[[]byte] {
	const room = partSize - headSize
	return func(yield func([]byte) bool) {
		h := head{version: version, kind: k, number: number, ticket: ticket, sum: sumOf(id, k, number, body)}
		h.parts = uint32(max(1, (len(body)+room-1)/room))
		for left := body; h.part < h.parts; h.part++ {
			piece := left[:min(room, len(left))]
			left = left[len(piece):]
			if !yield(append(h.append(make([]byte, 0, headSize+len(piece))), piece...)) {
				return
			}
		}
	}
}

func (h head) append(b []byte) []byte {
	b = append(b, magic...)
	b = append(b, '0'+byte(h.version), byte(h.kind))
	b = binary.BigEndian.AppendUint64(b, h.number)
	b = binary.BigEndian.AppendUint64(b, h.ticket)
	b = binary.BigEndian.AppendUint32(b, h.part)
	b = binary.BigEndian.AppendUint32(b, h.parts)
	return append(b, h.sum[:]...)
}

// parseHead reads a message's head and gives what follows it. The error is a newerError
// where a newer program wrote it.
func parseHead(message []byte) (h head, piece []byte, err error) {
	if len(message) < headSize || string(message[:3]) != magic || message[3] < '1' || message[3] > '9' {
		return head{}, nil, errors.New("it is not a part of a record")
	}
	if h.version = int(message[3] - '0'); h.version > version {
		return head{}, nil, newerError(h.version)
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
//
// The blobs are squeezed already, and lengths are of what is squeezed.
func checkpointBody(kept int, meta, manifest []byte, refs []hash, blobs map[hash][]byte) []byte {
	manifest = squeeze(manifest)
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
	squeezed map[hash][]byte // blobs
}

// parseCheckpoint reads the body of a checkpoint's record of a version. What it gives may lie
// in body.
func parseCheckpoint(version int, body []byte) (c checkpoint, err error) {
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
	c.squeezed = make(map[hash][]byte, len(pieces))
	for _, p := range pieces {
		c.squeezed[p.hash] = take(p.length)
	}
	if err != nil || len(body) != 0 {
		return c, bad
	}
	if version == 1 {
		for h, b := range c.squeezed {
			c.squeezed[h] = append([]byte{asIs}, b...)
		}
		return c, nil
	}
	c.manifest, err = loosen(c.manifest)
	return c, err
}

// blob returns one of the record's blobs, if it is what its hash says.
func (c *checkpoint) blob(h hash) ([]byte, error) {
	b, err := loosen(c.squeezed[h])
	if err == nil && sha256.Sum256(b) != h {
		err = errors.New("it is not what its hash says")
	}
	if err != nil {
		return nil, fmt.Errorf("the blob %s: %w", h, err)
	}
	return b, nil
}

// allBlobs returns all of them, as many at a time as there are processors.
func (c *checkpoint) allBlobs() (map[hash][]byte, error) {
	order := slices.Collect(maps.Keys(c.squeezed))
	loose := make([][]byte, len(order))
	workers := max(1, min(runtime.GOMAXPROCS(0), len(order)))
	errs := make([]error, workers)
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := w; i < len(order) && errs[w] == nil; i += workers {
				loose[i], errs[w] = c.blob(order[i])
			}
		})
	}
	wait.Wait()
	blobs := make(map[hash][]byte, len(order))
	for i, h := range order {
		blobs[h] = loose[i]
	}
	return blobs, errors.Join(errs...)
}

// newerError is the version of a record that a newer gnllviz wrote.
type newerError int

func (e newerError) Error() string {
	return fmt.Sprintf("it has version %d, and this gnllviz knows versions up to %d", int(e), version)
}
