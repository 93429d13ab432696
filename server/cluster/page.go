//go:build js

// Package cluster says which nodes there are and which of them owns a run. A page has no
// other nodes: what is here is never called.
package cluster

import (
	"context"
	"errors"
	"fmt"
)

// A Node is one process among others. There is none in a page.
type Node struct{}

// A Lease is the right to train a run.
type Lease struct{}

// A Place is where a run is.
type Place struct {
	Node  string
	Epoch uint64
}

// ElsewhereError says that another node has a run.
type ElsewhereError struct {
	Run string
	Place
}

func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("the run %s is on another node (%s)", e.Run, e.Node)
}

// ErrLeft is what is returned of a node that takes no runs.
var ErrLeft = errors.New("this node takes no runs")

// Owner knows of nobody.
func (*Node) Owner(string) (Place, bool) { return Place{}, false }

// Take fails with ErrLeft.
func (*Node) Take(context.Context, string) (*Lease, error) { return nil, ErrLeft }

// Hold does nothing.
func (*Node) Hold(context.Context, string) (release func(), ok bool) { return nil, false }

// Epoch returns 0.
func (*Lease) Epoch() uint64 { return 0 }

// Valid says no.
func (*Lease) Valid() bool { return false }

// Lost returns nil.
func (*Lease) Lost() <-chan struct{} { return nil }

// Release does nothing.
func (*Lease) Release(context.Context, string) error { return nil }
