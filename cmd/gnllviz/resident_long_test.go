//go:build long && linux

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// Six lanes of the default network, at full speed to 200,000 steps, take at most 150 MB in the
// default program, and an archive of each of them at most 100 MB more. Without a store they
// take no more than they did before snapshots could leave memory.
func TestLongMemoryOfSixLanes(t *testing.T) {
	for _, c := range []struct {
		store      string
		most, more int // MB
	}{
		{t.TempDir(), 150, 100},
		{"none", 370, 100},
	} {
		s := &steered{t: t}
		s.program, s.url = beginQuietly(t, "serve", "--addr", "127.0.0.1:0", "--store", c.store, "--idle", "1h")
		begun := time.Now()
		step := sixLanes(t, s, 200_000).Step
		now, peak := resident(t, s.program.Process.Pid)
		t.Logf("store %s: step %d after %v: %d MB, at most %d before", c.store, step, time.Since(begun).Round(time.Second), now, peak)
		if now > c.most {
			t.Errorf("store %s: six lanes take %d MB, more than %d", c.store, now, c.most)
		}
		forgetPeak(t, s.program.Process.Pid)
		for lane := range 6 {
			resp, err := http.Get(fmt.Sprintf("%sapi/runs/%s/export?format=zip&lane=%d", s.url, s.id, lane))
			if err != nil {
				t.Fatal(err)
			}
			n, err := io.Copy(io.Discard, resp.Body)
			_ = resp.Body.Close()
			if err != nil || n < 1<<20 || resp.StatusCode != http.StatusOK {
				t.Fatalf("an archive of %d bytes: %s %v", n, resp.Status, err)
			}
		}
		if _, with := resident(t, s.program.Process.Pid); with > now+c.more {
			t.Errorf("store %s: archives take up to %d MB, more than %d beyond %d", c.store, with, c.more, now)
		} else {
			t.Logf("store %s: archives take up to %d MB", c.store, with)
		}
		var at []uint64
		if err := json.Unmarshal(s.fetched("api/runs/"+s.id+"/snapshots"), &at); err != nil {
			t.Fatal(err)
		}
		var took []time.Duration
		chance := rand.New(rand.NewPCG(1, 2))
		for range 200 {
			begun := time.Now()
			s.fetched(fmt.Sprintf("api/runs/%s/frames?step=%d", s.id, at[chance.IntN(len(at))]))
			took = append(took, time.Since(begun))
		}
		slices.Sort(took)
		t.Logf("store %s: a look at one of %d earlier steps takes %v, one in a hundred %v", c.store, len(at), took[100].Round(100*time.Microsecond), took[198].Round(100*time.Microsecond))
		_ = s.program.Process.Kill()
		_ = s.program.Wait()
	}
}

// resident is what a program has in memory, in MB: now, and at most since forgetPeak.
func resident(t *testing.T, pid int) (now, peak int) {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	kb := func(name string) int {
		for line := range strings.Lines(string(b)) {
			if rest, ok := strings.CutPrefix(line, name+":"); ok {
				n, err := strconv.Atoi(strings.Fields(rest)[0])
				if err != nil {
					t.Fatal(err)
				}
				return n
			}
		}
		t.Fatalf("there is no %s", name)
		return 0
	}
	return kb("VmRSS") >> 10, kb("VmHWM") >> 10
}

// forgetPeak has a program's peak be what it has now.
func forgetPeak(t *testing.T, pid int) {
	t.Helper()
	if err := os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0); err != nil {
		t.Fatal(err)
	}
}
