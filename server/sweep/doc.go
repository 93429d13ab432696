// Package sweep trains a grid of runs, one for each pair of values of two controls. Its
// functions may be called from any goroutine; each grid is trained by goroutines of its own.
package sweep
