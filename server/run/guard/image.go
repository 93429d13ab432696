package guard

import "errors"

// A WatchImage is what a [Watch] knows, for bytes.
type WatchImage struct {
	Measured bool
	Best     [][2]float64 // score and RMS of each network
	Weight   int
	Since    uint64
	Well     uint64
	Verdict  *Verdict
	Closely  uint64
	Spoiled  [][2]uint64
}

// Image returns what the watch knows.
func (w *Watch) Image() WatchImage {
	i := WatchImage{Measured: w.measured, Weight: w.weight, Since: w.since, Well: w.well, Verdict: w.verdict, Closely: w.closely}
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
	if i.Weight < 0 || i.Weight > enough {
		return w, errors.New("guard: a weight out of range")
	}
	w = Watch{measured: i.Measured, weight: i.Weight, since: i.Since, well: i.Well, verdict: i.Verdict, closely: i.Closely}
	for _, m := range i.Best {
		w.best = append(w.best, measure{m[0], m[1]})
	}
	for _, s := range i.Spoiled {
		w.spoiled = append(w.spoiled, span{s[0], s[1]})
	}
	return w, nil
}
