//go:build !js

package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/minio/highwayhash"
)

// JetStream keeps messages in blocks, files of records:
//
//	4  length of the record; the highest bit says that there are headers
//	8  sequence; the two highest bits are for what was deleted
//	8  time
//	2  length of the subject
//	   subject
//	4  length of the headers, if there are any
//	   headers, if there are any
//	   message
//	8  HighwayHash of sequence, time, subject, headers and message; not of the lengths
//
// When it meets a record that is damaged it cuts the block off there, and what followed
// is lost. So the blocks are looked at before it opens them: see repair.go. That this is
// their form is tested with blocks that the nats-server of go.mod wrote.
const (
	blockHead    = 4 + 8 + 8 + 2
	blockSum     = 8
	blockRecord  = 32 << 20 // no record is longer
	hasHeaders   = 1 << 31
	isTombstone  = 1 << 62
	wasErased    = 1 << 63
	headersBegin = "NATS/1.0"
)

// digest is the hash that a stream's files have: index and settings under its name,
// blocks under its name and their number.
func digest(of string) *highwayhash.Digest64 {
	key := sha256.Sum256([]byte(of))
	d, err := highwayhash.NewDigest64(key[:])
	if err != nil {
		panic(err) // a key has 32 bytes
	}
	return d
}

// blockShape looks at the lengths of the record that b begins with, of which there may be
// only the beginning, of a block of which size bytes are left. It gives the record's
// length, 0 if it cannot be one.
func blockShape(b []byte, size int64) (length int64) {
	if len(b) < blockHead {
		return 0
	}
	rl := binary.LittleEndian.Uint32(b)
	seq := binary.LittleEndian.Uint64(b[4:])
	subject := int64(binary.LittleEndian.Uint16(b[20:]))
	length = int64(rl &^ hasHeaders)
	at := blockHead + subject
	if length > size || length > blockRecord || at+blockSum > length {
		return 0
	}
	if subject == 0 { // deleted, or never there
		if length != blockHead+blockSum || seq&(isTombstone|wasErased) == 0 {
			return 0
		}
		return length
	}
	if at > int64(len(b)) || !ourSubject(string(b[blockHead:at])) {
		return 0
	}
	if rl&hasHeaders == 0 {
		return length
	}
	if at+4+int64(len(headersBegin)) > int64(len(b)) {
		return 0
	}
	headers := int64(binary.LittleEndian.Uint32(b[at:]))
	at += 4
	if at+headers+blockSum > length || !bytes.HasPrefix(b[at:], []byte(headersBegin)) {
		return 0
	}
	if end := at + headers; end <= int64(len(b)) && !bytes.HasSuffix(b[at:end], []byte("\r\n\r\n")) {
		return 0
	}
	return length
}

func ourSubject(s string) bool {
	return strings.HasPrefix(s, "w.") && (isLog(s) || isChecks(s)) || strings.HasPrefix(s, "$KV."+bucket+".")
}

// blockWhole says whether a record, of which the shape is right, is what its hash says.
func blockWhole(d *highwayhash.Digest64, b []byte) bool {
	rl := binary.LittleEndian.Uint32(b)
	body := b[blockHead : len(b)-blockSum]
	subject := int(binary.LittleEndian.Uint16(b[20:]))
	d.Reset()
	d.Write(b[4:20])
	d.Write(body[:subject])
	body = body[subject:]
	if rl&hasHeaders != 0 {
		body = body[4:]
	}
	d.Write(body)
	var sum [highwayhash.Size64]byte
	return bytes.Equal(d.Sum(sum[:0]), b[len(b)-blockSum:])
}

// wholeRecords gives the parts of a block that are whole, and how many bytes are not;
// torn says that these are one piece at its end, as when a process dies while it writes.
func wholeRecords(d *highwayhash.Digest64, block []byte) (whole [][]byte, lost int, torn bool) {
	begin, gaps := 0, 0
	for at := 0; ; {
		n := 0
		if at < len(block) {
			n = int(blockShape(block[at:], int64(len(block)-at)))
			if n > 0 && blockWhole(d, block[at:at+n]) {
				at += n
				continue
			}
		}
		if at > begin {
			whole = append(whole, block[begin:at])
		}
		if at == len(block) {
			return whole, lost, gaps == 1 && begin == at
		}
		if at > begin || at == 0 {
			gaps++
		}
		at++
		lost++
		begin = at
	}
}

// looksWhole walks along the lengths of a block's records, without reading the messages.
func looksWhole(f *os.File) (bool, error) {
	info, err := f.Stat()
	if err != nil {
		return false, err
	}
	size := info.Size()
	window := make([]byte, 8<<10)
	have, from := 0, int64(0) // the window holds so many bytes from there on
	for at := int64(0); at < size; {
		// All that a record has before its message.
		need := min(int64(2<<10), size-at)
		if at < from || at+need > from+int64(have) {
			have, err = f.ReadAt(window, at)
			if err != nil && !errors.Is(err, io.EOF) {
				return false, err
			}
			from = at
		}
		n := blockShape(window[at-from:have], size-at)
		if n == 0 {
			return false, nil
		}
		at += n
	}
	return true, nil
}

// indexWhole says whether JetStream's index of a stream is what its hash says.
func indexWhole(d *highwayhash.Digest64, data []byte) bool {
	if len(data) < 32 {
		return false
	}
	d.Reset()
	d.Write(data[:len(data)-blockSum])
	var sum [highwayhash.Size64]byte
	return bytes.Equal(d.Sum(sum[:0]), data[len(data)-blockSum:])
}
