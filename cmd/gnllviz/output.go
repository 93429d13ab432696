package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2/maybe"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// madeFirst is how many bytes of what goes to standard output are made before any is
// written, so that of what fails soon nothing is.
const madeFirst = 1 << 20

// writeOut writes what a command makes, as it is made, to a file, whole or not at all, or to
// standard output where the path is empty or -.
func writeOut(c *cobra.Command, path string, write func(io.Writer) error) error {
	if path != "" && path != "-" {
		return writeAside(path, write)
	}
	b := bufio.NewWriterSize(output{c.OutOrStdout(), "to standard output"}, madeFirst)
	if err := write(b); err != nil {
		return err
	}
	return b.Flush()
}

// An output is where a command writes to, with errors that say so.
type output struct {
	io.Writer
	to string // in words
}

// Write implements [io.Writer].
func (o output) Write(b []byte) (int, error) {
	n, err := o.Writer.Write(b)
	if err != nil {
		err = fmt.Errorf("cannot write %s: %w", o.to, cause(err))
	}
	return n, err
}

// writeAside is writeFile of what is written piece by piece.
func writeAside(path string, write func(io.Writer) error) error {
	cannot := func(err error) error { return fmt.Errorf("cannot write %s: %w", path, cause(err)) }
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the link stays
	}
	name, flags := path, os.O_WRONLY
	info, err := os.Stat(path)
	regular := err != nil || info.Mode().IsRegular()
	if regular {
		name, flags = filepath.Join(filepath.Dir(path), fmt.Sprintf(".%s-%x", filepath.Base(path), rand.Uint64())), os.O_WRONLY|os.O_CREATE|os.O_EXCL
	}
	f, err := os.OpenFile(name, flags, 0o666)
	if err != nil {
		return cannot(err)
	}
	if regular && info != nil {
		err = f.Chmod(info.Mode().Perm())
	}
	b := bufio.NewWriter(output{f, path})
	failed := write(b)
	if failed == nil {
		failed = b.Flush()
	}
	if failed == nil && err == nil && regular {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if regular {
		if failed == nil && err == nil {
			err = os.Rename(name, path)
		}
		if failed != nil || err != nil {
			_ = os.Remove(name)
		}
	}
	switch {
	case failed != nil:
		return failed
	case err != nil:
		return cannot(err)
	}
	return nil
}

// writeFile writes a file whole or not at all: aside first, and renamed when all of it
// is on the disk. What is no file, such as a device, it writes to.
func writeFile(path string, b []byte) error {
	var err error
	if info, statErr := os.Stat(path); statErr == nil && !info.Mode().IsRegular() {
		err = writeInto(path, b)
	} else {
		err = maybe.WriteFile(path, b, 0o666)
	}
	if err != nil {
		return fmt.Errorf("cannot write %s: %w", path, cause(err))
	}
	return nil
}

func writeInto(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Close())
}

// makeFolder makes a folder for files, and finds out now whether it takes any, not
// after hours of training.
func makeFolder(path string) error {
	err := os.MkdirAll(path, 0o777)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(path, ".gnllviz"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return mistakef("--out %s: no files can be made there: %w", path, cause(err))
	}
	return nil
}

// cause is why something could not be done to a file, without the names of what was
// done and of files that nobody has heard of.
func cause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// onTerminal tells whether a stream is a terminal.
func onTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
