// Times a training step, 1-64-64-2, ReLU, batch 256, Gaussian NLL, Adam, on one thread: this
// engine's WebAssembly, with its vectors and without, and TensorFlow.js on its own. They take
// turns, so that all see the same machine; the best turn of each counts.
//
//	node speed.mjs wasm_exec.js simd.wasm portable.wasm
import fs from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

const require = createRequire(import.meta.url)
const [exec, simd, portable] = process.argv.slice(2).map(p => path.resolve(p))
globalThis.fs = fs
globalThis.require = require
require(exec)

async function engine(file) {
  const go = new globalThis.Go()
  const { instance } = await WebAssembly.instantiate(fs.readFileSync(file), go.importObject)
  void go.run(instance)
  const steps = globalThis.gnllvizSteps
  return n => steps(n)
}

async function tensorflow() {
  const tf = require('@tensorflow/tfjs')
  const wasm = require('@tensorflow/tfjs-backend-wasm')
  wasm.setWasmPaths(path.join(path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm')), '/'))
  wasm.setThreadsCount(1)
  if (!await tf.setBackend('wasm')) throw new Error('TensorFlow.js has no wasm backend here')
  if (!await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT')) throw new Error('TensorFlow.js runs without SIMD here')
  const batch = 256
  const x = tf.tensor2d(Array.from({ length: batch }, (_, i) => i / batch * 4 - 2), [batch, 1])
  const y = tf.tensor2d(Array.from({ length: batch }, (_, i) => i % 7 / 7), [batch, 1])
  const sizes = [1, 64, 64, 2]
  const layers = sizes.slice(1).map((out, i) => {
    const bound = 1 / Math.sqrt(sizes[i])
    return [tf.variable(tf.randomUniform([sizes[i], out], -bound, bound)), tf.variable(tf.zeros([out]))]
  })
  const adam = tf.train.adam(1e-3, 0.9, 0.999, 1e-8)
  const loss = () => {
    let h = x
    layers.forEach(([w, b], i) => {
      h = tf.add(tf.matMul(h, w), b)
      if (i < layers.length - 1) h = tf.relu(h)
    })
    const [mean, raw] = tf.split(h, 2, 1)
    const variance = tf.maximum(tf.exp(raw), 1e-6)
    return tf.mul(0.5, tf.mean(tf.add(tf.log(variance), tf.div(tf.square(tf.sub(mean, y)), variance))))
  }
  return n => {
    let last
    for (let i = 0; i < n; i++) {
      last?.dispose()
      last = adam.minimize(loss, true)
    }
    const value = last.dataSync()[0]
    last.dispose()
    return value
  }
}

const ways = {
  'this engine, vectors': await engine(simd),
  'this engine, portable': await engine(portable),
  'TensorFlow.js, wasm, SIMD, one thread': await tensorflow(),
}
const turn = 100 // ms, of each
const best = {}, counts = {}
for (const [name, steps] of Object.entries(ways)) {
  steps(300) // compiled and warm
  const begun = performance.now()
  steps(50)
  counts[name] = Math.max(1, Math.round(50 * turn / (performance.now() - begun)))
  best[name] = Infinity
}
for (let i = 0; i < 20; i++) {
  for (const [name, steps] of Object.entries(ways)) {
    const begun = performance.now()
    const loss = steps(counts[name])
    best[name] = Math.min(best[name], (performance.now() - begun) / counts[name])
    if (!Number.isFinite(loss)) throw new Error(`${name}: the loss is ${loss}`)
  }
}
const [ours] = Object.values(best)
for (const [name, ms] of Object.entries(best)) {
  console.log(`${name}: ${ms.toFixed(3)} ms a step, ${(ms / ours).toFixed(2)} x the first`)
}
process.exit(0)
