package artifact

import (
	"strings"

	"github.com/gnllviz/gnllviz/server/artifact/plot"
)

// chartFormats are those of pictures, and the report.
func chartFormats() []Format {
	list := []Format{{
		Name: "report", File: "report.html", Media: "text/html", Group: groupChart, Form: "report", aliases: []string{"html"},
		Help: "A report on one page that works offline: data, settings, changes, curves, fit, calibration, scores and model card.", Rows: true, write: report,
	}}
	for _, c := range []Format{
		{Of: plot.Fit, Help: "The data, the predicted mean and bands.", Along: true, Rows: true},
		{Of: plot.Noise, Help: "The predicted standard deviation on a log axis, with its minimum √eps.", Along: true},
		{Of: plot.Loss, Help: "Training and test loss over the steps."},
		{Of: plot.Calibration, Help: "The calibration curve of the test set."},
	} {
		for _, kind := range plot.Kinds() {
			f := c
			f.Name, f.File, f.Media, f.Group, f.Form = f.Of+"-"+kind.Name, f.Of+"."+kind.Name, kind.Media, groupChart, strings.ToUpper(kind.Name)
			if f.Of == plot.Fit {
				f.aliases = []string{kind.Name}
			}
			f.write = still(f.Of, kind.Name)
			list = append(list, f)
		}
	}
	return append(list, Format{
		Name: "fit-gif", File: "fit.gif", Media: "image/gif", Group: groupChart, Of: "fit over time", Form: "GIF", aliases: []string{"gif"},
		Help: "Animation of the fit during training.", Along: true, Rows: true, write: animation,
	})
}
