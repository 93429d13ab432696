package server

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The examples of package wire do what they say: they make a run, change eps, and
// see it in the frames that come after.
func TestExamplesOfOtherLanguages(t *testing.T) {
	addr, _ := serve(t, Config{Token: token})
	for _, e := range []struct {
		program, cure string
		args          []string
	}{
		{"python3", "install Python 3.8 or newer, as with apt-get install python3", []string{"wire/examples/watch.py"}},
		{"node", "install Node 20 or newer, from nodejs.org", []string{"--experimental-websocket", "--no-warnings", "wire/examples/watch.mjs"}},
	} {
		path, err := exec.LookPath(e.program)
		if err != nil {
			t.Errorf("there is no %s here: %s", e.program, e.cure)
			continue
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		c := exec.CommandContext(ctx, path, append(e.args, "http://"+addr, token)...)
		var stderr bytes.Buffer
		c.Stderr = &stderr
		out, err := c.Output()
		if err != nil {
			t.Errorf("%s: %v\n%s", e.program, err, &stderr)
			continue
		}
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != 6 {
			t.Errorf("%s said\n%s", e.program, out)
			continue
		}
		var revision, last uint32
		var step uint64
		for _, line := range lines {
			// An ack and the frame that shows its change may come in either order.
			if _, said, ok := strings.Cut(line, ": eps is 0.001 from "); ok && revision == 0 {
				if _, err := fmt.Sscanf(said, "revision %d, step %d", &revision, &step); err != nil {
					t.Errorf("%s said %q (%v)", e.program, line, err)
				}
				continue
			}
			var low, high, least, most float64
			_, err := fmt.Sscanf(line, "step %d, revision %d: mean %f to %f, std %f to %f", &step, &last, &low, &high, &least, &most)
			if err != nil || !(low < high) || !(0 < least && least <= most) || high > 200 || low < -300 {
				t.Errorf("%s said %q (%v)", e.program, line, err)
			}
		}
		if revision == 0 || last != revision {
			t.Errorf("%s: the last frame has revision %d, not %d", e.program, last, revision)
		}
	}
}
