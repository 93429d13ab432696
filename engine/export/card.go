package export

import (
	"fmt"
	"time"

	"github.com/gnllviz/gnllviz/engine"
)

// A Card says where a model comes from and what it is good for. All formats carry
// it. What is empty is not known.
type Card struct {
	Schema  int       `json:"schema"` // version of these members: CardSchema
	Program string    `json:"program"`
	Version string    `json:"version"`
	Commit  string    `json:"commit"`
	Run     string    `json:"run"`    // id
	Parent  string    `json:"parent"` // id of the run from which that one continued
	Lane    string    `json:"lane"`
	Time    time.Time `json:"time"` // UTC, of the export

	Seed   uint64 `json:"seed"`
	Chance string `json:"chance"` // the generator

	Task     string    `json:"task"`
	Loss     string    `json:"loss"`               // in words, with its settings
	Equation *Equation `json:"equation,omitempty"` // that the mean was held to; nil without one
	Variance string    `json:"variance"`           // how it is made

	Network    string `json:"network"` // in words
	Parameters int    `json:"parameters"`
	Optimizer  string `json:"optimizer"` // with its settings
	Schedule   string `json:"schedule"`
	Batch      int    `json:"batch"`
	Steps      uint64 `json:"steps"`
	Stopped    string `json:"stopped"` // why, if training stopped early

	Dataset     string `json:"dataset"`
	DataSource  string `json:"data_source"`
	DataSHA256  string `json:"data_sha256"` // of the rows as CSV: inputs, targets, part
	TrainRows   int    `json:"train_rows"`
	TestRows    int    `json:"test_rows"`
	TrainShare  string `json:"train_share"`
	Standardise string `json:"standardise"`

	// Train and Test are scores in the target's own unit, by the names of package
	// metrics, NLL with its constant. Of several targets these are over all, but for the
	// NLL in standard deviations of each target's training rows, and those of each are
	// called as in "rmse of height". What is not finite is left out.
	Train map[string]float64 `json:"train"`
	Test  map[string]float64 `json:"test"`

	Settings map[string]any `json:"settings"` // of every control, by its name

	// Float is what predicting in float32 alone costs; nil where it was not measured.
	Float *FloatCost `json:"float,omitempty"`

	Use     string `json:"use"`
	Limits  string `json:"limits"`
	Author  string `json:"author"`
	Licence string `json:"licence"`
}

// An Equation is what the mean of a model was held to in training: a residual that
// should be 0, of x, of the mean u and its derivatives du and d2u, in the data's units.
type Equation struct {
	Residual   string      `json:"residual"`
	Parameters []Parameter `json:"parameters"`
	From       float64     `json:"from"` // the least and the greatest x at which it was looked at
	To         float64     `json:"to"`
	Points     int         `json:"points"`

	// RMS is the root of the mean squared residual at the end, nil where the residual has
	// no finite value, and Noise its learned standard deviation, in the residual's unit;
	// Noise is nil where a fixed Weight took its place.
	RMS    *float64 `json:"rms"`
	Noise  *float64 `json:"noise,omitempty"`
	Weight *float64 `json:"weight,omitempty"`
}

// A Parameter is a number in an equation as training has left it: the mean over the
// members, and of those that were learned by several their standard deviation.
type Parameter struct {
	Name    string   `json:"name"`
	Value   float64  `json:"value"`
	Spread  float64  `json:"spread,omitempty"`
	Learned bool     `json:"learned"`
	True    *float64 `json:"true,omitempty"` // what it is in the equation of the data set
}

// CardSchema is the version of Card's members.
const CardSchema = 1

// describe fills in what the network itself tells.
func (c *Card) describe(m *Model) {
	c.Schema, c.Program = CardSchema, "gnllviz"
	c.Chance = "PCG-DXSM of Go's math/rand/v2"
	c.Task = "heteroscedastic regression"
	params, err := m.Net.Params()
	if err == nil {
		c.Parameters = params * len(m.Members)
	}
	inputs := "one input"
	if m.Net.Inputs > 1 {
		inputs = fmt.Sprintf("%d inputs", m.Net.Inputs)
	}
	c.Network = fmt.Sprintf("%s, hidden layers %v, %v, initialised by %v", inputs, m.Net.Hidden, m.Net.Activation, m.Net.Init)
	if m.Net.Separate {
		c.Network += ", one network for the mean and one for the variance"
	}
	if n := len(m.Members); n > 1 {
		c.Network = fmt.Sprintf("ensemble of %d: %s", n, c.Network)
	}
	c.Variance = varianceInWords(m.Net)
	c.Use = "Predicts a mean and a variance of one number; made for learning about uncertainty."
	if n := len(m.Targets); n > 1 {
		c.Use = fmt.Sprintf("Predicts a mean and a variance of each of %d numbers, but not how their noises are correlated; made for learning about uncertainty.", n)
		c.Network += fmt.Sprintf(", %d outputs", n)
	}
	c.Limits = "The variance is only aleatoric: it does not grow where there were no training data. Not for decisions about people, health or safety."
	if len(m.Members) > 1 {
		c.Limits = "The spread of an ensemble with few members is only a rough measure of uncertainty where there were no training data. Not for decisions about people, health or safety."
	}
}

func varianceInWords(n engine.NetConfig) string {
	switch n.Head {
	case engine.Exp:
		return fmt.Sprintf("exp of the head's log-variance, held within ±%d", engine.LogVarianceLimit)
	case engine.SoftplusHead:
		return fmt.Sprintf("softplus of the head, plus %g", n.MinVariance)
	case engine.Natural:
		return "natural parameters: variance 1/(softplus(raw) + 1e-8), mean η₁ times it"
	case engine.Homoscedastic:
		return "one learned log-variance for all inputs"
	case engine.Fixed:
		return "fixed, not learned"
	}
	return n.Head.String()
}
