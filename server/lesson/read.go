package lesson

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/gnllviz/gnllviz/server/wire"
)

// maxBytes bounds a lesson's file: all of it is one message to the run.
const maxBytes = 48 << 10

// maxSentence bounds a sentence that says what there is to see, in characters.
const maxSentence = 180

// slugOf returns the slug of a lesson's file, which may be called so: digits and a hyphen, if
// any, then words of small letters and digits with hyphens between them, the first of which
// begins with a letter.
func slugOf(file string) (slug string, ok bool) {
	const digits, letters = "0123456789", "abcdefghijklmnopqrstuvwxyz"
	slug, ok = strings.CutSuffix(file, ".json")
	if number, rest, found := strings.Cut(slug, "-"); found && number != "" && strings.Trim(number, digits) == "" {
		slug = rest
	}
	for i, word := range strings.Split(slug, "-") {
		ok = ok && word != "" && strings.Trim(word, letters+digits) == "" && (i > 0 || strings.Trim(word[:1], letters) == "")
	}
	return slug, ok
}

// Read reads the lessons of one folder after another. One that has the name of an
// earlier one takes its place; the others follow in the order of their files'
// names. An error says which file and which member of it is wrong, and why.
func Read(t wire.Table, folders ...fs.FS) ([]Lesson, error) {
	var list []Lesson
	for _, folder := range folders {
		names, err := fs.Glob(folder, "*.json")
		if err != nil {
			return nil, fmt.Errorf("listing lessons: %w", err)
		}
		slices.Sort(names)
		for _, name := range names {
			l, err := readFile(t, folder, name)
			if err != nil {
				return nil, fmt.Errorf("lesson %s: %w", name, err)
			}
			same := func(other Lesson) bool { return other.Slug == l.Slug }
			if slices.ContainsFunc(list, func(other Lesson) bool { return other.Title == l.Title && !same(other) }) {
				return nil, fmt.Errorf("lesson %s: title: another lesson is called %q too", name, l.Title)
			}
			if i := slices.IndexFunc(list, same); i >= 0 {
				list[i] = l
			} else {
				list = append(list, l)
			}
		}
	}
	return list, nil
}

func readFile(t wire.Table, folder fs.FS, name string) (Lesson, error) {
	var l Lesson
	slug, ok := slugOf(path.Base(name))
	if !ok {
		return l, errors.New("its name is not of small letters, digits and hyphens, perhaps with a number before them, and .json")
	}
	// To open a pipe, or to read a terminal, waits for somebody to write.
	info, err := fs.Stat(folder, name)
	if err != nil {
		return l, err
	}
	if !info.Mode().IsRegular() {
		return l, fmt.Errorf("it is %s, and only regular files are read", kindOf(info.Mode()))
	}
	f, err := folder.Open(name)
	if err != nil {
		return l, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return l, err
	}
	if len(b) > maxBytes {
		return l, fmt.Errorf("it has more than %d bytes", maxBytes)
	}
	if err := decode(b, &l); err != nil {
		return l, err
	}
	if l.Slug != "" {
		return l, errors.New("slug: the name of the file says it")
	}
	l.Slug = slug
	if err := l.nameControls(t); err != nil {
		return l, err
	}
	if l.Pause == 0 {
		for _, c := range l.Claims {
			l.Pause = max(l.Pause, c.After)
		}
	}
	l.Set, l.Lanes, l.View = orEmpty(l.Set), append([]wire.LaneSpec{}, l.Lanes...), orEmpty(l.View)
	return l, l.check(t)
}

// kindOf names what a file is that is not regular.
func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "a named pipe"
	case m&fs.ModeSocket != 0:
		return "a socket"
	case m&fs.ModeDevice != 0:
		return "a device"
	case m.IsDir():
		return "a folder"
	}
	return "a special file"
}

func orEmpty[V any](m map[string]V) map[string]V {
	if m == nil {
		return map[string]V{}
	}
	return m
}

// decode reads a lesson that has no members but those of its type, and says where
// it is none.
func decode(b []byte, l *Lesson) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err := d.Decode(l)
	if err == nil {
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return errors.New("more follows after the JSON object")
		}
		return nil
	}
	line := func(offset int64) int { return 1 + bytes.Count(b[:min(int(offset), len(b))], []byte("\n")) }
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("line %d: %w", line(syntax.Offset), err)
	case errors.As(err, &typ):
		return fmt.Errorf("%s: line %d has a JSON %s, which does not belong there", typ.Field, line(typ.Offset), typ.Value)
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok { //nonsense:keep a sentence of encoding/json, which has no type for it
		name = strings.Trim(name, `"`)
		if near := wire.Nearest(name, members(reflect.TypeFor[Lesson]())); near != "" {
			return fmt.Errorf("%s: a lesson has no such member; did you mean %q?", name, near)
		}
		return fmt.Errorf("%s: a lesson has no such member", name)
	}
	return fmt.Errorf("it is no JSON object: %w", err)
}

