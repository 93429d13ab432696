package past

import (
	"errors"
	"math"

	"github.com/gnllviz/gnllviz/server/run/image"
	"github.com/gnllviz/gnllviz/server/wire"
)

// A pointsImage are points by columns.
type pointsImage struct {
	Lanes  []byte
	Steps  []uint64
	Values image.Floats // of one point after the other
}

func encodePoints(list []wire.Point) []byte {
	var i pointsImage
	for _, p := range list {
		i.Lanes, i.Steps = append(i.Lanes, p.Lane), append(i.Steps, p.Step)
		i.Values = append(i.Values, p.Values[:]...)
	}
	b, err := image.Encode(i)
	if err != nil {
		panic("past: numbers that cannot be encoded: " + err.Error())
	}
	return b
}

func decodePoints(b []byte) ([]wire.Point, error) {
	var i pointsImage
	if err := image.Decode(b, &i); err != nil {
		return nil, err
	}
	list := make([]wire.Point, len(i.Steps))
	if len(i.Lanes) != len(list) || len(list) == 0 {
		return nil, errors.New("points that are none")
	}
	n := len(i.Values) / len(list) // columns that came later are no numbers in older ones
	if n*len(list) != len(i.Values) || n > len(list[0].Values) {
		return nil, errors.New("points of other columns")
	}
	for k := range list {
		p := &list[k]
		p.Lane, p.Step = i.Lanes[k], i.Steps[k]
		for j := range p.Values {
			p.Values[j] = float32(math.NaN())
		}
		copy(p.Values[:], i.Values[k*n:(k+1)*n])
	}
	return list, nil
}
