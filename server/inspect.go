package server

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gnllviz/gnllviz/datasets"
)

// A table is what was found in a text of delimited fields.
type table struct {
	Delimiter string        `json:"delimiter" doc:"What stands between two fields." example:";"`
	Decimal   string        `json:"decimal" doc:"The decimal mark: a point or a comma." example:","`
	Header    bool          `json:"header" doc:"The first row names the columns."`
	Rows      int           `json:"rows" doc:"Rows without the header."`
	Columns   []tableColumn `json:"columns"`
	First     [][]string    `json:"first" doc:"The first rows, at most 10, long cells cut."`
	Missing   missingCells  `json:"missing"`
}

type tableColumn struct {
	Name     string  `json:"name" doc:"By which it is chosen as target or input."`
	Unit     string  `json:"unit" doc:"As in \"speed (km/h)\"; empty for a bare number."`
	Numeric  bool    `json:"numeric" doc:"Most of its cells are numbers, so that it can be chosen."`
	Numbers  int     `json:"numbers" doc:"Cells that hold a finite number."`
	Missing  int     `json:"missing" doc:"Cells that hold nothing."`
	Other    int     `json:"other" doc:"All other cells."`
	Min      float64 `json:"min" doc:"Least number; 0 where there is none."`
	Max      float64 `json:"max" doc:"Greatest number; 0 where there is none."`
	Distinct int     `json:"distinct" doc:"Different values; not counted beyond 1000."`
}

type missingCells struct {
	Total int       `json:"total" doc:"Cells that are empty, NA, N/A, null, nan, ? or -."`
	First []badCell `json:"first" doc:"The first 100 of them."`
}

type badCell struct {
	Row    int    `json:"row" doc:"Line of the file, counted from 1."`
	Column string `json:"column"`
	Value  string `json:"value"`
	Why    string `json:"why" doc:"Why it holds no number, in words."`
}

// postInspect reads a table as it comes, so that most of one that is refused is
// never sent.
func (s *Server) postInspect(ctx context.Context, q *request) (*body[table], error) {
	if err := plain(q.r); err != nil {
		return nil, err
	}
	most := int64(s.limits.UploadBytes)
	tooLong := refuse(http.StatusRequestEntityTooLarge, fmt.Sprintf("the file is too large: more than %d bytes, which --max-upload-bytes raises", most))
	if q.r.ContentLength > most {
		return nil, tooLong
	}
	done, err := s.uploads.take(ctx, s.proxies.peerOf(q.r), uploadWait)
	if err != nil {
		return nil, err
	}
	defer done()
	// The reader's own bound is no lower, so that a file that is too large is
	// told from one that is wrong.
	limits := datasets.Limits{Bytes: most + 1, Rows: s.limits.Rows, Columns: s.limits.Columns, Field: s.limits.FieldBytes}
	t, err := datasets.ReadTable(http.MaxBytesReader(q.w, q.r.Body, most), limits)
	var wrong *datasets.CSVError
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &wrong):
		return nil, refuseTable(wrong)
	case errors.As(err, &long):
		return nil, tooLong
	case err != nil:
		return nil, errLeft
	}
	return &body[table]{tableOf(t)}, nil
}

func tableOf(t *datasets.Table) table {
	a := table{
		Delimiter: string(t.Delimiter), Decimal: string(t.Decimal), Header: t.Header, Rows: t.Rows,
		Columns: []tableColumn{}, First: append([][]string{}, t.First...),
		Missing: missingCells{Total: t.Missing.Total, First: []badCell{}},
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		a.Columns = append(a.Columns, tableColumn{
			Name: c.Name, Unit: c.Unit, Numeric: c.Numeric(), Numbers: c.Numbers, Missing: c.Missing, Other: c.Other,
			Min: c.Min, Max: c.Max, Distinct: c.Distinct,
		})
	}
	for _, c := range t.Missing.First {
		a.Missing.First = append(a.Missing.First, badCell(c))
	}
	return a
}
