package wire

import (
	"html"
	"slices"
	"strings"
)

// Formulas are written as words with spaces between them, so that they can be
// read here, and become MathML: numbers, operators and names are told apart.
// What begins with "<" is MathML already.

// gap parts two statements of a formula: where there is no room for both, a line
// may end there.
const gap = " "

// formula is a whole formula.
func formula(parts ...string) string {
	var b strings.Builder
	for i, at := 0, 0; i <= len(parts); i++ {
		if i == len(parts) || parts[i] == gap {
			b.WriteString(`<math displaystyle="true">` + row(parts[at:i]...) + "</math> ")
			at = i + 1
		}
	}
	return strings.TrimSpace(b.String())
}

// row sets parts one after another.
func row(parts ...string) string {
	var b strings.Builder
	for _, p := range parts {
		if strings.HasPrefix(p, "<") && p != "<" {
			b.WriteString(p)
			continue
		}
		for _, word := range strings.Fields(p) {
			b.WriteString(symbol(word))
		}
	}
	return b.String()
}

// symbol is one word. A name of several letters is upright, as functions are.
func symbol(word string) string {
	text := html.EscapeString(word)
	name, index, indexed := strings.Cut(word, "_")
	switch first := strings.TrimPrefix(word, "−"); {
	case first != "" && '0' <= first[0] && first[0] <= '9':
		return "<mn>" + text + "</mn>"
	case indexed && strings.HasSuffix(name, "*"): // what is true
		return "<msubsup>" + group(strings.TrimSuffix(name, "*")) + group(index) + "<mo>∗</mo></msubsup>"
	case indexed:
		return sub(name, index)
	case strings.HasSuffix(word, "*"):
		return sup(strings.TrimSuffix(word, "*"), "<mo>∗</mo>")
	case slices.Contains([]string{"log", "cos", "sin", "tanh"}, word):
		return "<mi>" + text + `</mi><mspace width="0.17em"></mspace>`
	case slices.Contains(strings.Fields("+ − = ( ) [ ] { } : , · / ≤ ≥ < > ≈ ∼ ← → ∓ ⌊ ⌋ #"), word):
		return `<mo stretchy="false">` + text + "</mo>"
	}
	return "<mi>" + text + "</mi>"
}

func group(part string) string { return "<mrow>" + row(part) + "</mrow>" }

func frac(over, under string) string {
	const air = `<mspace width="0.1em"></mspace>`
	return air + "<mfrac>" + group(over) + group(under) + "</mfrac>" + air
}

// sup sets the power of a name over the name's index.
func sup(base, power string) string {
	name, index, indexed := strings.Cut(base, "_")
	if indexed && !strings.ContainsAny(base, "< ") {
		if of, found := strings.CutSuffix(name, "*"); found {
			name, power = of, row("<mo>∗</mo>", power)
		}
		return "<msubsup>" + group(name) + group(index) + group(power) + "</msubsup>"
	}
	return "<msup>" + group(base) + group(power) + "</msup>"
}

func sub(base, index string) string { return "<msub>" + group(base) + group(index) + "</msub>" }

func root(of string) string { return "<msqrt>" + row(of) + "</msqrt>" }

// words are set as text.
func words(s string) string { return "<mtext>" + html.EscapeString(s) + "</mtext>" }

// big are parentheses that grow with what is in them.
func big(parts ...string) string {
	return `<mrow><mo stretchy="true">(</mo>` + row(parts...) + `<mo stretchy="true">)</mo></mrow>`
}

// abs is a value without its sign.
func abs(parts ...string) string {
	return `<mrow><mo form="prefix" stretchy="true">|</mo>` + row(parts...) + `<mo form="postfix" stretchy="true">|</mo></mrow>`
}

// sum adds up over an index.
func sum(index string) string {
	return `<munder><mo movablelimits="false">∑</mo>` + group(index) + `</munder>`
}

// meanOf is the mean over the n rows, which are counted by i.
func meanOf(parts ...string) string { return frac("1", "n") + sum("i") + row(parts...) }

// number counts the rows of which something holds.
func number(parts ...string) string { return row("# { i :") + row(parts...) + row("}") }

// share is the share of the rows of which something holds.
func share(parts ...string) string { return frac("1", "n") + number(parts...) }

// inverse is the standard normal distribution's quantile.
func inverse(of string) string { return sup("Φ", "−1") + big(of) }
