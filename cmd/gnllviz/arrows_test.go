package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/gnllviz/gnllviz/"

// arrows says which packages of this module each package may import. A package
// that is not here does not belong to the house; ARCHITECTURE.md says why the
// arrows point as they do.
var arrows = map[string][]string{
	"cmd/gnllviz":                {"datasets", "datasets/table", "engine", "engine/export", "engine/kernel", "engine/metrics", "loss", "server", "server/access", "server/api", "server/artifact", "server/artifact/plot", "server/bus", "server/cluster", "server/lesson", "server/operator", "server/problem", "server/registry", "server/run", "server/run/capture", "server/run/lane", "server/run/rows", "server/site", "server/store", "server/sweep", "server/wire", "web"},
	"datasets":                   {"datasets/table"},
	"datasets/table":             {},
	"engine":                     {"engine/kernel"},
	"engine/export":              {"datasets/table", "engine"},
	"engine/kernel":              {},
	"engine/metrics":             {},
	"loss":                       {},
	"loss/internal/stream":       {}, // for loss's benchmarks
	"server":                     {"engine/export", "server/access", "server/api", "server/cluster", "server/edge", "server/lesson", "server/live", "server/live/events", "server/live/lobby", "server/live/websocket", "server/meter", "server/nodes", "server/operator", "server/problem", "server/registry", "server/run", "server/site", "server/store", "web"},
	"server/access":              {"server/problem", "server/wire"},
	"server/api":                 {"datasets", "datasets/table", "engine/export", "server/access", "server/api/streamjson", "server/artifact", "server/lesson", "server/live", "server/problem", "server/registry", "server/run", "server/run/capture", "server/run/lane", "server/session", "server/store", "server/sweep", "server/wire"},
	"server/api/streamjson":      {},
	"server/artifact":            {"engine/export", "server/artifact/chart", "server/artifact/plot", "server/run/capture", "server/wire", "web"},
	"server/artifact/chart":      {"engine/metrics", "server/run/capture", "server/run/lane", "server/run/rows", "server/wire"},
	"server/artifact/plot":       {"server/run/capture", "server/run/rows", "server/wire"},
	"server/bus":                 {},
	"server/bus/bustest":         {"server/bus"}, // for tests
	"server/cluster":             {"server/bus"},
	"server/edge":                {"server/access", "server/panics", "server/problem"},
	"server/guide":               {"server/guide/capacity", "server/wire"},
	"server/guide/capacity":      {},
	"server/guide/capacity/plan": {"server/guide/capacity", "server/wire"},
	"server/lesson":              {"server/wire"},
	"server/live":                {"server/panics", "server/run", "server/session", "server/wire"},
	"server/live/events":         {"server/access", "server/live", "server/live/lobby", "server/problem", "server/run", "server/wire"},
	"server/live/lobby":          {"server/access", "server/live", "server/problem"},
	"server/live/remote":         {"server/live", "server/problem", "server/relay", "server/run", "server/session", "server/wire"},
	"server/live/websocket":      {"server/live", "server/live/lobby", "server/problem", "server/run", "server/wire"},
	"server/meter":               {"server/run", "server/wire"},
	"server/nodes":               {"server/access", "server/cluster", "server/live", "server/live/remote", "server/problem", "server/registry", "server/relay"},
	"server/operator":            {"server/artifact", "server/problem", "server/registry", "server/store"},
	"server/panics":              {},
	"server/problem":             {},
	"server/registry":            {"datasets/table", "engine/export", "server/access", "server/cluster", "server/lesson", "server/panics", "server/problem", "server/run", "server/run/lane", "server/run/rows", "server/session", "server/store", "server/wire"},
	"server/relay":               {"server/panics", "server/problem"},
	"server/run":                 {"datasets/table", "engine", "engine/export", "server/run/capture", "server/run/history", "server/run/image", "server/run/lane", "server/run/past", "server/run/rows", "server/wire"},
	"server/run/capture":         {"datasets/table", "engine", "engine/export", "engine/metrics", "loss", "server/run/history", "server/run/lane", "server/run/past", "server/run/rows", "server/wire"},
	"server/run/guard":           {"server/wire"},
	"server/run/history":         {"server/run/image"},
	"server/run/image":           {},
	"server/run/lane":            {"datasets", "engine", "engine/export", "engine/metrics", "loss", "server/run/guard", "server/run/history", "server/run/image", "server/run/rows", "server/wire"},
	"server/run/past":            {"engine", "engine/export", "server/run/image", "server/run/lane", "server/run/rows", "server/wire"},
	"server/run/rows":            {"datasets", "datasets/table", "engine", "engine/metrics", "server/run/image", "server/wire"},
	"server/run/runtest":         {"server/run", "server/run/capture", "server/wire"}, // for tests
	"server/session":             {"server/run", "server/run/capture", "server/run/history", "server/run/lane", "server/wire"},
	"server/site":                {"server/access", "server/api", "server/edge", "server/guide", "server/lesson", "server/problem", "server/registry", "server/run/lane"},
	"server/store":               {"server/bus"},
	"server/sweep":               {"server/run", "server/run/capture", "server/run/lane", "server/run/past", "server/run/rows", "server/wire"},
	"server/tex":                 {},
	"server/wire":                {"engine", "loss", "server/tex"},
	"server/wire/gen":            {"loss", "server/tex", "server/wire"},
	"server/wire/nonsense":       {"server/wire/wording"},
	"server/wire/wording":        {}, // for tests
	"web":                        {},
	"web/worker":                 {"server/access", "server/api", "server/artifact", "server/live", "server/problem", "server/registry", "server/run", "server/store", "server/wire", "web"},
}

