package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// messages are functions whose texts are sentences, however short.
var messages = []string{"errors.New", "fmt.Errorf", "Refuse", "wire.Refuse", "mistakef", "refuse", "refusal", "warn"}

// prose are members whose texts are sentences or words for people, however short.
var prose = []string{"Reason", "Text", "Help", "Label", "Title", "Short", "Long", "What", "Cure", "Why", "Detail", "Auto"}

// kept are members that are no sentences, though they look like some, and why.
var kept = map[string]string{
	"Use":     "begins with the command's name",
	"Example": "commands",
	"Name":    "a name",
	"Unit":    "a unit",
	"File":    "a name",
}

// machines are functions whose texts machines read.
var machines = []string{"regexp.MustCompile", "exec.Command", "exec.CommandContext", "Set", "Add", "HandleFunc", "Handle", "MustParse", "Parse"}

// Two words of small letters beside one another: what tells a sentence from a name.
var twoWords = regexp.MustCompile(`(^|[ ("])[A-Z]?[a-z]+,?[;:]? [a-z]{2,}`)

// Signs of HTML, and of programs.
var code = regexp.MustCompile(`</|<[a-z]+[ >]|\{\{|^[A-Z]+ /|\bfunction\b|\bimport [a-z]|\bconst [a-z]|\bdef [a-z]|=>|[a-z]\(\)|^ *[.#][a-z-]+ *\{|'self'|\bgnllviz [a-z]+ -|; charset|; filename=|^return `)

// directive at the end of a line leaves its texts as they are; after it stands why they
// are no sentences.
const directive = "//nonsense:keep "

// A place is a sentence and where it stands.
type place struct {
	at    token.Position
	text  string
	after string
}

func (p place) String() string {
	return fmt.Sprintf("%s:%d: %q -> %q", p.at.Filename, p.at.Line, p.text, p.after)
}

// rewriteGo returns a file with nonsense in place of its sentences, and these.

func readFile(path string) (string, error) {
	b, err := os.ReadFile(path)
	return string(b), err
}

func rewriteGo(path string) (string, []place, error) {
	files := token.NewFileSet()
	src, err := readFile(path)
	if err != nil {
		return "", nil, err
	}
	tree, err := parser.ParseFile(files, path, src, parser.ParseComments)
	if err != nil {
		return "", nil, err
	}
	if ast.IsGenerated(tree) {
		return src, nil, nil
	}
	left := map[int]bool{}
	for _, group := range tree.Comments {
		for _, c := range group.List {
			if strings.HasPrefix(c.Text, directive) {
				left[files.Position(c.Pos()).Line] = true
			}
		}
	}
	var found []place
	var out strings.Builder
	done := 0
	var up []ast.Node
	ast.Inspect(tree, func(n ast.Node) bool {
		if n == nil {
			up = up[:len(up)-1]
			return true
		}
		up = append(up, n)
		lit, ok := n.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return true
		}
		text, err := strconv.Unquote(lit.Value)
		if err != nil || !isSentence(text, up) {
			return true
		}
		at := files.Position(lit.Pos())
		if left[at.Line] {
			return true
		}
		after := nonsense(text, fmt.Sprint(at))
		if after == text {
			return true
		}
		found = append(found, place{at, text, after})
		out.WriteString(src[done:at.Offset])
		if lit.Value[0] == '`' {
			out.WriteString("`" + after + "`")
		} else {
			out.WriteString(strconv.Quote(after))
		}
		done = at.Offset + len(lit.Value)
		return true
	})
	out.WriteString(src[done:])
	return out.String(), found, nil
}

// isSentence tells whether a text is one for people; up are the nodes above it, and it.
func isSentence(text string, up []ast.Node) bool {
	for i := len(up) - 2; i >= 0; i-- {
		below := up[i+1]
		switch n := up[i].(type) {
		case *ast.ImportSpec:
			return false
		case *ast.Field: // its tag
			return false
		case *ast.KeyValueExpr:
			if below == n.Key { // of a map, which is looked up by it
				return false
			}
			key, ok := n.Key.(*ast.Ident)
			if !ok {
				return looksLike(text)
			}
			if _, ok := kept[key.Name]; ok {
				return false
			}
			return slices.Contains(prose, key.Name) && !code.MatchString(text) || looksLike(text)
		case *ast.CallExpr:
			name := called(n.Fun)
			if slices.Contains(machines, name) {
				return false
			}
			if slices.Contains(messages, name) {
				return below == n.Args[len(n.Args)-1] || looksLike(text) || strings.Contains(text, " ")
			}
			return looksLike(text)
		case *ast.BinaryExpr, *ast.ParenExpr:
			continue
		case *ast.CompositeLit:
			return !isOfNames(up[:i+1]) && looksLike(text)
		default:
			return looksLike(text)
		}
	}
	return false
}

// isOfNames tells whether the last of nodes, a composite literal, is of columns, whose
// names and units stand in it without their members' names.
func isOfNames(up []ast.Node) bool {
	for i := len(up) - 1; i >= 0; i-- {
		lit, ok := up[i].(*ast.CompositeLit)
		if !ok {
			return false
		}
		of := lit.Type
		if list, ok := of.(*ast.ArrayType); ok {
			of = list.Elt
		}
		if of != nil {
			return called(of) == "Column"
		}
	}
	return false
}

func looksLike(text string) bool { return twoWords.MatchString(text) && !code.MatchString(text) }

// called returns the name of a function: with its package, but of a method without what
// it is of.
func called(f ast.Expr) string {
	switch f := f.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		if x, ok := f.X.(*ast.Ident); ok && slices.Contains([]string{"errors", "fmt", "wire", "regexp", "exec"}, x.Name) {
			return x.Name + "." + f.Sel.Name
		}
		return f.Sel.Name
	}
	return ""
}

// What stands between backquotes is a name, as of what a flag takes.
var pieces = regexp.MustCompile("`[^`]*`|\\S+|\\s+")

// nonsense writes nonsense in place of the words of a sentence, and leaves its punctuation,
// verbs of formats and names alone. Other salt is other nonsense.
func nonsense(text, salt string) string {
	h := fnv.New64a()
	h.Write([]byte(salt)) // which never fails
	chance := rand.New(rand.NewPCG(h.Sum64(), 0))
	return pieces.ReplaceAllStringFunc(text, func(piece string) string {
		bare, ok := wording.Word(piece)
		if !ok {
			return piece
		}
		return strings.Replace(piece, bare, strange(bare, chance), 1)
	})
}

// strange returns a word of as many letters that is none.
func strange(w string, chance *rand.Rand) string {
	b := []byte(w)
	letters := 0
	for i, c := range b {
		small := c | 0x20
		if small < 'a' || small > 'z' || c >= 0x80 {
			continue
		}
		to := 'a' + byte(chance.IntN(26))
		if letters < len(wording.Mark) && len(b) >= len(wording.Mark) {
			to = wording.Mark[letters]
		}
		letters++
		b[i] = to - 'a' + c&^0x1f + 1
	}
	return string(b)
}

// assertions counts what a test asserts of wording.
func assertions(path string) (n int, err error) {
	tree, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		return 0, err
	}
	ast.Inspect(tree, func(node ast.Node) bool {
		if s, ok := node.(*ast.SelectorExpr); ok {
			if x, ok := s.X.(*ast.Ident); ok && x.Name == "wording" {
				n++
			}
		}
		return true
	})
	return n, nil
}
