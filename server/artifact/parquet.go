//go:build !lean

package artifact

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/parquet-go/parquet-go"
)

// cardKey is under which the file's metadata have the model card, as JSON.
const cardKey = "gnllviz.card"

// writeParquet writes the table with its types, null where there is no value, and
// the model card in the file's metadata. Names are as they are: nobody takes a
// column of a Parquet file for a formula.
func (t table) writeParquet(w io.Writer, r *capture.Capture) error {
	card, err := json.Marshal(r.Model.Card)
	if err != nil {
		return err
	}
	schema := parquet.NewSchema(t.name, t.schema())
	p := parquet.NewWriter(w, schema, parquet.Compression(&parquet.Snappy), parquet.KeyValueMetadata(cardKey, string(card)))
	const piece = 1024
	rows := make([]parquet.Row, 0, piece)
	room := make([]parquet.Value, piece*len(t.columns))
	for row := range t.rows {
		values := parquet.Row(room[len(rows)*len(t.columns):][:0:len(t.columns)])
		for i := range t.columns {
			values = append(values, t.columns[i].value(row).Level(0, t.columns[i].level(row), i))
		}
		if rows = append(rows, values); len(rows) == piece || row == t.rows-1 {
			if _, err := p.WriteRows(rows); err != nil {
				return fmt.Errorf("row %d: %w", row, err)
			}
			rows = rows[:0]
		}
	}
	return p.Close()
}

// level is the definition level: 1 where a column that may have none has a value.
func (c *column) level(row int) int {
	if c.has != nil && c.has(row) {
		return 1
	}
	return 0
}

func (c *column) value(row int) parquet.Value {
	switch {
	case !c.present(row):
		return parquet.NullValue()
	case c.texts != nil:
		return parquet.ByteArrayValue([]byte(c.texts[row]))
	case c.ids != nil:
		return parquet.Int64Value(c.ids[row])
	case c.steps != nil:
		return parquet.Int64Value(int64(c.steps[row]))
	case c.thin != nil:
		return parquet.FloatValue(c.thin(row))
	}
	return parquet.DoubleValue(c.wide[row])
}

func (c *column) node() parquet.Node {
	var n parquet.Node
	switch {
	case c.texts != nil:
		n = parquet.String()
	case c.ids != nil, c.steps != nil:
		n = parquet.Int(64)
	case c.thin != nil:
		n = parquet.Leaf(parquet.FloatType)
	default:
		n = parquet.Leaf(parquet.DoubleType)
	}
	if c.has != nil {
		return parquet.Optional(n)
	}
	return parquet.Required(n)
}

// A group is columns in their order; parquet.Group has them in that of their names.
type group struct {
	parquet.Group
	fields []parquet.Field
}

func (g group) Fields() []parquet.Field { return g.fields }

// A field is a column of a group.
type field struct {
	parquet.Node
	name string
}

func (f field) Name() string { return f.name }

// Value is never called: rows are written as values, not as structs.
func (f field) Value(reflect.Value) reflect.Value { return reflect.Value{} }

func (t table) schema() parquet.Node {
	g := group{Group: parquet.Group{}}
	for i := range t.columns {
		c := &t.columns[i]
		g.Group[c.name] = c.node()
		g.fields = append(g.fields, field{g.Group[c.name], c.name})
	}
	return g
}
