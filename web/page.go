//go:build js

// Package web holds what the page needs of itself. The page's files are where it was
// fetched from.
package web

import "sync/atomic"

var script atomic.Pointer[[]byte]

// SetReport says what the script of the report is.
func SetReport(b []byte) { script.Store(&b) }

// Report returns the script of the report, or ErrNotBuilt.
func Report() ([]byte, error) {
	b := script.Load()
	if b == nil {
		return nil, ErrNotBuilt
	}
	return *b, nil
}
