package chart

import (
	"fmt"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/server/run/capture"
	"github.com/gnllviz/gnllviz/server/wire"
	"github.com/go-echarts/go-echarts/v2/opts"
)

// drawEquation draws the residual of the equation over the input of the fit.
func drawEquation(r *capture.Capture) (*drawing, drawn) {
	g, e := r.Grid, r.Equation
	input := label(r.Data.Inputs[g.Input])
	reach := r.EquationReach()
	left, right := slices.Min(g.X), slices.Max(g.X)
	y := opts.YAxis{Type: "value", Name: "residual", AxisLabel: roundAlone()}
	if reach > 0 {
		y.Min, y.Max = number(-reach), number(reach)
	}
	d := newDrawing(
		fmt.Sprintf("Residual of the equation over %s, which should be 0.", input),
		opts.XAxis{Type: "value", Name: input, Min: number(left), Max: number(right), AxisLabel: roundAlone()}, y,
	)
	about := drawn{
		ID: "equation", Title: "Equation",
		Note: fmt.Sprintf("How far the mean is from satisfying %s, in the equation’s own unit. Each step used %d points from %s to %s.", sides(e.Residual), e.Points, shown(e.From), shown(e.To)),
		Keys: []drawnKey{{"solid", "residual"}, {"dashed quiet", "obeyed exactly"}},
	}
	if e.Noise != nil {
		edge := func(v float64) []float64 { return []float64{v, v} }
		// What lies outside the plot would be drawn over its edges.
		noise := *e.Noise
		if reach > 0 {
			noise = min(noise, reach)
		}
		d.band("noise", "learned noise", []float64{left, right}, edge(-noise), edge(noise), laneColour, float32(wire.Pictures().EquationOpacity))
		about.Keys = append(about.Keys, drawnKey{"band noise", "learned noise"})
	}
	d.curve("zero", "obeyed exactly", []float64{left, right}, []float64{0, 0}, opts.LineStyle{Color: quietColour, Width: 1, Type: "dashed"})
	d.curve("residual", "residual", g.X, g.Residual, opts.LineStyle{Color: laneColour, Width: 2})
	about.Table = numbers{Caption: "Residual over " + input, Columns: []string{input, "residual"}}
	for _, i := range evenly(len(g.X), wire.Pictures().TablePlaces) {
		about.Table.add(g.X[i], g.Residual[i])
	}
	return d, about
}

// sides is an equation with both of its sides.
func sides(residual string) string {
	if strings.Contains(residual, "=") {
		return residual
	}
	return residual + " = 0"
}

// A held is what a report says of an equation.
type held struct {
	Facts      []fact
	Parameters []heldParameter
	Spread     bool // of an ensemble's members there is one
	True       bool // of at least one parameter the true value is known
}

type heldParameter struct{ Name, Value, Spread, How, True string }

func newHeld(r *capture.Capture) *held {
	e := r.Equation
	if e == nil {
		return nil
	}
	h := &held{Facts: []fact{
		{"equation", sides(e.Residual)},
		{"points", fmt.Sprintf("%d, from %s to %s", e.Points, shown(e.From), shown(e.To))},
	}}
	if e.RMS != nil {
		h.Facts = append(h.Facts, fact{"root mean squared residual", shown(*e.RMS)})
	}
	switch {
	case e.Noise != nil:
		h.Facts = append(h.Facts, fact{"learned noise", shown(*e.Noise)})
	case e.Weight != nil:
		h.Facts = append(h.Facts, fact{"weight, set by hand", shown(*e.Weight)})
	}
	for _, p := range e.Parameters {
		q := heldParameter{Name: p.Name, Value: shown(p.Value), Spread: "–", How: "fixed", True: "–"}
		if p.Learned {
			q.How = "learned"
		}
		if p.Spread > 0 {
			q.Spread, h.Spread = shown(p.Spread), true
		}
		if p.True != nil {
			q.True, h.True = shown(*p.True), true
		}
		h.Parameters = append(h.Parameters, q)
	}
	return h
}
