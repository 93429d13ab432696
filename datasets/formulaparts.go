package datasets

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
)

// compile makes a program of a formula of the inputs that are named. The grammar is
// expr's; what of it a formula may use is what the switches below know. Nothing in it
// loops or allocates, so a formula takes no longer than its parts are many.
func compile(formula, text string, inputs []string) (program, error) {
	c := compiler{formula: formula, inputs: inputs}
	return c.compile(text)
}

func (c *compiler) compile(text string) (program, error) {
	if strings.TrimSpace(text) == "" {
		return nil, c.refuse(0, "it is empty", "enter a number or a formula of "+strings.Join(c.inputs, " and "))
	}
	tree, err := parse(text)
	if err != nil {
		return nil, c.syntax(text, err)
	}
	if _, err := c.number(tree); err != nil {
		return nil, err
	}
	return c.made, nil
}

type compiler struct {
	formula string
	inputs  []string
	more    string // what a cure for an unknown name adds
	parts   int
	made    program
}

func (c *compiler) refuse(column int, what, cure string) error {
	return &FormulaError{Formula: c.formula, Column: column, What: what, Cure: cure}
}

// at is refuse with the place of a part.
func (c *compiler) at(n *node, what, cure string) error {
	return c.refuse(n.at+1, what, cure)
}

// syntax says in the words of a formula what the parser ran into.
func (c *compiler) syntax(text string, err error) error {
	e := errOf(err)
	if e == nil {
		return c.refuse(0, "it cannot be read: "+err.Error(), "an example is sin(2*x) + 1")
	}
	runes := []rune(text)
	at := min(max(e.From, 0), len(runes))
	rest := strings.TrimSpace(string(runes[at:]))
	if rest == "" || strings.Contains(e.Message, "EOF") { // whose place is the last character
		return c.refuse(len(runes)+1, "it ends too early", "check for an open parenthesis, or an operator without a right-hand side")
	}
	return c.refuse(at+1, fmt.Sprintf("cannot be read from %q on", table.Printable(rest)), "write products with * (2*x), decimals with a point, and close every parenthesis")
}

func (c *compiler) count(n *node) error {
	if c.parts++; c.parts > maxParts {
		return c.at(n, fmt.Sprintf("too long: more than %d numbers, names, operators and calls", maxParts), "simplify it")
	}
	return nil
}

// add appends a part, and returns its place.
func (c *compiler) add(p part) int {
	c.made = append(c.made, p)
	return len(c.made) - 1
}

// number compiles a part that gives a number, and returns its place.
func (c *compiler) number(n *node) (int, error) {
	if err := c.count(n); err != nil {
		return 0, err
	}
	switch n.kind {
	case nodeNumber:
		return c.add(part{constant: n.value}), nil
	case nodeName:
		return c.name(n)
	case nodeUnary:
		switch n.text {
		case "+":
			return c.number(n.parts[0])
		case "-":
			return c.operation(minus, c.number, n.parts[0])
		}
	case nodeBinary:
		switch n.text {
		case "+", "-", "*", "/", "^", "**":
			return c.operation(operators[n.text], c.number, n.parts...)
		}
	case nodeChoice:
		where, err := c.condition(n.parts[0])
		if err != nil {
			return 0, err
		}
		a, err := c.number(n.parts[1])
		if err != nil {
			return 0, err
		}
		b, err := c.number(n.parts[2])
		return c.add(part{kind: partChoice, a: where, b: a, c: b}), err
	case nodeCall:
		return c.call(n)
	}
	return 0, c.at(n, describe(n)+" where a number is expected", "use numbers, "+strings.Join(c.inputs, ", ")+", + - * / ^ and functions such as sin(x)")
}

// condition compiles a part that is true or false.
func (c *compiler) condition(n *node) (int, error) {
	if err := c.count(n); err != nil {
		return 0, err
	}
	switch n.kind {
	case nodeUnary:
		if n.text == "not" || n.text == "!" {
			return c.operation(not, c.condition, n.parts[0])
		}
	case nodeBinary:
		switch n.text {
		case "<", "<=", ">", ">=", "==", "!=":
			return c.operation(operators[n.text], c.number, n.parts...)
		case "and", "&&", "or", "||":
			return c.operation(operators[n.text], c.condition, n.parts...)
		}
	}
	return 0, c.at(n, describe(n)+" where a comparison is expected", "compare numbers, as in x < 0 ? 1 : 2")
}

// operation compiles an operator after its operands.
func (c *compiler) operation(o *operator, operand func(*node) (int, error), nodes ...*node) (int, error) {
	p := part{kind: partOperator, operator: o}
	for i, n := range nodes {
		at, err := operand(n)
		if err != nil {
			return 0, err
		}
		if i == 0 {
			p.a = at
		}
		p.b = at
	}
	return c.add(p), nil
}

func (c *compiler) name(n *node) (int, error) {
	if i := slices.Index(c.inputs, n.text); i >= 0 {
		return c.add(part{kind: partVariable, variable: i}), nil
	}
	switch n.text {
	case "pi":
		return c.add(part{constant: math.Pi}), nil
	case "e":
		return c.add(part{constant: math.E}), nil
	}
	if _, ok := functions[n.text]; ok {
		return 0, c.at(n, n.text+" needs parentheses", fmt.Sprintf("write %s(%s)", n.text, c.inputs[0]))
	}
	return 0, c.at(n, fmt.Sprintf("unknown name %s", n.text), "known names: "+strings.Join(append(slices.Clone(c.inputs), "pi"), ", ")+" and e"+c.more)
}

func (c *compiler) call(n *node) (int, error) {
	f, ok := functions[n.text]
	if !ok {
		return 0, c.unknown(n, n.text)
	}
	if len(n.parts) != f.arguments {
		return 0, c.at(n, fmt.Sprintf("%s has %d arguments", n.text, len(n.parts)), fmt.Sprintf("it needs %d", f.arguments))
	}
	return c.operation(f, c.number, n.parts...)
}

func (c *compiler) unknown(n *node, name string) error {
	return c.at(n, "unknown function "+name, "known functions: sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, exp, log, log10, sqrt, abs, pow, min, max, floor, ceil, round and sign")
}

// describe names a part that is out of place.
func describe(n *node) string {
	switch n.kind {
	case nodeBinary, nodeUnary, nodeName:
		return n.text
	case nodeText:
		return "text"
	case nodeNumber, nodeChoice, nodeCall:
		return "a number"
	case nodeTruth:
		return "true or false"
	}
	return "something unknown"
}
