// Package past is what a run remembers of itself: its generations with their lanes and
// their history, moments that undo goes back to, snapshots of weights, and the recipe by
// which all of it can be done over again. Its values belong to one goroutine, that of
// their run or of whoever trains them, and an [Env] never changes.
package past
