package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/datasets"
)

// A described is what there is to say of a data set, as GET /api/datasets has it.
type described struct {
	Name   string   `json:"name"`
	Title  string   `json:"title"`
	Help   string   `json:"help"`
	Source string   `json:"source"`
	Inputs []column `json:"inputs"`
	Target column   `json:"target,omitzero"` // where there is one

	Targets []column `json:"targets"` // one or several
	Rows    int      `json:"rows"`
	Truth   bool     `json:"truth"` // whether the distribution that the rows were drawn from is known
}

func describe(name string) (described, error) {
	s, err := datasets.Load(name, 1)
	if err != nil {
		return described{}, err
	}
	d := described{
		Name: s.Name, Title: s.Title, Help: s.Help, Source: s.Source,
		Rows: s.Rows(), Truth: s.Truth != nil,
	}
	for _, c := range s.Targets {
		d.Targets = append(d.Targets, column(c))
	}
	if len(d.Targets) == 1 {
		d.Target = d.Targets[0]
	}
	for _, c := range s.Inputs {
		d.Inputs = append(d.Inputs, column(c))
	}
	return d, nil
}

func datasetsCommand() *cobra.Command {
	var asCSV, asJSON bool
	var seed uint32
	var out string
	var words []string
	for _, e := range datasets.Catalogue() {
		words = append(words, e.Name+"\t"+e.Title)
	}
	c := &cobra.Command{
		Use: "datasets [name]", Short: "List the data sets, or write one as CSV",
		Long:              "List the built-in data sets, or describe the named one. With --csv write its rows.",
		Example:           "  gnllviz datasets\n  gnllviz datasets mcycle --csv --out mcycle.csv\n  gnllviz datasets toy --csv --seed 7",
		Args:              arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp),
	}
	f := c.Flags()
	f.BoolVar(&asCSV, "csv", false, "write the rows of the named data set, inputs first, with a header of names and units")
	f.Uint32Var(&seed, "seed", 1, "seed `number` for data sets that are drawn from a formula")
	f.BoolVar(&asJSON, "json", false, "list in JSON")
	f.StringVar(&out, "out", "-", "`file` to write; - is standard output")
	c.RunE = func(c *cobra.Command, args []string) error {
		if len(args) == 0 {
			if asCSV {
				return mistakef("--csv: say which data set to write; gnllviz datasets lists them")
			}
			return writeOut(c, out, func(w io.Writer) error { return listDatasets(w, asJSON) })
		}
		if !slices.ContainsFunc(datasets.Catalogue(), func(e datasets.Entry) bool { return e.Name == args[0] }) {
			return mistakef("there is no data set %.40q; gnllviz datasets lists them", args[0])
		}
		switch {
		case asCSV && asJSON:
			return mistakef("--csv and --json: give only one of them")
		case asCSV:
			s, err := datasets.Load(args[0], uint64(seed))
			if err != nil {
				return err
			}
			return writeOut(c, out, s.WriteCSV)
		}
		d, err := describe(args[0])
		if err != nil {
			return err
		}
		if asJSON {
			return writeOut(c, out, func(w io.Writer) error { return json.NewEncoder(w).Encode(d) })
		}
		return writeOut(c, out, d.write)
	}
	return c
}

// listDatasets lists the catalogue.
func listDatasets(w io.Writer, asJSON bool) error {
	var list []described
	for _, e := range datasets.Catalogue() {
		d, err := describe(e.Name)
		if err != nil {
			return err
		}
		list = append(list, d)
	}
	if asJSON {
		return json.NewEncoder(w).Encode(list)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "name\trows\ttargets\tinputs\twhat there is to see")
	for _, d := range list {
		var targets []string
		for _, c := range d.Targets {
			targets = append(targets, c.Name)
		}
		fmt.Fprintf(t, "%s\t%d\t%s\t%s\t%s\n", d.Name, d.Rows, strings.Join(targets, ", "), columnNames(d.Inputs), d.Help)
	}
	return t.Flush()
}

// write tells of one set.
func (d *described) write(w io.Writer) error {
	_, err := fmt.Fprintf(w, "%s: %s\n%s\n%d rows of %s from %s\n%s\n", d.Name, d.Title, d.Help, d.Rows, columnNames(d.Targets), columnNames(d.Inputs), d.Source)
	return err
}

func columnNames(columns []column) string {
	list := make([]string, len(columns))
	for i, c := range columns {
		list[i] = c.Name
		if c.Unit != "" {
			list[i] += " (" + c.Unit + ")"
		}
	}
	return strings.Join(list, ", ")
}
