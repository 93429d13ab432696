package rows

const (
	averagePlaces = 64 // along the input
	averageRows   = 64 // training rows whose other inputs are taken
)

// AverageGrid returns what averages over rows are made of: training rows' inputs with the one
// that is shown at each of some places over all of the grid, (places, rows, inputs), and the
// numbers of both. There are none where no average is shown.
func (d *Data) AverageGrid() (inputs []float64, places, rows int) {
	if !d.Average {
		return nil, 0, 0
	}
	n := len(d.Set.Inputs)
	taken := Spread(d.Train.Len(), averageRows)
	x := d.axis(d.Slice, averagePlaces)
	inputs = make([]float64, 0, len(x)*len(taken)*n)
	for _, at := range x {
		for _, i := range taken {
			inputs = append(inputs, d.Train.X[i*n:(i+1)*n]...)
			d.place(inputs[len(inputs)-n:], at)
		}
	}
	return inputs, len(x), len(taken)
}
