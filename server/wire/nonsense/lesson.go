package main

import (
	"regexp"
	"strconv"
)

// The texts of a lesson are members, and a list of sentences, each on a line of its own.
var lessonText = regexp.MustCompile(`(?m)("(?:title|summary|try|label|ask|answer|explain)": |^    )("(?:[^"\\]|\\.)*")([,}]|$)`)

// rewriteLesson returns a lesson's file with nonsense in place of what it says, and the
// sentences. Names of lanes stay.
func rewriteLesson(path string) (string, []place, error) {
	src, err := readFile(path)
	if err != nil {
		return "", nil, err
	}
	var found []place
	after := lessonText.ReplaceAllStringFunc(src, func(member string) string {
		m := lessonText.FindStringSubmatch(member)
		text, err := strconv.Unquote(m[2])
		if err != nil {
			return member
		}
		p := place{text: text, after: nonsense(text, path+text)}
		p.at.Filename = path
		found = append(found, p)
		return m[1] + strconv.Quote(p.after) + m[3]
	})
	return after, found, nil
}
