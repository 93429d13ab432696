package lane

import (
	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// Table returns the table of controls, with the data sets that there are and the ways of
// acquiring that are known.
func Table() wire.Table {
	var c wire.Choices
	for _, e := range datasets.Catalogue() {
		c.Datasets = append(c.Datasets, wire.Option{Value: e.Name, Label: e.Title, Help: e.Help})
	}
	c.Datasets = append(c.Datasets, wire.Option{
		Value: wire.OwnData, Label: "Your data", Help: "Your own table or formula.",
	})
	c.Acquisitions = options([]string{rows.ByTotal, rows.ByEpistemic, rows.ByAleatoric, rows.ByRandom}, map[string]string{
		rows.ByTotal:     "Where the predicted standard deviation is largest.",
		rows.ByEpistemic: "Where the members of the ensemble disagree most: what more data can cure.",
		rows.ByAleatoric: "Where the members predict the largest standard deviation: what more data cannot cure.",
		rows.ByRandom:    "Anywhere, by chance: what the others are to be measured by.",
	})
	return wire.NewTable(c)
}

// options gives each value its name as its label.
func options(values []string, help map[string]string) []wire.Option {
	var list []wire.Option
	for _, v := range values {
		list = append(list, wire.Option{Value: v, Label: v, Help: help[v]})
	}
	return list
}
