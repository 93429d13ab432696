package export

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"math"
	"slices"
)

// sum is the SHA-256 of all that a prediction depends on, in hexadecimal: the network
// as JSON, then as little-endian float64s mean and standard deviation of each input
// and of each target and eps, then all parameters as float32s, and last the encoding as
// JSON where there is one. All formats tell it, so
// that a file which was damaged on its way does not predict something else in silence.
func (m *Model) sum() string {
	b, err := json.Marshal(networkOf(m.Net))
	if err != nil {
		panic("export: encoding a network: " + err.Error()) // of names and finite numbers
	}
	h := sha256.New()
	h.Write(b)
	for _, c := range slices.Concat(m.Inputs, m.Targets) {
		h.Write(appendFloat64s(nil, c.Mean, c.Std))
	}
	h.Write(appendFloat64s(nil, m.Eps))
	for _, tensors := range m.Members {
		for _, t := range tensors {
			h.Write(appendFloats(nil, t.Data))
		}
	}
	if m.Encoding != nil {
		if b, err = json.Marshal(m.Encoding); err != nil {
			panic("export: encoding an encoding: " + err.Error()) // of texts
		}
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func appendFloat64s(b []byte, values ...float64) []byte {
	for _, v := range values {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
	}
	return b
}

// checkSum says so where a model that was read is not what its file says.
func (m *Model) checkSum() error {
	told := m.told
	m.told = ""
	if told != "" && told != m.sum() {
		return errors.New(`it is damaged: what predicts has another SHA-256 than the member "sha256" says; if it was changed on purpose take that member out`)
	}
	return nil
}
