package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/server/problem"
)

// tableRoutes are those about tables of strangers.
type tableRoutes struct {
	*core
}

func (a tableRoutes) register(to *API) {
	register(to, operation{
		at: "POST /api/data/inspect", id: "inspectTable", tag: "data", summary: "Inspect a table", members: true,
		help: "Reads a text of delimited fields and says what is in it, so that a target and inputs can be chosen. Nothing is kept. " +
			"Encoding (UTF-8, UTF-16 with a byte order mark, Windows-1252; all of them in gzip, too), delimiter (comma, semicolon, tab, bar or blanks), decimal marks and header are told from the text, unless the query says them. At most {max-upload-bytes} bytes (--max-upload-bytes), {max-rows} rows (--max-rows), {max-columns} columns (--max-columns) " +
			"and {max-field-bytes} bytes in a field (--max-field-bytes); reading stops with the first byte beyond.",
		body: &payload{required: true, text: "The text, as it is; its Content-Type does not matter.", media: "text/csv", example: "time (ms);accel (g)\n2,4;0\n2,6;-1,3\n"},
		errors: map[int]string{
			http.StatusBadRequest:            "The query has an unknown option.",
			http.StatusRequestEntityTooLarge: "The file is too large.",
			http.StatusUnsupportedMediaType:  "The body has a Content-Encoding.",
			http.StatusUnprocessableEntity:   "The table cannot be read; detail, row and column say where and why.",
			http.StatusServiceUnavailable:    "Too many large bodies are being read; Retry-After says when to try again.",
		},
		example: `{"encoding":"utf-8","gzip":false,"delimiter":";","decimal":",","header":true,"rows":2,"copies":0,"columns":[{"name":"time","unit":"ms","kind":"number","reason":"","numeric":true,"decimal":",","numbers":2,"missing":0,"other":0,"min":2.4,"max":2.6,"date":"","words":0,"distinct":2,"odd":[],"far":[]}],"first":[["2,4"],["2,6"]],"missing":{"total":0,"first":[]},"warnings":[]}`,
	}, a.postInspect)
}

// An inspection is what was found in a text of delimited fields.
type inspection struct {
	Encoding  string            `json:"encoding" doc:"How the text is encoded, as the web calls it: utf-8, utf-16le, utf-16be or windows-1252." example:"utf-8"`
	Gzip      bool              `json:"gzip" doc:"The file is compressed."`
	Delimiter string            `json:"delimiter" doc:"What stands between two fields; a blank is any number of blanks." example:";"`
	Decimal   string            `json:"decimal" doc:"The decimal mark of most columns: a point or a comma." example:","`
	Header    bool              `json:"header" doc:"A row names the columns."`
	Rows      int               `json:"rows" doc:"Rows without the header."`
	Copies    int               `json:"copies" doc:"Rows that are equal to one before."`
	Columns   []inspectedColumn `json:"columns" doc:"From left to right."`
	First     [][]string        `json:"first" doc:"The first rows, at most 10, long cells cut."`
	Missing   missingCells      `json:"missing" doc:"Cells that hold no value."`
	Warnings  []string          `json:"warnings" doc:"What was guessed or passed over, and what is odd, in sentences for people."`
}

// An inspectedColumn is what was found in one column.
type inspectedColumn struct {
	Name     string     `json:"name" doc:"By which it is chosen as target or input."`
	Unit     string     `json:"unit" doc:"As in \"speed (km/h)\"; empty for a bare number."`
	Kind     string     `json:"kind" enum:"number,text,two,empty,sparse,constant,index,unclear" doc:"What it holds: numbers; text; text of two values; nothing; numbers in less than half of the rows; one number; numbers of the rows; numbers that can be read in two ways."`
	Reason   string     `json:"reason" doc:"Why it is no input where none are named, in words; empty if it is one."`
	Numeric  bool       `json:"numeric" doc:"Most of its cells are numbers, so that it can be the target or an input."`
	Decimal  string     `json:"decimal" doc:"Its decimal mark."`
	Numbers  int        `json:"numbers" doc:"Cells that hold a finite number."`
	Missing  int        `json:"missing" doc:"Cells that hold nothing."`
	Other    int        `json:"other" doc:"All other cells."`
	Min      float64    `json:"min" doc:"Least number; 0 where there is none."`
	Max      float64    `json:"max" doc:"Greatest number; 0 where there is none."`
	Date     string     `json:"date" doc:"How its dates are written, as Go's package time has it, where it can be an input that becomes days; else empty." example:"2006-1-2"`
	Words    int        `json:"words" doc:"How many different words it holds, where it can be an input that becomes one column for each; else 0."`
	Distinct int        `json:"distinct" doc:"Different values; not counted beyond 1000."`
	Odd      []badCell  `json:"odd" doc:"The first 5 cells that hold something else than a number."`
	Far      []farValue `json:"far" doc:"Values that stand in it again and again, far outside the rest, as those do that stand for no value."`
}

