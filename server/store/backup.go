//go:build !js

package store

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	gohash "hash"
	"io"
	"maps"
	"slices"
	"time"
)

// A backup is a tar file, which any program that knows tar can look into:
//
//	gnllviz-backup.json     {"version": 1}, comes first
//	ID/meta.json            a run; those of one come together, in this order
//	ID/blobs/HASH
//	ID/checkpoints/N.json   number, manifest, refs; oldest first
//	ID/entries/N
//	ID/sha256               of what precedes it of the run, names and bytes
//	end.json                {"runs": n}, comes last
const (
	backupVersion = 1
	backupFirst   = "gnllviz-backup.json"
	backupLast    = "end.json"
)

type backupHead struct {
	Version int `json:"version"`
}

type backupEnd struct {
	Runs int `json:"runs"`
}

type backupCheckpoint struct {
	Number   uint64   `json:"number"`
	Manifest []byte   `json:"manifest"`
	Refs     []string `json:"refs"`
}

// Backup writes the runs with these ids, or all, into one file. It fails with
// ErrNotFound, before it writes, where one is not there. A run that cannot be loaded is
// left out; after all others were written, Backup fails with *LeftOutError, which says
// which it was.
func (s *Store) Backup(ctx context.Context, w io.Writer, ids ...string) error {
	if len(ids) == 0 {
		for _, m := range s.List() {
			ids = append(ids, m.ID)
		}
	}
	for _, id := range ids {
		if _, ok := s.Meta(id); !ok {
			return fmt.Errorf("%s: %w", id, ErrNotFound)
		}
	}
	t := &tarWriter{w: tar.NewWriter(w)}
	t.json(backupFirst, backupHead{backupVersion})
	var left []error
	n := 0
	for _, id := range ids {
		r, err := s.readStill(ctx, id, s.readAll)
		switch {
		case err == nil:
			t.run(r)
			n++
		case errors.Is(err, ErrNotFound): // deleted meanwhile
		case ctx.Err() != nil:
			return err
		default:
			left = append(left, err)
		}
		if t.err != nil {
			return fmt.Errorf("cannot write the backup: %w", t.err)
		}
	}
	t.json(backupLast, backupEnd{n})
	if t.err == nil {
		t.err = t.w.Close()
	}
	if t.err != nil {
		return fmt.Errorf("cannot write the backup: %w", t.err)
	}
	if len(left) > 0 {
		return &LeftOutError{left}
	}
	return nil
}

// LeftOutError says why runs are not in a backup that is whole otherwise.
type LeftOutError struct{ Runs []error }

func (e *LeftOutError) Error() string {
	return fmt.Sprintf("not in the backup (%s): %v", runsOf(len(e.Runs)), errors.Join(e.Runs...))
}

// Unwrap returns the reasons.
func (e *LeftOutError) Unwrap() []error { return e.Runs }

// tarWriter writes files; after an error it writes no more.
type tarWriter struct {
	w   *tar.Writer
	sum gohash.Hash // of a run's files, or nil
	err error
}

func (t *tarWriter) file(name string, data []byte) {
	if t.err != nil {
		return
	}
	t.err = t.w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(data)), ModTime: time.Unix(0, 0), Format: tar.FormatPAX})
	if t.err == nil {
		_, t.err = t.w.Write(data)
	}
	if t.sum != nil {
		sumFile(t.sum, name, data)
	}
}

func (t *tarWriter) json(name string, v any) {
	data, err := json.Marshal(v)
	if err != nil && t.err == nil {
		t.err = err
	}
	t.file(name, append(data, '\n'))
}

func sumFile(h gohash.Hash, name string, data []byte) {
	fmt.Fprintf(h, "%s\n%d\n", name, len(data))
	h.Write(data)
}

func (t *tarWriter) run(r *Record) {
	at := r.Meta.ID + "/"
	t.sum = sha256.New()
	t.json(at+"meta.json", r.Meta)
	written := map[string]bool{}
	for _, c := range slices.Backward(r.Checkpoints) {
		head := backupCheckpoint{Number: c.Number, Manifest: c.Manifest, Refs: []string{}}
		for _, h := range slices.Sorted(maps.Keys(c.Blobs)) {
			head.Refs = append(head.Refs, h)
			if !written[h] {
				t.file(at+"blobs/"+h, c.Blobs[h])
				written[h] = true
			}
		}
		t.json(fmt.Sprintf("%scheckpoints/%d.json", at, c.Number), head)
	}
	for _, e := range r.Entries {
		t.file(fmt.Sprintf("%sentries/%d", at, e.Number), e.Data)
	}
	sum := t.sum.Sum(nil)
	t.sum = nil
	t.file(at+"sha256", append(hex.AppendEncode(nil, sum), '\n'))
}

