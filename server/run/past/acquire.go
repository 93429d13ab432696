package past

import (
	"github.com/gnllviz/gnllviz/server/run/rows"
	"github.com/gnllviz/gnllviz/server/wire"
)

// CanAcquire says why no point can be acquired, or nothing.
func (l *Generation) CanAcquire() *wire.ErrorMessage {
	switch {
	case l.Settings.AcquireBy == rows.ByEpistemic && len(l.Lanes[0].Ensemble.Members()) == 1:
		return wire.Refuse(wire.BadState, "acquire_by", "acquire: the epistemic standard deviation of one network is 0 everywhere; use an ensemble, or acquire by something else")
	case l.Data.Pool.Len() == 0 && l.Data.Set.Truth == nil:
		return wire.Refuse(wire.BadState, "pool", `acquire: the pool is empty, and the truth of this data set is not known; hold points back with the control "pool"`)
	}
	return nil
}
