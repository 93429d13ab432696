package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// examples are of a deployment on several machines.
const examples = root + "/server/guide/deploy"

func example(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(examples, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The examples of a deployment start the program with flags that it has, and nats-servers
// of the version that it is tested with.
func TestExamplesNameWhatIsThere(t *testing.T) {
	flags := serveCommand().Flags()
	version := regexp.MustCompile(`nats-io/nats-server/v2 v(\S+)`).FindStringSubmatch(read(t, "go.mod"))
	if version == nil {
		t.Fatal("go.mod names no nats-server")
	}
	for _, name := range []string{"compose.yaml", "kubernetes.yaml"} {
		text := example(t, name)
		var ours []string
		for _, m := range regexp.MustCompile(`(?m)^\s+- --([\w-]+)=`).FindAllStringSubmatch(text, -1) {
			ours = append(ours, m[1])
			if flags.Lookup(m[1]) == nil {
				t.Errorf("%s: serve has no flag --%s", name, m[1])
			}
		}
		if len(ours) < 4 {
			t.Errorf("%s: only the flags %q were found", name, ours)
		}
		images := regexp.MustCompile(`image: nats:(\S+)-alpine`).FindAllStringSubmatch(text, -1)
		if len(images) == 0 {
			t.Errorf("%s has no nats-servers", name)
		}
		for _, m := range images {
			if m[1] != version[1] {
				t.Errorf("%s: nats-server %s, and go.mod has %s", name, m[1], version[1])
			}
		}
		for _, want := range []string{"/readyz", "nats://nats-0.nats:4222,nats://nats-1.nats:4222,nats://nats-2.nats:4222"} {
			if !strings.Contains(text, want) {
				t.Errorf("%s lacks %s", name, want)
			}
		}
	}
}
