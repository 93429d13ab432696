package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// root is where the module is, seen from this package.
const root = "../.."

// documents are about the tree, and name what is in it.
var documents = []string{"ARCHITECTURE.md", "CONTRIBUTING.md"}

// What the documents set between backticks is in the tree: files and folders, Go's
// package.Name and Type.Name, classes of the page with their members, and whatever else is
// one word.
func TestContributingNamesWhatIsThere(t *testing.T) {
	tree := readTree(t)
	seen := 0
	for _, doc := range documents {
		for _, name := range named(t, doc) {
			seen++
			if why := tree.missing(name); why != "" {
				t.Errorf("%s: `%s`: %s", doc, name, why)
			}
		}
	}
	if seen < 200 {
		t.Errorf("only %d names were found", seen)
	}
}

// The picture of the rooms has every room that imports another and is not for tests. Its
// arrows are imports, and all imports can be walked along them.
func TestContributingPictureOfRooms(t *testing.T) {
	pictures := fenced(t, "ARCHITECTURE.md", "mermaid")
	if len(pictures) != 2 {
		t.Fatalf("%d pictures, not those of rooms and of goroutines", len(pictures))
	}
	label := regexp.MustCompile(`(\w+)\s*\["([^"]+)"\]`)
	rooms, edges := map[string]string{}, map[string][]string{}
	for line := range strings.Lines(pictures[0]) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "subgraph ") {
			continue
		}
		for _, m := range label.FindAllStringSubmatch(line, -1) {
			rooms[m[1]] = m[2]
			if _, ok := arrows[m[2]]; !ok {
				t.Errorf("the picture has %s, which is no package", m[2])
			}
		}
		if from, to, ok := strings.Cut(line, " --> "); ok {
			for a := range strings.SplitSeq(from, " & ") {
				for b := range strings.SplitSeq(to, " & ") {
					edges[rooms[a]] = append(edges[rooms[a]], rooms[b])
					if !slices.Contains(arrows[rooms[a]], rooms[b]) {
						t.Errorf("the picture has %s import %s, which it may not", rooms[a], rooms[b])
					}
				}
			}
		}
	}
	shown := slices.Sorted(mapValues(rooms))
	walk := func(from string) map[string]bool {
		to := map[string]bool{}
		for todo := []string{from}; len(todo) > 0; todo = todo[1:] {
			for _, next := range edges[todo[0]] {
				if !to[next] {
					to[next] = true
					todo = append(todo, next)
				}
			}
		}
		return to
	}
	for from, list := range arrows {
		if forTests(from) || len(list) == 0 {
			continue
		}
		if !slices.Contains(shown, from) {
			t.Errorf("the picture lacks %s", from)
		}
		reached := walk(from)
		for _, to := range list {
			if slices.Contains(shown, to) && !reached[to] {
				t.Errorf("%s may import %s, and the picture has no way from one to the other", from, to)
			}
		}
	}
	for _, m := range regexp.MustCompile(`subgraph \w+ \["([^":]+):`).FindAllStringSubmatch(pictures[1], -1) {
		if _, ok := arrows[m[1]]; !ok {
			t.Errorf("the picture of goroutines has %s, which is no package", m[1])
		}
	}
	tree := readTree(t)
	for _, name := range regexp.MustCompile(`\w+\.\w+`).FindAllString(pictures[1], -1) {
		if why := tree.missing(name); why != "" {
			t.Errorf("the picture of goroutines has %s: %s", name, why)
		}
	}
}

// Packages import those on lines below their own in the list of imports, which has each
// package once.
func TestContributingListOfImports(t *testing.T) {
	lists := fenced(t, "ARCHITECTURE.md", "imports")
	if len(lists) != 1 {
		t.Fatalf("%d lists of imports", len(lists))
	}
	level := map[string]int{}
	for i, line := range strings.Split(lists[0], "\n") {
		for _, name := range strings.Fields(line) {
			if _, ok := arrows[name]; !ok || level[name] != 0 {
				t.Errorf("%s is no package, or stands there twice", name)
			}
			level[name] = i + 1
		}
	}
	for from, list := range arrows {
		if forTests(from) {
			continue
		}
		if level[from] == 0 {
			t.Errorf("the list lacks %s", from)
		}
		for _, to := range list {
			if level[to] <= level[from] {
				t.Errorf("%s may import %s, which does not stand below it", from, to)
			}
		}
	}
}

