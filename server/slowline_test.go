package server

import (
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// On a line that carries less than the frames need, a change is seen after what
// was under way, which is little: frames wait in the slot, where the newest
// replaces them, and not in buffers.
func TestFramesDoNotQueueOnASlowLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := newLAN(t, line{50_000, 150 * time.Millisecond})
		s, _ := serveOn(t, n, Config{})
		id := makeRun(t, n.addr.String(), "").ID
		r := kept(t, s, id)

		// A viewer within the process sees every frame at once, and knows its time.
		beside, err := r.Watch(t.Context(), wire.Hello{}, false)
		if err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		made := map[uint64]time.Time{}
		go func() {
			for {
				select {
				case m := <-beside.Frames():
					if f, err := wire.ParseFrames(m.Data); err == nil {
						mu.Lock()
						made[f[0].Step] = m.Made
						mu.Unlock()
					}
				case <-r.Ended():
					return
				}
			}
		}()

		c := dial(t, n.addr.String(), id)
		c.hello()
		var ages []time.Duration
		for begun := time.Now(); time.Since(begun) < 10*time.Second; {
			f, _, _ := c.read()
			if f == nil || f.Kind != wire.FrameFit {
				continue
			}
			mu.Lock()
			if at, ok := made[f.Step]; ok && time.Since(begun) > 2*time.Second {
				ages = append(ages, time.Since(at))
			}
			mu.Unlock()
		}
		if len(ages) < 8*5 {
			t.Fatalf("%d frames in eight seconds", len(ages))
		}
		slices.Sort(ages)
		t.Logf("%d frames, of age %v (median) and %v (oldest)", len(ages), ages[len(ages)/2], ages[len(ages)-1])
		// In buffers alone they would be 2.7 seconds old.
		if median := ages[len(ages)/2]; median > 2200*time.Millisecond {
			t.Errorf("half of the frames were %v old", median)
		}
		_, err = r.Do(t.Context(), &wire.ChangeCommand{Set: map[string]json.RawMessage{"eps": json.RawMessage("0.25")}}, true)
		if err != nil {
			t.Fatal(err)
		}
		changed := time.Now()
		old := 0
		for {
			if f, _, _ := c.read(); f != nil && f.Kind == wire.FrameFit {
				if f.Revision > 0 {
					break
				}
				old += len(f.Append(nil))
			}
		}
		t.Logf("the change was seen after %v and %d bytes of older frames", time.Since(changed), old)
		if old > 36<<10 {
			t.Errorf("%d bytes of older frames were under way", old)
		}
	})
}
