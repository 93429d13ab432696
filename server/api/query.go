package api

import (
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/gnllviz/gnllviz/server/problem"
)

// A whole is a whole number, 0 or more, in the query of a request; empty where it
// was not given. It is read by the handler, which says in its own words what is
// wrong with it.
type whole string

// read returns the number, which must not exceed most, or what it is where it was
// not given.
func (w whole) read(name string, otherwise, most uint64) (uint64, error) {
	if w == "" {
		return otherwise, nil
	}
	n, err := strconv.ParseUint(string(w), 10, 64)
	if err != nil || n > most {
		return 0, problem.New(http.StatusBadRequest, fmt.Sprintf("%s %.40q is not a whole number from 0 to %d", name, string(w), most))
	}
	return n, nil
}

// lane reads the number of a lane, which is nil where it was not given.
func (w whole) lane() (*uint8, error) {
	if w == "" {
		return nil, nil
	}
	n, err := w.read("lane", 0, math.MaxUint8)
	if err != nil {
		return nil, err
	}
	lane := uint8(n)
	return &lane, nil
}
