//go:build !linux

package access

import (
	"runtime"
	"time"
)

// threadTime is the time that has passed, where the time of a thread is unknown.
func threadTime() time.Duration { return time.Duration(time.Now().UnixNano()) }

// programTime is what all processors could have worked.
func programTime() time.Duration { return threadTime() * time.Duration(runtime.GOMAXPROCS(0)) }
