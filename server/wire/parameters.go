package wire

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Parameter is a number in an equation by its name: one that is learned begins at
// Value, any other stays there.
type Parameter struct {
	Name    string
	Value   float64
	Learned bool
}

// Parameters are those that somebody has given a value. They are never changed in
// place. On the wire and on the command line they are one text, as in
//
//	mu=1:learned, k=400
//
// where what is not said to be learned is fixed. That of an equation which is not among
// them begins at 1 and is learned; one that no equation has is kept and does nothing.
type Parameters []Parameter

// MaxParameters bounds those that are given: more than one equation can have.
const MaxParameters = 16

// isParameterName says whether a parameter may be called so.
func isParameterName(s string) bool {
	return len(s) >= 1 && len(s) <= 40 && isOf(s, letters+digits+"_") && isOf(s[:1], letters+"_")
}

// String returns the text of which [ParseParameters] makes p.
func (p Parameters) String() string {
	var b strings.Builder
	for i, q := range p {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(q.Name + "=" + strconv.FormatFloat(q.Value, 'g', -1, 64))
		if q.Learned {
			b.WriteString(":learned")
		}
	}
	return b.String()
}

// Find returns the parameter of that name, and whether there is one.
func (p Parameters) Find(name string) (Parameter, bool) {
	if i := slices.IndexFunc(p, func(q Parameter) bool { return q.Name == name }); i >= 0 {
		return p[i], true
	}
	return Parameter{}, false
}

// ParseParameters reads parameters as [Parameters] describes them; fixed may be said,
// too. The error says what cannot be read and what to write.
func ParseParameters(text string) (Parameters, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	var list Parameters
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' }) {
		q, err := parseParameter(part)
		if err != nil {
			return nil, err
		}
		if _, twice := list.Find(q.Name); twice {
			return nil, fmt.Errorf("two parameters are called %s; remove one of them", q.Name)
		}
		list = append(list, q)
	}
	if len(list) > MaxParameters {
		return nil, fmt.Errorf("there are %d parameters; at most %d can be given", len(list), MaxParameters)
	}
	return list, nil
}

func parseParameter(text string) (q Parameter, err error) {
	name, rest, ok := strings.Cut(text, "=")
	value, how, said := strings.Cut(rest, ":")
	q.Name = strings.TrimSpace(name)
	switch how = strings.TrimSpace(how); {
	case !ok:
		return q, fmt.Errorf("%.60q has no value; write it as in mu=1:learned or k=400", strings.TrimSpace(text))
	case !isParameterName(q.Name):
		return q, fmt.Errorf("%.60q cannot be the name of a parameter; take letters, digits and _, a letter first, at most 40", q.Name)
	case said && how != "learned" && how != "fixed":
		return q, fmt.Errorf("%s is neither learned nor fixed but %.40q; write it as in %s=1:learned", q.Name, how, q.Name)
	}
	q.Learned = how == "learned"
	q.Value, err = strconv.ParseFloat(strings.TrimSpace(value), 64)
	if errors.Is(err, strconv.ErrSyntax) {
		return q, fmt.Errorf("the value of %s, %.40q, is not a number", q.Name, strings.TrimSpace(value))
	}
	if math.IsNaN(q.Value) {
		return q, fmt.Errorf("the value of %s, %.40q, is not a number", q.Name, strings.TrimSpace(value))
	}
	if !(math.Abs(q.Value) <= math.MaxFloat32) {
		return q, fmt.Errorf("the value of %s, %s, is too large", q.Name, strings.TrimSpace(value))
	}
	q.Value += 0 // -0 becomes 0
	return q, nil
}
