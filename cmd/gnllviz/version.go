package main

import (
	"cmp"
	"runtime/debug"
)

// version returns the program's version and the commit that it was built from, as
// far as the build knows them. A commit ends in "+" where files were changed since.
func version() (version, commit string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown", ""
	}
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			commit = s.Value + commit
		case s.Key == "vcs.modified" && s.Value == "true":
			commit += "+"
		}
	}
	return cmp.Or(info.Main.Version, "(devel)"), commit
}

// versionText is what --version says.
func versionText() string {
	v, commit := version()
	if commit != "" {
		v += " (" + commit + ")"
	}
	return v
}
