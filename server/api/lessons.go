package api

import (
	"context"

	"github.com/gnllviz/gnllviz/server/lesson"
)

// lessonRoutes are those about lessons.
type lessonRoutes struct {
	*core
}

func (a lessonRoutes) register(to *API) {
	register(to, operation{
		at: "GET /api/lessons", id: "listLessons", tag: "server", summary: "List the lessons", large: true,
		help: "Runs that show one thing each, with what is to be seen in them and where. To begin one, send set, lanes and data in the command begin, " +
			"or as an order to POST /api/runs, with \"lesson: \" and the title as title.",
		example: `[{"slug":"full-or-not","title":"full or not","summary":"The constant shifts the loss.","watch":["The losses lie apart.","The fits do not.","Nor do the metrics."],"try":"Switch full off.","action":{"lane":"full","set":{"full":false}},"pause":400,` +
			`"questions":{"before":[{"ask":"How will the losses differ?","choices":[{"answer":"Not at all"},{"answer":"By 0.919","right":true}],"explain":"The constant is ½ log 2π."}]},` +
			`"spots":[{"panel":"loss","label":"0.919 apart"},{"panel":"fit","x":1.5,"label":"the same"},{"control":"full","label":"the constant"}],` +
			`"set":{"dataset":"sine","seed":1},"lanes":[{"name":"without"},{"name":"full","controls":{"full":true}}],"view":{"loss":"loss"}}]`,
	}, a.getLessons)
}

func (a lessonRoutes) getLessons(context.Context, *request) (*body[[]lesson.Lesson], error) {
	return &body[[]lesson.Lesson]{a.Lessons}, nil
}
