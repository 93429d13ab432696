package guard

import "errors"

// A WatchImage is what a [Watch] knows, for bytes.
type WatchImage struct {
	Measured bool
	Begun    uint64
	First    []MeasureImage
	Best     [][2]float64 // score and RMS of each network
	Weight   int
	Ended    int
	Since    uint64
	Well     uint64
	Verdict  *Verdict
	Closely  uint64
	Spoiled  [][2]uint64
}

// A MeasureImage is what a network showed at the look that others are measured by.
type MeasureImage struct {
	Score, RMS float64
	Idle       bool
}

// Image returns what the watch knows.
func (w *Watch) Image() WatchImage {
	i := WatchImage{Measured: w.measured, Begun: w.begun, Weight: w.weight, Ended: w.ended, Since: w.since, Well: w.well, Verdict: w.verdict, Closely: w.closely}
	for _, m := range w.first {
		i.First = append(i.First, MeasureImage{m.score, m.rms, m.idle})
	}
	for _, m := range w.best {
		i.Best = append(i.Best, [2]float64{m.score, m.rms})
	}
	for _, s := range w.spoiled {
		i.Spoiled = append(i.Spoiled, [2]uint64{s.from, s.to})
	}
	return i
}

// Watch returns a watch that knows it.
func (i *WatchImage) Watch() (w Watch, err error) {
	if i.Weight < 0 || i.Weight > enough<<relapses || i.Ended < 0 || i.Ended > relapses {
		return w, errors.New("guard: a weight out of range")
	}
	if len(i.First) != len(i.Best) {
		return w, errors.New("guard: not as many first measures as best ones")
	}
	w = Watch{measured: i.Measured, begun: i.Begun, weight: i.Weight, ended: i.Ended, since: i.Since, well: i.Well, verdict: i.Verdict, closely: i.Closely}
	for _, m := range i.Best {
		w.best = append(w.best, measure{score: m[0], rms: m[1]})
	}
	for _, m := range i.First {
		w.first = append(w.first, measure{m.Score, m.RMS, m.Idle})
	}
	for _, s := range i.Spoiled {
		w.spoiled = append(w.spoiled, span{s[0], s[1]})
	}
	return w, nil
}
