package wire

// A Summary is a run in a few words: a row of GET /api/runs.
type Summary struct {
	ID         string    `json:"id"`                // of the run
	Name       string    `json:"name,omitempty"`    // what its owner calls it; absent where it has no name
	Resting    bool      `json:"resting,omitempty"` // it is stored and not in memory; it is loaded when somebody asks for it. Until then it has no lanes, viewers or metrics here
	Dataset    string    `json:"dataset"`           // its name, or own
	Created    string    `json:"created"`           // UTC, RFC 3339
	Generation uint32    `json:"generation"`        // counts the restarts, from a random number on
	Revision   uint32    `json:"revision"`          // counts the changes
	Step       uint64    `json:"step"`              // steps made in this generation
	State      State     `json:"state"`             // what it is doing
	Reason     string    `json:"reason"`            // why the state is what it is, or empty
	Trouble    []Trouble `json:"trouble"`           // lanes whose training went wrong, in their order; empty where all is well
	Viewers    int       `json:"viewers"`           // who watch now
	Metrics    Metrics   `json:"metrics"`           // of this moment, of the first lane

	Lanes []LaneSummary `json:"lanes"` // in the order in which they were made
}

// A LaneSummary is a lane in a few words.
type LaneSummary struct {
	Lane    uint8   `json:"lane"`    // its number
	Name    string  `json:"name"`    // what people call it
	Metrics Metrics `json:"metrics"` // of this moment
}

// Metrics are the metrics of a lane on both parts of the split.
type Metrics struct {
	Train SplitMetrics `json:"train"` // of the training rows
	Test  SplitMetrics `json:"test"`  // of the test rows
}

// SplitMetrics are metrics over some rows, in the target's own units. They are
// null where they are not finite or where there are no rows.
type SplitMetrics struct {
	NLL      Number `json:"nll"`      // negative log likelihood with its constant, nats per row
	RMSE     Number `json:"rmse"`     // target's unit
	MAE      Number `json:"mae"`      // target's unit
	CRPS     Number `json:"crps"`     // target's unit
	Coverage Number `json:"coverage"` // share within the central 95 % interval, 0 to 1
}
