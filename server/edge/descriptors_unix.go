//go:build unix

package edge

import (
	"math"
	"syscall"
)

// descriptors returns how many files the process may have open, or 0 where that is not
// known. Go has raised it as far as it goes.
func descriptors() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}
