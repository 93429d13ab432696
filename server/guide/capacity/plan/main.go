// Command plan measures what the parts of the work cost on this machine, and computes from
// that what classes need: the tables of the guide's chapter on capacity.
//
//	go run ./server/guide/capacity/plan                        the tables, from what was measured
//	go run ./server/guide/capacity/plan -measure ./gnllviz     measures a built program first
//	… -out server/guide/capacity/measured.json                 and keeps what was measured
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/gnllviz/gnllviz/server/guide/capacity"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "plan:", err)
		os.Exit(1)
	}
}

func run() error {
	program := flag.String("measure", "", "the program to measure; without it what was measured before counts")
	stretch := flag.Duration("for", 20*time.Second, "how long each measurement takes")
	out := flag.String("out", "", "file for what was measured, as JSON")
	tables := flag.String("tables", "", "file for the tables, as JSON: the guide's is server/guide/capacity/tables.json")
	machine, price := capacity.Typical(), capacity.Assumed()
	flag.Float64Var(&machine.Processors, "processors", machine.Processors, "processors of a node")
	flag.Float64Var(&machine.Memory, "memory", machine.Memory, "bytes of memory of a node")
	flag.Float64Var(&price.Processor, "price", price.Processor, "US dollars for a processor and hour")
	flag.Parse()
	costs := capacity.Measured()
	if *program != "" {
		var err error
		if costs, err = measure(*program, *stretch); err != nil {
			return err
		}
		b, err := json.MarshalIndent(costs, "", "  ")
		if err != nil {
			return err
		}
		if *out != "" {
			if err := os.WriteFile(*out, append(b, '\n'), 0o644); err != nil {
				return err
			}
		}
	}
	b, err := json.MarshalIndent(costs, "", "  ")
	if err != nil {
		return err
	}
	fmt.Printf("measured: %s\n\n", b)
	t := capacity.Make(costs, machine, price)
	if *tables != "" {
		b, err := json.MarshalIndent(t, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(*tables, append(b, '\n'), 0o644); err != nil {
			return err
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "way\tstudents\tnodes\tservers of the store\tbusy processors\tmemory\tsent/s\tbetween nodes/s\twritten/s\tfirst full\t$ an hour\t$ a student")
	for _, n := range t.Needs {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%.1f\t%s\t%s\t%s\t%s\t%s\t%.2f\t%.4f\n", n.Way, n.Students, n.Nodes, n.Servers, n.Processors,
			capacity.Bytes(n.Memory), capacity.Bytes(n.Sent), capacity.Bytes(n.Bus), capacity.Bytes(n.Written), n.First, n.Cost, n.PerStudent)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "students\tnodes\tspeed\tslowest\tpause p50\tlongest\truns of a node before\tafter\tbusiest")
	for _, o := range t.Trials {
		fmt.Fprintf(w, "%d\t%d\t%.2f\t%.2f\t%.0f s\t%.0f s\t%d to %d\t%d to %d\t%.2f\n", o.Students, o.Nodes, o.Speed, o.Slowest, o.PauseP50, o.PauseMost,
			o.LeastRuns, o.MostRuns, o.LeastAfter, o.MostAfter, o.Busiest)
	}
	return w.Flush()
}
