package datasets

import (
	"errors"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser/lexer"
	signs "github.com/expr-lang/expr/parser/operator"
)

// A node is a part of a formula as it is written. Signs and precedences are expr's, of which
// the lexer and the table of operators are used: its parser brings along all of a language,
// with methods that are called by their names, and so a linker could leave nothing out of a
// program that has it. A page is to be small.
type node struct {
	kind  nodeKind
	at    int     // the character at which it begins, from 0; of two operands, that of the operator
	text  string  // operator or name
	value float64 // of a number
	parts []*node // operands or arguments
}

type nodeKind uint8

const (
	nodeNumber nodeKind = iota
	nodeName
	nodeTruth // true or false
	nodeText
	nodeUnary
	nodeBinary
	nodeChoice // a condition and both sides
	nodeCall
	nodeOther // what no formula has
)

// A parser reads one formula. Its first error ends it.
type parser struct {
	tokens []lexer.Token
	over   bool // there was what no formula has, so the rest is not read
	err    error
}

// parse reads a formula. Its errors are *file.Error.
func parse(text string) (*node, error) {
	tokens, err := lexer.Lex(file.NewSource(text))
	if err != nil {
		return nil, err
	}
	p := parser{tokens: tokens}
	n := p.expression(0)
	if p.err == nil && !p.now().Is(lexer.EOF) {
		if p.now().Is(lexer.Operator, ";") {
			return &node{kind: nodeOther, at: p.now().From}, nil
		}
		p.refuse()
	}
	return n, p.err
}

func (p *parser) now() lexer.Token { return p.tokens[0] }

// next returns the token that is read now, and goes on to the one after it.
func (p *parser) next() lexer.Token {
	t := p.tokens[0]
	if len(p.tokens) > 1 { // the last is the end
		p.tokens = p.tokens[1:]
	}
	return t
}

// refuse says that what is read now cannot stand here.
func (p *parser) refuse() {
	if p.err != nil || p.over {
		return
	}
	message := "unexpected token " + p.now().String()
	p.err = &file.Error{Location: p.now().Location, Message: message}
	p.tokens = p.tokens[len(p.tokens)-1:]
}

func (p *parser) expect(kind lexer.Kind, value string) {
	if p.now().Is(kind, value) {
		p.next()
	} else {
		p.refuse()
	}
}

// other is a part that no formula has; what follows does not matter then.
func (p *parser) other() *node {
	n := &node{kind: nodeOther, at: p.now().From}
	p.over, p.tokens = true, p.tokens[len(p.tokens)-1:]
	return n
}

// expression reads what binds at least so tightly.
func (p *parser) expression(precedence int) *node {
	left := p.primary()
	for p.err == nil && p.now().Is(lexer.Operator) {
		o, ok := signs.Binary[p.now().Value]
		if !ok || o.Precedence < precedence {
			break
		}
		sign := p.next()
		if signs.IsComparison(sign.Value) {
			left = p.comparison(left, sign, o.Precedence)
			continue
		}
		least := o.Precedence
		if o.Associativity == signs.Left {
			least++
		}
		left = binary(sign.Value, sign.From, left, p.expression(least))
	}
	for precedence == 0 && p.err == nil && p.now().Is(lexer.Operator, "?") {
		at := p.next().From
		a := p.expression(0)
		p.expect(lexer.Operator, ":")
		left = &node{kind: nodeChoice, at: at, parts: []*node{left, a, p.expression(0)}}
	}
	return left
}

func binary(sign string, at int, a, b *node) *node {
	return &node{kind: nodeBinary, at: at, text: sign, parts: []*node{a, b}}
}

// comparison reads a chain, of which a < b < c is a < b and b < c.
func (p *parser) comparison(left *node, sign lexer.Token, precedence int) *node {
	var all *node
	for {
		right := p.expression(precedence + 1)
		one := binary(sign.Value, sign.From, left, right)
		if all == nil {
			all = one
		} else {
			all = binary("&&", sign.From, all, one)
		}
		if p.err != nil || !p.now().Is(lexer.Operator) || !signs.IsComparison(p.now().Value) {
			return all
		}
		left, sign = right, p.next()
	}
}

// primary reads a number, a name, a call, what stands in parentheses, or one of these after
// a sign.
func (p *parser) primary() *node {
	if p.err != nil || p.over {
		return &node{kind: nodeOther}
	}
	t := p.now()
	var n *node
	switch {
	case t.Is(lexer.Operator):
		o, ok := signs.Unary[t.Value]
		if !ok {
			if strings.ContainsAny(t.Value, "#.;") || t.Value == "let" || t.Value == "if" || t.Value == "::" {
				return p.other()
			}
			p.refuse()
			return &node{kind: nodeOther}
		}
		p.next()
		return &node{kind: nodeUnary, at: t.From, text: t.Value, parts: []*node{p.expression(o.Precedence)}}
	case t.Is(lexer.Bracket, "("):
		p.next()
		n = p.expression(0)
		p.expect(lexer.Bracket, ")")
	case t.Is(lexer.Bracket, "[", "{"):
		return p.other()
	case t.Is(lexer.Number):
		n = p.number()
	case t.Is(lexer.String), t.Is(lexer.Bytes):
		p.next()
		n = &node{kind: nodeText, at: t.From}
	case t.Is(lexer.Identifier):
		n = p.name()
	default:
		p.refuse()
		return &node{kind: nodeOther}
	}
	if p.err == nil && (p.now().Is(lexer.Operator, ".", "?.") || p.now().Is(lexer.Bracket, "[")) {
		return p.other()
	}
	return n
}

func (p *parser) number() *node {
	t := p.now()
	digits := strings.ReplaceAll(t.Value, "_", "")
	v, err := strconv.ParseFloat(digits, 64)
	if whole, failed := strconv.ParseInt(digits, 0, 64); failed == nil && len(digits) > 1 && digits[0] == '0' && strings.ContainsAny(digits[1:2], "xXoObB") {
		v, err = float64(whole), nil // 0x1F, which ParseFloat has with an exponent alone
	}
	if err != nil {
		p.refuse()
		return &node{kind: nodeOther}
	}
	p.next()
	return &node{kind: nodeNumber, at: t.From, value: v}
}

// name reads a name, or a call where a parenthesis follows.
func (p *parser) name() *node {
	t := p.next()
	if t.Value == "true" || t.Value == "false" || t.Value == "nil" {
		return &node{kind: nodeTruth, at: t.From}
	}
	if !p.now().Is(lexer.Bracket, "(") {
		return &node{kind: nodeName, at: t.From, text: t.Value}
	}
	p.next()
	call := &node{kind: nodeCall, at: t.From, text: t.Value}
	for first := true; p.err == nil && !p.now().Is(lexer.Bracket, ")") && !p.now().Is(lexer.EOF); first = false {
		if !first {
			p.expect(lexer.Operator, ",")
		}
		call.parts = append(call.parts, p.expression(0))
	}
	p.expect(lexer.Bracket, ")")
	return call
}

// errOf returns where and why a formula could not be read.
func errOf(err error) *file.Error {
	var e *file.Error
	errors.As(err, &e)
	return e
}
