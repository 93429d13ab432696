package datasets

import "bytes"

// sniff returns a table without rows, its format told from the text's beginning.
func sniff(sample []byte, whole bool) *Table {
	if end := bytes.LastIndexByte(sample, '\n'); end >= 0 && !whole {
		sample = sample[:end+1] // the last line may be cut
	}
	t := &Table{Delimiter: delimiter(sample)}
	records := sampled(sample, t.Delimiter, 1000)
	t.Decimal = decimal(records, t.Delimiter)
	t.Header = header(records, t.Decimal)
	return t
}

// sampled returns the first records of a text, up to one that cannot be read.
func sampled(sample []byte, delimiter rune, limit int) [][]string {
	r := newReader(bytes.NewReader(sample), delimiter)
	var records [][]string
	for len(records) < limit {
		record, err := r.Read()
		if err != nil {
			break
		}
		records = append(records, record)
	}
	return records
}

// delimiter returns the first that cuts all rows into as many fields, and more
// than one; the comma comes last, as with others it is a decimal mark. If none
// does, it is the one that cuts the most rows.
func delimiter(sample []byte) rune {
	best, most := ',', 0
	for _, d := range "\t;|," {
		records := sampled(sample, d, 100)
		steady, cut := len(records) > 0, 0
		for _, record := range records {
			if len(record) > 1 {
				cut++
			}
			if len(record) != len(records[0]) {
				steady = false
			}
		}
		if steady && cut > 0 {
			return d
		}
		if cut > most {
			best, most = d, cut
		}
	}
	return best
}

// decimal returns the comma if more cells are numbers with a decimal comma than
// with a decimal point. Between commas there is none: what is in quotes there,
// "1,234", is rather a thousand.
func decimal(records [][]string, delimiter rune) rune {
	if delimiter == ',' {
		return '.'
	}
	commas, points := 0, 0
	for _, record := range records {
		for _, cell := range record {
			_, whole := number(cell, 0)
			_, point := number(cell, '.')
			_, comma := number(cell, ',')
			switch {
			case whole:
			case point:
				points++
			case comma:
				commas++
			}
		}
	}
	if commas > points {
		return ','
	}
	return '.'
}

// header tells whether the first record names the columns: it has text, and
// either no number at all or text above a number.
func header(records [][]string, decimal rune) bool {
	if len(records) == 0 {
		return false
	}
	text, numbers, above := false, false, false
	for i, cell := range records[0] {
		if _, ok := number(cell, decimal); ok {
			numbers = true
			continue
		}
		if missing(cell) {
			continue
		}
		text = true
		for _, record := range records[1:] {
			if i < len(record) {
				_, ok := number(record[i], decimal)
				above = above || ok
			}
		}
	}
	return text && (!numbers || above)
}