// owners says which packages may see a library of somebody else's. Who is not
// here may see none.
var owners = map[string][]string{
	"github.com/spf13/":                      {"cmd/gnllviz"},
	"github.com/schollz/progressbar/":        {"cmd/gnllviz"},
	"github.com/google/renameio/":            {"cmd/gnllviz", "server/store"},
	"github.com/nats-io/":                    {"server/bus", "server/bus/bustest", "server/cluster", "server/live/remote", "server/registry", "server/relay", "server/store"},
	"github.com/gofrs/flock":                 {"server/store"},
	"github.com/minio/highwayhash":           {"server/store"},
	"github.com/KimMachineGun/automemlimit/": {"cmd/gnllviz"},
	"golang.org/x/term":                      {"cmd/gnllviz"},
	"github.com/gorilla/websocket":           {"server/guide/capacity/plan", "server/live/websocket"},
	"github.com/klauspost/compress/":         {"server/api", "server/store"},
	"github.com/danielgtaylor/huma/v2/":      {"server/api"},
	"golang.org/x/sys/unix":                  {"server/access"},
	"golang.org/x/sys/cpu":                   {"engine/kernel", "loss"},
	"golang.org/x/text/":                     {"datasets/table"},
	"golang.org/x/time/rate":                 {"server/access", "server/live"},
	"github.com/prometheus/":                 {"server/meter"},
	"github.com/go-echarts/go-echarts/":      {"server/artifact/chart"},
	"github.com/expr-lang/expr/":             {"datasets"},
	"gonum.org/v1/gonum/":                    {"engine/kernel", "engine/metrics"},
	"gonum.org/v1/plot":                      {"server/artifact/plot"},
	"github.com/parquet-go/parquet-go":       {"server/artifact"},

	"google.golang.org/protobuf/encoding/protowire": {"engine/export"},
}

func TestImportsPointOneWay(t *testing.T) {
	out := slices.Concat(
		listed(t, exec.Command("go", "list", "-json=ImportPath,Imports", module+"...")),
		// What is in a page is told by another system.
		listed(t, exec.Command("env", "GOOS=js", "GOARCH=wasm", "go", "list", "-json=ImportPath,Imports", module+"web/worker", module+"server/api", module+"server/store", module+"server/registry", module+"server/cluster")),
	)
	unseen := map[string]bool{}
	for name := range arrows {
		unseen[name] = true
	}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimPrefix(p.ImportPath, module)
		allowed, ok := arrows[name]
		if !ok {
			t.Errorf("%s is a package that the house has no room for; give it one here and in ARCHITECTURE.md", name)
			continue
		}
		delete(unseen, name)
		for _, path := range p.Imports {
			switch {
			case strings.HasPrefix(path, module):
				if to := strings.TrimPrefix(path, module); !slices.Contains(allowed, to) {
					t.Errorf("%s imports %s: this arrow points the wrong way", name, to)
				}
			case strings.Contains(strings.Split(path, "/")[0], "."):
				if !ownedBy(path, name) {
					t.Errorf("%s imports %s, which is not its business", name, path)
				}
			}
		}
	}
	for name := range unseen {
		t.Errorf("there is no package %s", name)
	}
}

func listed(t *testing.T, list *exec.Cmd) []byte {
	t.Helper()
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, &stderr)
	}
	return out
}

// What carries a run to a viewer needs no network: it is the same in a worker of the
// page. Those that need one stand beside it.
func TestLiveNeedsNoNetwork(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", module+"server/live").Output()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strings.Fields(string(out)) {
		if path == "net" || path == "net/http" || strings.Contains(path, "websocket") {
			t.Errorf("server/live needs %s", path)
		}
	}
}

func ownedBy(path, name string) bool {
	for library, packages := range owners {
		if strings.HasPrefix(path, library) && slices.Contains(packages, name) {
			return true
		}
	}
	return false
}
