package main

import (
	"regexp"
	"strings"
	"testing"
)

// stiff are phrases that people stopped at. Each has a plain one in its place: "again" or
// "restarts", "so that … does not", "anyone with this link", "can be downloaded".
var stiff = []string{
	`anew`, `lest`, `thereof`, `of then`, `for there is`, `(can|could) be had`, `who(ever)? has it`, `of one['’]s own`,
	`what nobody knows`, `and (its|their) kin`, `goes down on`, `be gone on from`, `who made (it|the run) steers`,
	`on the rows of now`, `undo brings back what was`, `comes back as a run`, `as many as the machine can`,
	`learned on the other half`, `where chance alone keeps`, `anatomy of the loss`, `pull on the network`,
	`loss as trained`, `best attainable`, `names no run`, `asked for what cannot be`, `the defaults hold`,
	`hardly any cell`, `which is its limit`, `keep their say`, `looking back: step`, `everybody (who watches )?may steer`,
}

// Nobody who reads the page, the documents or a comment meets these phrases again.
func TestWordsArePlain(t *testing.T) {
	banned := regexp.MustCompile(`(?i)\b(?:` + strings.Join(stiff, "|") + `)\b`)
	seen := 0
	for _, name := range tracked(t) {
		if !isSource(name) || name == "cmd/gnllviz/words_test.go" {
			continue
		}
		seen++
		text := read(t, name)
		for _, at := range banned.FindAllStringIndex(text, -1) {
			t.Errorf("%s:%d: %q", name, 1+strings.Count(text[:at[0]], "\n"), text[at[0]:at[1]])
		}
	}
	if seen < 500 {
		t.Errorf("only %d files were read", seen)
	}
}
