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
	known map[any]Hash // of what earlier manifests had, by its pointer

	next  map[any]Hash
	refs  map[Hash]bool
	blobs map[Hash][]byte
	err   error
}

// Begin begins another manifest.
func (w *Writer) Begin() {
	w.next, w.refs, w.blobs, w.err = map[any]Hash{}, map[Hash]bool{}, map[Hash][]byte{}, nil
}

// Blob returns the name of what of is in bytes, which make returns if it is not known yet.
// of is a pointer to what never changes.
func (w *Writer) Blob(of any, make func() ([]byte, error)) Hash {
	if h, ok := w.next[of]; ok {
		return h
	}
	h, ok := w.known[of]
	if !ok {
		b, err := make()
		if err != nil {
			w.err = errors.Join(w.err, err)
			return ""
		}
		h = HashOf(b)
		w.blobs[h] = b
	}
	w.next[of] = h
	w.refs[h] = true
	return h
}

// End returns the blobs that no manifest had before, and the names of all that this one
// has.
func (w *Writer) End() (fresh map[Hash][]byte, refs []Hash, err error) {
	if w.err != nil {
		return nil, nil, w.err
	}
	w.known = w.next
	for h := range w.refs {
		refs = append(refs, h)
	}
	return w.blobs, refs, nil
}

// Forget has the next manifest bring all its blobs: what was returned last is lost.
func (w *Writer) Forget() { w.known = nil }

// A Reader has the blobs of one manifest.
type Reader struct {
	Blobs map[Hash][]byte

	made map[Hash]any
}

// Read returns what the blob of a name is, as make makes it of the bytes. Asked again for
// the same one it returns the same.
func Read[T any](r *Reader, h Hash, make func([]byte) (T, error)) (t T, err error) {
	if made, ok := r.made[h].(T); ok {
		return made, nil
	}
	b, ok := r.Blobs[h]
	if !ok {
		return t, fmt.Errorf("the blob %.12s is missing", h)
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
