package server

import (
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/guide"
	"github.com/gnllviz/gnllviz/server/wire"
)

func TestHelpSaysWhatThereIs(t *testing.T) {
	addr, _ := serve(t, Config{})
	get := func(path string) (*http.Response, string) {
		t.Helper()
		r, err := http.Get("http://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		defer r.Body.Close()
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Fatal(err)
		}
		return r, string(b)
	}
	r, html := get("/help")
	if r.StatusCode != http.StatusOK || !strings.HasPrefix(r.Header.Get("Content-Type"), "text/html") || strings.Contains(html, "<!-- help -->") {
		t.Fatalf("got %d %s: %.200s", r.StatusCode, r.Header.Get("Content-Type"), html)
	}
	for _, d := range datasets.Catalogue() {
		if !strings.Contains(html, fmt.Sprintf(`id="dataset-%s"`, d.Name)) {
			t.Errorf("nothing is said of the data set %s", d.Name)
		}
	}
	for _, c := range api.Commands() {
		if !strings.HasSuffix(c.Help, ".") {
			t.Errorf("the command %s does %q", c.Name, c.Help)
		}
		if !strings.Contains(html, fmt.Sprintf(`id="command-%s"`, c.Name)) {
			t.Errorf("nothing is said of the command %s", c.Name)
		}
		if c.Example != "" {
			if _, _, refused := wire.ParseCommand(withID([]byte(c.Example))); refused != nil {
				t.Errorf("the example of %s is refused: %v", c.Name, refused)
			}
		}
	}
	l := access.DefaultLimits()
	for _, x := range l.Table() {
		if !strings.Contains(html, "--"+x.Flag+"<") {
			t.Errorf("nothing is said of --%s", x.Flag)
		}
	}
	for _, link := range []string{"/", "/api/openapi.json", "/api/openapi.yaml"} {
		if r, _ := get(link); r.StatusCode != http.StatusOK || !strings.Contains(html, `href=".`+link+`"`) && !strings.Contains(html, `href="`+link[1:]+`"`) {
			t.Errorf("%s: %s, and the help leads there: %t", link, r.Status, strings.Contains(html, link[1:]))
		}
	}
}

func TestHelpImages(t *testing.T) {
	addr, _ := serve(t, Config{})
	list, err := fs.ReadDir(guide.Images(), ".")
	if err != nil || len(list) == 0 {
		t.Fatalf("%d pictures, %v", len(list), err)
	}
	size := int64(0)
	for _, f := range list {
		r, err := http.Get("http://" + addr + "/help/" + f.Name())
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, r.Body)
		r.Body.Close()
		if err != nil || r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != "image/webp" {
			t.Errorf("%s: %s %s %v", f.Name(), r.Status, r.Header.Get("Content-Type"), err)
		}
		size += n
	}
	if size > 150<<10 {
		t.Errorf("the pictures have %d bytes together", size)
	}
	for path, status := range map[string]int{"/help/": 404, "/help/nothing.webp": 404, "/help/..%2fhelp.go": 400} {
		r, err := http.Get("http://" + addr + path)
		if err != nil {
			t.Fatal(err)
		}
		r.Body.Close()
		if r.StatusCode != status {
			t.Errorf("%s: %s", path, r.Status)
		}
	}
}
