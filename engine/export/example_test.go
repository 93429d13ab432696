package export_test

import (
	"bytes"
	"fmt"

	"github.com/gnllviz/gnllviz/engine"
	"github.com/gnllviz/gnllviz/engine/export"
	"github.com/gnllviz/gnllviz/loss"
)

// A network is trained, written as ONNX, and read back.
func ExampleWriteONNX() {
	x := []float64{0, 1, 2, 3, 4, 5, 6, 7}
	y := []float64{1, 3.1, 4.8, 7, 9.2, 10.9, 13, 15.1}
	e, err := engine.NewEnsemble(engine.Config{Net: engine.NetConfig{Inputs: 1, Hidden: []int{8}}}, 1, x, y)
	if err != nil {
		panic(err)
	}
	for range 100 {
		if _, err := e.Step(loss.DefaultGaussianNLL(), engine.DefaultHyper()); err != nil {
			panic(err)
		}
	}
	seconds, way := export.Column{Name: "time", Unit: "s"}, export.Column{Name: "way", Unit: "m"}
	m, err := export.New(e, []export.Column{seconds}, []export.Column{way}, x, y, loss.DefaultGaussianNLL().Eps)
	if err != nil {
		panic(err)
	}
	var file bytes.Buffer
	if err := export.WriteONNX(&file, m); err != nil {
		panic(err)
	}
	again, err := export.Read(&file)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%s in %s, %d parameters\n", again.Targets[0].Name, again.Targets[0].Unit, again.Card.Parameters)
	// Output: way in m, 34 parameters
}
