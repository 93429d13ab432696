// Package panics keeps a panic from ending more than what it was about.
package panics

import (
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
)

// ErrPanic stands for a panic that was logged where it happened.
var ErrPanic = errors.New("a panic")

// Guard runs f. A panic in it is logged with its stack and is an error, so that
// it ends what f was about and nothing else.
func Guard(log *slog.Logger, what string, f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			Log(log, what, p)
			err = ErrPanic
		}
	}()
	return f()
}

// Log logs a panic. It is called while the stack is still that of the panic.
func Log(log *slog.Logger, what string, p any) {
	log.Error("a panic", "in", what, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
}
