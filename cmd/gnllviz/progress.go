package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/gnllviz/gnllviz/server/run"
)

// A progress says how a training goes: by a bar on a terminal, else by a line now and
// then, so that short ones have none.
type progress struct {
	to       io.Writer
	from     uint64 // step
	goal     uint64
	bar      *progressbar.ProgressBar // nil unless it is a terminal
	begun    time.Time
	measured time.Time // when scores were last asked for, or the beginning
}

const (
	lineEvery   = 10 * time.Second
	scoresEvery = time.Second // on a bar
)

func newProgress(to io.Writer, from, goal uint64) *progress {
	now := time.Now()
	p := &progress{to: to, from: from, goal: goal, begun: now, measured: now}
	if onTerminal(to) && os.Getenv("TERM") != "dumb" {
		p.bar = newBar(to, int64(goal-from), "training", "steps")
	}
	return p
}

// newBar returns a bar, in colour unless the environment has NO_COLOR.
func newBar(to io.Writer, most int64, what, unit string) *progressbar.ProgressBar {
	full := "█"
	colour := os.Getenv("NO_COLOR") == ""
	if colour {
		full = "[cyan]█[reset]"
	}
	return progressbar.NewOptions64(
		most, progressbar.OptionSetWriter(to), progressbar.OptionSetDescription(what), progressbar.OptionEnableColorCodes(colour),
		progressbar.OptionSetTheme(progressbar.Theme{Saucer: full, SaucerHead: full, SaucerPadding: "░", BarStart: "", BarEnd: ""}),
		progressbar.OptionSetWidth(30), progressbar.OptionShowCount(), progressbar.OptionShowIts(), progressbar.OptionSetItsString(unit),
		progressbar.OptionThrottle(60*time.Millisecond), progressbar.OptionSetPredictTime(true), progressbar.OptionClearOnFinish(),
	)
}

// show tells that a run has come to a step.
func (p *progress) show(ctx context.Context, r *run.Run, step uint64) error {
	now := time.Now()
	every := lineEvery
	if p.bar != nil {
		every = scoresEvery
		// A terminal that cannot be written to is no reason to stop.
		_ = p.bar.Set64(int64(step - p.from))
	}
	if now.Sub(p.measured) < every {
		return nil
	}
	p.measured = now
	s, err := r.Summary(ctx)
	if err != nil {
		return err
	}
	nll := fmt.Sprintf("test NLL %.4g", float64(s.Metrics.Test.NLL))
	if p.bar != nil {
		p.bar.Describe(nll)
		return nil
	}
	rate := float64(s.Step-p.from) / now.Sub(p.begun).Seconds()
	fmt.Fprintf(p.to, "step %d of %d, %.0f steps/s, %s\n", s.Step, p.goal, rate, nll)
	return nil
}

// finish takes the bar away.
func (p *progress) finish() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
