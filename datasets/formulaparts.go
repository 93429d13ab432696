package datasets

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

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
	tree, err := parser.ParseWithConfig(text, grammar())
	if err != nil {
		return nil, c.syntax(text, err)
	}
	if _, err := c.number(tree.Node); err != nil {
		return nil, err
	}
	return c.made, nil
}

// grammar is that of expr which formulas have.
func grammar() *conf.Config {
	config := conf.CreateNew()
	config.MaxNodes = 0 // counted here, with an error that says more
	config.DisableIfOperator = true
	for name := range config.Builtins {
		config.Disabled[name] = true
	}
	return config
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
func (c *compiler) at(n ast.Node, what, cure string) error {
	return c.refuse(n.Location().From+1, what, cure)
}

// syntax says in the words of a formula what the parser ran into.
func (c *compiler) syntax(text string, err error) error {
	var e *file.Error
	if !errors.As(err, &e) {
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

func (c *compiler) count(n ast.Node) error {
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
func (c *compiler) number(n ast.Node) (int, error) {
	if err := c.count(n); err != nil {
		return 0, err
	}
	switch n := n.(type) {
	case *ast.IntegerNode:
		return c.add(part{constant: float64(n.Value)}), nil
	case *ast.FloatNode:
		return c.add(part{constant: n.Value}), nil
	case *ast.IdentifierNode:
		return c.name(n)
	case *ast.UnaryNode:
		switch n.Operator {
		case "+":
			return c.number(n.Node)
		case "-":
			return c.operation(minus, c.number, n.Node)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "+", "-", "*", "/", "^", "**":
			return c.operation(operators[n.Operator], c.number, n.Left, n.Right)
		}
	case *ast.ConditionalNode:
		where, err := c.condition(n.Cond)
		if err != nil {
			return 0, err
		}
		a, err := c.number(n.Exp1)
		if err != nil {
			return 0, err
		}
		b, err := c.number(n.Exp2)
		return c.add(part{kind: partChoice, a: where, b: a, c: b}), err
	case *ast.CallNode:
		return c.call(n)
	case *ast.BuiltinNode:
		return 0, c.unknown(n, n.Name)
	}
	return 0, c.at(n, describe(n)+" where a number is expected", "use numbers, "+strings.Join(c.inputs, ", ")+", + - * / ^ and functions such as sin(x)")
}

// condition compiles a part that is true or false.
func (c *compiler) condition(n ast.Node) (int, error) {
	if err := c.count(n); err != nil {
		return 0, err
	}
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			return c.operation(not, c.condition, n.Node)
		}
	case *ast.BinaryNode:
		switch n.Operator {
		case "<", "<=", ">", ">=", "==", "!=":
			return c.operation(operators[n.Operator], c.number, n.Left, n.Right)
		case "and", "&&", "or", "||":
			return c.operation(operators[n.Operator], c.condition, n.Left, n.Right)
		}
	}
	return 0, c.at(n, describe(n)+" where a comparison is expected", "compare numbers, as in x < 0 ? 1 : 2")
}

// operation compiles an operator after its operands.
func (c *compiler) operation(o *operator, operand func(ast.Node) (int, error), nodes ...ast.Node) (int, error) {
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

func (c *compiler) name(n *ast.IdentifierNode) (int, error) {
	if i := slices.Index(c.inputs, n.Value); i >= 0 {
		return c.add(part{kind: partVariable, variable: i}), nil
	}
	switch n.Value {
	case "pi":
		return c.add(part{constant: math.Pi}), nil
	case "e":
		return c.add(part{constant: math.E}), nil
	}
	if _, ok := functions[n.Value]; ok {
		return 0, c.at(n, n.Value+" needs parentheses", fmt.Sprintf("write %s(%s)", n.Value, c.inputs[0]))
	}
	return 0, c.at(n, fmt.Sprintf("unknown name %s", n.Value), "known names: "+strings.Join(append(slices.Clone(c.inputs), "pi"), ", ")+" and e"+c.more)
}

func (c *compiler) call(n *ast.CallNode) (int, error) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return 0, c.at(n, "only functions can be called", "an example is sin(x)")
	}
	f, ok := functions[callee.Value]
	if !ok {
		return 0, c.unknown(n, callee.Value)
	}
	if len(n.Arguments) != f.arguments {
		return 0, c.at(n, fmt.Sprintf("%s has %d arguments", callee.Value, len(n.Arguments)), fmt.Sprintf("it needs %d", f.arguments))
	}
	return c.operation(f, c.number, n.Arguments...)
}

func (c *compiler) unknown(n ast.Node, name string) error {
	return c.at(n, "unknown function "+name, "known functions: sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, exp, log, log10, sqrt, abs, pow, min, max, floor, ceil, round and sign")
}

// describe names a part that is out of place.
func describe(n ast.Node) string {
	switch n := n.(type) {
	case *ast.BinaryNode:
		return n.Operator
	case *ast.UnaryNode:
		return n.Operator
	case *ast.IdentifierNode:
		return n.Value
	case *ast.StringNode, *ast.BytesNode:
		return "text"
	case *ast.IntegerNode, *ast.FloatNode, *ast.ConditionalNode, *ast.CallNode:
		return "a number"
	case *ast.BoolNode:
		return "true or false"
	}
	return "something unknown"
}
