package access

import (
	"time"

	"golang.org/x/sys/unix"
)

// threadTime is what the goroutine's thread has had of the processors. It is of use to
// whoever has locked it.
func threadTime() time.Duration {
	return readClock(unix.CLOCK_THREAD_CPUTIME_ID)
}

// programTime is what the program has had of the processors.
func programTime() time.Duration { return readClock(unix.CLOCK_PROCESS_CPUTIME_ID) }

func readClock(id int32) time.Duration {
	var t unix.Timespec
	if err := unix.ClockGettime(id, &t); err != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
