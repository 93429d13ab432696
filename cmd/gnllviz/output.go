package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/google/renameio/v2/maybe"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// writeOut writes what a command makes to a file, or to standard output where the
// path is empty or -. The whole of it is made first, so that of what fails nothing is
// written.
func writeOut(c *cobra.Command, path string, write func(io.Writer) error) error {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return err
	}
	if path != "" && path != "-" {
		return writeFile(path, b.Bytes())
	}
	if _, err := c.OutOrStdout().Write(b.Bytes()); err != nil {
		return fmt.Errorf("cannot write to standard output: %w", cause(err))
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
