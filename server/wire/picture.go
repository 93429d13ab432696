package wire

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// A PictureSpec is what pictures of a run show, said once for whoever draws them: the
// page, which has it as PICTURE, the report, and the stills. Which rows are shown is said
// by a [Data].
type PictureSpec struct {
	// Levels are what the bands of the fit hold unless others are chosen, in percent, the
	// narrowest first. Opacities are those of so many bands, one, two or three, from the
	// widest to the narrowest, which lie over each other.
	Levels    []float64   `json:"levels"`
	Opacities [][]float64 `json:"opacities"`

	// Reach95 is how far a central interval of 95 % reaches, in standard deviations.
	Reach95 float64 `json:"reach_95"`

	// A curve shows the least and the greatest value of each pixel of its plot, and the
	// first that is not finite. Pixels is how many a plot is taken to have that nobody has
	// laid out yet.
	Pixels int `json:"pixels"`

	// The axis of the fit stands on the rows and the truth's central 95 %, not on what is
	// predicted, with so much air at both ends, as a share of what is between them.
	FitAir float64 `json:"fit_air"`

	// The axis of the loss holds the losses of rows between two quantiles, of those after
	// the first fall, which is a share of all steps, with air as the fit's but no less than
	// so many nats. Those of batches have no say.
	LossLow      float64 `json:"loss_low"`
	LossHigh     float64 `json:"loss_high"`
	LossFall     float64 `json:"loss_fall"`
	LossAir      float64 `json:"loss_air"`
	LossLeastAir float64 `json:"loss_least_air"`

	// The log axis of the noise has whole decades, at least those between two multiples of
	// the training targets' standard deviation.
	NoiseLow  float64 `json:"noise_low"`
	NoiseHigh float64 `json:"noise_high"`

	// The axis of an equation's residual reaches as far above 0 as below it, to the largest
	// within its points, and to the learned noise where that is at most so many times as
	// large; how dark the band of the noise is.
	EquationNoise   float64 `json:"equation_noise"`
	EquationOpacity float64 `json:"equation_opacity"`

	// The axis of what was there has air as the fit's, that of what was predicted holds the
	// means and the intervals of rows between two quantiles of their ends.
	ActualAir  float64 `json:"actual_air"`
	ActualLow  float64 `json:"actual_low"`
	ActualHigh float64 `json:"actual_high"`

	// Ticks, LossTicks and EquationTicks are into about how many parts ticks cut an axis that ends on one.
	Ticks         int `json:"ticks"`
	LossTicks     int `json:"loss_ticks"`
	EquationTicks int `json:"equation_ticks"`

	// A chart's table has so many places of a curve over an input, steps of a curve over
	// them, or rows.
	TablePlaces int `json:"table_places"`
	TableSteps  int `json:"table_steps"`
	TableRows   int `json:"table_rows"`
}

// Reach95 is how far a central interval of 95 % reaches, in standard deviations.
const Reach95 = 1.959963984540054

// Pictures returns the one specification of pictures.
func Pictures() PictureSpec {
	return PictureSpec{
		Levels: []float64{38, 68, 95}, Opacities: [][]float64{{0.22}, {0.13, 0.2}, {0.1, 0.16, 0.2}},
		Reach95: Reach95, Pixels: 1200, FitAir: 0.22,
		LossLow: 0.002, LossHigh: 0.985, LossFall: 0.04, LossAir: 0.06, LossLeastAir: 0.02,
		NoiseLow: 1. / 30, NoiseHigh: 1.2,
		ActualAir: 0.04, ActualLow: 0.03, ActualHigh: 0.97,
		EquationNoise: 3, EquationOpacity: 0.16,
		Ticks: 7, LossTicks: 5, EquationTicks: 2,
		TablePlaces: 21, TableSteps: 25, TableRows: 20,
	}
}

// A Band is a central interval around the predicted mean.
type Band struct {
	Name    string  // 95 %
	Reach   float64 // to either side, in standard deviations
	Opacity float64 // where it lies over those that are wider
	Over    float64 // of it and of those that are wider together
}

// LevelsInWords is the levels as a sentence has them: 38, 68 and 95 %.
func (p PictureSpec) LevelsInWords() string {
	var b strings.Builder
	for i, level := range p.Levels {
		switch {
		case i == 0:
		case i == len(p.Levels)-1:
			b.WriteString(" and ")
		default:
			b.WriteString(", ")
		}
		b.WriteString(strconv.FormatFloat(level, 'f', -1, 64))
	}
	return b.String() + " %"
}

// Bands returns the bands of the fit, the widest first.
func (p PictureSpec) Bands() (list []Band) {
	opacities, clear := p.Opacities[len(p.Levels)-1], 1.0
	for i, level := range slices.Backward(p.Levels) {
		b := Band{Name: strconv.FormatFloat(level, 'f', -1, 64) + " %", Reach: math.Sqrt2 * math.Erfinv(level/100), Opacity: opacities[len(p.Levels)-1-i]}
		clear *= 1 - b.Opacity
		b.Over = 1 - clear
		list = append(list, b)
	}
	return list
}
