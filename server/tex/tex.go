// Package tex writes formulas as MathML, of the little of TeX that this program's
// formulas need. A library would set them with spaces of its own, and the page has
// figures that stand under terms and must not stir. Anybody may call it.
package tex

import (
	"errors"
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// symbols are the commands that stand for one character.
var symbols = map[string]rune{
	"alpha": 'α', "beta": 'β', "gamma": 'γ', "delta": 'δ', "varepsilon": 'ε', "eta": 'η', "theta": 'θ',
	"lambda": 'λ', "mu": 'μ', "nu": 'ν', "pi": 'π', "sigma": 'σ', "varphi": 'φ', "Phi": 'Φ', "ell": 'ℓ', "partial": '∂',
	"lfloor": '⌊', "rfloor": '⌋', "le": '≤', "ge": '≥', "to": '→', "leftarrow": '←', "sim": '∼', "approx": '≈',
	"mp": '∓', "cdot": '·', "dots": '…', "int": '∫', "{": '{', "}": '}', "#": '#',
}

// functions are names that are set upright.
var functions = []string{"log", "exp", "sin", "cos", "tanh", "max", "min"}

// MathML returns a formula of one statement as MathML, without the element math around
// it.
func MathML(formula string) (string, error) {
	if i := strings.IndexFunc(formula, func(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }); i >= 0 {
		return "", fmt.Errorf("tex: a character that is not printed at byte %d of %q", i, formula)
	}
	p := parser{rest: formula}
	out, _, err := p.row("")
	if err == nil && p.rest != "" {
		err = fmt.Errorf("%q was not begun", p.rest)
	}
	if err != nil {
		return "", fmt.Errorf("tex: %w in %s", err, formula)
	}
	return out, nil
}

// Math returns a formula as one math element for each of its statements, which two
// backslashes part and between which a line may end.
func Math(formula string) (string, error) {
	var list []string
	for _, statement := range strings.Split(formula, `\\`) {
		out, err := MathML(statement)
		if err != nil {
			return "", err
		}
		list = append(list, `<math displaystyle="true">`+out+"</math>")
	}
	return strings.Join(list, " "), nil
}

// A parser reads a formula from left to right.
type parser struct{ rest string }

// A kind of atom says what spaces and signs make of it.
type kind int

const (
	nothing  kind = iota // at the beginning
	operand              // a name, a number, a fraction, what ends a parenthesis
	operator             // +, =, an arrow
	opening              // an opening parenthesis
	fraction             // an operand that wants a space before another
	function             // a name whose argument follows
	space
)

// row reads atoms up to the end, or to what ends the row: "}", or \right. It counts them.
func (p *parser) row(end string) (out string, atoms int, err error) {
	var b strings.Builder
	last := nothing
	for ; ; atoms++ {
		p.rest = strings.TrimLeft(p.rest, " ")
		if p.rest == "" || end != "" && strings.HasPrefix(p.rest, end) {
			if p.rest == "" && end == "}" {
				return "", 0, errors.New("no }")
			}
			return b.String(), atoms, nil
		}
		atom, is, err := p.atom(last)
		if err != nil {
			return "", 0, err
		}
		if atom, err = p.scripts(atom); err != nil {
			return "", 0, err
		}
		switch {
		case last == fraction && (is == operand || is == fraction || is == function || is == opening),
			last == function && is != opening && is != space:
			b.WriteString(thin)
		}
		b.WriteString(atom)
		last = is
	}
}

// sum adds up over what stands under it.
const sum = `<mo movablelimits="false">∑</mo>`

// thin is the space after a fraction and after a function's name.
const thin = `<mspace width="0.15em"></mspace>`

// atom reads one thing, without what is raised or lowered beside it.
func (p *parser) atom(last kind) (string, kind, error) {
	r, size := utf8.DecodeRuneInString(p.rest)
	switch {
	case r == '{':
		out, err := p.group()
		return out, operand, err
	case r == '\\':
		return p.command()
	case '0' <= r && r <= '9':
		n := strings.IndexFunc(p.rest, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
		if n < 0 {
			n = len(p.rest)
		}
		number := p.rest[:n]
		p.rest = p.rest[n:]
		return "<mn>" + number + "</mn>", operand, nil
	case unicode.IsLetter(r):
		p.rest = p.rest[size:]
		return "<mi>" + string(r) + "</mi>", operand, nil
	}
	p.rest = p.rest[size:]
	switch r {
	case '-':
		if last == nothing || last == opening || last == operator {
			return `<mo form="prefix">−</mo>`, operator, nil
		}
		return "<mo>−</mo>", operator, nil
	case '+', '=', '<', '>', ':', ',', '/':
		return fence(r), operator, nil
	case '(', '[':
		return fence(r), opening, nil
	case ')', ']', '|':
		return fence(r), operand, nil
	case '*':
		return "<mo>∗</mo>", operand, nil
	}
	return "", nothing, fmt.Errorf("%q is not understood", r)
}

func fence(r rune) string {
	return `<mo stretchy="false">` + html.EscapeString(string(r)) + "</mo>"
}

// command reads what begins with a backslash.
func (p *parser) command() (string, kind, error) {
	rest := p.rest[1:]
	n := strings.IndexFunc(rest, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsLetter(r) })
	if n < 0 {
		n = len(rest)
	}
	n = max(n, min(1, len(rest)))
	name := rest[:n]
	p.rest = rest[n:]
	if slices.Contains(functions, name) {
		return "<mi>" + name + "</mi>", function, nil
	}
	if r, ok := symbols[name]; ok {
		switch {
		case r == '⌊' || r == '{':
			return fence(r), opening, nil
		case r == '⌋' || r == '}' || r == '#':
			return fence(r), operand, nil
		case r == '∫':
			return "<mo>∫</mo>", operand, nil
		case unicode.IsUpper(r):
			return `<mi mathvariant="normal">` + string(r) + "</mi>", operand, nil
		case unicode.IsLetter(r) || r == '∂' || r == '…':
			return "<mi>" + string(r) + "</mi>", operand, nil
		}
		return fence(r), operator, nil
	}
	var parts [2]string
	read := func(n int) (err error) {
		for i := range n {
			if parts[i], err = p.argument(); err != nil {
				return fmt.Errorf(`\%s: %w`, name, err)
			}
		}
		return nil
	}
	switch name {
	case "frac":
		err := read(2)
		return "<mfrac>" + parts[0] + parts[1] + "</mfrac>", fraction, err
	case "sqrt":
		err := read(1)
		return "<msqrt>" + parts[0] + "</msqrt>", operand, err
	case "hat":
		err := read(1)
		return "<mover>" + parts[0] + `<mo stretchy="false">^</mo></mover>`, operand, err
	case "norm":
		err := read(1)
		const bar = `<mo stretchy="true">‖</mo>`
		return "<mrow>" + bar + parts[0] + bar + "</mrow>", operand, err
	case "text", "class":
		words, err := p.verbatim()
		if err != nil || name == "text" {
			return "<mtext>" + html.EscapeString(strings.ReplaceAll(words, " ", "\u00a0")) + "</mtext>", operand, err
		}
		err = read(1)
		return fmt.Sprintf(`<mrow class="%s">%s</mrow>`, html.EscapeString(words), parts[0]), operand, err
	case ",":
		return `<mspace width="0.1em"></mspace>`, space, nil
	case "sum":
		return sum, operand, nil
	case "left":
		return p.parenthesis()
	case "right":
		return p.stretched("postfix")
	}
	return "", nothing, fmt.Errorf(`\%s is not understood`, name)
}

// parenthesis reads what stands between \left and \right. Where the latter is missing
// the formula is part of another, and its parenthesis stays open.
func (p *parser) parenthesis() (string, kind, error) {
	left, _, err := p.stretched("prefix")
	if err != nil {
		return "", nothing, err
	}
	inner, _, err := p.row(`\right`)
	if err != nil || p.rest == "" {
		return left + inner, opening, err
	}
	p.rest = strings.TrimPrefix(p.rest, `\right`)
	right, _, err := p.stretched("postfix")
	return "<mrow>" + left + inner + right + "</mrow>", operand, err
}

// stretched reads one parenthesis that grows with what is in it.
func (p *parser) stretched(form string) (string, kind, error) {
	r, size := utf8.DecodeRuneInString(p.rest)
	if size == 0 || !strings.ContainsRune("()[]|", r) {
		return "", nothing, fmt.Errorf("%q is no parenthesis", r)
	}
	p.rest = p.rest[size:]
	is := opening
	if form == "postfix" {
		is = operand
	}
	return fmt.Sprintf(`<mo form="%s" stretchy="true">%c</mo>`, form, r), is, nil
}

// scripts reads what is raised or lowered beside an atom.
func (p *parser) scripts(base string) (string, error) {
	var sub, sup string
	for {
		p.rest = strings.TrimLeft(p.rest, " ")
		into := &sub
		switch {
		case strings.HasPrefix(p.rest, "_"):
		case strings.HasPrefix(p.rest, "^"):
			into = &sup
		case sub == "" && sup == "":
			return base, nil
		case base == sum && sup == "":
			return `<munder>` + base + sub + "</munder>", nil
		case sup == "":
			return "<msub>" + base + sub + "</msub>", nil
		case sub == "":
			return "<msup>" + base + sup + "</msup>", nil
		default:
			return "<msubsup>" + base + sub + sup + "</msubsup>", nil
		}
		if *into != "" {
			return "", fmt.Errorf("two of %.1s beside one thing", p.rest)
		}
		p.rest = p.rest[1:]
		var err error
		if *into, err = p.argument(); err != nil {
			return "", err
		}
	}
}

// argument reads one atom or a group, as one element.
func (p *parser) argument() (string, error) {
	p.rest = strings.TrimLeft(p.rest, " ")
	if p.rest == "" {
		return "", errors.New("nothing follows")
	}
	out, _, err := p.atom(nothing)
	return out, err
}

// group reads {...}. Of several atoms it makes a row.
func (p *parser) group() (string, error) {
	p.rest = p.rest[1:]
	out, atoms, err := p.row("}")
	if err != nil {
		return "", err
	}
	p.rest = p.rest[1:]
	if atoms == 1 {
		return out, nil
	}
	return "<mrow>" + out + "</mrow>", nil
}

// verbatim reads the text between braces.
func (p *parser) verbatim() (string, error) {
	text, ok := strings.CutPrefix(p.rest, "{")
	end := strings.IndexByte(text, '}')
	if !ok || end < 0 {
		return "", errors.New("no text in braces")
	}
	p.rest = text[end+1:]
	return text[:end], nil
}
