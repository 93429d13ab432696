package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

const aboutHealth = `Ask a server whether it is ready: the exit status is 0 if it is, and 1 if it is not or does
not answer. Containers ask so; see the Containerfile.`

// healthTime is how long a server may take to answer.
const healthTime = 5 * time.Second

func healthCommand() *cobra.Command {
	var addr string
	c := &cobra.Command{
		Use: "health", Short: "Ask a server whether it is ready", Long: aboutHealth,
		Example: "  gnllviz health\n  gnllviz health --addr 127.0.0.1:9000",
		Args:    arguments(cobra.NoArgs),
	}
	c.Flags().StringVar(&addr, "addr", "127.0.0.1:8080", "address of the server")
	c.RunE = func(c *cobra.Command, _ []string) error {
		ctx, cancel := context.WithTimeout(c.Context(), healthTime)
		defer cancel()
		return ready(ctx, addr)
	}
	return c
}

// ready says why the server at an address is not ready, or nothing.
func ready(ctx context.Context, addr string) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+"/readyz", nil)
	if err != nil {
		return mistakef("--addr: %q is no address such as 127.0.0.1:8080", addr)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return fmt.Errorf("no server answers at %s: %w", addr, err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		why, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10)) // what there is of it
		return fmt.Errorf("the server at %s is not ready: %s: %s", addr, resp.Status, why)
	}
	return nil
}
