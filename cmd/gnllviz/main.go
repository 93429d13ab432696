// Command gnllviz trains networks that learn their own uncertainty, and shows them
// in the browser while they do, or trains, predicts and exports without one.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	err := command().ExecuteContext(context.Background())
	if err != nil {
		fmt.Fprintln(os.Stderr, "gnllviz:", oneLine(err))
	}
	os.Exit(exitStatus(err))
}

// untilSignal returns a context that a signal ends. A second one kills at once.
// Commands that do not call it are killed by the first.
func untilSignal(c *cobra.Command) (context.Context, context.CancelFunc) {
	ctx, stop := signal.NotifyContext(c.Context(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

const about = `gnllviz trains networks that predict a mean and a variance, and shows the training
live in the browser. Without a command it serves the page.

The exit status is 0 if all went well, 1 if something failed, 2 if a flag or a file is
wrong, and 130 after an interrupt. Errors are one line on standard error.`

func command() *cobra.Command {
	serve := serveCommand()
	root := &cobra.Command{
		Use:           "gnllviz",
		Short:         "Watch a network learn its own uncertainty",
		Long:          about,
		Example:       "  gnllviz --open\n  gnllviz train --data mcycle --steps 5000 --out model\n  gnllviz predict --model model --input new.csv\n  source <(gnllviz completion bash)",
		Version:       versionText(),
		Args:          arguments(cobra.NoArgs),
		RunE:          serve.RunE,
		SilenceUsage:  true,
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2, // letters that are wrong at most
	}
	root.SetVersionTemplate("gnllviz {{.Version}}\n")
	root.SetFlagErrorFunc(flagMistake)
	root.SetUsageFunc(usage)
	// Plain gnllviz serves, so it takes what serve takes.
	root.Flags().AddFlagSet(serve.Flags())
	root.AddCommand(serve, trainCommand(), predictCommand(), exportCommand(), reportCommand(), sweepCommand(), datasetsCommand(), benchCommand(), siteCommand(),
		runsCommand(), backupCommand(), restoreCommand(), healthCommand())
	return root
}
