package store

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Meta is what is known of a stored run without loading it.
type Meta struct {
	ID       string    `json:"id"` // 1 to 64 of A-Z, a-z, 0-9, _ and -
	Name     string    `json:"name,omitempty"`
	Dataset  string    `json:"dataset,omitempty"`
	State    string    `json:"state,omitempty"`
	Created  time.Time `json:"created"`
	Touched  time.Time `json:"touched"`
	Step     uint64    `json:"step,omitempty"`
	Training bool      `json:"training,omitempty"`
	Changed  bool      `json:"changed,omitempty"`
	By       int       `json:"by,omitempty"`
	Peer     string    `json:"peer,omitempty"`
	Bytes    int64     `json:"bytes,omitempty"` // on the disk, as the store counts
	Trouble  string    `json:"-"`               // why it cannot be loaded, or empty; of this process
}

// Entry is a change of a run. Entries are numbered 1, 2, 3, ...
type Entry struct {
	Number uint64
	Data   []byte
}

// Checkpoint is what a run goes on from.
type Checkpoint struct {
	Number   uint64 // of the entry after which it was made
	Manifest []byte
	Blobs    map[string][]byte // by hash, the SHA-256 in lower-case hexadecimal
}

// MissingError says that a checkpoint refers to blobs which are neither given nor, or no
// longer, stored whole. Saved again with them, it is stored.
type MissingError struct{ Hashes []string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("a checkpoint refers to blobs that are not stored: %s", strings.Join(e.Hashes, ", "))
}

// A Claim is the right to write a run of a store that several processes share. Its zero
// value is that of the only process.
type Claim struct {
	Epoch uint64      // another one for each claim of a run
	Valid func() bool // whether it counts now; nil is always
}

// ErrUnheld is what a Log's methods fail with while its claim does not count.
var ErrUnheld = errors.New("this node is cut off from the others, which may have taken the run over")

// Record is a stored run as it is loaded.
type Record struct {
	Meta        Meta
	Checkpoints []Checkpoint // those that are whole by their hashes, newest first, at most three
	Entries     []Entry      // in order and without gaps, from the oldest checkpoint on, or as far back as they reach; without a checkpoint from 1 on
	Damaged     []string     // what was there and cannot be used, in words for the log
}

// After gives the entries that follow a checkpoint, and whether they do: if entries
// between the two are lost, ok is false.
func (r *Record) After(c Checkpoint) (entries []Entry, ok bool) {
	i := slices.IndexFunc(r.Entries, func(e Entry) bool { return e.Number > c.Number })
	if i < 0 {
		return nil, len(r.Entries) == 0 || r.Entries[len(r.Entries)-1].Number == c.Number
	}
	return r.Entries[i:], r.Entries[i].Number == c.Number+1
}