// A farValue is a number that stands in a column again and again, far outside the rest.
type farValue struct {
	Value float64 `json:"value" doc:"The number."`
	Count int     `json:"count" doc:"How often it stands there."`
}

// missingCells are the cells that hold no value.
type missingCells struct {
	Total int       `json:"total" doc:"Cells that are empty, NA, N/A, null, nan, ?, . or -, or were named."`
	First []badCell `json:"first" doc:"The first 100 of them."`
}

// A badCell is a cell that holds no number.
type badCell struct {
	Row    int    `json:"row" doc:"Line of the file, counted from 1."`
	Column string `json:"column" doc:"The name of its column."`
	Value  string `json:"value" doc:"As it stands in the file, cut if it is long."`
	Why    string `json:"why" doc:"Why it holds no number, in words."`
}

type inspectRequest struct {
	request
	Header    string   `query:"header" enum:"yes,no" doc:"Whether the first row names the columns; told from the text if absent."`
	Delimiter string   `query:"delimiter" doc:"What stands between two fields: the mark, or comma, semicolon, tab, bar or space." example:"semicolon"`
	Decimal   string   `query:"decimal" doc:"The decimal mark: the mark, or point or comma." example:"comma"`
	Missing   []string `query:"missing,explode" doc:"What stands for no value, besides NA and the like." example:"[\"-200\"]"`
}

// postInspect reads a table as it comes, so that most of one that is refused is
// never sent.
func (a tableRoutes) postInspect(ctx context.Context, q *inspectRequest) (*body[inspection], error) {
	if packed := problem.Packed(q.r); packed != nil {
		return nil, packed
	}
	options, err := table.ParseOptions(q.Header, q.Delimiter, q.Decimal, q.Missing)
	if err != nil {
		return nil, problem.New(http.StatusBadRequest, err.Error())
	}
	most := int64(a.Limits.UploadBytes)
	tooLong := problem.New(http.StatusRequestEntityTooLarge, fmt.Sprintf("the file is too large: more than %d bytes, which --max-upload-bytes raises", most))
	if q.r.ContentLength > most {
		return nil, tooLong
	}
	done, err := a.uploads.Take(ctx, a.Proxies.PeerOf(q.r), uploadWait)
	if err != nil {
		return nil, err
	}
	defer done()
	// The reader's own bound is no lower, so that a file that is too large is
	// told from one that is wrong.
	options.Limits = table.Limits{Bytes: most + 1, Rows: a.Limits.Rows, Columns: a.Limits.Columns, Field: a.Limits.FieldBytes}
	t, err := table.Read(http.MaxBytesReader(q.w, q.r.Body, most), options)
	var wrong *table.Error
	var long *http.MaxBytesError
	switch {
	case errors.As(err, &wrong) && wrong.Limit == "bytes":
		return nil, tooLong // when it is unpacked
	case errors.As(err, &wrong):
		return nil, refuseTable(wrong)
	case errors.As(err, &long):
		return nil, tooLong
	case err != nil:
		return nil, problem.ErrLeft
	}
	return &body[inspection]{inspected(t)}, nil
}

func inspected(t *table.Table) inspection {
	a := inspection{
		Encoding: t.Encoding, Gzip: t.Gzip, Delimiter: string(t.Delimiter), Decimal: string(t.Decimal), Header: t.Header,
		Rows: t.Rows, Copies: t.Copies, Columns: []inspectedColumn{}, First: append([][]string{}, t.First...),
		Missing: missingCells{Total: t.Missing.Total, First: badCells(t.Missing.First)}, Warnings: append([]string{}, t.Notes()...),
	}
	for i := range t.Columns {
		c := &t.Columns[i]
		reason, _, _ := t.Reason(c)
		column := inspectedColumn{
			Name: c.Name, Unit: c.Unit, Kind: string(c.Kind), Reason: reason, Numeric: c.Numeric(), Decimal: string(c.Decimal),
			Date: c.Date, Words: c.Words, Numbers: c.Numbers, Missing: c.Missing, Other: c.Other, Min: c.Min, Max: c.Max, Distinct: c.Distinct,
			Odd: badCells(c.Odd), Far: []farValue{},
		}
		for _, f := range c.Far {
			column.Far = append(column.Far, farValue(f))
		}
		a.Columns = append(a.Columns, column)
	}
	return a
}

func badCells(cells []table.Cell) []badCell {
	list := []badCell{}
	for _, c := range cells {
		list = append(list, badCell(c))
	}
	return list
}
