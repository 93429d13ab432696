package loss

import "fmt"

// A Reduction says how the elements' losses become the value that is returned.
type Reduction uint8

// The reductions, as PyTorch has them.
const (
	Mean Reduction = iota // the sum divided by the number of elements
	Sum                   // the sum
	None                  // the elements' losses as they are
)

var reductionNames = [...]string{Mean: "mean", Sum: "sum", None: "none"}

// Reductions lists the reductions.
func Reductions() []Reduction { return []Reduction{Mean, Sum, None} }

// Help returns a sentence about the reduction.
func (r Reduction) Help() string {
	return [...]string{
		Mean: "Averages the losses of the batch.",
		Sum:  "Adds the losses of the batch, so the gradient grows with the batch size. Adam compensates for this.",
		None: "No reduction; training uses the sum.",
	}[r]
}

// String returns PyTorch's name of the reduction.
func (r Reduction) String() string {
	if int(r) < len(reductionNames) {
		return reductionNames[r]
	}
	return fmt.Sprintf("Reduction(%d)", uint8(r))
}

// ParseReduction returns the reduction with that name.
func ParseReduction(name string) (Reduction, error) {
	for r, n := range reductionNames {
		if n == name {
			return Reduction(r), nil
		}
	}
	return 0, fmt.Errorf("loss: reduction %q is none of mean, sum, none", name)
}

// MarshalText implements [encoding.TextMarshaler].
func (r Reduction) MarshalText() ([]byte, error) {
	if int(r) >= len(reductionNames) {
		return nil, fmt.Errorf("loss: %v is none of mean, sum, none", r)
	}
	return []byte(r.String()), nil
}

// UnmarshalText implements [encoding.TextUnmarshaler].
func (r *Reduction) UnmarshalText(b []byte) error {
	parsed, err := ParseReduction(string(b))
	if err == nil {
		*r = parsed
	}
	return err
}
