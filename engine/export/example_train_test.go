package export_test

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/loss"
)

// From a CSV file to a model that other programs run.
func Example_train() {
	t, err := table.Read(strings.NewReader(rows()), table.Options{})
	check(err)
	set, _, err := t.Choose([]string{"power"}, []string{"wind"})
	check(err)
	trainer, err := engine.NewEnsemble(engine.Config{
		Net:  engine.NetConfig{Inputs: 1, Hidden: []int{16, 16}, Activation: engine.SiLU},
		Seed: 1,
	}, 1, set.X, set.Y)
	check(err)
	nll, hyper := loss.DefaultGaussianNLL(), engine.DefaultHyper()
	hyper.LR = 0.01
	for range 1000 {
		_, err := trainer.Step(nll, hyper)
		check(err) // a *engine.Divergence says what went wrong and why
	}
	inputs := []export.Column{{Name: set.Inputs[0].Name, Unit: set.Inputs[0].Unit}}
	target := export.Column{Name: set.Targets[0].Name, Unit: set.Targets[0].Unit}
	model, err := export.New(trainer, inputs, []export.Column{target}, set.X, set.Y, nll.Eps)
	check(err)
	var file bytes.Buffer // or a file of the disk
	check(export.WriteONNX(&file, model))

	read, err := export.Read(&file)
	check(err)
	p, err := read.Predict([]float64{2, 8})
	check(err)
	fmt.Printf("%s of %s; more wind, more power: %v, and less sure: %v\n",
		read.Targets[0].Name, read.Inputs[0].Name, p.Mean[1] > p.Mean[0], p.Variance[1] > p.Variance[0])
	// Output: power of wind; more wind, more power: true, and less sure: true
}

// rows is a file whose noise grows from row to row.
func rows() string {
	var b strings.Builder
	fmt.Fprintln(&b, "wind (m/s),power (kW)")
	for i := range 200 {
		wind := float64(i) / 20
		noise := wind * float64(i*7919%13-6) / 10
		fmt.Fprintf(&b, "%g,%g\n", wind, 3*wind+noise)
	}
	return b.String()
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
