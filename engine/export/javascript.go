package export

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/gnllviz/gnllviz/datasets/table"
)

func javaScriptFormat() Format {
	return Format{
		Name: "javascript", Aliases: []string{"js", "mjs"}, File: "model.mjs", Media: "text/javascript", Source: true, Form: "JavaScript",
		Help:  "ES module with the weights in it, for browsers and Node. Needs nothing else.",
		Load:  "`import { {{if .Encoding}}encode, {{end}}predict } from \"./model.mjs\"`, `predict({{if .Encoding}}encode(rows).rows{{else}}rows{{end}})`; needs nothing, in a browser or in Node",
		Write: WriteJavaScript,
	}
}

// WriteJavaScript writes an ES module that has the parameters in it, predicts in double
// what [Model.Predict] does but for the last digits of functions such as exp, and needs
// nothing else, in a browser or in Node.
func WriteJavaScript(w io.Writer, m *Model) error {
	return writeSource(w, m, "JavaScript", func(b *bytes.Buffer, s *source) error {
		return s.write(b, javaScriptTemplate)
	})
}

// JavaScript is the activation of z.
func (s *source) JavaScript() string { return activations[s.Net.Activation].javaScript }

// HasErfc says whether erfc is called for, which JavaScript lacks.
func (s *source) HasErfc() bool { return strings.Contains(s.JavaScript(), "erfc(") }

// JSText is a text as JavaScript writes it: JSON is such a text, in a script too.
func (*source) JSText(text string) string {
	b, err := json.Marshal(text)
	if err != nil {
		panic("export: encoding a text: " + err.Error()) // which all can be
	}
	return string(b)
}

// JSTexts lists texts as JavaScript writes them.
func (s *source) JSTexts(texts []string) string {
	list := make([]string, len(texts))
	for i, text := range texts {
		list[i] = s.JSText(text)
	}
	return strings.Join(list, ", ")
}

// JSNames lists the names of the columns of the raw table, JSTargets those of the targets,
// and JSMissing what a cell holds that has no value.
func (s *source) JSNames() string {
	var names []string
	for _, c := range s.Sources() {
		names = append(names, c.Name)
	}
	return s.JSTexts(names)
}

func (s *source) JSTargets() string {
	return listed(s.Targets, func(c *Column) string { return s.JSText(c.Name) })
}

func (s *source) JSMissing() string { return s.JSTexts(lowered(table.Missing())) }

// Pattern is the layout of dates as a regular expression of JavaScript with a group for
// each of its parts. It takes what package time takes.
func (c sourceColumn) Pattern() string {
	return "/^" + strings.NewReplacer(
		"Z07:00", "(?<zone>Z|[+-]\\d\\d:\\d\\d)",
		"2006", "(?<year>\\d{4})", "15", "(?<hour>\\d{1,2})", "04", "(?<minute>\\d\\d)", "05", "(?<second>\\d\\d)(?:[.,](?<fraction>\\d+))?", "PM", "(?<half>AM|PM)",
		"Jan", "(?<name>[A-Za-z]{3})", "01", "(?<month>\\d\\d)", "02", "(?<day>\\d\\d)", "06", "(?<short>\\d\\d)",
		"3", "(?<hour>\\d{1,2})", "1", "(?<month>\\d{1,2})", "2", "(?<day>\\d{1,2})", ".", "\\.", "/", "\\/", " ", " +",
	).Replace(c.Layout) + "$/"
}

// JSParameters are the members' parameters as JavaScript.
func (s *source) JSParameters() string {
	var b []byte
	for _, tensors := range s.Members {
		b = append(b, "  {\n"...)
		for _, t := range tensors {
			b = fmt.Appendf(b, "    %q: new Float32Array([\n", t.Name)
			b = appendValues(b, t.Data, "      ", "-0")
			b = append(b, "    ]),\n"...)
		}
		b = append(b, "  },\n"...)
	}
	return string(b)
}

