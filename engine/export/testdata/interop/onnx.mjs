// Predicts with onnxruntime: reads a list of {file, inputs, targets, x, float} as JSON from the
// standard input, and writes for each what the model gives for all rows at once, and
// for the first rows one by one. With float the graph takes and gives float32, else
// doubles.
import { readFileSync } from 'node:fs'

import ort from 'onnxruntime-node'

const alone = 3

async function run(session, type, x, inputs, targets) {
  const results = await session.run({ x: new ort.Tensor(type, x, [x.length / inputs, inputs]) })
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => {
      if (tensor.type !== type || tensor.dims.join() !== `${x.length / inputs},${targets}`) {
        throw new Error(`${name} is ${tensor.type} [${tensor.dims}]`)
      }
      return [name, Array.from(tensor.data)]
    }),
  )
}

const answers = []
for (const { file, inputs, targets, x, float } of JSON.parse(readFileSync(0, 'utf8'))) {
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 })
  const type = float ? 'float32' : 'float64'
  const rows = (float ? Float32Array : Float64Array).from(x)
  const one = {}
  for (let i = 0; i < alone; i++) {
    const result = await run(session, type, rows.slice(i * inputs, (i + 1) * inputs), inputs, targets)
    for (const [name, values] of Object.entries(result)) (one[name] ??= []).push(...values)
  }
  answers.push({ all: await run(session, type, rows, inputs, targets), one })
}
process.stdout.write(JSON.stringify(answers))
