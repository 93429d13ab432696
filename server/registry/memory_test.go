package registry

import (
	"strings"
	"testing"
)

func TestMemoryIsDividedByUse(t *testing.T) {
	const mb = 1 << 20
	b := &budget{all: 100 * mb, shares: map[*share]struct{}{}}
	small, large, larger := b.open(), b.open(), b.open()
	if got := small.Use(10*mb, mb); got != 100*mb {
		t.Errorf("alone it may have %d MB", got/mb)
	}
	if got := large.Use(60*mb, 20*mb); got != 100*mb {
		t.Errorf("with room it may have %d MB", got/mb)
	}
	if got := larger.Use(90*mb, 30*mb); got != 45*mb {
		t.Errorf("two that have most may have %d MB, not what the small one leaves", got/mb)
	}
	if got := small.Use(10*mb, mb); got < 10*mb {
		t.Errorf("the small one is to have %d MB", got/mb)
	}
	// What can be given up is no reason to refuse; what cannot is.
	if err := small.Admit(49 * mb); err != nil {
		t.Error(err)
	}
	if err := large.Admit(mb); err == nil || !strings.Contains(err.Error(), "--max-memory") {
		t.Errorf("got %v", err)
	}
	larger.close()
	if err := large.Admit(30 * mb); err != nil {
		t.Error(err)
	}
	if got := large.Use(60*mb, 50*mb); got != 100*mb {
		t.Errorf("after one has ended it may have %d MB", got/mb)
	}
	if got := b.count(); got != 70*mb {
		t.Errorf("%d MB are held", got/mb)
	}
}
