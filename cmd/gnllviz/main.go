// Command gnllviz trains networks that learn their own uncertainty and shows
// them in the browser while they do.
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
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	// A second signal kills at once.
	context.AfterFunc(ctx, stop)
	if err := command().ExecuteContext(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "gnllviz:", err)
		os.Exit(1)
	}
}

func command() *cobra.Command {
	serve := serveCommand()
	root := &cobra.Command{
		Use:           "gnllviz",
		Short:         "Watch a network learn its own uncertainty",
		Long:          "gnllviz trains networks that predict a mean and a variance, and shows the training live in the browser.\nWithout a command it serves.",
		Args:          cobra.NoArgs,
		RunE:          serve.RunE,
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	// Plain gnllviz serves, so it takes what serve takes.
	root.Flags().AddFlagSet(serve.Flags())
	root.AddCommand(serve)
	return root
}
