package main

import (
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/api"
	"github.com/gnllviz/gnllviz/server/lesson"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/site"
	"github.com/gnllviz/gnllviz/web"
)

func siteCommand() *cobra.Command {
	var out, lessons string
	c := &cobra.Command{
		Use:     "site",
		Short:   "Write the page as a folder for any static host, without a server",
		Long:    "Writes a folder with the page, the guide and the lessons. Whoever opens the page from a static host trains in the browser; after the first visit no network is needed. All addresses are relative, so the folder works below any path.",
		Example: "  gnllviz site --out public\n  python3 -m http.server -d public",
		Args:    arguments(cobra.NoArgs),
	}
	f := c.Flags()
	f.StringVar(&out, "out", "", "folder to write to; it may exist, and files in it are replaced")
	f.StringVar(&lessons, "lessons", "", "folder with your own lessons, one JSON file each, in addition to the built-in ones")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if out == "" {
			return mistakef("--out is missing: name the folder to write to")
		}
		n, bytes, err := writeSite(out, lessons)
		if err != nil {
			return err
		}
		fmt.Fprintf(c.OutOrStdout(), "%s: %d files, %.1f MB; open it through a web server, such as python3 -m http.server -d %s\n", out, n, float64(bytes)/1e6, out)
		return nil
	}
	return c
}

// writeSite writes the folder, and returns how many files and bytes it has.
func writeSite(out, lessons string) (n, bytes int, err error) {
	list, err := registry.Lessons(nil, access.DefaultLimits())
	var own map[string]string
	if lessons != "" {
		if list, err = lessonsOf(lessons, access.DefaultLimits()); err == nil {
			own, err = lessonFiles(lessons)
		}
	}
	if err != nil {
		return 0, 0, err
	}
	s := newSite(list)
	if err := s.InPage(own); err != nil {
		return 0, 0, err
	}
	err = s.Files(func(name string, content []byte) error {
		to := filepath.Join(out, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
			return err
		}
		n++
		bytes += len(content)
		return os.WriteFile(to, content, 0o666)
	})
	return n, bytes, err
}

func newSite(lessons []lesson.Lesson) *site.Site {
	log := slog.New(slog.DiscardHandler)
	described := api.New(api.Config{Gate: access.NewGate("", false, nil, log)})
	return site.New(web.FS(), described.Datasets, lessons, log)
}

// hasEngine says what to do where the page's engine is not in this program.
func hasEngine() error {
	if found, err := fs.Glob(web.FS(), "assets/engine-*.gz"); err != nil || len(found) == 0 {
		return site.ErrNoEngine
	}
	return nil
}

// lessonFiles returns the lessons of a folder as they are, by their names.
func lessonFiles(folder string) (map[string]string, error) {
	files := map[string]string{}
	of := os.DirFS(folder)
	names, err := fs.Glob(of, "*.json")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		b, err := fs.ReadFile(of, name)
		if err != nil {
			return nil, err
		}
		files[name] = string(b)
	}
	return files, nil
}
