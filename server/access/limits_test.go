package access

import (
	"reflect"
	"testing"
	"time"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// Every field has a flag, a help and a default of its own that holds.
func TestEveryLimitIsInTheTable(t *testing.T) {
	l := DefaultLimits()
	seen := map[any]bool{}
	flags := map[string]bool{}
	for _, x := range l.Table() {
		if x.Flag == "" || x.Help == "" || seen[x.Value] || flags[x.Flag] {
			t.Errorf("got %+v", x)
		}
		if reflect.ValueOf(x.Value).Elem().IsZero() {
			t.Errorf("--%s has no default", x.Flag)
		}
		seen[x.Value], flags[x.Flag] = true, true
	}
	if n := len(reflect.VisibleFields(reflect.TypeFor[Limits]())) - reflect.TypeFor[Limits]().NumField(); len(seen) != n {
		t.Errorf("the table has %d limits of %d", len(seen), n)
	}
	if err := l.Check(); err != nil {
		t.Error(err)
	}
	if got := (Limits{}).OrDefaults(); got != l {
		t.Errorf("no limits are %+v, want the defaults", got)
	}
	if got := (Limits{RunLimits: RunLimits{Runs: 3}}).OrDefaults(); got.Runs != 3 || got.Lanes != l.Lanes {
		t.Errorf("got %+v", got)
	}
	for _, low := range []struct {
		set  func(*Limits)
		want string
	}{
		{func(l *Limits) { l.Runs = 0 }, "--max-runs 0 is less than 1"},
		{func(l *Limits) { l.CommandRate = 0.5 }, "--command-rate 0.5 is less than 1"},
		{func(l *Limits) { l.Drop = time.Millisecond }, "--drop 1ms is less than 1s"},
	} {
		l := DefaultLimits()
		low.set(&l)
		if err := l.Check(); err == nil || !wording.Is(err.Error(), low.want) {
			t.Errorf("got %v, want %s", err, low.want)
		}
	}
}

func TestQuotaForgetsThoseWhoHaveAllTheirTimes(t *testing.T) {
	q := Quota{PerMinute: 1}
	now := time.Now()
	for i := range maxPeers {
		q.Take(string(rune(i+0x10000)), now)
	}
	if q.Take("a", now); len(q.peers) != maxPeers {
		t.Errorf("remembers %d peers, want %d", len(q.peers), maxPeers)
	}
	now = now.Add(2 * time.Minute)
	if q.Take("b", now); len(q.peers) != 1 {
		t.Errorf("remembers %d peers, want 1", len(q.peers))
	}
	if r, wait := q.Take("b", now); r != nil || wait != time.Minute {
		t.Errorf("a second time at once: %v, to wait %v", r, wait)
	}
}
