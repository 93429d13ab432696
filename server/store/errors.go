package store

import (
	"errors"
	"fmt"
	"strings"
)

var (
	ErrNotFound = errors.New("there is no such run in the store")
	ErrExists   = errors.New("a run with this id is in the store already")
	ErrClosed   = errors.New("the store is closed")
	// ErrTaken is what a Log's methods fail with after the run was loaded again or deleted.
	ErrTaken = errors.New("the run was loaded elsewhere or deleted, so nothing more of it can be stored from here")
)

// AwayError says that the NATS servers did not answer for as long as could be waited.
type AwayError struct{ Err error }

func (e *AwayError) Error() string {
	return "the NATS servers that keep it do not answer; try again when they are back"
}

// Unwrap returns what the last attempt failed with.
func (e *AwayError) Unwrap() error { return e.Err }

// DamageError says that a stored run cannot be loaded.
type DamageError struct {
	ID   string
	What []string // what cannot be read, in words
}

func (e *DamageError) Error() string {
	return fmt.Sprintf("the stored run %s cannot be loaded: %s; restore it from a backup, or delete it", e.ID, strings.Join(e.What, "; "))
}

// LockedError says that another process has the store open.
type LockedError struct {
	Dir   string
	Owner string // who, as far as it said
}

func (e *LockedError) Error() string {
	owner := ""
	if e.Owner != "" {
		owner = " (" + e.Owner + ")"
	}
	return fmt.Sprintf("another gnllviz%s is using the store in %s: stop it, or choose another folder", owner, e.Dir)
}

// VersionError says that a newer gnllviz wrote the store.
type VersionError struct {
	Dir         string
	Have, Known int
	Program     string // which wrote it, as far as it said
}

func (e *VersionError) Error() string {
	return fmt.Sprintf("the store in %s has format %d, written by %s, and this gnllviz knows formats up to %d: use the newer gnllviz, or choose another folder", e.Dir, e.Have, e.Program, e.Known)
}

// NewerError says that a newer gnllviz wrote a run.
type NewerError struct {
	ID          string
	Have, Known int // versions of records
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("the stored run %s has records of version %d, and this gnllviz knows versions up to %d: use the newer gnllviz that wrote it", e.ID, e.Have, e.Known)
}
