//go:build !amd64 || noasm || purego

package run

// sameBits says whether what trains here makes the bits that files in testdata have.
func sameBits() bool { return false }
