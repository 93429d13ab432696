package capture

import (
	"fmt"
	"time"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/loss"
	"github.com/gnllviz/gnllviz/server/wire"
)

// card fills in what the run knows of the model.
func (t *Copy) card(c *export.Card) {
	rec, s := t.Record, &t.lane.Settings
	c.Run, c.Parent, c.Lane, c.Time, c.Steps = rec.Run, rec.Parent, rec.Lane.Name, t.time.UTC().Truncate(time.Second), rec.Step
	c.Version, c.Commit = t.version, t.commit
	c.Seed = uint64(t.data.Seed)
	c.Settings = rec.Controls
	c.Loss = lossInWords(s)
	c.Equation = t.Record.Equation
	c.Optimizer, c.Schedule, c.Batch = optimizerInWords(s, t.data.Train.Len()), s.Schedule.String(), s.Batch
	if s.Schedule != engine.Constant {
		c.Schedule = fmt.Sprintf("%s over %d steps", s.Schedule, s.ScheduleSteps)
	}
	// A run is stopped by one of its lanes; the others are well.
	if rec.State == wire.Diverged && t.lane.Diverged != nil {
		c.Stopped = t.lane.Diverged.Error()
	}
	d := rec.Data
	c.Dataset, c.DataSource = d.Title, d.Source
	c.TrainRows, c.TestRows = d.Train, d.Test
	c.TrainShare = fmt.Sprintf("%g %%, drawn by the seed", rec.Controls["train_share"])
	if t.data.Own.Trained() > 0 {
		c.TrainShare = "two files"
	}
	c.Standardise = "inputs and target to mean 0 and standard deviation 1 of the training rows"
	if rec.Controls["standardise"] == false {
		c.Standardise = "inputs to mean 0 and standard deviation 1 of the training rows; the target as it is"
	}
	c.DataSHA256 = t.data.SHA256()
	c.Train, c.Test = ScoresOf(&rec.Train), ScoresOf(&rec.Test)
	for i := range rec.Targets {
		of := &rec.Targets[i]
		for name, v := range ScoresOf(&of.Train) {
			c.Train[name+" of "+of.Target.Name] = v
		}
		for name, v := range ScoresOf(&of.Test) {
			c.Test[name+" of "+of.Target.Name] = v
		}
	}
}

func lossInWords(s *wire.LaneSettings) string {
	text := fmt.Sprintf("%s, full=%v, eps=%g, reduction=%s", s.Loss, s.Full, s.Eps, s.Reduction)
	told := s.LossOptions()
	if _, nll := s.Loss.New(told).(loss.GaussianNLL); nll {
		text += ": ½(log max(v, eps) + (y-μ)²/max(v, eps))"
		if s.Full {
			text += " + ½ log 2π"
		}
	}
	for _, p := range s.Loss.Descriptor().Parameters {
		text += fmt.Sprintf(", %s=%g", p.Name, told.Parameters[p.Name])
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
