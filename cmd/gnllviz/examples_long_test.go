//go:build long

package main

import (
	"os/exec"
	"testing"
)

// Those who read the examples and the dashboard can: Kustomize and Kubernetes, Compose,
// Grafana and Prometheus. It is of a module of its own, as these are large.
func TestLongExamplesAreRead(t *testing.T) {
	out, err := exec.CommandContext(t.Context(), "go", "run", "-C", examples+"/_check", ".", "..", "../../../meter/grafana.json").CombinedOutput()
	if err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
