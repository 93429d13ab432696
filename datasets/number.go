package datasets

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// maxMagnitude bounds what a table or a formula may give: a float32 still holds
// its square, so no variance of it is infinite.
const maxMagnitude = 1e18

// missing tells whether a cell says that there is no value.
func missing(cell string) bool {
	switch cell = strings.TrimSpace(cell); len(cell) {
	case 0:
		return true
	case 1:
		return cell == "?" || cell == "-"
	case 2, 3, 4:
		for _, m := range [...]string{"na", "n/a", "nan", "null"} {
			if strings.EqualFold(cell, m) {
				return true
			}
		}
	}
	return false
}

// number reads a decimal number, as it is written with digits, one decimal mark
// and an exponent. It knows no other notation of Go's.
func number(cell string, decimal rune) (float64, bool) {
	v, err := parse(cell, decimal)
	return v, err == nil && math.Abs(v) <= maxMagnitude
}

func parse(cell string, decimal rune) (float64, error) {
	cell = strings.TrimSpace(cell)
	for _, r := range cell {
		if (r < '0' || r > '9') && r != decimal && !strings.ContainsRune("+-eE", r) {
			return 0, strconv.ErrSyntax
		}
	}
	if decimal != '.' {
		cell = strings.Replace(cell, string(decimal), ".", 1)
	}
	return strconv.ParseFloat(cell, 64)
}

// whyNot says why a cell that is not missing is no number.
func whyNot(cell string, decimal rune) string {
	cell = strings.ToLower(strings.TrimSpace(cell))
	if v, err := parse(cell, decimal); err == nil || math.IsInf(v, 0) {
		return fmt.Sprintf("beyond %g; give the column a larger unit", maxMagnitude)
	}
	if s := strings.TrimLeft(cell, "+-"); s == "inf" || s == "infinity" || s == "∞" {
		return "not finite"
	} else if strings.HasPrefix(s, "0x") {
		return "hexadecimal, which is not read"
	}
	bare := strings.NewReplacer(",", "", ".", "", "'", "", "’", "", " ", "", "\u00a0", "", "\u202f", "").Replace(cell)
	if _, err := parse(bare, '.'); err == nil {
		return fmt.Sprintf("thousands separators or another decimal mark, which are not read; write it as 1234%c5", decimal)
	}
	if _, err := parse(strings.ReplaceAll(bare, "_", ""), '.'); err == nil {
		return "underscores, which are not read"
	}
	return "not a number"
}
