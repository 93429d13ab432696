package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/server/operator"
)

const aboutRuns = `List the runs that a server keeps in its store, those that were used last first.

This works while the server is running, and when it is not. With --nats it lists the runs
that the nodes of a cluster share. A stored run that cannot be loaded is listed with the reason, as far as it is known; --check reads each
run whole to find out.`

func runsCommand() *cobra.Command {
	var from source
	var asJSON, check bool
	c := &cobra.Command{
		Use: "runs", Short: "List, delete or export the runs of a server", Long: aboutRuns,
		Example: "  gnllviz runs\n  gnllviz runs --json --store /var/lib/gnllviz\n  gnllviz runs delete k3v9x2mq7ab4cd5e\n  gnllviz runs export k3v9x2mq7ab4cd5e --format onnx --out model.onnx",
		Args:    arguments(cobra.NoArgs),
	}
	from.add(c.PersistentFlags())
	c.Flags().BoolVar(&asJSON, "json", false, "list in JSON")
	c.Flags().BoolVar(&check, "check", false, "read each run whole, and say which cannot be loaded")
	c.RunE = func(c *cobra.Command, _ []string) error {
		var list []operator.Run
		err := operate(c, &from, false, lockTime, func(ctx context.Context, x *operator.Client) (err error) {
			list, err = x.List(ctx, check)
			return err
		})
		if err != nil {
			return err
		}
		return writeOut(c, "", func(w io.Writer) error {
			if asJSON {
				return json.NewEncoder(w).Encode(list)
			}
			return listRuns(w, list)
		})
	}
	c.AddCommand(deleteRunsCommand(&from), exportRunCommand(&from))
	return c
}

// listRuns lists runs for people.
func listRuns(w io.Writer, list []operator.Run) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "no runs are stored")
		return err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "id\tname\tdata\tstate\tstep\tlast used\tsize\tin memory\tproblem")
	for _, r := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\n", r.ID, cmp.Or(r.Name, "-"), cmp.Or(r.Dataset, "-"), cmp.Or(r.State, "-"), r.Step,
			r.LastUsed.Local().Format(time.DateTime), megabytes(r.Bytes), map[bool]string{true: "yes", false: "no"}[r.InMemory], cmp.Or(r.Problem, "-"))
	}
	return t.Flush()
}

func megabytes(bytes int64) string { return fmt.Sprintf("%.2f MB", float64(bytes)/1e6) }

// many is more than anybody names.
const many = 1 << 30

// completeRuns offers the ids of stored runs that were not named yet.
func completeRuns(c *cobra.Command, from *source, most int) {
	c.ValidArgsFunction = func(c *cobra.Command, args []string, _ string) (words []string, _ cobra.ShellCompDirective) {
		if len(args) < most {
			// Without a store that answers at once there is nothing to offer.
			_ = operate(c, from, false, 0, func(ctx context.Context, x *operator.Client) error {
				list, err := x.List(ctx, false)
				for _, r := range list {
					if !slices.Contains(args, r.ID) {
						words = append(words, r.ID+"\t"+cmp.Or(r.Name, r.Dataset))
					}
				}
				return err
			})
		}
		return words, cobra.ShellCompDirectiveNoFileComp
	}
}

func deleteRunsCommand(from *source) *cobra.Command {
	c := &cobra.Command{
		Use: "delete ID...", Short: "Delete stored runs",
		Long:    "Delete runs and everything they have learned. Whoever watches one is told that it has ended.\nIf one of the ids is wrong nothing is deleted.",
		Example: "  gnllviz runs delete k3v9x2mq7ab4cd5e",
		Args:    naming("the ids of the runs; gnllviz runs lists them", many),
	}
	completeRuns(c, from, many)
	c.RunE = func(c *cobra.Command, ids []string) error {
		return operate(c, from, false, lockTime, func(ctx context.Context, x *operator.Client) error {
			list, err := x.List(ctx, false)
			if err != nil {
				return err
			}
			for _, id := range ids {
				if !slices.ContainsFunc(list, func(r operator.Run) bool { return r.ID == id }) {
					return mistakef("there is no run %.64q in the store, so nothing was deleted; gnllviz runs lists them", id)
				}
			}
			for i, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
				if err := x.Delete(ctx, id); err != nil {
					return fmt.Errorf("%s could not be deleted, after %d others were: %w", id, i, err)
				}
				fmt.Fprintln(c.OutOrStdout(), "deleted", id)
			}
			return nil
		})
	}
	return c
}

func exportRunCommand(from *source) *cobra.Command {
	var e operator.Export
	var f formatFlags
	c := &cobra.Command{
		Use: "export ID", Short: "Write a model of a stored run as a file",
		Long: `Write a model of a stored run as a file, in the formats of gnllviz export. A run that is
training in a running server is exported at its current step, any other at the step at
which it was stored. Nothing of the run is changed.

JSON, the archive, tables, the report and pictures contain the training data, or show
them; --no-rows leaves them out.`,
		Example: "  gnllviz runs export k3v9x2mq7ab4cd5e --format onnx --out model.onnx\n  gnllviz runs export k3v9x2mq7ab4cd5e --format zip --model B --out b.zip",
		Args:    naming("the id of a run; gnllviz runs lists them", 1),
	}
	f.add(c)
	c.Flags().StringVar(&e.Model, "model", "", "`name` of the model, where the run has several; default: the first one")
	completeRuns(c, from, 1)
	c.RunE = func(c *cobra.Command, args []string) error {
		format, err := f.find(c)
		if err != nil {
			return err
		}
		if err := showable(c, format, f.out); err != nil {
			return err
		}
		e.ID, e.Format, e.NoRows = args[0], format.Name, f.noRows
		return operate(c, from, false, lockTime, func(ctx context.Context, x *operator.Client) error {
			return writeOut(c, f.out, func(w io.Writer) error {
				note, err := x.Export(ctx, w, e)
				if note != "" {
					fmt.Fprintln(c.ErrOrStderr(), "gnllviz:", note)
				}
				return err
			})
		})
	}
	return c
}
