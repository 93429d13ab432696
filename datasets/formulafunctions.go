package datasets

import "math"

// arithmetic returns the operator of two numbers.
func arithmetic(operator string) (func(a, b float64) float64, bool) {
	switch operator {
	case "+":
		return func(a, b float64) float64 { return a + b }, true
	case "-":
		return func(a, b float64) float64 { return a - b }, true
	case "*":
		return func(a, b float64) float64 { return a * b }, true
	case "/":
		return func(a, b float64) float64 { return a / b }, true
	case "^", "**":
		return math.Pow, true
	}
	return nil, false
}

// comparison returns the operator that compares two numbers.
func comparison(operator string) (func(a, b float64) bool, bool) {
	switch operator {
	case "<":
		return func(a, b float64) bool { return a < b }, true
	case "<=":
		return func(a, b float64) bool { return a <= b }, true
	case ">":
		return func(a, b float64) bool { return a > b }, true
	case ">=":
		return func(a, b float64) bool { return a >= b }, true
	case "==":
		return func(a, b float64) bool { return a == b }, true
	case "!=":
		return func(a, b float64) bool { return a != b }, true
	}
	return nil, false
}

// function returns a function by its name, and how many arguments it looks at.
func function(name string) (f func(a, b float64) float64, arguments int, ok bool) {
	switch name {
	case "pow":
		return math.Pow, 2, true
	case "min":
		return math.Min, 2, true
	case "max":
		return math.Max, 2, true
	}
	g, ok := map[string]func(float64) float64{
		"sin": math.Sin, "cos": math.Cos, "tan": math.Tan,
		"asin": math.Asin, "acos": math.Acos, "atan": math.Atan,
		"sinh": math.Sinh, "cosh": math.Cosh, "tanh": math.Tanh,
		"exp": math.Exp, "log": math.Log, "log10": math.Log10,
		"sqrt": math.Sqrt, "abs": math.Abs,
		"floor": math.Floor, "ceil": math.Ceil, "round": math.Round, "sign": sign,
	}[name]
	return func(a, _ float64) float64 { return g(a) }, 1, ok
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
