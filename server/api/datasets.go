package api

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/wire"
)

// datasetRoutes are those about the catalogue.
type datasetRoutes struct {
	*core
	catalogue func() ([]Dataset, error) // made once
}

func (a datasetRoutes) register(to *API) {
	register(to, operation{
		at: "GET /api/datasets", id: "listDatasets", tag: "data", summary: "List the data sets", large: true,
		help:    "The catalogue: what the control dataset can be, besides rows of your own.",
		example: `[{"name":"mcycle","title":"Motorcycle","help":"A crash test.","source":"Silverman (1985)","inputs":[{"name":"time after impact","unit":"ms"}],"target":{"name":"acceleration","unit":"g"},"targets":[{"name":"acceleration","unit":"g"}],"rows":133,"truth":false}]`,
	}, a.getDatasets)
	register(to, operation{
		at: "GET /api/datasets/{name}", id: "getDataset", tag: "data", summary: "The rows of a data set", large: true, media: "text/csv",
		help: "A file of comma-separated values with a header: the inputs, then the target, with as many digits as the numbers have.",
		errors: map[int]string{
			http.StatusBadRequest: "The seed is not a whole number from 0 to 4294967295.",
			http.StatusNotFound:   "There is no such data set.",
		},
	}, a.getDataset)
}

// A Dataset is what there is to say of a set of the catalogue.
type Dataset struct {
	Name    string        `json:"name" doc:"What the control \"dataset\" calls it." example:"mcycle"`
	Title   string        `json:"title" doc:"A few words."`
	Help    string        `json:"help" doc:"One sentence: what there is to see in it."`
	Source  string        `json:"source" doc:"Where the figures come from."`
	Inputs  []wire.Column `json:"inputs" doc:"What is learned from."`
	Target  wire.Column   `json:"target,omitzero" doc:"Where there is one."`
	Targets []wire.Column `json:"targets" doc:"One or several."`
	Rows    int           `json:"rows" doc:"How many, of all parts of the split."`
	Truth   bool          `json:"truth" doc:"The mean and the standard deviation that the rows were drawn from are known."`
}

// catalogue describes every set of the catalogue, which takes making them.
func catalogue() ([]Dataset, error) {
	var list []Dataset
	for _, e := range datasets.Catalogue() {
		set, err := datasets.Load(e.Name, 1)
		if err != nil {
			return nil, fmt.Errorf("making %s: %w", e.Name, err)
		}
		d := Dataset{
			Name: e.Name, Title: e.Title, Help: e.Help, Source: set.Source,
			Rows: set.Rows(), Truth: set.Truth != nil,
		}
		for _, c := range set.Targets {
			d.Targets = append(d.Targets, wire.Column(c))
		}
		if len(d.Targets) == 1 {
			d.Target = d.Targets[0]
		}
		for _, c := range set.Inputs {
			d.Inputs = append(d.Inputs, wire.Column(c))
		}
		list = append(list, d)
	}
	return list, nil
}

func (a datasetRoutes) getDatasets(context.Context, *request) (*body[[]Dataset], error) {
	list, err := a.catalogue()
	if err != nil {
		a.Log.Error("listing data sets", "err", err)
		return nil, problem.New(http.StatusInternalServerError, "the data sets cannot be made")
	}
	return &body[[]Dataset]{list}, nil
}

type datasetRequest struct {
	request
	Name string `path:"name" doc:"The set's name, as GET /api/datasets has it." example:"mcycle"`
	Seed whole  `query:"seed" doc:"The seed of the run whose rows are wanted; without it 1. Only sets that are made by a formula depend on it." example:"7"`
}

func (a datasetRoutes) getDataset(_ context.Context, q *datasetRequest) (*file, error) {
	seed, err := q.Seed.read("seed", 1, math.MaxUint32)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(datasets.Catalogue(), func(e datasets.Entry) bool { return e.Name == q.Name }) {
		return nil, problem.New(http.StatusNotFound, fmt.Sprintf("there is no data set %.40q; GET /api/datasets lists them", q.Name))
	}
	set, err := datasets.Load(q.Name, seed)
	if err != nil {
		a.Log.Error("making a data set", "dataset", q.Name, "err", err)
		return nil, problem.New(http.StatusInternalServerError, "the data set cannot be made")
	}
	var rows bytes.Buffer
	if err := set.WriteCSV(&rows); err != nil {
		return nil, err
	}
	return &file{
		Type: "text/csv; charset=utf-8", Disposition: fmt.Sprintf("attachment; filename=%q", q.Name+".csv"), Body: rows.Bytes(),
	}, nil
}
