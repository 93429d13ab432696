package server

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is what the goroutine's thread has had of the processors. It is of use to
// whoever has locked it.
func threadTime() time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
