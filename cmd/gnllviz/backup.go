package main

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/server/operator"
)

const aboutBackup = `Write all stored runs, or those that are named, into one file, from which gnllviz restore
brings them back with their steps, changes, undo and curves. This works while the server
is running and training.

The file is a tar archive. It contains the data that people trained on, so it is made
readable for its owner alone.`

func backupCommand() *cobra.Command {
	var from source
	var out string
	c := &cobra.Command{
		Use: "backup [ID...]", Short: "Write stored runs into a backup file", Long: aboutBackup,
		Example: "  gnllviz backup --out runs.tar\n  gnllviz backup --out - | ssh other gnllviz restore -",
		Args:    arguments(cobra.ArbitraryArgs),
	}
	from.add(c.Flags())
	c.Flags().StringVar(&out, "out", "", "`file` to write; - is standard output")
	completeFiles(c, "out", "tar")
	completeRuns(c, &from, many)
	c.RunE = func(c *cobra.Command, ids []string) error {
		switch {
		case out == "":
			return mistakef("--out FILE is missing: name the backup; - is standard output")
		case out == "-" && onTerminal(c.OutOrStdout()):
			return mistakef("a backup cannot be shown in a terminal: give --out FILE, or use a pipe")
		}
		return operate(c, &from, false, lockTime, func(ctx context.Context, x *operator.Client) error {
			return backup(ctx, c, x, out, ids)
		})
	}
	return c
}

// backup writes a backup to a file, or to standard output.
func backup(ctx context.Context, c *cobra.Command, x *operator.Client, out string, ids []string) error {
	b, err := x.Backup(ctx, ids...)
	if err != nil {
		return err
	}
	p := newCount(c.ErrOrStderr(), b.Runs, "backing up", "runs")
	var left []string
	var size int64
	take := func(w io.Writer) error {
		err := copyRuns(w, b, p.add)
		p.finish()
		if err != nil {
			_, _ = b.Close() // what there is of it is worth nothing
			return err
		}
		left, err = b.Close()
		return err
	}
	if out == "-" {
		err = take(c.OutOrStdout())
	} else if size, err = writePrivate(out, take); err == nil {
		fmt.Fprintf(c.OutOrStdout(), "%s (%s) saved to %s\n", runsOf(b.Runs-len(left)), megabytes(size), out)
	}
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("not in the backup (%s): %s", runsOf(len(left)), strings.Join(left, "; "))
	}
	return err
}

// copyRuns copies a backup, and says when one more run of it has passed.
func copyRuns(w io.Writer, r io.Reader, passed func()) error {
	both := io.TeeReader(r, w)
	for t := tar.NewReader(both); ; {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fmt.Errorf("the backup breaks off: %w", cause(err))
		}
		if path.Base(h.Name) == "sha256" { // the last file of a run
			passed()
		}
	}
	_, err := io.Copy(io.Discard, both)
	return err
}

// writePrivate writes a file for its owner alone, whole or not at all, however large it is.
// What is no file, such as a device, it writes to.
func writePrivate(name string, write func(io.Writer) error) (size int64, err error) {
	info, err := os.Stat(name)
	device := err == nil && !info.Mode().IsRegular()
	var f *os.File
	if device {
		f, err = os.OpenFile(name, os.O_WRONLY, 0)
	} else {
		// Unlike renameio's, this is the same on every system.
		f, err = os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+"-")
	}
	if err != nil {
		return 0, mistakef("--out %s: %w", name, cause(err))
	}
	err = write(f)
	if err == nil && !device {
		if err = f.Sync(); err == nil {
			size, err = f.Seek(0, io.SeekCurrent)
		}
	}
	err = errors.Join(err, f.Close())
	if device {
		return size, err
	}
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return 0, fmt.Errorf("%s was not written: %w", name, errors.Join(cause(err), os.Remove(f.Name())))
	}
	return size, nil
}

const aboutRestore = `Bring the runs of a backup file into a server's store, which is made if it is not there.
Runs that the store has already are skipped. This works while the server is running; a
run that was training continues when somebody opens it, or when the server starts next.

Of a damaged file the runs before the damage are restored, and the rest is refused.`

func restoreCommand() *cobra.Command {
	var from source
	c := &cobra.Command{
		Use: "restore FILE", Short: "Bring the runs of a backup back", Long: aboutRestore,
		Example: "  gnllviz restore runs.tar\n  gnllviz restore runs.tar --store /var/lib/gnllviz",
		Args:    naming("a backup file; - is standard input", 1),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return []string{"tar"}, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	from.add(c.Flags())
	c.RunE = func(c *cobra.Command, args []string) error {
		r, done, err := openInput(c, args[0])
		if err != nil {
			return mistake{err}
		}
		defer done()
		return operate(c, &from, true, lockTime, func(ctx context.Context, x *operator.Client) error {
			return restore(ctx, c, x, r, args[0])
		})
	}
	return c
}

// restore restores the runs of a file of that name.
func restore(ctx context.Context, c *cobra.Command, x *operator.Client, r io.Reader, name string) error {
	if f, ok := r.(*os.File); ok {
		info, err := f.Stat()
		if err == nil && info.IsDir() {
			return mistakef("%s is a directory, and no backup", name)
		}
		if err == nil && info.Mode().IsRegular() {
			p := newCount(c.ErrOrStderr(), int(info.Size()>>20), "restoring", "MB")
			defer p.finish()
			r = &counted{Reader: r, passed: p.add}
		}
	}
	done, err := x.Restore(ctx, r)
	if err != nil {
		return err
	}
	if done.Failed == "" {
		fmt.Fprintf(c.OutOrStdout(), "restored %s\n", runsOf(done.Runs))
	}
	for _, id := range done.Skipped {
		fmt.Fprintf(c.OutOrStdout(), "skipped %s, which is in the store already\n", id)
	}
	switch {
	case done.Failed == "":
		return nil
	case done.File:
		return mistakef("%s: %s; restored %s before that", name, done.Failed, runsOf(done.Runs))
	}
	return fmt.Errorf("restoring stopped after %s: %s", runsOf(done.Runs), done.Failed)
}

// A counted reader says when one more MB of it was read.
type counted struct {
	io.Reader
	passed func()
	bytes  int
}

// Read implements [io.Reader].
func (r *counted) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	for before := r.bytes >> 20; before < (r.bytes+n)>>20; before++ {
		r.passed()
	}
	r.bytes += n
	return n, err
}

// runsOf is a number of runs in words.
func runsOf(n int) string {
	if n == 1 {
		return "1 run"
	}
	return fmt.Sprintf("%d runs", n)
}
