package lesson

import (
	"os"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gnllviz/gnllviz/server/run"
	"github.com/gnllviz/gnllviz/server/run/lane"
	"github.com/gnllviz/gnllviz/server/wire/wording"
)

// The lessons of the program can be run, and no two of them look alike in a list.
func TestLessonsOfTheProgram(t *testing.T) {
	list, err := Read(lane.Table(), Files())
	if err != nil {
		t.Fatal(err)
	}
	if len(list) < 11 || list[0].Slug != "what-eps-does" || list[1].Slug != "full-or-not" {
		t.Fatalf("there are %d lessons, the first of which is %s", len(list), list[0].Slug)
	}
	for _, l := range list {
		if _, err := run.New(l.Slug, l.Spec(), run.Options{Idle: time.Hour}); err != nil {
			t.Errorf("%s: %v", l.Slug, err)
		}
		if l.Set["seed"] == nil {
			t.Errorf("%s has no seed of its own", l.Slug)
		}
		for _, s := range append([]string{l.Summary, l.Try}, l.Watch...) {
			if !strings.HasSuffix(s, ".") && !strings.HasSuffix(s, "?") {
				t.Errorf("%s: %q is no sentence", l.Slug, s)
			}
		}
	}
}

const good = `{
  "title": "Mine", "summary": "One line.", "watch": ["One.", "Two.", "Three."], "try": "Something.",
  "spots": [{"panel": "fit", "x": 3, "label": "here"}, {"control": "eps", "label": "and here"}, {"panel": "loss", "label": "there"}],
  "set": {"eps": 0.001}, "lanes": [{"name": "one"}, {"controls": {"full": true}}]
}`

// asks is a lesson's question before its run, and what follows it in the file.
func asks(question string) string { return `"questions": {"before": [` + question + `]}, "set"` }

// Where a lesson pauses, unless it says so, its claims have all come true; and its texts call
// a control as the page does.
func TestLessonsPauseAtTheirClaims(t *testing.T) {
	claims := `"claims": [{"after": 30, "lane": "one", "figure": "test_nll", "most": 9}, {"after": 20, "lane": "one", "figure": "test_nll", "most": 9}], "set"`
	for text, want := range map[string]int{claims: 30, `"pause": 50, ` + claims: 50, `"set"`: 0} {
		text = strings.Replace(strings.Replace(good, `"set"`, text, 1), "Something.", "Raise {lr}.", 1)
		list, err := Read(lane.Table(), fstest.MapFS{"mine.json": {Data: []byte(text)}})
		if err != nil || list[0].Pause != want || list[0].Try != "Raise learning rate." {
			t.Errorf("it pauses at %d, not %d, and says %q (%v)", list[0].Pause, want, list[0].Try, err)
		}
	}
}

func TestFilesAreRead(t *testing.T) {
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	ours := fstest.MapFS{"10-first.json": file(good), "20-second.json": file(strings.Replace(good, "Mine", "Second", 1)), "notes.txt": file("no lesson")}
	theirs := fstest.MapFS{"5-second.json": file(strings.Replace(good, "Mine", "Theirs", 1)), "a-third.json": file(strings.Replace(good, "Mine", "Third", 1))}
	list, err := Read(lane.Table(), ours, theirs)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range list {
		names = append(names, l.Slug+" "+l.Title)
	}
	if got := strings.Join(names, ", "); got != "first Mine, second Theirs, a-third Third" {
		t.Errorf("the lessons are %s", got)
	}
	if s := list[0].Spec(); s.Title != "lesson: Mine" || string(s.Controls["eps"]) != "0.001" || len(s.Lanes) != 2 {
		t.Errorf("the first begins with %+v", s)
	}
}

