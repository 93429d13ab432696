package datasets

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A Residual is an equation as what should be zero, such as d2u + mu*du + k*u: a
// formula of x, of u, which stands for the mean at x, of its derivatives du = du/dx
// and d2u = d²u/dx², and of parameters with names. It has the grammar of [Formula].
// It does not change, and several goroutines may use it at once.
type Residual struct {
	text       string
	parameters []string
	program    program
}

// What a residual may be of beside its parameters, in the order of Gradients.
var residualNames = []string{"x", "u", "du", "d2u"}

// MaxEquationParameters is how many parameters an equation may have.
const MaxEquationParameters = 8

// ParseResidual reads a residual whose parameters have these names. Its errors are
// *FormulaError of the formula "equation".
func ParseResidual(text string, parameters []string) (*Residual, error) {
	refuse := func(what, cure string) (*Residual, error) {
		return nil, &FormulaError{Formula: "equation", What: what, Cure: cure}
	}
	switch {
	case len(text) > maxFormula:
		return refuse(fmt.Sprintf("too long: %d bytes", len(text)), fmt.Sprintf("the maximum is %d", maxFormula))
	case !utf8.ValidString(text):
		return refuse("not valid UTF-8", "type it again")
	case len(parameters) > MaxEquationParameters:
		return refuse(fmt.Sprintf("%d parameters are too many", len(parameters)), fmt.Sprintf("the maximum is %d", MaxEquationParameters))
	}
	for i, name := range parameters {
		switch _, called := functions[name]; {
		case !isName(name):
			return refuse(fmt.Sprintf("%.40q is not a valid name of a parameter", name), "use letters, digits and _, starting with a letter")
		case slices.Contains(residualNames, name), name == "pi", name == "e", called:
			return refuse(fmt.Sprintf("%s has a meaning in formulas, and cannot be a parameter", name), "rename the parameter")
		case slices.Contains(parameters[:i], name):
			return refuse("two parameters are called "+name, "rename one of them")
		}
	}
	c := compiler{
		formula: "equation",
		inputs:  slices.Concat(residualNames, parameters),
		more:    "; declare other names as parameters",
	}
	p, err := c.compile(text)
	if err != nil {
		return nil, err
	}
	uses := func(variable int) bool {
		return slices.ContainsFunc(p, func(q part) bool { return q.kind == partVariable && q.variable == variable })
	}
	if !uses(1) && !uses(2) && !uses(3) {
		return refuse("it contains none of u, du and d2u", "write an equation for the mean, as in du + k*u")
	}
	for i, name := range parameters {
		if !uses(len(residualNames) + i) {
			return refuse("parameter "+name+" is not used", "remove it, or use it in the equation")
		}
	}
	return &Residual{text: text, parameters: slices.Clone(parameters), program: p}, nil
}

// ResidualOf returns what should be zero of an equation with two sides, as in
// du = -k*u, and a text that has not two of them as it is.
func ResidualOf(text string) string {
	at := -1
	for i := range len(text) {
		compares := i > 0 && strings.IndexByte("=<>!", text[i-1]) >= 0 || i+1 < len(text) && text[i+1] == '='
		if text[i] != '=' || compares {
			continue
		}
		if at >= 0 {
			return text
		}
		at = i
	}
	if at < 0 {
		return text
	}
	left, right := text[:at], strings.TrimSpace(text[at+1:])
	if v, err := strconv.ParseFloat(right, 64); err == nil && v == 0 {
		return left
	}
	return "(" + left + ") - (" + right + ")"
}

// ParseEquation is ParseResidual of an equation whose names that formulas do not have
// are its parameters, in the order in which it has them. It may have two sides.
func ParseEquation(text string) (*Residual, error) {
	text = ResidualOf(text)
	var names []string
	if len(text) <= maxFormula && utf8.ValidString(text) {
		names = freeNames(text)
	}
	if len(names) > MaxEquationParameters {
		return nil, &FormulaError{
			Formula: "equation", What: fmt.Sprintf("%d parameters are too many: %s", len(names), strings.Join(names, ", ")),
			Cure: fmt.Sprintf("the maximum is %d; write numbers for the others", MaxEquationParameters),
		}
	}
	return ParseResidual(text, names)
}

// freeNames returns the names in a formula that stand for nothing yet. Of one that cannot
// be read it returns none.
func freeNames(text string) []string {
	tree, err := parse(text)
	if err != nil {
		return nil
	}
	n := names{seen: map[*node]bool{}}
	n.walk(tree)
	return n.free
}

// names collects free names.
type names struct {
	free []string
	seen map[*node]bool // a chain of comparisons has its middle parts twice
}

func (n *names) walk(of *node) {
	if n.seen[of] {
		return
	}
	n.seen[of] = true
	for _, p := range of.parts {
		n.walk(p)
	}
	if of.kind != nodeName {
		return
	}
	_, function := functions[of.text]
	known := function || of.text == "pi" || of.text == "e" || slices.Contains(residualNames, of.text)
	if !known && isName(of.text) && !slices.Contains(n.free, of.text) {
		n.free = append(n.free, of.text)
	}
}

// isName says whether formulas can have a name.
func isName(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	reserved := []string{"and", "or", "not", "in", "true", "false", "nil", "let", "if", "else", "matches", "contains", "startsWith", "endsWith"}
	return s != "" && !slices.Contains(reserved, s)
}

// Parts returns how many numbers, names, operators and calls it has, to which the time
// that it takes is proportional.
func (r *Residual) Parts() int { return len(r.program) }

// String returns the residual as it was written.
func (r *Residual) String() string { return strings.TrimSpace(r.text) }

// Parameters returns the parameters' names.
func (r *Residual) Parameters() []string { return slices.Clone(r.parameters) }

// Gradients returns the residual where x, the mean u, its derivatives du and d2u and
// the parameters p have these values, and sets by to its derivatives with respect to
// u, du, d2u and each parameter. by has 3 values more than p. It does not allocate.
func (r *Residual) Gradients(by []float64, x, u, du, d2u float64, p []float64) float64 {
	var at, g [4 + MaxEquationParameters]float64
	at[0], at[1], at[2], at[3] = x, u, du, d2u
	n := len(residualNames) + copy(at[len(residualNames):], p)
	v := r.program.gradient(g[:n], at[:n])
	copy(by, g[1:n])
	return v
}
