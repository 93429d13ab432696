// Package capture takes an immutable copy of a lane out of its run at one moment, and makes
// of it what exports, scores, cards and charts show. What takes a copy is called on the
// goroutine that owns the run; what is made of one may be made on any, one at a time.
package capture
