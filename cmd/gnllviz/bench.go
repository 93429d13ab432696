package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/kernel"
	"github.com/gnllviz/gnllviz/loss"
)

// A stepSpeed is how fast one kind of network trains.
type stepSpeed struct {
	Hidden  []int   `json:"hidden"`
	Members int     `json:"members"`
	Batch   int     `json:"batch"`
	Cores   int     `json:"cores"`
	Steps   float64 `json:"steps_per_second"`
	GFLOP   float64 `json:"gflop_per_second"`
	Peak    float64 `json:"percent_of_peak"` // of what so many cores multiply and add
}

// A lossSpeed is how fast the loss is computed.
type lossSpeed struct {
	What    string  `json:"what"`
	Element float64 `json:"ns_per_element"`
	Times   float64 `json:"times_plain_loop"` // as fast as the plain loop
}

// speeds are what bench measures.
type speeds struct {
	Go    string      `json:"go"`
	Arch  string      `json:"arch"`
	Cores int         `json:"cores"`
	Peak  float64     `json:"peak_gflop_per_second"` // of one core
	Steps []stepSpeed `json:"steps"`
	Loss  []lossSpeed `json:"loss"`
}

func benchCommand() *cobra.Command {
	var asJSON bool
	b := bench{turn: time.Second / 10}
	c := &cobra.Command{
		Use: "bench", Short: "Measure how fast this machine trains",
		Long: `Measure how fast this machine trains, on one core and on all, and how fast it computes
the loss.

Each figure is the median of five turns of --turn (a tenth of a second). Networks have
one input, relu and the exp head, and train with Adam. The peak is the rate of
multiplications and additions that a core reaches when it does nothing else; the plain
loop is the loss written in ordinary Go.`,
		Example: "  gnllviz bench\n  gnllviz bench --json",
		Args:    arguments(cobra.NoArgs),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write JSON")
	c.Flags().DurationVar(&b.turn, "turn", b.turn, "`time` of each of the five turns")
	c.RunE = func(c *cobra.Command, _ []string) error {
		if b.turn <= 0 {
			return mistakef("--turn %v: a turn must take some time", b.turn)
		}
		s, err := b.measure()
		if err != nil {
			return err
		}
		if asJSON {
			return writeOut(c, "", func(w io.Writer) error { return json.NewEncoder(w).Encode(s) })
		}
		return writeOut(c, "", s.write)
	}
	return c
}

// A bench measures speeds.
type bench struct {
	turn time.Duration // how long something is done before it is counted how often
}

func (b bench) measure() (*speeds, error) {
	s := &speeds{Go: runtime.Version(), Arch: runtime.GOARCH, Cores: runtime.GOMAXPROCS(0), Peak: peak() / 1e9}
	for _, n := range []stepSpeed{
		{Hidden: []int{50}, Members: 1, Batch: 32},
		{Hidden: []int{64, 64}, Members: 1, Batch: 32},
		{Hidden: []int{64, 64}, Members: 1, Batch: 256},
		{Hidden: []int{64, 64}, Members: 5, Batch: 32},
		{Hidden: []int{128, 128, 128}, Members: 1, Batch: 1024},
	} {
		for _, n.Cores = range slices.Compact([]int{1, s.Cores}) {
			if err := n.measure(b); err != nil {
				return nil, err
			}
			n.Peak = 100 * n.GFLOP / (s.Peak * float64(n.Cores))
			s.Steps = append(s.Steps, n)
		}
	}
	s.Loss = b.lossSpeeds()
	return s, nil
}

const turns = 5

// perSecond returns how often f can be done in a second: the median of some turns.
func (b bench) perSecond(f func() error) (float64, error) {
	var rates []float64
	for range turns {
		done := 0
		begun := time.Now()
		for time.Since(begun) < b.turn {
			if err := f(); err != nil {
				return 0, err
			}
			done++
		}
		rates = append(rates, float64(done)/time.Since(begun).Seconds())
	}
	slices.Sort(rates)
	return rates[turns/2], nil
}

// peak returns the multiplications and additions of one core in a second.
func peak() float64 {
	best := 0.0
	for range 20 {
		begun := time.Now()
		flop := kernel.PeakFMA(100_000)
		best = max(best, flop/time.Since(begun).Seconds())
	}
	return best
}

func (s *stepSpeed) measure(b bench) error {
	x, y := make([]float64, s.Batch), make([]float64, s.Batch)
	for i := range x {
		x[i], y[i] = float64(i*i%101)-50, float64(i%7)
	}
	e, err := engine.NewEnsemble(engine.Config{
		Net: engine.NetConfig{Inputs: 1, Hidden: s.Hidden, Activation: engine.ReLU}, Workers: s.Cores,
	}, s.Members, x, y)
	if err != nil {
		return err
	}
	h := engine.DefaultHyper()
	h.Batch = s.Batch
	var l engine.Loss = loss.DefaultGaussianNLL()
	s.Steps, err = b.perSecond(func() error { _, err := e.Step(l, h); return err })
	s.GFLOP = s.Steps * float64(s.flop()) / 1e9
	return err
}

// flop counts the multiplications and additions of a step's matrix products: for every
// layer one forward and two backward, without the gradient of the inputs.
func (s *stepSpeed) flop() int {
	sum, in := 0, 1
	for i, out := range append(slices.Clone(s.Hidden), 2) {
		products := 3
		if i == 0 {
			products = 2
		}
		sum += 2 * products * in * out
		in = out
	}
	return sum * s.Batch * s.Members
}

// lossSpeeds times the loss on numbers that a core's cache holds.
func (b bench) lossSpeeds() []lossSpeed {
	const n = 1 << 16
	r := rand.New(rand.NewPCG(1, 2))
	mean, target, variance := make([]float32, n), make([]float32, n), make([]float32, n)
	for i := range mean {
		mean[i] = float32(r.NormFloat64())
		target[i] = mean[i] + float32(r.NormFloat64())
		variance[i] = float32(0.1 + 8.9*r.Float64())
	}
	gradMean, gradVariance := make([]float32, n), make([]float32, n)
	l := loss.DefaultGaussianNLL()
	shape := []int{n}
	kept := 0.0 // what is not used is not computed
	var list []lossSpeed
	for _, x := range []struct {
		what string
		f    func() error
	}{
		{"plain loop", func() error {
			sum := 0.0
			for i, m := range mean {
				v := max(float64(variance[i]), 1e-6)
				d := float64(m - target[i])
				sum += 0.5 * (math.Log(v) + d*d/v)
			}
			kept += sum
			return nil
		}},
		{"loss", func() error {
			_, err := loss.Forward(l, loss.Tensor[float32]{Data: mean, Shape: shape}, loss.Tensor[float32]{Data: target, Shape: shape}, loss.Tensor[float32]{Data: variance, Shape: shape})
			return err
		}},
		{"loss with both gradients", func() error {
			kept += float64(loss.Fused(l, gradMean, gradVariance, mean, target, variance))
			return nil
		}},
	} {
		rate, err := b.perSecond(x.f)
		if err != nil {
			panic("gnllviz: the loss of three lists of one length: " + err.Error())
		}
		list = append(list, lossSpeed{What: x.what, Element: 1e9 / rate / n})
		list[len(list)-1].Times = list[0].Element / list[len(list)-1].Element
	}
	runtime.KeepAlive(kept)
	return list
}

func (s *speeds) write(w io.Writer) error {
	fmt.Fprintf(w, "%s, %s, %d cores, each of %.1f GFLOP/s at its peak\n\n", s.Go, s.Arch, s.Cores, s.Peak)
	t := tabwriter.NewWriter(w, 0, 0, 3, ' ', tabwriter.AlignRight)
	fmt.Fprintln(t, "hidden\tnetworks\tbatch\tcores\tsteps/s\tGFLOP/s\t% of peak\t")
	for _, n := range s.Steps {
		hidden := strings.Trim(strings.ReplaceAll(fmt.Sprint(n.Hidden), " ", ","), "[]")
		fmt.Fprintf(t, "%s\t%d\t%d\t%d\t%.0f\t%.1f\t%.0f\t\n", hidden, n.Members, n.Batch, n.Cores, n.Steps, n.GFLOP, n.Peak)
	}
	fmt.Fprintln(t)
	fmt.Fprintln(t, "loss of 65,536 float32\tns/element\ttimes the plain loop\t")
	for _, l := range s.Loss {
		fmt.Fprintf(t, "%s\t%.3f\t%.1f\t\n", l.What, l.Element, l.Times)
	}
	return t.Flush()
}
