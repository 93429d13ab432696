// Makes a run, changes eps, and watches what the network predicts, by websocket.
//
//     node watch.mjs [http://127.0.0.1:8080] [token]
//
// Node 22 needs nothing else; Node 20 and 21 want --experimental-websocket. In a
// browser the part from "const made" on runs as it is. The comment of the Go
// package server/wire describes messages and frames.
const [base = 'http://127.0.0.1:8080', token] = process.argv.slice(2)
const headers = token ? { Authorization: `Bearer ${token}` } : {}

const made = await (await fetch(`${base}/api/runs`, { method: 'POST', headers, body: '{"dataset":"mcycle","seed":7}' })).json()
const ws = new WebSocket(`${base.replace('http', 'ws')}/api/runs/${made.id}/live`, ['gnllviz.v2', `key.${made.key}`])
ws.binaryType = 'arraybuffer'
ws.onopen = () => {
  ws.send(JSON.stringify({ type: 'hello', key: made.key }))
  ws.send(JSON.stringify({ type: 'change', id: 1, set: { eps: 0.001 } }))
}
let left = 5
ws.onmessage = ({ data }) => {
  if (typeof data === 'string') {
    const message = JSON.parse(data)
    if (message.type === 'ack') console.log(`run ${made.id}: eps is 0.001 from revision ${message.revision}, step ${message.step}`)
    return
  }
  // Frame after frame: a header of 40 bytes, then scalars and columns.
  for (let at = 0; at < data.byteLength; ) {
    const h = new DataView(data, at)
    const [count, columns, scalars] = [h.getUint32(28, true), h.getUint16(32, true), h.getUint16(34, true)]
    const first = at + 40 + 4 * scalars
    const end = first + 4 * count * columns
    const hasOrigins = (h.getUint8(7) & 1) !== 0 // what the values of each column are counted from
    const origin = (i) => (hasOrigins ? new DataView(data, end).getFloat64(8 * i, true) : 0)
    at = end + (hasOrigins ? 8 * columns : 0)
    if (h.getUint8(5) !== 3 || left-- <= 0) continue // not what a lane predicts, or enough of it
    const range = (i) => {
      const column = Array.from(new Float32Array(data, first + 4 * count * i, count), (v) => origin(i) + v)
      return `${Math.min(...column).toFixed(2)} to ${Math.max(...column).toFixed(2)}`
    }
    console.log(`step ${h.getBigUint64(16, true)}, revision ${h.getUint32(12, true)}: mean ${range(0)}, std ${range(1)}`)
  }
  if (left <= 0) ws.close()
}
