package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// What the program ends with.
const (
	exitFailed      = 1   // something went wrong
	exitMistake     = 2   // a flag or a file is not right
	exitInterrupted = 130 // by a signal, as shells have it
)

// A mistake is an error that whoever called the program can mend: a flag or a file
// that is not right.
type mistake struct{ error }

func (m mistake) Unwrap() error { return m.error }

func mistakef(format string, args ...any) error { return mistake{fmt.Errorf(format, args...)} }

// An interrupted is a command that a signal has ended, with what it left.
type interrupted struct{ what string }

func (i interrupted) Error() string { return i.what }

// exitStatus returns what the program ends with after an error.
func exitStatus(err error) int {
	var m mistake
	var i interrupted
	switch {
	case err == nil:
		return 0
	case errors.As(err, &i):
		return exitInterrupted
	case errors.As(err, &m):
		return exitMistake
	}
	return exitFailed
}

// oneLine is an error as it is told.
func oneLine(err error) string { return strings.ReplaceAll(err.Error(), "\n", "; ") }

// A refusal is what is wrong with a flag's value; it names the flag.
type refusal string

func (r refusal) Error() string { return string(r) }

// flagMistake says what is wrong with the flags.
func flagMistake(c *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		return mistakef("%w%s; %s --help lists them", err, meantFlag(c, unknown.GetSpecifiedName()), c.CommandPath())
	}
	var bad *pflag.InvalidValueError
	if !errors.As(err, &bad) {
		return mistake{err}
	}
	var r refusal
	if errors.As(bad.Unwrap(), &r) {
		return mistake{r}
	}
	f := bad.GetFlag()
	want := map[string]string{
		"bool": "true or false", "int": "a whole number", "uint32": "a whole number of 0 or more", "uint64": "a whole number of 0 or more",
		"float64": "a number", "duration": "a time such as 30s or 2m",
	}[f.Value.Type()]
	if want == "" {
		return mistake{err}
	}
	return mistakef("--%s must be %s, not %q", f.Name, want, bad.GetValue())
}

// usual are flags of other programs, and what they are here.
var usual = map[string]string{
	"port": "addr", "listen": "addr", "address": "addr", "bind": "addr", "learning-rate": "lr", "weight-decay": "decay",
	"batch-size": "batch", "layers": "hidden", "members": "ensemble", "iterations": "steps", "iters": "steps", "output": "out",
	"csv": "train", "inputs": "features", "epsilon": "eps", "std": "variance",
}

// meantFlag returns the flag of a command that a name was probably to be, as a question,
// or nothing.
func meantFlag(c *cobra.Command, name string) string {
	if f := c.Flags().Lookup(usual[name]); f != nil {
		return "; did you mean --" + f.Name + "?"
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return meant(name, names, "--")
}

// meant asks whether another word was meant, if one is near.
func meant(word string, among []string, dashes string) string {
	if near := wire.Nearest(word, among); near != "" {
		return "; did you mean " + dashes + near + "?"
	}
	return ""
}

// arguments has what is wrong with a command's arguments count as a mistake.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		err := check(c, args)
		if err == nil {
			return nil
		}
		if !c.HasParent() && len(args) > 0 {
			err = fmt.Errorf("there is no command %.40q", args[0])
			if near := c.SuggestionsFor(args[0]); len(near) > 0 {
				err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(near, " or "))
			} else {
				err = fmt.Errorf("%w; gnllviz --help lists them", err)
			}
		}
		return mistake{err}
	}
}
