package past

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"math"

	"github.com/gnllviz/gnllviz/engine"
)

// Fingerprint is the SHA-256 of the parameters of lanes, lane by lane and member by
// member.
func Fingerprint(lanes []*engine.Weights) string {
	h := sha256.New()
	var b []byte
	for _, l := range lanes {
		for _, params := range l.Params() {
			b = b[:0]
			for _, w := range params {
				b = binary.LittleEndian.AppendUint32(b, math.Float32bits(w))
			}
			h.Write(b)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Fingerprint is that of all lanes.
func (l *Generation) Fingerprint() string {
	var all []*engine.Weights
	for _, lane := range l.Lanes {
		all = append(all, lane.Ensemble.Weights())
	}
	return Fingerprint(all)
}
