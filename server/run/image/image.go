// Package image is how what a run has in memory becomes bytes, and again what it was: a
// manifest that is written whole each time, and blobs that never change and are written
// once. It knows nothing of runs.
//
// A Writer and a Reader belong to one goroutine.
package image

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/gob"
	"encoding/hex"
	"errors"
	"fmt"
)

// Hash names a blob: its SHA-256, in hex. That of no blob is empty.
type Hash = string

// HashOf returns the name of a blob.
func HashOf(blob []byte) Hash {
	sum := sha256.Sum256(blob)
	return hex.EncodeToString(sum[:])
}

// A Writer gathers the blobs of one manifest after the other. Its zero value is ready.
type Writer struct {
	known map[any]written // of what earlier manifests had, by its pointer

	next   map[any]written
	top    map[any]bool // of next, what the manifest itself names
	inside []*written   // blobs that are being made, the innermost last
	blobs  map[Hash][]byte
	err    error
	afresh bool
}

// A written is what is known of a blob.
type written struct {
	hash  Hash
	parts []any // pointers to what it names by their blobs
}

// Begin begins another manifest.
func (w *Writer) Begin() {
	w.next, w.top, w.blobs, w.err = map[any]written{}, map[any]bool{}, map[Hash][]byte{}, nil
}

// Blob returns the name of what of is in bytes, which make returns if it is not known yet.
// of is a pointer to what never changes. make may call Blob for what its bytes name.
func (w *Writer) Blob(of any, make func() ([]byte, error)) Hash {
	w.named(of)
	if x, ok := w.next[of]; ok {
		return x.hash
	}
	if x, ok := w.known[of]; ok {
		w.keep(of, x)
		return x.hash
	}
	var x written
	w.inside = append(w.inside, &x)
	b, err := make()
	w.inside = w.inside[:len(w.inside)-1]
	if err != nil {
		w.err = errors.Join(w.err, err)
		return ""
	}
	x.hash = HashOf(b)
	w.blobs[x.hash] = b
	w.next[of] = x
	return x.hash
}

// named notes what names a blob: the one that is being made, or the manifest.
func (w *Writer) named(of any) {
	if n := len(w.inside); n > 0 {
		w.inside[n-1].parts = append(w.inside[n-1].parts, of)
		return
	}
	w.top[of] = true
}

// keep has the manifest have a blob that an earlier one had, and what that names.
func (w *Writer) keep(of any, x written) {
	w.next[of] = x
	for _, part := range x.parts {
		if _, ok := w.next[part]; !ok {
			w.keep(part, w.known[part])
		}
	}
}

// A Name names a blob that is kept elsewhere, and the blobs that it names in turn.
type Name struct {
	Hash  Hash
	Parts []Hash
}

// Stored is Blob of what was written before and need not be in memory: the manifest has
// its blobs, and brings none of them.
func (w *Writer) Stored(of any, n *Name) Hash {
	w.named(of)
	x := written{hash: n.Hash}
	for _, part := range n.Parts {
		w.next[part] = written{hash: part}
		x.parts = append(x.parts, part)
	}
	w.next[of] = x
	return n.Hash
}

// Name returns the name of what the last manifest had, and lets go of the pointers to what
// it names: from then on the writer knows these by their names.
func (w *Writer) Name(of any) (n Name, ok bool) {
	x, ok := w.known[of]
	if !ok {
		return n, false
	}
	n.Hash = x.hash
	parts := make([]any, len(x.parts))
	for i, part := range x.parts {
		hash := w.known[part].hash
		w.known[hash] = written{hash: hash}
		n.Parts, parts[i] = append(n.Parts, hash), hash
	}
	w.known[of] = written{hash: x.hash, parts: parts}
	return n, true
}

// Sweep forgets what nothing of the last manifest names any more, so that it may leave memory.
func (w *Writer) Sweep() {
	w.next = map[any]written{}
	for of := range w.top {
		if x, ok := w.known[of]; ok {
			w.keep(of, x)
		}
	}
	w.known, w.next = w.next, nil
}

// End returns the blobs that no manifest had before, and the names of all that this one
// has.
func (w *Writer) End() (fresh map[Hash][]byte, refs []Hash, err error) {
	if w.err != nil {
		return nil, nil, w.err
	}
	w.known, w.afresh = w.next, false
	seen := map[Hash]bool{}
	for _, x := range w.next {
		if !seen[x.hash] {
			seen[x.hash] = true
			refs = append(refs, x.hash)
		}
	}
	return w.blobs, refs, nil
}

// Forget has the next manifest bring all its blobs: what was returned last is lost.
func (w *Writer) Forget() { w.known, w.afresh = nil, true }

// Afresh says whether the manifest is to bring all its blobs, as far as they are in memory.
func (w *Writer) Afresh() bool { return w.afresh }

// A Reader has the blobs of one manifest.
type Reader struct {
	Blobs map[Hash][]byte

	made map[Hash]any
}

// Blob returns the blob of a name.
func (r *Reader) Blob(h Hash) ([]byte, error) {
	b, ok := r.Blobs[h]
	if !ok {
		return nil, fmt.Errorf("the blob %.12s is missing", h)
	}
	return b, nil
}

// Read returns what the blob of a name is, as make makes it of the bytes. Asked again for
// the same one it returns the same.
func Read[T any](r *Reader, h Hash, make func([]byte) (T, error)) (t T, err error) {
	if made, ok := r.made[h].(T); ok {
		return made, nil
	}
	b, err := r.Blob(h)
	if err != nil {
		return t, err
	}
	if t, err = make(b); err != nil {
		return t, fmt.Errorf("the blob %.12s: %w", h, err)
	}
	if r.made == nil {
		r.made = map[Hash]any{}
	}
	r.made[h] = t
	return t, nil
}

// Once returns what make makes, and asked again for the same key the same. No key is a Hash.
func Once[T any](r *Reader, key string, make func() (T, error)) (t T, err error) {
	key = "once " + key
	if made, ok := r.made[key].(T); ok {
		return made, nil
	}
	if t, err = make(); err != nil {
		return t, err
	}
	if r.made == nil {
		r.made = map[Hash]any{}
	}
	r.made[key] = t
	return t, nil
}

// Encode returns v in bytes, of which Decode makes it again.
func Encode(v any) ([]byte, error) {
	var b bytes.Buffer
	err := gob.NewEncoder(&b).Encode(v)
	return b.Bytes(), err
}

// Decode makes v what Encode had.
func Decode(b []byte, v any) error { return gob.NewDecoder(bytes.NewReader(b)).Decode(v) }

// Floats are little-endian in bytes.
type Floats []float32

// MarshalBinary returns the numbers in bytes.
func (f Floats) MarshalBinary() ([]byte, error) {
	return binary.Append(make([]byte, 0, 4*len(f)), binary.LittleEndian, []float32(f))
}

// UnmarshalBinary makes f the numbers of which b is.
func (f *Floats) UnmarshalBinary(b []byte) error {
	if len(b)%4 != 0 {
		return errors.New("numbers that are cut short")
	}
	*f = make(Floats, len(b)/4)
	_, err := binary.Decode(b, binary.LittleEndian, []float32(*f))
	return err
}
