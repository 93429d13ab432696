package server

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"net/http"
	"slices"

	"github.com/gnllviz/gnllviz/datasets"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A dataset is what there is to say of a set of the catalogue.
type dataset struct {
	Name    string        `json:"name" doc:"What the control \"dataset\" calls it." example:"mcycle"`
	Title   string        `json:"title"`
	Help    string        `json:"help" doc:"One sentence: what there is to see in it."`
	Source  string        `json:"source" doc:"Where the figures come from."`
	Inputs  []wire.Column `json:"inputs"`
	Target  wire.Column   `json:"target,omitzero" doc:"Where there is one."`
	Targets []wire.Column `json:"targets" doc:"One or several."`
	Rows    int           `json:"rows"`
	Truth   bool          `json:"truth" doc:"The mean and the standard deviation that the rows were drawn from are known."`
}

// catalogue describes every set of the catalogue, which takes making them.
func catalogue() ([]dataset, error) {
	var list []dataset
	for _, e := range datasets.Catalogue() {
		set, err := datasets.Load(e.Name, 1)
		if err != nil {
			return nil, fmt.Errorf("making %s: %w", e.Name, err)
		}
		d := dataset{
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

func (s *Server) getDatasets(context.Context, *request) (*body[[]dataset], error) {
	list, err := s.catalogue()
	if err != nil {
		s.log.Error("listing data sets", "err", err)
		return nil, refuse(http.StatusInternalServerError, "the data sets cannot be made")
	}
	return &body[[]dataset]{list}, nil
}

type datasetRequest struct {
	request
	Name string `path:"name" doc:"The set's name, as GET /api/datasets has it." example:"mcycle"`
	Seed whole  `query:"seed" doc:"The seed of the run whose rows are wanted; without it 1. Only sets that are made by a formula depend on it." example:"7"`
}

func (s *Server) getDataset(_ context.Context, q *datasetRequest) (*file, error) {
	seed, err := q.Seed.read("seed", 1, math.MaxUint32)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(datasets.Catalogue(), func(e datasets.Entry) bool { return e.Name == q.Name }) {
		return nil, refuse(http.StatusNotFound, fmt.Sprintf("there is no data set %.40q; GET /api/datasets lists them", q.Name))
	}
	set, err := datasets.Load(q.Name, seed)
	if err != nil {
		s.log.Error("making a data set", "dataset", q.Name, "err", err)
		return nil, refuse(http.StatusInternalServerError, "the data set cannot be made")
	}
	var rows bytes.Buffer
	if err := set.WriteCSV(&rows); err != nil {
		return nil, err
	}
	return &file{
		Type: "text/csv; charset=utf-8", Disposition: fmt.Sprintf("attachment; filename=%q", q.Name+".csv"), Body: rows.Bytes(),
	}, nil
}
