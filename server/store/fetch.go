//go:build !js

package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/nats-io/nats.go/jetstream"
)

// fetchTries is how often blobs may move to another record while they are read.
const fetchTries = 5

// Fetch reads blobs of checkpoints that are kept, by their hashes, and of the records that
// have them only the messages in which they lie. It fails with an error of [ErrNotFound]
// where one of them is not there or is damaged.
func (l *Log) Fetch(ctx context.Context, sums []string) (map[string][]byte, error) {
	blobs := make(map[string][]byte, len(sums))
	var damaged error
	for range fetchTries {
		of := map[*pack][]hash{}
		l.mu.Lock()
		for _, sum := range sums {
			h, err := parseHash(sum)
			if err == nil && l.where[h] == nil {
				err = errors.Join(ErrNotFound, damaged)
			}
			if err != nil {
				l.mu.Unlock()
				return nil, fmt.Errorf("the blob %.12s of %s: %w", sum, l.id, err)
			}
			if _, ok := blobs[sum]; !ok {
				of[l.where[h]] = append(of[l.where[h]], h)
			}
		}
		l.mu.Unlock()
		damaged = nil
		for k, hashes := range of {
			err := l.fetchFrom(ctx, k, hashes, blobs)
			if bad := (*unreadable)(nil); errors.As(err, &bad) {
				damaged = err // or it has moved
			} else if err != nil {
				return nil, err
			}
		}
		if damaged == nil {
			return blobs, nil
		}
	}
	return nil, fmt.Errorf("blobs of %s cannot be read: %w", l.id, errors.Join(ErrNotFound, damaged))
}

// A stretch is where a blob lies in the body of its record.
type stretch struct {
	hash
	from, end int64
}

// stretches are those of some blobs of a record, in the order in which they lie there. Blobs
// are the end of a body, in the order of their hashes: see checkpointBody.
func (k *pack) stretches(hashes []hash) (list []stretch) {
	end := k.size - int64(len(k.seqs))*headSize
	order := slices.SortedFunc(maps.Keys(k.blobs), func(a, b hash) int { return slices.Compare(a[:], b[:]) })
	for _, h := range slices.Backward(order) {
		from := end - k.blobs[h]
		if slices.Contains(hashes, h) {
			list = append(list, stretch{h, from, end})
		}
		end = from
	}
	slices.SortFunc(list, func(a, b stretch) int { return cmp.Compare(a.from, b.from) })
	return list
}

// fetchFrom reads blobs of one record.
func (l *Log) fetchFrom(ctx context.Context, k *pack, hashes []hash, into map[string][]byte) error {
	const room = partSize - headSize
	b, err := l.store.reading()
	if err != nil {
		return err
	}
	have, piece, written := int64(-1), []byte(nil), 0 // the part that was read last, and its version
	for _, s := range k.stretches(hashes) {
		stored := make([]byte, 0, s.end-s.from)
		for at := s.from; at < s.end; {
			if part := at / room; part != have {
				if written, piece, err = l.part(ctx, b, k, part); err != nil {
					return err
				}
				have = part
			}
			first := at - have*room
			last := min(s.end-have*room, int64(len(piece)))
			if first >= last {
				return &unreadable{errors.New("a message of it is too short")}
			}
			stored = append(stored, piece[first:last]...)
			at += last - first
		}
		if written == 1 {
			stored = append([]byte{asIs}, stored...)
		}
		c := checkpoint{squeezed: map[hash][]byte{s.hash: stored}}
		blob, err := c.blob(s.hash)
		if err != nil {
			return &unreadable{err}
		}
		into[s.String()] = blob
	}
	return nil
}

// part reads one part of a record, which is of a version.
func (l *Log) part(ctx context.Context, b *bus, k *pack, part int64) (version int, piece []byte, err error) {
	if part < 0 || part >= int64(len(k.seqs)) {
		return 0, nil, &unreadable{errors.New("it lies outside its record")}
	}
	var m *jetstream.RawStreamMsg
	err = b.read(ctx, func(ctx context.Context) (err error) {
		m, err = b.work.GetMsg(ctx, k.seqs[part])
		return err
	})
	if api := (*jetstream.APIError)(nil); errors.Is(err, jetstream.ErrMsgNotFound) || errors.As(err, &api) {
		return 0, nil, &unreadable{err}
	}
	if err != nil {
		return 0, nil, err
	}
	h, piece, err := parseHead(m.Data)
	if err != nil {
		return 0, nil, &unreadable{err}
	}
	return h.version, piece, nil
}
