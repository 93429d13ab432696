package main

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// recipes are those of CONTRIBUTING.md by their headings, each with what names its example
// wherever a file had to know of it.
var recipes = map[string]*regexp.Regexp{
	"A loss":        regexp.MustCompile(`(?i)cauchy`),
	"A control":     regexp.MustCompile(`optimizer_eps|OptimizerEps`),
	"A data set":    regexp.MustCompile(`\bripple\b`),
	"A lesson":      regexp.MustCompile(`one-wrong-row|One wrong row`),
	"A figure":      regexp.MustCompile(`[iI]nterval_?95|intervalScore\(95`),
	"A format":      regexp.MustCompile(`javaScriptFormat|["'\x60]javascript["'\x60]`),
	"An activation": regexp.MustCompile(`\b(leaky_relu|LeakyReLU)\b`),
	"An optimiser":  regexp.MustCompile(`\b(rmsprop|RMSProp)\b`),
}

// The files that a recipe lists are those that know its example: one more that has to be
// touched is in the recipe, or the recipe fails.
func TestContributingRecipes(t *testing.T) {
	_, text, _ := strings.Cut(read(t, "CONTRIBUTING.md"), "\n## Recipes\n")
	sections := map[string]string{}
	for _, section := range strings.Split(text, "\n### ")[1:] {
		heading, body, _ := strings.Cut(section, "\n")
		sections[heading] = body
		if recipes[heading] == nil {
			t.Errorf("no test follows the recipe %q", heading)
		}
	}
	step := regexp.MustCompile("(?m)^\\d+\\. `([^`]+)`")
	knows := map[string][]string{}
	for _, name := range tracked(t) {
		if !isSource(name) || isTest(name) || slices.Contains(documents, name) {
			continue
		}
		source := written(t, name)
		for heading, example := range recipes {
			if path.Dir(name) == "server/lesson/files" && heading != "A lesson" {
				continue // which may be about anything that there is
			}
			if example.MatchString(name) || example.MatchString(source) {
				knows[heading] = append(knows[heading], name)
			}
		}
	}
	for heading := range recipes {
		var listed []string
		for _, m := range step.FindAllStringSubmatch(sections[heading], -1) {
			listed = append(listed, m[1])
		}
		slices.Sort(listed)
		slices.Sort(knows[heading])
		if len(listed) == 0 || !slices.Equal(listed, knows[heading]) {
			t.Errorf("%s: the recipe lists\n\t%s\nand its example is known to\n\t%s", heading, strings.Join(listed, "\n\t"), strings.Join(knows[heading], "\n\t"))
		}
	}
}

func isTest(name string) bool {
	return strings.HasSuffix(name, "_test.go") || strings.HasSuffix(name, ".test.ts") || strings.HasPrefix(name, "web/e2e/")
}

var (
	generated = regexp.MustCompile(`(?i)\bdo not edit\b`)
	tables    = regexp.MustCompile(`(?s)-update -->\n.*?<!-- end`)
)

// written returns what of a file somebody has written: nothing of one that is made of
// others, and of README.md all but the tables that a test writes.
func written(t *testing.T, name string) string {
	t.Helper()
	source := read(t, name)
	head, _, _ := strings.Cut(source, "\n\n")
	switch {
	case name == "server/api/openapi.json" || generated.MatchString(head):
		return ""
	case name == "README.md":
		return tables.ReplaceAllString(source, "")
	}
	return source
}
