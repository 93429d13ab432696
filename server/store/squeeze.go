//go:build !js

package store

import (
	"encoding/binary"
	"errors"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// How bytes are squeezed, which the first of them says.
const (
	asIs     = 0 // the bytes follow
	byZstd   = 1 // a zstd frame
	byPlanes = 2 // every fourth byte, see appendPlanes
)

const (
	leastSqueezed = 64      // bytes that are worth it
	segment       = 4 << 10 // of a plane, each with its own statistics
	mostSqueezed  = 1 << 31 // what anything is of that was squeezed
)

// Neither is owned by anybody: both are stateless between two calls.
var (
	encoder = sync.OnceValue(func() *zstd.Encoder {
		e, err := zstd.NewWriter(nil, zstd.WithEncoderCRC(false), zstd.WithLowerEncoderMem(true), zstd.WithWindowSize(1<<20))
		if err != nil {
			panic(err) // the options are good
		}
		return e
	})
	decoder = sync.OnceValue(func() *zstd.Decoder {
		d, err := zstd.NewReader(nil, zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxMemory(mostSqueezed), zstd.WithDecoderConcurrency(0))
		if err != nil {
			panic(err)
		}
		return d
	})
)

var errSqueezed = errors.New("what was compressed cannot be read")

// squeeze returns the bytes in as little room as is found without much work. Weights of
// networks are noise but for signs and exponents, so float32 are taken apart into planes.
func squeeze(b []byte) []byte {
	plain := append(append(make([]byte, 0, 1+len(b)), asIs), b...)
	if len(b) < leastSqueezed {
		return plain
	}
	// What zstd finds nothing in at one place is numbers there, and mostly elsewhere.
	sample := b[len(b)/2-min(len(b), segment)/2:][:min(len(b), segment)]
	z := encoder().EncodeAll(sample, nil)
	if 10*len(z) > 9*len(sample) {
		z = appendPlanes([]byte{byPlanes}, b)
	} else {
		z = encoder().EncodeAll(b, []byte{byZstd})
	}
	if len(z) < len(plain) {
		return z
	}
	return plain
}

// loosen returns what was squeezed.
func loosen(b []byte) ([]byte, error) {
	if len(b) == 0 {
		return nil, errSqueezed
	}
	switch body := b[1:]; b[0] {
	case asIs:
		return body, nil
	case byZstd:
		return decoder().DecodeAll(body, nil)
	case byPlanes:
		return planes(body)
	}
	return nil, errSqueezed
}

// appendPlanes appends the length of b, and the bytes at places that are 0, 1, 2 and 3 beyond
// a multiple of four, plane by plane, in segments: twice the length, plus one where it
// is a zstd frame, and the bytes. What is left of b follows.
func appendPlanes(to, b []byte) []byte {
	to = binary.AppendUvarint(to, uint64(len(b)))
	plane, z := make([]byte, len(b)/4), []byte(nil)
	for k := range 4 {
		for i := range plane {
			plane[i] = b[4*i+k]
		}
		for rest := plane; len(rest) > 0; {
			piece := rest[:min(segment, len(rest))]
			rest = rest[len(piece):]
			z = encoder().EncodeAll(piece, z[:0])
			if len(z) < len(piece) {
				to = append(binary.AppendUvarint(to, uint64(len(z))<<1|1), z...)
			} else {
				to = append(binary.AppendUvarint(to, uint64(len(piece))<<1), piece...)
			}
		}
	}
	return append(to, b[4*len(plane):]...)
}

// planes undoes appendPlanes.
func planes(from []byte) ([]byte, error) {
	number := func() uint64 {
		n, k := binary.Uvarint(from)
		if k <= 0 {
			from = nil
			return mostSqueezed
		}
		from = from[k:]
		return n
	}
	size := number()
	// No frame of a segment is shorter than a hundredth of it.
	if size >= mostSqueezed || size > 400*uint64(len(from))+4 {
		return nil, errSqueezed
	}
	b, z := make([]byte, size), []byte(nil)
	length := len(b) / 4
	for k := range 4 {
		for at := 0; at < length; {
			n := number()
			framed := n&1 == 1
			if n >>= 1; n > uint64(len(from)) {
				return nil, errSqueezed
			}
			piece := from[:n]
			from = from[n:]
			if framed {
				var err error
				if z, err = decoder().DecodeAll(piece, z[:0]); err != nil {
					return nil, err
				}
				piece = z
			}
			if len(piece) != min(segment, length-at) {
				return nil, errSqueezed
			}
			for i, x := range piece {
				b[4*(at+i)+k] = x
			}
			at += len(piece)
		}
	}
	if len(from) != len(b)-4*length {
		return nil, errSqueezed
	}
	copy(b[4*length:], from)
	return b, nil
}
