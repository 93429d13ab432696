package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// A count shows how many of some things are done.
type count struct {
	to         io.Writer
	unit       string
	done, most int
	told       time.Time
	bar        interface {
		Add(int) error
		Finish() error
	}
}

func newCount(to io.Writer, most int, what, unit string) *count {
	c := &count{to: to, unit: unit, most: most, told: time.Now()}
	if onTerminal(to) && os.Getenv("TERM") != "dumb" {
		c.bar = newBar(to, int64(most), what, unit)
	}
	return c
}

func (c *count) add() {
	c.done++
	if c.bar != nil {
		_ = c.bar.Add(1) // a terminal that cannot be written to is no reason to stop
		return
	}
	if now := time.Now(); now.Sub(c.told) >= lineEvery {
		c.told = now
		fmt.Fprintf(c.to, "%d of %d %s\n", c.done, c.most, c.unit)
	}
}

func (c *count) finish() {
	if c.bar != nil {
		_ = c.bar.Finish()
	}
}
