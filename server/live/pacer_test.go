package live

import (
	"testing"
	"time"
)

func TestPacerHoldsBackWhileAPingIsLong(t *testing.T) {
	var p pacer
	now := time.Now()
	if p.wait(now) <= 0 || !p.due(now) {
		t.Error("a new pacer holds back, or does not ask")
	}
	first := string(p.ping(now))
	if p.due(now.Add(time.Hour)) {
		t.Error("asks again before there is an answer")
	}
	if p.wait(now.Add(patience-1)) <= 0 || p.wait(now.Add(patience)) > 0 {
		t.Error("its patience is another")
	}
	second := string(p.ping(now.Add(time.Second))) // the one that keeps a connection alive
	for _, other := range []string{first, "", "x", second + "x"} {
		p.pong(other)
		if p.wait(now.Add(time.Hour)) > 0 {
			t.Errorf("%q passed for the answer", other)
		}
	}
	p.pong(second)
	if p.wait(now.Add(time.Hour)) <= 0 {
		t.Error("holds back after the answer")
	}
	if p.due(now.Add(time.Second+pingEvery-1)) || !p.due(now.Add(time.Second+pingEvery)) {
		t.Error("asks at another time")
	}
}
