package datasets

import "math"

// A program is a compiled formula: its parts in the order in which they are worked
// out, each from parts before it; the last is the formula. It does not change, and
// several goroutines may run it at once.
type program []part

// A part is one number, name, operator or call of a formula.
type part struct {
	kind     partKind
	constant float64
	variable int
	operator *operator
	a, b, c  int // places of the operands; of a choice the condition and both sides
}

type partKind uint8

const (
	partConstant partKind = iota
	partVariable
	partOperator
	partChoice
)

// An operator makes a number of one or two. A comparison's is 1 where it holds and 0
// where not, and has no slope.
type operator struct {
	arguments int
	value     func(a, b float64) float64
	slope     func(a, b, value float64) (da, db float64) // nil: 0
}

// values works out all parts.
func (p program) values(v *[maxParts]float64, x []float64) {
	for i := range p {
		switch q := &p[i]; q.kind {
		case partConstant:
			v[i] = q.constant
		case partVariable:
			v[i] = x[q.variable]
		case partOperator:
			v[i] = q.operator.value(v[q.a], v[q.b])
		case partChoice:
			if v[q.a] != 0 {
				v[i] = v[q.b]
			} else {
				v[i] = v[q.c]
			}
		}
	}
}

// value returns the formula where its variables are x.
func (p program) value(x []float64) float64 {
	var v [maxParts]float64
	p.values(&v, x)
	return v[len(p)-1]
}

// gradient is value, and sets by to the derivative with respect to each variable,
// backwards from the last part. What a choice did not take counts for nothing, even
// where it has no value.
func (p program) gradient(by, x []float64) float64 {
	var v, g [maxParts]float64
	p.values(&v, x)
	clear(by)
	g[len(p)-1] = 1
	for i := len(p) - 1; i >= 0; i-- {
		if g[i] == 0 {
			continue
		}
		switch q := &p[i]; q.kind {
		case partVariable:
			by[q.variable] += g[i]
		case partOperator:
			if q.operator.slope == nil {
				continue
			}
			da, db := q.operator.slope(v[q.a], v[q.b], v[i])
			p.carry(&g, q.a, g[i], da)
			if q.operator.arguments == 2 {
				p.carry(&g, q.b, g[i], db)
			}
		case partChoice:
			if v[q.a] != 0 {
				g[q.b] += g[i]
			} else {
				g[q.c] += g[i]
			}
		}
	}
	return v[len(p)-1]
}

// carry adds to a part's derivative. A constant has none to hand on: the slope of a
// power with respect to its exponent has no value below 0.
func (p program) carry(g *[maxParts]float64, to int, by, slope float64) {
	if p[to].kind != partConstant && slope != 0 {
		g[to] += by * slope
	}
}

// operators are what formulas write between numbers, and slopes are those of the
// result by either side.
var operators = map[string]*operator{
	"+": {2, func(a, b float64) float64 { return a + b }, func(_, _, _ float64) (da, db float64) { return 1, 1 }},
	"-": {2, func(a, b float64) float64 { return a - b }, func(_, _, _ float64) (da, db float64) { return 1, -1 }},
	"*": {2, func(a, b float64) float64 { return a * b }, func(a, b, _ float64) (da, db float64) { return b, a }},
	"/": {2, func(a, b float64) float64 { return a / b }, func(_, b, v float64) (da, db float64) { return 1 / b, -v / b }},
	"^": power, "**": power,

	"<": comparison(func(a, b float64) bool { return a < b }), "<=": comparison(func(a, b float64) bool { return a <= b }),
	">": comparison(func(a, b float64) bool { return a > b }), ">=": comparison(func(a, b float64) bool { return a >= b }),
	"==": comparison(func(a, b float64) bool { return a == b }), "!=": comparison(func(a, b float64) bool { return a != b }),
	"and": both, "&&": both, "or": either, "||": either,
}

var (
	both   = comparison(func(a, b float64) bool { return a != 0 && b != 0 })
	either = comparison(func(a, b float64) bool { return a != 0 || b != 0 })

	minus = &operator{1, func(a, _ float64) float64 { return -a }, func(_, _, _ float64) (da, db float64) { return -1, 0 }}
	not   = &operator{arguments: 1, value: func(a, _ float64) float64 { return truth(a == 0) }}
	power = &operator{2, math.Pow, powerSlope}
)

func comparison(holds func(a, b float64) bool) *operator {
	return &operator{arguments: 2, value: func(a, b float64) float64 { return truth(holds(a, b)) }}
}

func truth(holds bool) float64 {
	if holds {
		return 1
	}
	return 0
}

// powerSlope is that of a^b: b a^(b-1), and a^b log(a), which is 0 at a = 0 as the
// limit is for b above 0.
func powerSlope(a, b, v float64) (da, db float64) {
	if b != 0 {
		da = b * math.Pow(a, b-1)
	}
	if v != 0 {
		db = v * math.Log(a)
	}
	return da, db
}

// functions are those that a formula may call. Where one jumps or has a corner its
// slope is that of PyTorch: 0 of steps and of abs at 0, half of min and max each where
// both are equal.
var functions = map[string]*operator{
	"pow":   power,
	"min":   {2, math.Min, func(a, b, _ float64) (da, db float64) { return share(a, b), share(b, a) }},
	"max":   {2, math.Max, func(a, b, _ float64) (da, db float64) { return share(b, a), share(a, b) }},
	"sin":   one(math.Sin, func(a, _ float64) float64 { return math.Cos(a) }),
	"cos":   one(math.Cos, func(a, _ float64) float64 { return -math.Sin(a) }),
	"tan":   one(math.Tan, func(_, v float64) float64 { return 1 + v*v }),
	"asin":  one(math.Asin, func(a, _ float64) float64 { return 1 / math.Sqrt(1-a*a) }),
	"acos":  one(math.Acos, func(a, _ float64) float64 { return -1 / math.Sqrt(1-a*a) }),
	"atan":  one(math.Atan, func(a, _ float64) float64 { return 1 / (1 + a*a) }),
	"sinh":  one(math.Sinh, func(a, _ float64) float64 { return math.Cosh(a) }),
	"cosh":  one(math.Cosh, func(a, _ float64) float64 { return math.Sinh(a) }),
	"tanh":  one(math.Tanh, func(_, v float64) float64 { return 1 - v*v }),
	"exp":   one(math.Exp, func(_, v float64) float64 { return v }),
	"log":   one(math.Log, func(a, _ float64) float64 { return 1 / a }),
	"log10": one(math.Log10, func(a, _ float64) float64 { return 1 / (a * math.Ln10) }),
	"sqrt":  one(math.Sqrt, func(_, v float64) float64 { return 0.5 / v }),
	"abs":   one(math.Abs, func(a, _ float64) float64 { return sign(a) }),
	"floor": one(math.Floor, nil),
	"ceil":  one(math.Ceil, nil),
	"round": one(math.Round, nil),
	"sign":  one(sign, nil),
}

func one(value func(a float64) float64, slope func(a, value float64) float64) *operator {
	o := &operator{arguments: 1, value: func(a, _ float64) float64 { return value(a) }}
	if slope != nil {
		o.slope = func(a, _, v float64) (da, db float64) { return slope(a, v), 0 }
	}
	return o
}

// share is how much of min(a, b) is a.
func share(a, b float64) float64 {
	switch {
	case a < b:
		return 1
	case a == b:
		return 0.5
	}
	return 0
}

func sign(a float64) float64 {
	switch {
	case a > 0:
		return 1
	case a < 0:
		return -1
	}
	return a // zero, and NaN
}
