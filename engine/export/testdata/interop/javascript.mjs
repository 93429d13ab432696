// Loads exported modules: reads a list of {folder, inputs, targets, x} as JSON from the
// standard input, and writes what each folder's model.mjs predicts for the rows; of
// {folder, raw} what it makes of each raw row: its numbers and its prediction, or the error.
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const answers = []
for (const { folder, inputs, targets, x, raw } of JSON.parse(readFileSync(0, 'utf8'))) {
  const model = await import(pathToFileURL(resolve(folder, 'model.mjs')))
  if (raw) {
    answers.push({ names: model.NAMES, rows: raw.map((cells) => {
      try {
        const { rows, unseen } = model.encode([cells])
        return { x: rows[0], mean: model.predict(rows).mean[0], unseen: [...unseen.values()].reduce((sum, n) => sum + n, 0) }
      } catch (wrong) {
        if (!(wrong instanceof RangeError)) throw wrong
        return { error: wrong.message }
      }
    }) })
    continue
  }
  if (model.INPUTS !== inputs || model.TARGETS.length !== targets) throw new Error(`${model.INPUTS} inputs, ${model.TARGETS.length} targets`)
  const rows = Array.from({ length: x.length / inputs }, (_, i) => x.slice(i * inputs, (i + 1) * inputs))
  const whole = model.predict(rows)
  // Row by row it is the same, and rows may be typed.
  const one = model.predict([Float64Array.from(rows[1])])
  for (const name in whole) {
    if (String(one[name][0]) !== String(whole[name][1])) throw new Error(`${name} of a row alone is ${one[name][0]}, not ${whole[name][1]}`)
  }
  answers.push({ targets: model.TARGETS, ...Object.fromEntries(Object.entries(whole).map(([name, values]) => [name, values.flat()])) })
}
process.stdout.write(JSON.stringify(answers))
