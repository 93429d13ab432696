package run

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire"
)

// card fills in what the run knows of the model.
func (t *taken) card(c *export.Card) {
	rec, s := t.record, &t.lane.settings
	c.Run, c.Parent, c.Lane, c.Time, c.Steps = rec.Run, rec.Parent, rec.Lane.Name, t.time.UTC().Truncate(time.Second), rec.Step
	c.Version, c.Commit = t.version, t.commit
	c.Seed = uint64(t.data.seed)
	c.Settings = rec.Controls
	c.Loss = lossInWords(s, t.objective)
	c.Equation = t.record.Equation
	c.Optimizer, c.Schedule, c.Batch = optimizerInWords(s, t.data.train.len()), s.Schedule, s.Batch
	if s.Schedule != engine.Constant.String() {
		c.Schedule = fmt.Sprintf("%s over %d steps", s.Schedule, s.ScheduleSteps)
	}
	if rec.State == wire.Diverged {
		c.Stopped = t.lane.diverged.Error()
	}
	d := rec.Data
	c.Dataset, c.DataSource = d.Title, d.Source
	c.TrainRows, c.TestRows = d.Train, d.Test
	c.TrainShare = fmt.Sprintf("%g %%, drawn by the seed", rec.Controls["train_share"])
	if t.data.own.trained() > 0 {
		c.TrainShare = "two files"
	}
	c.Standardise = "inputs and target to mean 0 and standard deviation 1 of the training rows"
	if rec.Controls["standardise"] == false {
		c.Standardise = "inputs to mean 0 and standard deviation 1 of the training rows; the target as it is"
	}
	c.DataSHA256 = t.data.sha256()
	c.Train, c.Test = scoresOf(&rec.Train), scoresOf(&rec.Test)
	for i := range rec.Targets {
		of := &rec.Targets[i]
		for name, v := range scoresOf(&of.Train) {
			c.Train[name+" of "+of.Target.Name] = v
		}
		for name, v := range scoresOf(&of.Test) {
			c.Test[name+" of "+of.Target.Name] = v
		}
	}
}

func lossInWords(s *wire.LaneSettings, o objective) string {
	text := fmt.Sprintf("%s, full=%v, eps=%g, reduction=%s", s.Loss, s.Full, s.Eps, s.Reduction)
	switch o.trained.(type) {
	case loss.GaussianNLL:
		text += ": ½(log max(v, eps) + (y-μ)²/max(v, eps))"
		if s.Full {
			text += " + ½ log 2π"
		}
	case loss.BetaNLL:
		text += fmt.Sprintf(", beta=%g", s.Beta)
	case loss.StudentTNLL:
		text += fmt.Sprintf(", df=%g", s.DF)
	}
	return text
}

func optimizerInWords(s *wire.LaneSettings, trainRows int) string {
	decay := func(n wire.AutoNumber) string {
		if text := n.String(); text != wire.Auto {
			return text
		}
		return fmt.Sprintf("%s (%.4g)", wire.Auto, wire.Basis{TrainRows: trainRows, Equation: s.Equation != ""}.Decay())
	}
	return fmt.Sprintf("%s, lr=%g, weight decay %s of the mean's part and %s of the variance's", s.Optimizer, s.LR, decay(s.Decay), decay(s.VarianceDecay))
}

// sha256 is that of all rows as CSV: the inputs, the targets, and the part.
func (d *data) sha256() string {
	h := sha256.New()
	inputs := len(d.set.Inputs)
	var line []byte
	for _, part := range []struct {
		name string
		rows *rows
	}{{PartTrain, &d.train}, {PartTest, &d.test}, {PartPool, &d.pool}} {
		targets := len(d.set.Targets)
		for i := range part.rows.ids {
			line = line[:0]
			for _, v := range slices.Concat(part.rows.x[i*inputs:(i+1)*inputs], part.rows.y[i*targets:(i+1)*targets]) {
				line = append(strconv.AppendFloat(line, v, 'g', -1, 64), ',')
			}
			h.Write(append(append(line, part.name...), '\n'))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