// Restore stores the runs of a backup, as touched now, and says how many. Runs that are in the store
// already are left alone; *SkippedError, after all others were stored, names them. Of a
// file that is cut short or damaged the runs before that place are restored; the error is
// a *FileError then.
func (s *Store) Restore(ctx context.Context, r io.Reader) (n int, err error) {
	t := tar.NewReader(r)
	skipped := &SkippedError{}
	fail := func(err error) (int, error) {
		return n, &FileError{fmt.Errorf("cannot read the backup beyond its first %s: %w", runsOf(n+len(skipped.IDs)), err)}
	}
	name, data, err := readFile(t)
	if err != nil || name != backupFirst {
		return 0, &FileError{fmt.Errorf("this is not a backup by gnllviz%s", because(err))}
	}
	var head backupHead
	if err := json.Unmarshal(data, &head); err != nil {
		return fail(err)
	}
	if head.Version > backupVersion {
		return 0, &FileError{fmt.Errorf("this backup has version %d, and this gnllviz knows versions up to %d: use a newer gnllviz", head.Version, backupVersion)}
	}
	for {
		name, data, err := readFile(t)
		if err != nil {
			return fail(err)
		}
		if name == backupLast {
			var end backupEnd
			if err := json.Unmarshal(data, &end); err != nil {
				return fail(err)
			}
			if end.Runs != n+len(skipped.IDs) {
				return fail(fmt.Errorf("it says that it has %s, and has %d", runsOf(end.Runs), n+len(skipped.IDs)))
			}
			break
		}
		run, err := readRun(t, name, data)
		if err != nil {
			return fail(err)
		}
		run.Meta.Touched = time.Now().UTC() // so that it does not go by its age at once
		switch err := s.restore(ctx, run); {
		case errors.Is(err, ErrExists):
			skipped.IDs = append(skipped.IDs, run.Meta.ID)
		case err != nil:
			return n, err
		default:
			n++
		}
	}
	if len(skipped.IDs) > 0 {
		return n, skipped
	}
	return n, nil
}

// FileError says what is wrong with a file that is to be restored.
type FileError struct{ Err error }

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap returns what is wrong.
func (e *FileError) Unwrap() error { return e.Err }

// SkippedError names the runs of a backup that were in the store already.
type SkippedError struct{ IDs []string }

func (e *SkippedError) Error() string {
	return fmt.Sprintf("in the store already, and left alone (%s): %s", runsOf(len(e.IDs)), joinSome(e.IDs))
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return ": " + err.Error()
}

// readFile reads the next file of a backup.
func readFile(t *tar.Reader) (name string, data []byte, err error) {
	h, err := t.Next()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return "", nil, err
	}
	var b bytes.Buffer // grows with what there is, whatever the head says
	_, err = io.Copy(&b, t)
	return h.Name, b.Bytes(), err
}

// readRun reads a run of a backup, of which the first file was read.
func readRun(t *tar.Reader, name string, data []byte) (*Record, error) {
	r := &Record{}
	if err := json.Unmarshal(data, &r.Meta); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	at := r.Meta.ID + "/"
	if checkID(r.Meta.ID) != nil || name != at+"meta.json" {
		return nil, fmt.Errorf("there is a file %q where a run was to begin", name)
	}
	h := sha256.New()
	sumFile(h, name, data)
	blobs := map[string][]byte{}
	for {
		name, data, err := readFile(t)
		if err != nil {
			return nil, err
		}
		var number uint64
		switch {
		case name == at+"sha256":
			if want := hex.EncodeToString(h.Sum(nil)); string(bytes.TrimSpace(data)) != want {
				return nil, fmt.Errorf("what it has of the run %s is damaged", r.Meta.ID)
			}
			slices.Reverse(r.Checkpoints)
			return r, nil
		case len(name) == len(at)+6+64 && name[:len(at)+6] == at+"blobs/":
			blobs[name[len(at)+6:]] = data
		case scan(name, at+"checkpoints/%d.json", &number):
			var c backupCheckpoint
			if err := json.Unmarshal(data, &c); err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			whole := Checkpoint{Number: c.Number, Manifest: c.Manifest, Blobs: map[string][]byte{}}
			for _, ref := range c.Refs {
				whole.Blobs[ref] = blobs[ref]
			}
			r.Checkpoints = append(r.Checkpoints, whole)
		case scan(name, at+"entries/%d", &number):
			r.Entries = append(r.Entries, Entry{number, data})
		default:
			return nil, fmt.Errorf("there is a file %q in the run %s", name, r.Meta.ID)
		}
		sumFile(h, name, data)
	}
}

func scan(s, format string, number *uint64) bool {
	_, err := fmt.Sscanf(s, format, number)
	return err == nil && fmt.Sprintf(format, *number) == s
}

// restore stores a run as it was. Until it is whole it is not listed, and goes when the
// store is opened again.
func (s *Store) restore(ctx context.Context, r *Record) error {
	release, ok := s.hold(ctx, r.Meta.ID)
	if !ok {
		return fmt.Errorf("%s: %w", r.Meta.ID, ErrExists) // somebody is making it just now
	}
	defer release()
	l, err := s.create(ctx, r.Meta, Claim{}, true)
	if err != nil {
		return err
	}
	defer l.Close()
	err = l.refill(ctx, r)
	if err == nil {
		err = s.setMeta(ctx, l.id, l, func(m Meta) Meta { return m }, false)
	}
	if err != nil {
		return errors.Join(fmt.Errorf("cannot restore the run %s: %w", l.id, err), s.Discard(context.WithoutCancel(ctx), l.id))
	}
	return nil
}

// refill writes what a record has into an empty Log.
func (l *Log) refill(ctx context.Context, r *Record) error {
	if len(r.Entries) > 0 {
		l.last = r.Entries[0].Number - 1
	}
	for _, e := range r.Entries {
		if err := l.Append(ctx, e); err != nil {
			return err
		}
	}
	if len(r.Checkpoints) > 0 { // whose entries may be lost
		l.last = max(l.last, r.Checkpoints[0].Number)
	}
	for _, c := range slices.Backward(r.Checkpoints) {
		var refs []string
		for h := range c.Blobs {
			refs = append(refs, h)
		}
		if err := l.save(ctx, c, refs, r.Meta, keep, true); err != nil {
			return err
		}
	}
	return nil
}

// runsOf is a number of runs in words.
func runsOf(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs", n)
}
