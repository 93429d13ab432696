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

type (
	quantity  func(x []float64) float64
	condition func(x []float64) bool
)

// compile makes a function of a formula of the inputs that are named. The
// grammar is expr's; what of it a formula may use is what the switches below
// know. Nothing there loops or allocates, so a formula takes no longer than its
// parts are many.
func compile(formula, text string, inputs []string) (quantity, error) {
	c := compiler{formula: formula, inputs: inputs}
	if strings.TrimSpace(text) == "" {
		return nil, c.refuse(0, "it is empty", "write a number or a formula of "+strings.Join(inputs, " and "))
	}
	config := conf.CreateNew()
	config.MaxNodes = 0 // counted here, with an error that says more
	config.DisableIfOperator = true
	for name := range config.Builtins {
		config.Disabled[name] = true
	}
	tree, err := parser.ParseWithConfig(text, config)
	if err != nil {
		return nil, c.syntax(text, err)
	}
	return c.number(tree.Node)
}

type compiler struct {
	formula string
	inputs  []string
	parts   int
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
		return c.refuse(0, "it cannot be read: "+err.Error(), "write it as in sin(2*x) + 1")
	}
	runes := []rune(text)
	at := min(max(e.From, 0), len(runes))
	rest := strings.TrimSpace(string(runes[at:]))
	if rest == "" || strings.Contains(e.Message, "EOF") { // whose place is the last character
		return c.refuse(len(runes)+1, "it ends too early", "close every parenthesis, and give every operator its right side")
	}
	return c.refuse(at+1, fmt.Sprintf("it makes no sense from %q on", table.Printable(rest)), "write products with *, as in 2*x, decimals with a point, and close every parenthesis")
}

func (c *compiler) count(n ast.Node) error {
	if c.parts++; c.parts > maxParts {
		return c.at(n, fmt.Sprintf("more than %d numbers, names, operators and calls", maxParts), "make it simpler")
	}
	return nil
}

// number compiles a part that gives a number.
func (c *compiler) number(n ast.Node) (quantity, error) {
	if err := c.count(n); err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *ast.IntegerNode:
		return constantly(float64(n.Value)), nil
	case *ast.FloatNode:
		return constantly(n.Value), nil
	case *ast.IdentifierNode:
		return c.name(n)
	case *ast.UnaryNode:
		if n.Operator == "+" || n.Operator == "-" {
			a, err := c.number(n.Node)
			if err != nil || n.Operator == "+" {
				return a, err
			}
			return func(x []float64) float64 { return -a(x) }, nil
		}
	case *ast.BinaryNode:
		if f, ok := arithmetic(n.Operator); ok {
			a, b, err := both(c.number, n.Left, n.Right)
			if err != nil {
				return nil, err
			}
			return func(x []float64) float64 { return f(a(x), b(x)) }, nil
		}
	case *ast.ConditionalNode:
		where, err := c.truth(n.Cond)
		if err != nil {
			return nil, err
		}
		a, b, err := both(c.number, n.Exp1, n.Exp2)
		if err != nil {
			return nil, err
		}
		return func(x []float64) float64 {
			if where(x) {
				return a(x)
			}
			return b(x)
		}, nil
	case *ast.CallNode:
		return c.call(n)
	case *ast.BuiltinNode:
		return nil, c.unknown(n, n.Name)
	}
	return nil, c.at(n, describe(n)+" where a number is wanted", "use numbers, "+strings.Join(c.inputs, ", ")+", + - * / ^ and functions such as sin(x)")
}

// truth compiles a part that is true or false.
func (c *compiler) truth(n ast.Node) (condition, error) {
	if err := c.count(n); err != nil {
		return nil, err
	}
	switch n := n.(type) {
	case *ast.UnaryNode:
		if n.Operator == "not" || n.Operator == "!" {
			a, err := c.truth(n.Node)
			return func(x []float64) bool { return !a(x) }, err
		}
	case *ast.BinaryNode:
		if f, ok := comparison(n.Operator); ok {
			a, b, err := both(c.number, n.Left, n.Right)
			return func(x []float64) bool { return f(a(x), b(x)) }, err
		}
		switch n.Operator {
		case "and", "&&":
			a, b, err := both(c.truth, n.Left, n.Right)
			return func(x []float64) bool { return a(x) && b(x) }, err
		case "or", "||":
			a, b, err := both(c.truth, n.Left, n.Right)
			return func(x []float64) bool { return a(x) || b(x) }, err
		}
	}
	return nil, c.at(n, describe(n)+" where a comparison is wanted", "compare numbers, as in x < 0 ? 1 : 2")
}

func both[F any](compile func(ast.Node) (F, error), left, right ast.Node) (a, b F, err error) {
	if a, err = compile(left); err == nil {
		b, err = compile(right)
	}
	return a, b, err
}

func constantly(v float64) quantity { return func([]float64) float64 { return v } }

func (c *compiler) name(n *ast.IdentifierNode) (quantity, error) {
	if i := slices.Index(c.inputs, n.Value); i >= 0 {
		return func(x []float64) float64 { return x[i] }, nil
	}
	switch n.Value {
	case "pi":
		return constantly(math.Pi), nil
	case "e":
		return constantly(math.E), nil
	}
	if _, _, ok := function(n.Value); ok {
		return nil, c.at(n, n.Value+" without its parentheses", fmt.Sprintf("write %s(%s)", n.Value, c.inputs[0]))
	}
	return nil, c.at(n, fmt.Sprintf("unknown name %s", n.Value), "there are "+strings.Join(append(slices.Clone(c.inputs), "pi"), ", ")+" and e")
}

func (c *compiler) call(n *ast.CallNode) (quantity, error) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return nil, c.at(n, "a call of what is no function", "call functions by their names, as in sin(x)")
	}
	f, arguments, ok := function(callee.Value)
	if !ok {
		return nil, c.unknown(n, callee.Value)
	}
	if len(n.Arguments) != arguments {
		return nil, c.at(n, fmt.Sprintf("%s with %d arguments", callee.Value, len(n.Arguments)), fmt.Sprintf("give it %d", arguments))
	}
	a, err := c.number(n.Arguments[0])
	if err != nil || arguments == 1 {
		return func(x []float64) float64 { return f(a(x), 0) }, err
	}
	b, err := c.number(n.Arguments[1])
	return func(x []float64) float64 { return f(a(x), b(x)) }, err
}

func (c *compiler) unknown(n ast.Node, name string) error {
	return c.at(n, "unknown function "+name, "there are sin, cos, tan, asin, acos, atan, sinh, cosh, tanh, exp, log, log10, sqrt, abs, pow, min, max, floor, ceil, round and sign")
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
	return "something that formulas do not have"
}
