//go:build !js

package main

import (
	"fmt"
	"os"
)

// On anything but a page it says what it is for.
func main() {
	fmt.Fprintln(os.Stderr, "this is the engine of the page: build it with web/worker/build.sh, as make build does")
	os.Exit(2)
}
