// Command nonsense runs the tests of packages with every sentence of the program rewritten
// to nonsense, which differs from place to place. It shows that no part of the program acts
// on what a sentence says. What tests assert of the words themselves they assert through
// package wording, which lets nonsense pass.
//
//	go run ./server/wire/nonsense ./cmd/gnllviz ./server/...
//	go run ./server/wire/nonsense -list ./datasets/table
//
// Flags of go test stand after the packages. What a sentence is, isSentence says. Of files
// that are embedded those of lessons are rewritten. Text in HTML, in programs that are
// written out, in keys of maps and in the tags of structs stays as it is.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func main() {
	list := flag.Bool("list", false, "print the sentences, and run nothing")
	flag.Parse()
	if err := run(flag.Args(), *list); err != nil {
		var ended *exec.ExitError
		if !errors.As(err, &ended) { // else go test has said why
			fmt.Fprintln(os.Stderr, "nonsense:", err)
		}
		os.Exit(1)
	}
}

func run(args []string, list bool) error {
	dir, err := os.MkdirTemp("", "nonsense")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	replace, sentences, asserted := map[string]string{}, 0, 0
	err = filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name := d.Name(); path != "." && (strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_")) || name == "node_modules" || name == "wording" || name == "nonsense" || name == "gen" {
				return fs.SkipDir
			}
			return nil
		}
		if strings.HasSuffix(path, "_test.go") {
			n, err := assertions(path)
			asserted += n
			return err
		}
		rewrite := rewriteGo
		if ok, _ := filepath.Match("server/lesson/files/*.json", path); ok {
			rewrite = rewriteLesson
		} else if filepath.Ext(path) != ".go" {
			return nil
		}
		text, found, err := rewrite(path)
		if err != nil || len(found) == 0 {
			return err
		}
		if list {
			for _, f := range found {
				fmt.Println(f)
			}
		}
		sentences += len(found)
		return put(replace, dir, path, text)
	})
	if err != nil {
		return err
	}
	fmt.Printf("%d sentences in %d files are nonsense; %d assertions are of wording\n", sentences, len(replace), asserted)
	if list {
		return nil
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return err
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, overlay, 0o600); err != nil {
		return err
	}
	test := exec.Command("go", slices.Concat([]string{"test", "-vet=off"}, args)...)
	// By the environment programs have it, too, that tests build.
	test.Env = append(os.Environ(), "GOFLAGS=-overlay="+name+" -tags=nonsense")
	test.Stdout, test.Stderr = os.Stdout, os.Stderr
	return test.Run()
}

// put has go see a text in place of a file.
func put(replace map[string]string, dir, path, text string) error {
	from, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	to := filepath.Join(dir, fmt.Sprint(len(replace), filepath.Ext(path)))
	replace[from] = to
	return os.WriteFile(to, []byte(text), 0o600)
}
