package rows

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
)

// SHA256 is that of all rows as CSV: the inputs, the targets, and the part.
func (d *Data) SHA256() string {
	h := sha256.New()
	inputs := len(d.Set.Inputs)
	var line []byte
	for _, part := range []struct {
		name string
		rows *Part
	}{{PartTrain, &d.Train}, {PartTest, &d.Test}, {PartPool, &d.Pool}} {
		targets := len(d.Set.Targets)
		for i := range part.rows.IDs {
			line = line[:0]
			for _, v := range slices.Concat(part.rows.X[i*inputs:(i+1)*inputs], part.rows.Y[i*targets:(i+1)*targets]) {
				line = append(strconv.AppendFloat(line, v, 'g', -1, 64), ',')
			}
			h.Write(append(append(line, part.name...), '\n'))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