// The README's example is a lesson.
func TestExampleOfTheREADME(t *testing.T) {
	b, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "\n## Lessons\n")
	var example strings.Builder
	for line := range strings.Lines(rest) {
		if code, ok := strings.CutPrefix(line, "    "); ok {
			example.WriteString(code)
		} else if example.Len() > 0 {
			break
		}
	}
	list, err := Read(lane.Table(), fstest.MapFS{"130-two-optimisers.json": {Data: []byte(example.String())}})
	if err != nil || len(list) != 1 {
		t.Fatalf("%v\n%s", err, &example)
	}
	if _, err := run.New("example", list[0].Spec(), run.Options{}); err != nil {
		t.Error(err)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"title": "Mine",`, ``, "title: it is missing"},
		{`"Mine"`, `"` + strings.Repeat("a", 73) + `"`, "title: it has 73 characters, and may have 72"},
		{`"One line."`, `"Two\nlines."`, "summary: it is not one line"},
		{`, "Three."`, ``, "watch: it has 2 sentences, not three"},
		{`"Two."`, `" "`, "watch: sentence 2: it is missing"},
		{`"try": "Something."`, `"tries": "Something."`, "tries: a lesson has no such member"},
		{`"try": "Something."`, `"trry": "Something."`, `trry: a lesson has no such member; did you mean "try"?`},
		{`, {"panel": "loss", "label": "there"}`, ``, "spots: there are 2"},
		{`"panel": "fit"`, `"panel": "fits"`, `spots: spot 1: there is no panel "fits"; there are fit, noise`},
		{`"panel": "fit", `, ``, "spots: spot 1: it has either a control or a panel"},
		{`"control": "eps"`, `"control": "epsilon"`, `spots: spot 2: there is no control "epsilon"`},
		{`"control": "eps", `, `"control": "eps", "x": 1, `, "spots: spot 2: only the fit and the noise have an x"},
		{`"here"`, `"` + strings.Repeat("é", 61) + `"`, "spots: spot 1: label: it has 61 characters, and may have 60"},
		{`"eps": 0.001`, `"eps": -1`, "set: eps must be 0 or from 1e-12 to 10, not -1"},
		{`"eps": 0.001`, `"epsilon": 1`, `set: there is no control "epsilon"`},
		{`"eps": 0.001`, `"dataset": "own"`, `data: the dataset is "own"`},
		{`"full": true`, `"full": 7`, "lanes: lane 2: full must be true or false"},
		{`"full": true`, `"seed": 7`, "lanes: lane 2: seed is the run's"},
		{`{"name": "one"}`, `{"nom": "one"}`, "nom: a lesson has no such member"},
		{`"set"`, `"data": {}, "set"`, `data: "data" has either`},
		{`"set"`, `"claims": [{"after": 10, "lane": "none", "figure": "test_nll", "most": 1}], "set"`, "claims: claim 1: lane: no lane is called"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_ml", "most": 1}], "set"`, "claims: claim 1: figure: no figure is called"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "std", "most": 1}], "set"`, "claims: claim 1: x: "},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_nll"}], "set"`, "claims: claim 1: least, most: one of them"},
		{`"set"`, `"claims": [{"after": 0, "lane": "one", "figure": "test_nll", "most": 1}], "set"`, "claims: claim 1: after is 0 steps"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_nll", "other": "train_nll", "most": 1}], "set"`, "claims: claim 1: other: it needs than or minus"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_nll", "minus": "one", "other": "train_ml", "most": 1}], "set"`, "claims: claim 1: other: no figure is called"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_nll", "minus": "one", "most": 1}], "set"`, "claims: claim 1: minus: no other lane is called"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_nll", "minus": "one", "than": "one", "other": "train_nll", "most": 1}], "set"`, "claims: claim 1: than, minus: "},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "verdict", "most": 1}], "set"`, "claims: claim 1: is: a verdict needs it"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "verdict", "is": "good"}], "set"`, "claims: claim 1: is: no verdict is called"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "test_nll", "is": "well"}], "set"`, "claims: claim 1: is: a verdict needs it"},
		{`"set"`, `"claims": [{"after": 10, "lane": "one", "figure": "verdict", "is": "well", "most": 1}], "set"`, "claims: claim 1: is: a verdict is compared with nothing else"},
		{`"panel": "loss"`, `"panel": "loss", "lane": "three"`, `spots: spot 3: lane: no lane is called "three"`},
		{`"set"`, `"pause": -1, "set"`, "pause is -1; it must be a step from 1 to 1000000"},
		{`"set"`, asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true}, {"answer": "b"}], "explain": "So."}`), "questions: they are answered where the run pauses; give the lesson a pause (a step) or claims"},
		{`"set"`, `"pause": 9, ` + asks(`{"choices": [{"answer": "a", "right": true}, {"answer": "b"}], "explain": "So."}`), "questions: before: question 1: ask: it is missing"},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true}, {"answer": "b"}]}`), "questions: before: question 1: explain: it is missing"},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "explain": "So."}`), "questions: before: question 1: choices, draw: a question has one of them; give choices, or draw with a lane"},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "draw": {"lane": "three"}, "explain": "So."}`), `questions: before: question 1: draw: lane: no lane is called "three"`},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true}], "explain": "So."}`), "questions: before: question 1: choices: there are 1; give 2 to 5"},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true}, {"answer": "a"}], "explain": "So."}`), `questions: before: question 1: choices: choice 2: answer: another choice says "a" too`},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a"}, {"answer": "b"}], "explain": "So."}`), `questions: before: question 1: choices: 0 are right; mark one of them with "right": true`},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true}, {"answer": "b", "right": true}], "explain": "So."}`), "questions: before: question 1: choices: 2 are right"},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true, "holds": [{"lane": "one", "figure": "test_ml", "most": 1}]}, {"answer": "b"}], "explain": "So."}`), "questions: before: question 1: choices: choice 1: holds: claim 1: figure: no figure is called"},
		{`"set"`, `"pause": 9, ` + asks(`{"ask": "Which?", "choices": [{"answer": "a", "right": true, "holds": [{"after": 3, "lane": "one", "figure": "test_nll", "most": 1}]}, {"answer": "b"}], "explain": "So."}`), "questions: before: question 1: choices: choice 1: holds: claim 1: after: a choice is about the step of the pause"},
		{`"set"`, `"pause": 9, "questions": {"after": [{"ask": "Draw it.", "draw": {"lane": "one"}, "explain": "So."}]}, "set"`, "questions: after: question 1: draw: a band is drawn before the run"},
		{`"set"`, `"pause": 9, "questions": {"since": []}, "set"`, "since: a lesson has no such member"},
		{`"set"`, `"action": {}, "set"`, "action: it does nothing; give set, erase or reset"},
		{`"set"`, `"action": {"lane": "three", "reset": true}, "set"`, `action: lane: no lane is called "three"`},
		{`"set"`, `"action": {"set": {"eps": -1}}, "set"`, "action: set: eps must be 0 or from 1e-12 to 10, not -1"},
		{`"set"`, `"action": {"lane": "one", "set": {"seed": 3}}, "set"`, "action: set: seed is the run's, the same for all lanes; leave out lane"},
		{`"Something."`, `"Raise {epsilon}."`, "try: {epsilon} names no control"},
		{`"title": "Mine"`, `"title": 7`, "title: line 2 has a JSON number, which does not belong there"},
		{`"summary": "One line.",`, `"summary": "One line."`, "line 2: invalid character"},
		{`"title"`, `"slug": "mine", "title"`, "slug: the name of the file says it"},
		{"\n}", "\n} 7", "more follows"},
		{"\n}", strings.Repeat(" ", maxBytes) + "\n}", "it has more than"},
	} {
		text := strings.Replace(good, c.old, c.new, 1)
		if text == good {
			t.Errorf("%q is not in the file", c.old)
		}
		_, err := Read(lane.Table(), fstest.MapFS{"10-mine.json": {Data: []byte(text)}})
		if err == nil || !wording.Begins(err.Error(), "lesson 10-mine.json: "+c.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%.60q: got %v, want %s", c.new, err, c.want)
		}
	}
	for name, want := range map[string]string{"Mine.json": "small letters", "10-.json": "small letters", "1 2.json": "small letters"} {
		if _, err := Read(lane.Table(), fstest.MapFS{name: {Data: []byte(good)}}); err == nil || !strings.Contains(err.Error(), name) || !wording.Has(err.Error(), want) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	if _, err := Read(lane.Table(), fstest.MapFS{"a.json": {Data: []byte(good)}, "b.json": {Data: []byte(good)}}); err == nil || !wording.Has(err.Error(), `b.json: title: another lesson is called "Mine" too`) {
		t.Errorf("two lessons of one title: %v", err)
	}
}
