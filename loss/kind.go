package loss

import (
	"fmt"
	"slices"
	"strings"
)

// A Loss is any loss of this package as a trainer sees it: with a mean and a
// variance for each target. Its methods take slices of one length.
type Loss interface {
	// Gradients returns the reduced loss and writes its gradients where they
	// are not nil; with None the sum, and the vector-Jacobian product with ones.
	Gradients(gradMean, gradVariance, mean, target, variance []float32) float64

	// Elements writes the loss of each element, as None leaves them.
	Elements(loss, mean, target, variance []float32)
}

// A Kind is one of the losses of this package, of which its methods tell all there
// is to know. The zero value is the Gaussian NLL. Kinds are numbered as [Kinds] lists
// them, and no two programs need number them alike: names are what is written down.
type Kind uint8

// kinds has the losses in the order in which they are offered.
var kinds = [...]*Descriptor{
	&gaussianNLL, &betaNLL, &faithful, &naturalNLL, &crps, &studentTNLL, &cauchyNLL, &laplaceNLL, &mse,
}

// A Descriptor is everything about a loss that is not arithmetic. Checks, controls,
// flags, help and the formula on the page are made of it.
type Descriptor struct {
	Name       string // as in a setting: small letters and underscores
	Help       string // one sentence
	Formula    Formula
	Source     string      // of the formula: author, year and title
	Parameters []Parameter // what it can be told beyond Full, Eps and Reduction

	make func(Options) Loss
}

// A Formula is the loss of one element in TeX, term by term, with y for the target,
// \mu for the mean and \sigma^2 for the variance that the loss takes. TeX is what
// package server/tex reads.
type Formula struct {
	Open, Close string // around all terms
	Terms       []Term
	Note        string // what its signs mean, as part of a sentence
}

// A Term is one summand of a formula.
type Term struct {
	Of    string // OfVariance, OfResidual or OfConstant
	TeX   string
	Minus bool // it is taken away

	// Figure is the name of the member of [Terms], as a figure on the wire has it, that is
	// the term's mean over the training rows; empty where none is.
	Figure string
}

// What a term can be of. A constant is there with Full alone.
const (
	OfVariance = "variance"
	OfResidual = "residual"
	OfConstant = "constant"
)

// A Parameter is a number that one loss can be told and others know nothing of.
type Parameter struct {
	Name    string // as in a setting; no other control's
	Label   string
	Help    string // one sentence
	Formula string // TeX of what it does; may be empty
	Source  string // of that

	Default        float64
	Min, Max, Step float64 // of its slider
	Log            bool    // the slider's scale is logarithmic, Step a factor's decadic logarithm

	Valid string // what it must be, in words
	valid func(float64) bool
}

// Options are what the losses can be told; each takes what it knows of.
type Options struct {
	Full      bool
	Eps       float64 // 0 or more
	Reduction Reduction

	// Parameters are by their names. Those that are not there have their defaults,
	// and those of other losses are passed over. No loss changes the map or keeps it.
	Parameters map[string]float64
}

// value returns what the options say of a parameter.
func (o *Options) value(p *Parameter) float64 {
	if v, ok := o.Parameters[p.Name]; ok {
		return v
	}
	return p.Default
}

// Kinds lists the losses.
func Kinds() []Kind {
	list := make([]Kind, len(kinds))
	for i := range list {
		list[i] = Kind(i)
	}
	return list
}

// ParseKind returns the loss with that name.
func ParseKind(name string) (Kind, error) {
	for i, d := range kinds {
		if d.Name == name {
			return Kind(i), nil
		}
	}
	return 0, fmt.Errorf("loss: %.40q is none of %s", name, strings.Join(Names(), ", "))
}

// String returns the loss's name.
func (k Kind) String() string {
	if int(k) < len(kinds) {
		return kinds[k].Name
	}
	return fmt.Sprintf("Kind(%d)", uint8(k))
}

// UnmarshalText sets k to the loss with that name.
func (k *Kind) UnmarshalText(name []byte) error {
	parsed, err := ParseKind(string(name))
	if err == nil {
		*k = parsed
	}
	return err
}

// Descriptor returns what there is to say of the loss, which is not to be changed.
func (k Kind) Descriptor() *Descriptor { return kinds[k] }

// New returns the loss. Options that Check refuses make one without meaning.
func (k Kind) New(o Options) Loss { return kinds[k].make(o) }

// Check says what is wrong with the options for this loss.
func (k Kind) Check(o Options) error {
	if !(o.Eps >= 0) {
		return fmt.Errorf("loss: an eps of %g; it must be 0 or more", o.Eps)
	}
	if int(o.Reduction) >= len(reductionNames) {
		return fmt.Errorf("loss: %v is none of mean, sum, none", o.Reduction)
	}
	for i := range kinds[k].Parameters {
		if p := &kinds[k].Parameters[i]; !p.valid(o.value(p)) {
			return fmt.Errorf("loss: a %s of %g; it must be %s", p.Name, o.value(p), p.Valid)
		}
	}
	return nil
}

// Names lists the names that ByName knows.
func Names() []string {
	var names []string
	for _, d := range kinds {
		names = append(names, d.Name)
	}
	return names
}

// ByName returns a loss by its name, or says what is wrong with the name or with the
// options.
func ByName(name string, o Options) (Loss, error) {
	k, err := ParseKind(name)
	if err != nil {
		return nil, err
	}
	if err := k.Check(o); err != nil {
		return nil, err
	}
	return k.New(o), nil
}

// TeX returns the whole formula, its constants included.
func (f *Formula) TeX() string {
	var b strings.Builder
	b.WriteString(f.Open)
	for i, t := range f.Terms {
		switch {
		case t.Minus:
			b.WriteString(" - ")
		case i > 0:
			b.WriteString(" + ")
		}
		b.WriteString(t.TeX)
	}
	return b.String() + " " + f.Close
}

// HasConstant says whether the formula has a term that is there with Full alone.
func (f *Formula) HasConstant() bool {
	return slices.ContainsFunc(f.Terms, func(t Term) bool { return t.Of == OfConstant })
}
