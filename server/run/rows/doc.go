// Package rows is what a run trains on: the split, the added noise, edits, a user's own
// rows and how points are acquired. [Data] and [Own] never change and may be read from
// any goroutine; all functions may be called from any.
package rows
