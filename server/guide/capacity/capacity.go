// Package capacity computes what a number of students needs: processors, memory, disk and
// network, what is full first, and what that costs by the hour. It computes from what was
// measured of one processor, and from prices that are assumed; it says both.
//
// Everything here is a pure function; any goroutine may call it.
package capacity

import (
	"cmp"
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// Costs are what the parts of the work cost on one processor of a machine. The run is the
// default one (one model on the motorcycle data) at 300 steps a second.
type Costs struct {
	Machine  string `json:"machine"`
	Measured string `json:"measured"` // the day

	Run     float64 `json:"run"`     // processors that training and saving take
	Watched float64 `json:"watched"` // processors that the first viewer takes besides
	Viewer  float64 `json:"viewer"`  // and each further one
	Change  float64 `json:"change"`  // processor seconds that a change takes, saved and shown
	Load    float64 `json:"load"`    // processor seconds until a stored run trains again

	RunMemory    float64 `json:"run_memory"`    // bytes that a run of ten minutes holds
	ViewerMemory float64 `json:"viewer_memory"` // bytes for each viewer
	ViewerBytes  float64 `json:"viewer_bytes"`  // bytes a second to a viewer
	Written      float64 `json:"written"`       // bytes a second that a run in training writes
	Stored       float64 `json:"stored"`        // bytes of such a run in the store
	PageBytes    float64 `json:"page_bytes"`    // bytes of the page at a first visit, compressed
}

//go:generate go run ./plan -tables tables.json

//go:embed measured.json
var measured []byte

// Measured returns the costs that were measured on the machine that it names.
func Measured() (c Costs) {
	if err := json.Unmarshal(measured, &c); err != nil {
		panic("capacity: measured.json: " + err.Error()) // it is part of the program
	}
	return c
}

// A Machine is what a node runs on, and what it is used for.
type Machine struct {
	Processors float64 `json:"processors"`
	Memory     float64 `json:"memory"`  // bytes
	Network    float64 `json:"network"` // bytes a second, out
	Disk       float64 `json:"disk"`    // bytes a second that a server of the store writes to disk
	Use        float64 `json:"use"`     // the share of each that is planned with; the rest is for peaks and for a node that fails
}

// Typical is a machine of 8 processors, 32 GB, 10 Gbit/s and a disk of 200 MB/s, of which
// 70 % are planned with.
func Typical() Machine {
	return Machine{Processors: 8, Memory: 32e9, Network: 1.25e9, Disk: 200e6, Use: 0.7}
}

// Prices are in US dollars. They are about those of large clouds in 2026, and are assumed.
type Prices struct {
	Processor float64 `json:"processor"` // an hour, with 4 GB of memory
	Stored    float64 `json:"stored"`    // a GB and month of disk
	Sent      float64 `json:"sent"`      // a GB to the internet
}

// Assumed are the prices that the guide computes with.
func Assumed() Prices { return Prices{Processor: 0.05, Stored: 0.10, Sent: 0.08} }

// A Class is who learns at once, and how.
type Class struct {
	Students int
	Way      Way
	Changes  float64 // that a student makes a minute
	Hours    float64 // that it lasts
}

// A Way is where the students' runs train.
type Way string

// The ways. With Page nothing is asked of a server but the page.
const (
	Own    Way = "own"    // each student has a run of their own, on the cluster
	Shared Way = "shared" // all watch one run: a lecture
	Page   Way = "page"   // each student's browser trains
)

// A Need is what a class needs.
type Need struct {
	Class
	Nodes      int     // machines that run gnllviz, one more than carries the class
	Servers    int     // of the store: three, or as many threes as one writes too slowly
	Processors float64 // that are busy
	Memory     float64 // bytes
	Sent       float64 // bytes a second to the students
	Bus        float64 // bytes a second between the nodes
	Written    float64 // bytes a second that each server of the store writes
	Stored     float64 // bytes that the class leaves in the store, each of three times
	First      string  // what is full first
	Cost       float64 // US dollars an hour
	Sending    float64 // of that for what is sent
	PerStudent float64 // US dollars for the class's hours
}

// wasm is how many bytes an engine for the page may have, compressed: 3.5 MB.
const wasm = 3.5e6

// Plan computes what a class needs on machines of a kind.
func Plan(k Class, c Costs, m Machine, p Prices) Need {
	n := Need{Class: k, Servers: 3}
	students := float64(k.Students)
	const visits = 180 // seconds in which a class comes in
	switch k.Way {
	case Own:
		n.Processors = students * (c.Run + c.Watched + k.Changes/60*c.Change)
		n.Memory = students * (c.RunMemory + c.ViewerMemory)
		n.Sent = students * c.ViewerBytes
		n.Written = students * c.Written
		n.Stored = students * c.Stored
	case Shared:
		n.Processors = c.Run + c.Watched + students*c.Viewer
		n.Memory = c.RunMemory + students*c.ViewerMemory
		n.Sent = students * c.ViewerBytes
		n.Written, n.Stored = c.Written, c.Stored
	case Page:
		n.Sent = students * (c.PageBytes + wasm) / visits
		n.Processors = n.Sent / 1e9 // a processor sends about 1 GB a second
		n.Servers = 0
	}
	shares := []share{
		{"processors", n.Processors / m.Processors},
		{"memory", n.Memory / m.Memory},
		{"network", n.Sent / m.Network},
	}
	fullest := slices.MaxFunc(shares, func(a, b share) int { return cmp.Compare(a.of, b.of) })
	n.First = fullest.what
	n.Nodes = int(math.Ceil(fullest.of / m.Use))
	if k.Way != Page || n.Nodes > 1 {
		n.Nodes++ // one may fail
	}
	n.Nodes = max(n.Nodes, 1)
	if n.Servers > 0 {
		// A stream has one leader, which sends all that it takes to two others. What one
		// stream cannot take needs another cluster of its own.
		clusters := math.Ceil(n.Written / (m.Disk * m.Use))
		n.Servers = 3 * int(max(clusters, 1))
		if clusters > 1 {
			n.First = "disks"
		}
		away := 1 - 1/float64(n.Nodes) // of the browsers reach another node than the run's
		n.Bus = 3*n.Written + away*n.Sent
		if k.Way == Shared {
			n.Bus = 3*n.Written + float64(n.Nodes-1)*c.ViewerBytes // each node asks once
		}
	}
	machines := float64(n.Nodes)*m.Processors + float64(n.Servers)*2 // small ones keep the store
	n.Sending = n.Sent * 3600 / 1e9 * p.Sent
	if k.Way == Page { // once
		n.Sending = students * (c.PageBytes + wasm) / 1e9 * p.Sent / k.Hours
	}
	n.Cost = machines*p.Processor + n.Sending + 3*n.Stored/1e9*p.Stored/730
	n.PerStudent = n.Cost * k.Hours / students
	return n
}

// Cents is PerStudent in hundredths.
func (n Need) Cents() float64 { return 100 * n.PerStudent }

type share struct {
	what string
	of   float64
}

// Words names a way for people.
func (w Way) Words() string {
	switch w {
	case Own:
		return "a run for each, on the nodes"
	case Shared:
		return "one run that all watch"
	}
	return "a run for each, in their own browsers"
}

// Runs returns how many runs one processor carries, each with a viewer.
func (c Costs) Runs() int { return int(1 / (c.Run + c.Watched)) }

// Viewers returns how many viewers of one run one processor carries.
func (c Costs) Viewers() int { return int((1 - c.Run - c.Watched) / c.Viewer) }

// ChangeMS and LoadMS are Change and Load in milliseconds.
func (c Costs) ChangeMS() float64 { return 1000 * c.Change }
func (c Costs) LoadMS() float64   { return 1000 * c.Load }

// Hourly is Written in an hour.
func (c Costs) Hourly() float64 { return 3600 * c.Written }

// Bytes writes a number of bytes in a unit that people read.
func Bytes(n float64) string {
	for _, unit := range []string{"B", "kB", "MB", "GB", "TB"} {
		if n < 999.5 || unit == "TB" { // else it would be written as 1000
			return fmt.Sprintf("%.*f %s", decimals(n), n, unit)
		}
		n /= 1000
	}
	return ""
}

func decimals(n float64) int {
	if tenths := math.Round(10 * n); tenths < 100 && math.Mod(tenths, 10) != 0 {
		return 1
	}
	return 0
}
