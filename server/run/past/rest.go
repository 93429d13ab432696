//go:build !js

package past

import "runtime"

// Rest makes room for other goroutines, after a [Share] of training.
func Rest() { runtime.Gosched() }
