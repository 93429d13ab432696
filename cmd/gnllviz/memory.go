package main

import (
	"math"
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// leastMemory is what the program needs to serve, in MB.
const leastMemory = 128

// goPart is what Go itself may use of the memory, in percent; the rest is for the program's
// code and for what other programs would call ours.
const goPart = 92

// garbage is how much of what is in use may be garbage before it is collected, in percent.
// Training makes hardly any, so to look for it twice as often as is usual costs little time.
const garbage = 50

// limitMemory gives Go a limit of so many MB, or for 0 half of what the machine or its
// container has, and returns it in bytes: 0 if that is unknown.
func limitMemory(mb int) (int, error) {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbage)
	}
	switch {
	case mb == 0:
		// Of a container without a limit, or where there is none, the machine's.
		has, err := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)()
		if err != nil || has == 0 {
			return 0, nil
		}
		mb = max(int(min(has/2, math.MaxInt64/2)>>20), leastMemory)
	case mb < leastMemory || mb > math.MaxInt>>20:
		return 0, mistakef("--max-memory %d: at least %d MB are needed", mb, leastMemory)
	}
	bytes := mb << 20
	debug.SetMemoryLimit(int64(bytes) / 100 * goPart)
	return bytes, nil
}
