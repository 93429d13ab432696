//go:build amd64 && !noasm && !purego

package run

import "golang.org/x/sys/cpu"

// sameBits says whether what trains here makes the bits that files in testdata have.
func sameBits() bool { return cpu.X86.HasAVX2 && cpu.X86.HasFMA }
