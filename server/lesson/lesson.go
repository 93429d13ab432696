// Package lesson reads lessons: what a run is to begin with, what is to be seen
// in it, and where.
//
// A lesson is one JSON file, and its name is the file's: 20-full-or-not.json is the
// lesson full-or-not, and the number says where it stands in the list. The files
// of this package are those that the program has; a teacher's own are read from
// elsewhere. Everything here is a value or a pure function; any goroutine may call
// it.
package lesson

import (
	"embed"
	"encoding/json"
	"io/fs"

	"github.com/gnllviz/gnllviz/server/wire"
)

// A Lesson is a run that shows one thing.
type Lesson struct {
	Slug    string   `json:"slug" doc:"Its name in addresses, which is that of its file."`
	Title   string   `json:"title" doc:"A few words."`
	Summary string   `json:"summary" doc:"One line: what it is about."`
	Watch   []string `json:"watch" doc:"Three short sentences: what there is to see."`
	Try     string   `json:"try" doc:"One sentence: what to change next."`
	Action  *Action  `json:"action,omitempty" doc:"What the button beside it does."`
	Spots   []Spot   `json:"spots" doc:"Where it is to be seen: a spot for each sentence, and perhaps a fourth for what to change."`

	Set   map[string]json.RawMessage `json:"set" doc:"Controls of the run and, as a default, of every lane. Whatever is not named is at its default."`
	Lanes []wire.LaneSpec            `json:"lanes" doc:"The lanes, each with what it has different; without them one."`
	Data  *wire.DataSpec             `json:"data,omitempty" doc:"Rows of a formula or of a file, instead of a data set of the catalogue."`

	Pause     int       `json:"pause,omitempty" doc:"The step at which the run pauses by itself, as what is to be seen is there; without it the largest \"after\" of the claims. 0: it does not pause."`
	Questions Questions `json:"questions,omitzero" doc:"What to predict before the run, and to check when it has paused."`

	Claims []Claim `json:"claims,omitempty" doc:"What its sentences say, in figures: the program's tests train the lesson and hold it to them."`

	View View `json:"view" doc:"How the page shows it, which nobody needs to follow: \"lens\" (mean or variance: points are as large as they pull on it), \"focus\" (the number of the lane that is looked at, from 0), \"bands\" (percent or sigma), \"loss\" (loss, nll or batch), \"mode\" (simple or full: how much of the page is seen), \"compare\" (overlay, or beside: a fit of each lane), \"panel\" (fit, or targets: of several targets all at once, where the spots targets and residuals are)."`
}

// A View is how the page shows a lesson, by the names of the page's own choices.
type View map[string]any

// A Spot is a place on the page: a control or a panel.
type Spot struct {
	Control string   `json:"control,omitempty" doc:"The control's name, or else:"`
	Panel   string   `json:"panel,omitempty" doc:"The panel's." enum:"fit,noise,equation,loss,anatomy,calibration,metrics,timeline,targets,residuals"`
	X       *float64 `json:"x,omitempty" doc:"Where on the fit or the noise, in the input's unit."`
	Lane    string   `json:"lane,omitempty" doc:"The lane that is spoken of: the page looks at it when it goes there."`
	Label   string   `json:"label" doc:"What is there, in a few words."`
}

// TitlePrefix stands before the title of a run that a lesson began, for people.
const TitlePrefix = "lesson: "

// Spec is what the lesson's run begins with.
func (l *Lesson) Spec() wire.Spec {
	return wire.Spec{Title: TitlePrefix + l.Title, Lesson: l.Slug, Controls: l.Set, Lanes: l.Lanes, Data: l.Data}
}

// panels are the spots that are no controls.
func panels() []string {
	return []string{"fit", "noise", "equation", "loss", "anatomy", "calibration", "metrics", "timeline", "targets", "residuals"}
}

//go:embed files/*.json
var files embed.FS

// Files returns the files of the lessons that the program has.
func Files() fs.FS {
	sub, err := fs.Sub(files, "files")
	if err != nil {
		panic("lesson: " + err.Error()) // the name is right
	}
	return sub
}