// javaScriptTemplate follows predict.go, operation by operation.
const javaScriptTemplate = `{{.Comment "//" "Predicts"}}
//
//     import { {{if .Columns}}encode, {{end}}predict } from './model.mjs'
//     const { mean, variance, std{{if .Ensemble}}, aleatoric, epistemic{{end}} } = predict({{if .Columns}}encode(rows).rows{{else}}rows{{end}})
//
// An ES module, for browsers and for Node, which needs nothing else.

/** How many numbers a row has that predict takes. */
export const INPUTS = {{.Net.Inputs}}

/** The targets' names, in their order. */
export const TARGETS = [{{.JSTargets}}]
{{if .Columns}}
/** The columns of the raw table whose cells encode takes, in their order. */
export const NAMES = [{{.JSNames}}]

const COLUMNS = [
{{- range .Columns}}
  { {{- if .Words}}words: [{{$.JSTexts .Words}}]{{else if .Layout}}date: {{.Pattern}}, layout: {{$.JSText .Layout}}, circles: [{{$.JSTexts .Circles}}]{{end}}{{if .Fill}}{{if or .Words .Layout}}, {{end}}fill: [{{.Filled}}]{{end -}} },
{{- end}}
]

/** What a cell holds, in lower case, that has no value. */
const MISSING = new Set(['', {{.JSMissing}}])

const BLANK = '[\\t\\n\\v\\f\\r \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]'
const BLANKS = new RegExp('^' + BLANK + '+|' + BLANK + '+$', 'g')
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/**
 * Rows of the raw table, each with the cells of NAMES, as texts or numbers, give rows of
 * INPUTS numbers, which predict takes, and by column how many cells hold a word that was
 * not there in training: all inputs of that column are 0. Throws a RangeError that names
 * the row and the column whose cell holds nothing, or is no number or date though its
 * column holds these.
 */
export function encode(rows) {
  const unseen = new Map()
  return { rows: rows.map((cells, i) => encodeRow(cells, unseen, 'row ' + (i + 1) + ', ')), unseen }
}

function encodeRow(cells, unseen, where) {
  if (cells.length !== NAMES.length) throw new RangeError(where + 'there are ' + cells.length + ' cells; the columns are ' + NAMES.join(', '))
  const row = []
  COLUMNS.forEach(({ words, date, layout, circles, fill }, i) => {
    const cell = String(cells[i]).replace(BLANKS, '')
    const wrong = (what) => new RangeError(where + 'column ' + JSON.stringify(NAMES[i]) + ': ' + what)
    if (MISSING.has(cell.toLowerCase())) {
      if (!fill) throw wrong('there is nothing in it')
      row.push(...fill, 1)
      return
    }
    if (words) {
      if (!words.includes(cell)) unseen.set(NAMES[i], (unseen.get(NAMES[i]) ?? 0) + 1)
      row.push(...words.map((word) => Number(cell === word)))
    } else if (date) {
      const numbers = days(date.exec(cell)?.groups, circles)
      if (!numbers) throw wrong(JSON.stringify(cell) + ' is no date such as ' + layout)
      row.push(...numbers)
    } else {
      if (!NUMBER.test(cell) || !Number.isFinite(Number(cell))) throw wrong(JSON.stringify(cell) + ' is no number')
      row.push(Number(cell))
    }
    if (fill) row.push(0)
  })
  return row
}
{{if .HasDates}}
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const DAY = 86400

/** The second at which a day of the calendar begins, since 1970-01-01, 00:00 UTC. */
function begins(year, month, day) {
  return new Date(0).setUTCFullYear(year, month - 1, day) / 1000
}

/** The days since 1970-01-01, 00:00 UTC, and of each circle a sine and a cosine; undefined where there is no such day or time. */
function days(found, circles) {
  if (!found) return undefined
  const { short, name, half, zone, fraction } = found
  const of = (key, otherwise) => Number(found[key] ?? otherwise)
  const year = short === undefined ? of('year', 0) : Number(short) + (Number(short) >= 69 ? 1900 : 2000)
  const month = name === undefined ? of('month', 1) : MONTHS.indexOf(name.toLowerCase()) + 1
  const [day, minute] = [of('day', 1), of('minute', 0)]
  let hour = of('hour', 0)
  const second = of('second', 0)
  if (month < 1 || month > 12 || day < 1 || hour > (half ? 12 : 23) || minute > 59 || second > 59) return undefined
  if (new Date(begins(year, month, day) * 1000).getUTCMonth() !== month - 1) return undefined
  if (half === 'PM' && hour < 12) hour += 12
  if (half === 'AM' && hour === 12) hour = 0
  let offset = 0
  if (zone && zone !== 'Z') {
    const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(4))]
    if (hours > 24 || minutes > 59) return undefined
    offset = (zone.startsWith('-') ? -60 : 60) * (60 * hours + minutes)
  }
  const part = Number('0.' + (fraction ?? '0'))
  const clock = 3600 * hour + 60 * minute + second
  const turnOfDay = (clock + part) / DAY
  const year1 = begins(year, 1, 1)
  const turnOfYear = ((begins(year, month, day) - year1) / DAY + turnOfDay) / ((begins(year + 1, 1, 1) - year1) / DAY)
  return [
    (begins(year, month, day) + clock - offset + part) / DAY,
    ...circles.flatMap((circle) => {
      const turn = 2 * Math.PI * (circle === 'year' ? turnOfYear : turnOfDay)
      return [Math.sin(turn), Math.cos(turn)]
    }),
  ]
}
{{end}}{{end}}
const INPUT_MEAN = [{{.Means .Inputs}}]
const INPUT_STD = [{{.Stds .Inputs}}]
const TARGET_MEAN = [{{.Means .Targets}}]
const TARGET_STD = [{{.Stds .Targets}}]
const EPS = {{.Number .Eps}} // the least variance of a standardised target

/**
 * Rows of INPUTS numbers in their own units give the target's mean, its variance and the
 * root of that, the standard deviation{{if .Ensemble}}, and of the variance the aleatoric and the epistemic part,
 * the mean of the members' variances and the variance of their means{{end}}: lists with an entry for each row,
 * {{if .Several}}which is a list with a number for each of TARGETS{{else}}which is a number{{end}}.
 */
export function predict(rows) {
  const results = { mean: [], variance: [], std: []{{if .Ensemble}}, aleatoric: [], epistemic: []{{end}} }
  for (const row of rows) {
    if (row.length !== INPUTS) throw new RangeError('a row has ' + row.length + ' values, not ' + INPUTS)
    const z = Float64Array.from(row, (x, i) => (x - INPUT_MEAN[i]) / INPUT_STD[i])
    const members = MEMBERS.map((member) => moments(member, z))
    const targets = TARGETS.map((_, k) => mixture(members, k))
    for (const name in results) results[name].push({{if .Several}}targets.map((t) => t[name]){{else}}targets[0][name]{{end}})
  }
  return results
}

/** The moments of the equal mixture of the members' normal distributions of a target, in its unit. */
function mixture(members, k) {
  let [mean, aleatoric, epistemic] = [0, 0, 0]
  for (const m of members) {
    mean += m.mean[k]
    aleatoric += m.variance[k]
  }
  mean /= members.length
  aleatoric /= members.length
  for (const m of members) epistemic += (m.mean[k] - mean) * (m.mean[k] - mean)
  epistemic /= members.length
  const std = TARGET_STD[k]
  const variance = Math.max(aleatoric + epistemic, EPS) * std * std
  return { mean: mean * std + TARGET_MEAN[k], variance, std: Math.sqrt(variance), aleatoric: aleatoric * std * std, epistemic: epistemic * std * std }
}

/** Mean and variance of each standardised target. */
function moments(member, z) {
{{- if .Net.Separate}}
  const mean = linear(member, 'mean', stack(member, 'mean_body', z))
  const raw = linear(member, 'var', stack(member, 'var_body', z))
{{- else}}
  const hidden = stack(member, 'body', z)
  const mean = linear(member, 'mean', hidden)
{{- if .PerInput}}
  const raw = linear(member, 'var', hidden)
{{- else if eq .Head "homoscedastic"}}
  const raw = Float64Array.from(member['var.bias'])
{{- end}}
{{- end}}
{{- if or (eq .Head "exp") (eq .Head "homoscedastic")}}
  return { mean, variance: raw.map((v) => Math.exp(Math.min(Math.max(v, -{{.Limit}}), {{.Limit}}))) }
{{- else if eq .Head "softplus"}}
  return { mean, variance: raw.map((v) => softplus(v) + {{.Least}}) }
{{- else if eq .Head "natural"}}
  const variance = raw.map((v) => 1 / (softplus(v) + {{.Least}}))
  return { mean: mean.map((v, k) => v * variance[k]), variance }
{{- else}}
  return { mean, variance: mean.map(() => {{.Fixed}}) }
{{- end}}
}

function stack(member, name, x) {
  for (let i = 0; i < {{len .Layers}}; i++) x = linear(member, name + '.' + 2 * i, x).map((z) => activate(z))
  return x
}

/** Parameters are float32; what is computed with them is double. */
function linear(member, name, x) {
  const [weight, bias] = [member[name + '.weight'], member[name + '.bias']]
  return Float64Array.from(bias, (sum, o) => {
    for (let k = 0; k < x.length; k++) sum += x[k] * weight[o * x.length + k]
    return sum
  })
}

function activate(z) {
  return {{.JavaScript}}
}
{{if .HasSoftplus}}
/** log(1+exp(z)), and z above 20. */
function softplus(z) {
  return z > 20 ? z : Math.log1p(Math.exp(z))
}
{{end}}{{if .HasErfc}}
/** The complementary error function, as FreeBSD's msun has it (Sun Microsystems, 1993). */
function erfc(x) {
  const a = Math.abs(x)
  const sum = (s, ...c) => c.reduceRight((p, v) => v + s * p, 0)
  if (!(a < 28)) return a !== a ? a : x < 0 ? 2 : 0
  if (a < 0.84375) {
    const z = x * x
    const y = sum(z, 1.28379167095512558561e-01, -3.25042107247001499370e-01, -2.84817495755985104766e-02, -5.77027029648944159157e-03, -2.37630166566501626084e-05) /
      sum(z, 1, 3.97917223959155352819e-01, 6.50222499887672944485e-02, 5.08130628187576562776e-03, 1.32494738004321644526e-04, -3.96022827877536812320e-06)
    return x < 0.25 ? 1 - (x + x * y) : 0.5 - (x - 0.5 + x * y)
  }
  if (a < 1.25) {
    const s = a - 1
    const y = sum(s, -2.36211856075265944077e-03, 4.14856118683748331666e-01, -3.72207876035701323847e-01, 3.18346619901161753674e-01, -1.10894694282396677476e-01, 3.54783043256182359371e-02, -2.16637559486879084300e-03) /
      sum(s, 1, 1.06420880400844228286e-01, 5.40397917702171048937e-01, 7.18286544141962662868e-02, 1.26171219808761642112e-01, 1.36370839120290507362e-02, 1.19844998467991074170e-02)
    return x < 0 ? 1 + 8.45062911510467529297e-01 + y : 1 - 8.45062911510467529297e-01 - y
  }
  const s = 1 / (x * x)
  const y = a < 1 / 0.35
    ? sum(s, -9.86494403484714822705e-03, -6.93858572707181764372e-01, -1.05586262253232909814e+01, -6.23753324503260060396e+01, -1.62396669462573470355e+02, -1.84605092906711035994e+02, -8.12874355063065934246e+01, -9.81432934416914548592e+00) /
      sum(s, 1, 1.96512716674392571292e+01, 1.37657754143519042600e+02, 4.34565877475229228821e+02, 6.45387271733267880336e+02, 4.29008140027567833386e+02, 1.08635005541779435134e+02, 6.57024977031928170135e+00, -6.04244152148580987438e-02)
    : sum(s, -9.86494292470009928597e-03, -7.99283237680523006574e-01, -1.77579549177547519889e+01, -1.60636384855821916062e+02, -6.37566443368389627722e+02, -1.02509513161107724954e+03, -4.83519191608651397019e+02) /
      sum(s, 1, 3.03380607434824582924e+01, 3.25792512996573918826e+02, 1.53672958608443695994e+03, 3.19985821950859553908e+03, 2.55305040643316442583e+03, 4.74528541206955367215e+02, -2.24409524465858183362e+01)
  const z = Math.fround(a)
  const tail = Math.exp(-z * z - 0.5625) * Math.exp((z - a) * (z + a) + y) / a
  return x < 0 ? 2 - tail : tail
}
{{end}}
/** By PyTorch's names. */
const MEMBERS = [
{{.JSParameters -}}
]
`
