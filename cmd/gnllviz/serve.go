package main

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os/exec"
	"runtime"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/server"
)

func serveCommand() *cobra.Command {
	var addr string
	var open, verbose bool
	var config server.Config
	c := &cobra.Command{
		Use:     "serve",
		Short:   "Serve the page (the default)",
		Example: "  gnllviz serve\n  gnllviz serve --addr 127.0.0.1:9000 --open",
		Args:    cobra.NoArgs,
	}
	f := c.Flags()
	f.StringVar(&addr, "addr", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	f.BoolVar(&open, "open", false, "open the page in the browser")
	f.BoolVar(&verbose, "verbose", false, "log connections too")
	f.StringSliceVar(&config.Hosts, "host", nil, "further host name under which the server may be called (may be repeated)")
	config.Limits = server.DefaultLimits()
	for _, l := range config.Limits.Table() {
		switch v := l.Value.(type) {
		case *int:
			f.IntVar(v, l.Flag, *v, l.Help)
		case *float64:
			f.Float64Var(v, l.Flag, *v, l.Help)
		case *time.Duration:
			f.DurationVar(v, l.Flag, *v, l.Help)
		}
	}
	c.RunE = func(c *cobra.Command, _ []string) error {
		level := slog.LevelInfo
		if verbose {
			level = slog.LevelDebug
		}
		config.Log = slog.New(slog.NewTextHandler(c.ErrOrStderr(), &slog.HandlerOptions{Level: level}))
		return serve(c, addr, open, config)
	}
	return c
}

func serve(c *cobra.Command, addr string, open bool, config server.Config) error {
	if err := config.Limits.Check(); err != nil {
		return err
	}
	ctx := c.Context()
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is taken by another program; choose another address with --addr", addr)
	}
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w", addr, err)
	}
	url := "http://" + l.Addr().String() + "/"
	fmt.Fprintln(c.OutOrStdout(), "gnllviz is at", url)
	if open {
		if err := openBrowser(url); err != nil {
			config.Log.Warn("the browser could not be opened", "url", url, "err", err)
		}
	}
	s := server.New(ctx, config)
	config.Log.Info("serving", "url", url)
	if err := s.Serve(l); err != nil {
		return err
	}
	config.Log.Info("stopped")
	return nil
}

// openBrowser asks the desktop to show a page, and does not wait for it.
func openBrowser(url string) error {
	name, args := "xdg-open", []string{url}
	switch runtime.GOOS {
	case "windows":
		name, args = "rundll32", []string{"url.dll,FileProtocolHandler", url}
	case "darwin":
		name = "open"
	}
	c := exec.Command(name, args...)
	if err := c.Start(); err != nil {
		return err
	}
	return c.Process.Release()
}
