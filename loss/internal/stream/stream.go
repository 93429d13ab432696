// Package stream reads and writes arrays as fast as the machine can, so that the
// benchmarks of package loss have something to be compared with. It computes
// nothing of use.
package stream