// members returns the names of all members of a type and of what is in it.
func members(t reflect.Type) (names []string) {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice:
		return members(t.Elem())
	case reflect.Struct:
		for i := range t.NumField() {
			f := t.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				names = append(names, name)
			}
			if f.IsExported() {
				names = append(names, members(f.Type)...)
			}
		}
	}
	return names
}

// check says which member of a lesson is not as it may be, and why.
func (l *Lesson) check(t wire.Table) error {
	for _, m := range []struct {
		name, text string
		most       int
	}{{"title", l.Title, wire.MaxTitle - len(TitlePrefix)}, {"summary", l.Summary, 120}, {"try", l.Try, 180}} {
		if err := isLine(m.text, m.most); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
	if n := len(l.Watch); n != 3 {
		return fmt.Errorf("watch: it has %d sentences, not three", n)
	}
	for i, s := range l.Watch {
		if err := isLine(s, maxSentence); err != nil {
			return fmt.Errorf("watch: sentence %d: %w", i+1, err)
		}
	}
	if n := len(l.Spots); n != 3 && n != 4 {
		return fmt.Errorf("spots: there are %d, not one for each sentence and perhaps a fourth for what to try", n)
	}
	for i := range l.Spots {
		if err := l.Spots[i].check(t, l); err != nil {
			return fmt.Errorf("spots: spot %d: %w", i+1, err)
		}
	}
	for i := range l.Claims {
		if err := l.Claims[i].check(l); err != nil {
			return fmt.Errorf("claims: claim %d: %w", i+1, err)
		}
	}
	if l.Pause < 0 || l.Pause > 1_000_000 {
		return fmt.Errorf("pause is %d; it must be a step from 1 to 1000000", l.Pause)
	}
	if err := l.Questions.check(l); err != nil {
		return fmt.Errorf("questions: %w", err)
	}
	if l.Action != nil {
		if err := l.Action.check(t, l); err != nil {
			return fmt.Errorf("action: %w", err)
		}
	}
	return l.checkRun(t)
}

// isLine refuses a text that is not one line of at most so many characters.
func isLine(s string, most int) error {
	switch n := utf8.RuneCountInString(s); {
	case strings.TrimSpace(s) == "":
		return errors.New("it is missing")
	case n > most:
		return fmt.Errorf("it has %d characters, and may have %d", n, most)
	case strings.ContainsFunc(s, unicode.IsControl):
		return errors.New("it is not one line of printable characters")
	}
	return nil
}

func (s *Spot) check(t wire.Table, l *Lesson) error {
	if (s.Control == "") == (s.Panel == "") {
		return errors.New("it has either a control or a panel")
	}
	if s.Control != "" && !slices.ContainsFunc(t, func(c wire.Control) bool { return c.Name == s.Control }) {
		return fmt.Errorf("there is no control %q", s.Control)
	}
	if s.Panel != "" && !slices.Contains(panels(), s.Panel) {
		return fmt.Errorf("there is no panel %q; there are %s", s.Panel, strings.Join(panels(), ", "))
	}
	if s.Lane != "" && !l.has(s.Lane) {
		return fmt.Errorf("lane: no lane is called %.60q", s.Lane)
	}
	if s.X != nil && s.Panel != "fit" && s.Panel != "noise" {
		return errors.New("only the fit and the noise have an x")
	}
	if s.X != nil && (math.IsNaN(*s.X) || math.IsInf(*s.X, 0)) {
		return errors.New("x is not finite")
	}
	if err := isLine(s.Label, 60); err != nil {
		return fmt.Errorf("label: %w", err)
	}
	return nil
}

// checkRun says what of the run cannot be, as far as the table of controls knows.
func (l *Lesson) checkRun(t wire.Table) error {
	all, _, refused := t.Apply(t.Defaults(), l.Set)
	if refused != nil {
		return fmt.Errorf("set: %s", refused.Reason)
	}
	if l.Data != nil {
		if refused := l.Data.Check(); refused != nil {
			return fmt.Errorf("data: %s", refused.Reason)
		}
	} else if all.Dataset == wire.OwnData {
		return errors.New(`data: the dataset is "own", and there are no rows`)
	}
	if n := len(l.Lanes); n > wire.MaxLanes {
		return fmt.Errorf("lanes: there are %d; a run has at most %d", n, wire.MaxLanes)
	}
	for i, lane := range l.Lanes {
		_, deltas, refused := t.Apply(all, lane.Controls)
		if refused == nil {
			refused = wire.CheckLook(&lane.Name, lane.Colour)
		}
		if refused != nil {
			return fmt.Errorf("lanes: lane %d: %s", i+1, refused.Reason)
		}
		for _, d := range deltas {
			if d.Control.Run {
				return fmt.Errorf("lanes: lane %d: %s is the run's, the same for all lanes", i+1, d.Control.Name)
			}
		}
	}
	return nil
}