// The table of libraries has those of go.mod, and of the page those that it is made with.
func TestContributingTableOfLibraries(t *testing.T) {
	_, table, _ := strings.Cut(read(t, "ARCHITECTURE.md"), "\n## Libraries\n")
	direct, _, _ := strings.Cut(read(t, "go.mod"), "\n)")
	var needed []string
	for _, m := range regexp.MustCompile(`(?m)^\t(?:github\.com/)?(\S+) v`).FindAllStringSubmatch(direct, -1) {
		needed = append(needed, m[1])
	}
	for _, m := range regexp.MustCompile(`(?m)^    "([^"]+)": "\d`).FindAllStringSubmatch(read(t, "web/package.json"), -1) {
		needed = append(needed, m[1])
	}
	if len(needed) < 30 {
		t.Errorf("only %d libraries were found", len(needed))
	}
	cells := map[string]bool{"@types/node": true} // which are types of what is there anyway
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \| ([^|]+)`).FindAllStringSubmatch(table, -1) {
		for word := range strings.FieldsFuncSeq(row[1]+" "+row[2], func(r rune) bool { return strings.ContainsRune(" ,;", r) }) {
			cells[word] = true
		}
	}
	for _, name := range needed {
		if !cells[name] {
			t.Errorf("the table of libraries lacks %s", name)
		}
	}
	for _, row := range regexp.MustCompile(`(?m)^\| ([^|]+) \|`).FindAllStringSubmatch(table, -1) {
		for name := range strings.SplitSeq(row[1], ", ") {
			if name != "library" && name != "---" && name != "avo" && !slices.Contains(needed, name) && name != "jsqr" {
				t.Errorf("the table has the library %s, which nothing here needs", name)
			}
		}
	}
}

func forTests(name string) bool {
	return slices.Contains([]string{"server/wire/gen", "server/wire/nonsense", "server/wire/wording", "server/guide/capacity/plan", "server/run/runtest", "server/bus/bustest", "loss/internal/stream"}, name)
}

func mapValues(m map[string]string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

var fence = regexp.MustCompile("(?ms)^```(\\w*)\n(.*?)^```$")

// fenced returns the blocks of a document that are marked so.
func fenced(t *testing.T, doc, mark string) (blocks []string) {
	t.Helper()
	for _, m := range fence.FindAllStringSubmatch(read(t, doc), -1) {
		if m[1] == mark {
			blocks = append(blocks, m[2])
		}
	}
	return blocks
}

// named returns what a document sets between backticks, outside of its blocks.
func named(t *testing.T, doc string) (names []string) {
	t.Helper()
	text := fence.ReplaceAllString(read(t, doc), "")
	for _, m := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(text, -1) {
		names = append(names, strings.Join(strings.Fields(m[1]), " "))
	}
	return names
}

// A sourceTree is what can be named.
type sourceTree struct {
	files   []string                   // and folders
	members map[string]map[string]bool // of packages, types and classes, by their name
	text    string                     // of all but the documents
}

func readTree(t *testing.T) *sourceTree {
	t.Helper()
	tree := &sourceTree{members: map[string]map[string]bool{}}
	var text strings.Builder
	for _, name := range tracked(t) {
		for dir := name; dir != "."; dir = path.Dir(dir) {
			tree.files = append(tree.files, dir)
		}
		if slices.Contains(documents, name) || !isSource(name) {
			continue
		}
		source := read(t, name)
		text.WriteString(source)
		switch path.Ext(name) {
		case ".go":
			tree.declare(t, name, source)
		case ".ts":
			tree.classes(source)
		}
	}
	tree.text = text.String()
	return tree
}

// tracked returns the files of the repository.
func tracked(t *testing.T) (files []string) {
	t.Helper()
	out, err := exec.Command("git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard").Output()
	if err != nil { // there is no git, or this is a copy without its history
		err = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
			if err == nil && d.IsDir() && slices.Contains([]string{".git", "node_modules", "dist"}, d.Name()) {
				return filepath.SkipDir
			}
			if err == nil && d.Type().IsRegular() {
				name, err = filepath.Rel(root, name)
				files = append(files, filepath.ToSlash(name))
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return files
	}
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			files = append(files, name)
		}
	}
	return files
}

// isSource says whether a file is read and written by people, or made of what is.
func isSource(name string) bool {
	return slices.Contains([]string{".go", ".s", ".ts", ".json", ".html", ".css", ".md", ".mjs", ".js", ".sh", ".py", ".tmpl", ".mod", ".svg", ""}, path.Ext(name)) &&
		!strings.Contains(name, "/testdata/") && path.Base(name) != "package-lock.json"
}

func (tree *sourceTree) add(of, name string) {
	if tree.members[of] == nil {
		tree.members[of] = map[string]bool{}
	}
	tree.members[of][name] = true
}

// declare notes what a Go file declares: under its package what stands at the top, and
// under a type its fields and methods.
func (tree *sourceTree) declare(t *testing.T, name, source string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), name, source, parser.SkipObjectResolution)
	if err != nil {
		return // a template
	}
	of := f.Name.Name
	for _, d := range f.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil {
				tree.add(of, d.Name.Name)
				continue
			}
			receiver := d.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			if generic, ok := receiver.(*ast.IndexExpr); ok {
				receiver = generic.X
			}
			if id, ok := receiver.(*ast.Ident); ok {
				tree.add(id.Name, d.Name.Name)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				switch s := s.(type) {
				case *ast.ValueSpec:
					for _, id := range s.Names {
						tree.add(of, id.Name)
					}
				case *ast.TypeSpec:
					tree.add(of, s.Name.Name)
					var fields *ast.FieldList
					switch u := s.Type.(type) {
					case *ast.StructType:
						fields = u.Fields
					case *ast.InterfaceType:
						fields = u.Methods
					}
					if fields != nil {
						for _, field := range fields.List {
							for _, id := range field.Names {
								tree.add(s.Name.Name, id.Name)
							}
						}
					}
				}
			}
		}
	}
}

var (
	class  = regexp.MustCompile(`(?m)^(?:export )?(?:abstract )?(?:class|interface) (\w+)`)
	member = regexp.MustCompile(`(?m)^  (?:[a-z]+ )*(#?\w+)[ ?!:(=<]`)
)

// classes notes the members of the classes of a file of the page.
func (tree *sourceTree) classes(source string) {
	at := class.FindAllStringSubmatchIndex(source, -1)
	for i, m := range at {
		end := len(source)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		for _, f := range member.FindAllStringSubmatch(source[m[1]:end], -1) {
			tree.add(source[m[2]:m[3]], f[1])
		}
	}
}

var (
	word   = regexp.MustCompile(`^\w+(\.\w+)+$`)
	aFile  = regexp.MustCompile(`^[\w.*-]+(/[\w.*{},-]+)*$`)
	suffix = regexp.MustCompile(`\.(go|ts|json|html|css|md|mod|sh|mjs|tmpl|py)$`)
)

// missing says why there is no such name, or nothing.
func (tree *sourceTree) missing(name string) string {
	switch {
	case strings.ContainsAny(name, " \"#<") || strings.HasPrefix(name, "./"): // a command, or words
	case strings.HasPrefix(name, "--"): // a flag, which may be made of a control's name
		if name = name[2:]; !strings.Contains(tree.text, name) && !strings.Contains(tree.text, strings.ReplaceAll(name, "-", "_")) {
			return "there is no such flag"
		}
	case suffix.MatchString(name) || strings.Contains(name, "/") && aFile.MatchString(name):
		if !slices.ContainsFunc(tree.files, func(f string) bool {
			if !strings.Contains(name, "/") {
				f = path.Base(f)
			}
			ok, _ := path.Match(name, f)
			return ok
		}) {
			return "there is no such file"
		}
	case word.MatchString(name):
		parts := strings.Split(name, ".")
		for i := 1; i < len(parts); i++ {
			of := tree.members[parts[i-1]]
			if of == nil {
				return parts[i-1] + " is neither a package nor a type"
			}
			if !of[parts[i]] {
				return parts[i-1] + " has no " + parts[i]
			}
		}
	case !strings.Contains(tree.text, name):
		return "nothing in the tree is called that"
	}
	return ""
}
