package engine

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// Every value of an enumeration has a descriptor, by whose name it is found again.
func TestEveryValueIsDescribed(t *testing.T) {
	checkDescribed(t, Activations(), ParseActivation)
	checkDescribed(t, Heads(), ParseHead)
	checkDescribed(t, Inits(), ParseInit)
	checkDescribed(t, Optimizers(), ParseOptimizer)
	checkDescribed(t, Parts(), ParsePart)
	checkDescribed(t, ScheduleKinds(), ParseScheduleKind)
}

func checkDescribed[E interface {
	comparable
	fmt.Stringer
	About() About
}, P interface {
	*E
	UnmarshalText(name []byte) error
}](t *testing.T, values []E, parse func(string) (E, error),
) {
	t.Helper()
	fields := map[string]bool{}
	for _, of := range []reflect.Type{reflect.TypeFor[Hyper](), reflect.TypeFor[Schedule](), reflect.TypeFor[NetConfig]()} {
		for _, f := range reflect.VisibleFields(of) {
			fields[f.Name] = true
		}
	}
	seen := map[string]bool{}
	for _, v := range values {
		a := v.About()
		if a.Name == "" || a.Name != v.String() || seen[a.Name] || !strings.HasSuffix(a.Help, ".") {
			t.Errorf("%T %v: %+v", v, v, a)
		}
		seen[a.Name] = true
		if parsed, err := parse(a.Name); err != nil || parsed != v {
			t.Errorf("%T: %s is %v (%v)", v, a.Name, parsed, err)
		}
		for _, name := range a.Uses {
			if !fields[name] {
				t.Errorf("%T %v uses %s, which there is not", v, v, name)
			}
		}
		var set E
		if err := P(&set).UnmarshalText([]byte(a.Name)); err != nil || set != v {
			t.Errorf("%T: %s makes %v (%v)", v, a.Name, set, err)
		}
		if err := P(&set).UnmarshalText([]byte("none of them")); err == nil || set != v {
			t.Errorf("%T: a name that there is not makes %v (%v)", v, set, err)
		}
	}
	if len(values) < 3 {
		t.Errorf("%d values of %T", len(values), values)
	}
}
