package export

import (
	"errors"
	"io"
)

var errTodo = errors.New("not made yet")

func WriteONNX(io.Writer, *Model) error        { return errTodo }
func WriteSafetensors(io.Writer, *Model) error { return errTodo }
func WriteTorch(io.Writer, *Model) error       { return errTodo }
func WriteNumPy(io.Writer, *Model) error       { return errTodo }
func WriteGo(io.Writer, *Model) error          { return errTodo }
func WriteCard(io.Writer, *Model) error        { return errTodo }
