package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// groupAnnotation is under what a flag says in which group of the help it stands.
const groupAnnotation = "gnllviz_group"

// inGroup puts flags of a command into a group of its help.
func inGroup(f *pflag.FlagSet, group string, names ...string) {
	for _, name := range names {
		// It fails of flags that are not there alone.
		_ = f.SetAnnotation(name, groupAnnotation, []string{group})
	}
}

// helpWidth is where the help's lines end.
const helpWidth = 100

// usage writes how a command is used, its flags by their groups.
func usage(c *cobra.Command) error {
	w := c.OutOrStderr()
	fmt.Fprintf(w, "Usage:\n  %s\n", c.UseLine())
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "  %s [command]\n", c.CommandPath())
	}
	if c.HasExample() {
		fmt.Fprintf(w, "\nExamples:\n%s\n", c.Example)
	}
	if c.HasAvailableSubCommands() {
		fmt.Fprintln(w, "\nCommands:")
		for _, s := range c.Commands() {
			if s.IsAvailableCommand() || s.Name() == "help" {
				fmt.Fprintf(w, "  %-*s %s\n", s.NamePadding(), s.Name(), s.Short)
			}
		}
	}
	writeFlags(w, c.Flags())
	if c.HasAvailableSubCommands() {
		fmt.Fprintf(w, "\nRun %s [command] --help for more about a command.\n", c.CommandPath())
	}
	return nil
}

func writeFlags(w io.Writer, all *pflag.FlagSet) {
	var groups []string
	sets := map[string]*pflag.FlagSet{}
	all.VisitAll(func(f *pflag.Flag) {
		group := ""
		if a := f.Annotations[groupAnnotation]; len(a) > 0 {
			group = a[0]
		}
		if sets[group] == nil {
			sets[group] = pflag.NewFlagSet(group, pflag.ContinueOnError)
			sets[group].SortFlags = all.SortFlags
			groups = append(groups, group)
		}
		sets[group].AddFlag(f)
	})
	// Those of no group are what every command has: they come last.
	if i := slices.Index(groups, ""); i >= 0 {
		groups = append(slices.Delete(groups, i, i+1), "")
	}
	for _, g := range groups {
		title := "Flags"
		if g != "" {
			title = strings.ToUpper(g[:1]) + g[1:]
		}
		fmt.Fprintf(w, "\n%s:\n%s", title, sets[g].FlagUsagesWrapped(helpWidth))
	}
}
