package engine

import (
	"fmt"
	"strings"
)

// The enumerations of this package are small numbers, with names that PyTorch or the
// field gives them. A value's number is its place in a list of descriptors, each of which
// has all that there is to say of it, and what it does.

// About is what there is to say of a value of an enumeration.
type About struct {
	Name    string // as in a setting or a file
	Help    string // one sentence
	Formula string // in the TeX that package server/tex reads; may be empty
	Source  string // author, year and title; may be empty

	// Uses are the fields of Hyper, Schedule or NetConfig that have no effect without
	// this value, or another that names them.
	Uses []string
}

func (a About) about() About { return a }

// described is a descriptor, which has an About in it.
type described interface{ about() About }

func nameOf[D described](list []D, kind string, i uint8) string {
	if int(i) < len(list) {
		return list[i].about().Name
	}
	return fmt.Sprintf("%s(%d)", kind, i)
}

func all[E ~uint8, D described](list []D) []E {
	values := make([]E, len(list))
	for i := range values {
		values[i] = E(i)
	}
	return values
}

func parse[E ~uint8, D described](list []D, kind, name string) (E, error) {
	var names []string
	for i, d := range list {
		n := d.about().Name
		if n == name {
			return E(i), nil
		}
		names = append(names, n)
	}
	return 0, fmt.Errorf("engine: %s %.40q is none of %s", kind, name, strings.Join(names, ", "))
}

// unmarshal sets to to the value with that name; without one it stays as it is.
func unmarshal[E any](to *E, parse func(string) (E, error), name []byte) error {
	v, err := parse(string(name))
	if err == nil {
		*to = v
	}
	return err
}
