package bundle

import (
	"errors"
	"io"

	"github.com/gnllviz/gnllviz/server/run"
)

var errTodo = errors.New("not made yet")

func report(io.Writer, *run.Record) error    { return errTodo }
func animation(io.Writer, *run.Record) error { return errTodo }
func still(chart, kind string) func(io.Writer, *run.Record) error {
	return func(io.Writer, *run.Record) error { return errTodo }
}
