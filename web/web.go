//go:build !js

// Package web holds the built page, so that the program is one file.
package web

import (
	"embed"
	"io/fs"
)

// site has missing/, which is tracked, and after `make web` also dist/ and report/,
// which are not: so a fresh checkout builds without Node, and building the page
// leaves the tree clean.
//
//go:embed all:site
var site embed.FS

// FS returns the files of the page, with index.html at the top: the built page,
// or one that says how to build it.
func FS() fs.FS {
	for _, dir := range []string{"site/dist", "site/missing"} {
		page, err := fs.Sub(site, dir)
		if err != nil {
			panic(err) // the names above are valid
		}
		if _, err := fs.Stat(page, "index.html"); err == nil {
			return page
		}
	}
	panic("web: site/missing/index.html is tracked and embedded")
}

// Report returns the script of the report, or ErrNotBuilt.
func Report() ([]byte, error) {
	script, err := site.ReadFile("site/report/report.js")
	if err != nil {
		return nil, ErrNotBuilt
	}
	return script, nil
}
