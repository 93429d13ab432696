//go:build js

package past

import (
	"runtime"
	"sync"
	"syscall/js"
	"time"
)

// turnTime is how long goroutines run at most before the page's events are looked at: a
// command is one of them.
const turnTime = 8 * time.Millisecond

// events gives way to what has happened outside, for which Go looks by itself only once all
// goroutines wait. A message to oneself comes behind all that came before; a timer would
// take four milliseconds.
var events = sync.OnceValue(func() *outside {
	c := js.Global().Get("MessageChannel").New()
	o := &outside{to: c.Get("port1"), came: make(chan struct{}, 1), since: time.Now()}
	c.Get("port2").Set("onmessage", js.FuncOf(func(js.Value, []js.Value) any {
		select {
		case o.came <- struct{}{}:
		default:
		}
		return nil
	}))
	return o
})

type outside struct {
	to   js.Value
	came chan struct{}

	mu    sync.Mutex
	since time.Time // when events were looked at last
}

// Rest makes room for other goroutines, after a [Share] of training, and now and then for
// what happens outside.
func Rest() {
	o := events()
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.since) < turnTime {
		runtime.Gosched()
		return
	}
	o.to.Call("postMessage", js.Null())
	<-o.came
	o.since = time.Now()
}
