package rows

// The parts of the rows.
const (
	PartTrain = "train"
	PartTest  = "test"
	PartPool  = "pool"
)
