package api

import (
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
)

func TestNamesOfFilesAreSafe(t *testing.T) {
	onnx, err := artifact.Find("onnx")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ data, lane, want string }{
		{"mcycle", "A", "gnllviz-mcycle-A-step7.onnx"},
		{"own", "β ~ 1, “odd” & more", "gnllviz-own-1_odd_more-step7.onnx"},
		{"../../etc/passwd", "a\"\r\nX: 1", "gnllviz-etc_passwd-a_X_1-step7.onnx"},
		{"", "日本", "gnllviz-data-lane-step7.onnx"},
		{strings.Repeat("a", 99), "-", "gnllviz-" + strings.Repeat("a", 40) + "-lane-step7.onnx"},
	} {
		rec := capture.Capture{Data: wire.Data{Name: c.data}, Lane: wire.Lane{Name: c.lane}, Step: 7}
		if got := exportName(&rec, onnx); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}
