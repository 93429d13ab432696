//go:build vectors

package kernel

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// In the hot loops as they are compiled for arm64, half of the instructions calculate in
// vectors. It is counted because no arm64 need be there to measure.
func TestHalfOfTheHotLoopsIsVectorArithmetic(t *testing.T) {
	if out, err := exec.Command("sh", "testdata/objdump.sh").CombinedOutput(); err != nil {
		t.Fatalf("testdata/objdump.sh: %v\n%s", err, out)
	}
	for _, c := range []struct {
		dir       string
		functions []string
	}{
		{".", []string{"engine/kernel.tile", "engine/kernel.tileOf"}},
		{"../../loss", []string{"loss.(*sums).add", "loss.(*sums).fuse"}},
	} {
		binary := filepath.Join(t.TempDir(), "arm64.test")
		build := exec.Command("go", "test", "-c", "-o", binary, ".")
		build.Dir = c.dir
		build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "GOEXPERIMENT=simd", "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		listing, err := exec.Command("aarch64-linux-gnu-objdump", "-d", "--no-show-raw-insn", binary).Output()
		if err != nil {
			t.Fatal(err)
		}
		code := functionsOf(listing, c.functions)
		for _, f := range c.functions {
			vector, all := hotLoop(code[f])
			t.Logf("%s: %d of %d instructions", f, vector, all)
			if all == 0 || 2*vector < all {
				t.Errorf("%s: %d of the %d instructions of its hot loop are vector arithmetic, want half", f, vector, all)
			}
		}
	}
}

type instruction struct {
	at   uint64
	name string
	rest string
}

var (
	headPattern        = regexp.MustCompile(`^[0-9a-f]+ <.*gnllviz/(.*)>:$`)
	instructionPattern = regexp.MustCompile(`^\s*([0-9a-f]+):\s+(\S+)\s*(.*)$`)
	vectorPattern      = regexp.MustCompile(`^v\d+\.(4s|2d|16b)`)
)

// functionsOf returns the instructions of functions, by name.
func functionsOf(listing []byte, names []string) map[string][]instruction {
	code := map[string][]instruction{}
	current := ""
	lines := bufio.NewScanner(bytes.NewReader(listing))
	for lines.Scan() {
		line := lines.Text()
		if strings.HasSuffix(line, ">:") {
			current = ""
			if m := headPattern.FindStringSubmatch(line); m != nil {
				for _, n := range names {
					if n == m[1] {
						current = n
					}
				}
			}
		} else if m := instructionPattern.FindStringSubmatch(line); m != nil && current != "" {
			at, _ := strconv.ParseUint(m[1], 16, 64)
			code[current] = append(code[current], instruction{at, m[2], m[3]})
		}
	}
	return code
}

// hotLoop counts the instructions of the loop that has the most vector arithmetic.
func hotLoop(code []instruction) (vector, all int) {
	for end, branch := range code {
		if branch.name != "b" && !strings.HasPrefix(branch.name, "b.") {
			continue
		}
		to, err := strconv.ParseUint(strings.Fields(branch.rest)[0], 16, 64)
		if err != nil || to > branch.at || to <= code[0].at { // to its beginning a function goes back with more stack
			continue
		}
		loop := code[(to-code[0].at)/4 : end+1]
		n := 0
		for _, i := range loop {
			if calculates(i) {
				n++
			}
		}
		if n > vector {
			vector, all = n, len(loop)
		}
	}
	return vector, all
}

// calculates says whether an instruction does more to vectors than move them.
func calculates(i instruction) bool {
	switch i.name {
	case "mov", "movi", "dup", "ins", "tbl", "zip1", "zip2", "ext":
		return false
	}
	return vectorPattern.MatchString(i.rest)
}
