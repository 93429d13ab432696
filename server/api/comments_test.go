package api

import (
	"go/ast"
	"go/parser"
	tokens "go/token"
	"io/fs"
	"os"
	"reflect"
	"strings"
)

// commentsOf returns what the package that declares a type says of its types.
func commentsOf(t reflect.Type) map[string]string {
	dir, ours := strings.CutPrefix(t.PkgPath(), "github.com/gnllviz/gnllviz/")
	if !ours {
		return nil
	}
	return comments(os.DirFS("../../" + dir))
}

// comments returns what Go files say of their types and of these types' fields,
// by "Type" and "Type.Field".
func comments(files fs.FS) map[string]string {
	text := map[string]string{}
	names, err := fs.Glob(files, "*.go")
	for _, name := range names {
		var source []byte
		if source, err = fs.ReadFile(files, name); err != nil {
			break
		}
		var file *ast.File
		if file, err = parser.ParseFile(tokens.NewFileSet(), name, source, parser.ParseComments); err != nil {
			break
		}
		for _, d := range file.Decls {
			if g, ok := d.(*ast.GenDecl); ok && g.Tok == tokens.TYPE {
				for _, spec := range g.Specs {
					t := spec.(*ast.TypeSpec)
					text[t.Name.Name] = words(g.Doc)
					fields(text, t)
				}
			}
		}
	}
	if err != nil {
		panic("api: reading comments: " + err.Error()) // the program is made of these files
	}
	return text
}

func fields(text map[string]string, t *ast.TypeSpec) {
	s, ok := t.Type.(*ast.StructType)
	if !ok {
		return
	}
	for _, f := range s.Fields.List {
		for _, name := range f.Names {
			text[t.Name.Name+"."+name.Name] = words(f.Doc) + words(f.Comment)
		}
	}
}

// words returns a comment as a paragraph that begins with a capital.
func words(c *ast.CommentGroup) string {
	s := strings.Join(strings.Fields(c.Text()), " ")
	if s == "" || strings.HasPrefix(s, `"`) {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// declarer returns the type, t or one that it embeds, that declares a field of t.
func declarer(t reflect.Type, f reflect.StructField) reflect.Type {
	for _, i := range f.Index[:len(f.Index)-1] {
		t = t.Field(i).Type
	}
	return t
}
