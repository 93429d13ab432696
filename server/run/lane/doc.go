// Package lane is one network, or an ensemble of them, in training: its settings, its loss,
// its steps and what is seen of it. A [Lane] belongs to one goroutine, that of its run or
// of whoever observes it; the functions may be called from any.
package lane
