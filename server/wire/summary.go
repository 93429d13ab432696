package wire

// A Summary is a run in a few words: a row of GET /api/runs.
type Summary struct {
	ID         string  `json:"id"`
	Dataset    string  `json:"dataset"`
	Created    string  `json:"created"` // UTC, RFC 3339
	Generation uint32  `json:"generation"`
	Revision   uint32  `json:"revision"`
	Step       uint64  `json:"step"`
	State      State   `json:"state"`
	Reason     string  `json:"reason"`
	Viewers    int     `json:"viewers"`
	Metrics    Metrics `json:"metrics"` // of this moment, of the first lane

	Lanes []LaneSummary `json:"lanes"`
}

// A LaneSummary is a lane in a few words.
type LaneSummary struct {
	Lane    uint8   `json:"lane"`
	Name    string  `json:"name"`
	Metrics Metrics `json:"metrics"`
}

// Metrics are the metrics of a lane on both parts of the split.
type Metrics struct {
	Train SplitMetrics `json:"train"`
	Test  SplitMetrics `json:"test"`
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
