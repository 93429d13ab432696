package artifact

import (
	"bytes"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/run/runtest"
)

// The report has the script that is built with the page.
func TestReport(t *testing.T) {
	r := runtest.Capture(t, hostile(), `{"speed":"max","hidden":[4]}`, 20)
	var b bytes.Buffer
	if err := report(&b, r); err != nil {
		t.Fatal(err)
	}
	if n := b.Len(); n < 200_000 || n > 3_000_000 || !strings.HasPrefix(b.String(), "<!doctype html>") {
		t.Errorf("%d bytes that begin with %.40q", n, b.String())
	}
}
