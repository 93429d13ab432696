// Package wire is the language between a run and whoever watches it: the
// messages, the binary frames and the one table of controls.
//
// Everything here is a value or a pure function; any goroutine may call it.
// The package imports nothing else of this module, so that a client written in
// Go can import it alone.
//
// # Protocol gnllviz.v1
//
// Open a websocket at /api/runs/{id}/live with the subprotocol "gnllviz.v1".
// Text messages are JSON objects with a "type"; binary messages are frames.
//
// The first thing to send is a hello. It may be sent again at any time, and
// then says from where to replay:
//
//	> {"type":"hello"}
//	> {"type":"hello","epoch":3,"next":120}
//
// The server answers with the whole state of the run, the grid frames, the
// history from point "next" on (from 0 if the epoch is no longer that one),
// and from then on whatever happens:
//
//	< {"type":"run","id":"k3v9...","epoch":3,"revision":12,"state":"playing",...}
//	< frame grid, frame truth (if the data set knows it)
//	< {"type":"history","epoch":3,"first":120,"points":[...]}
//	< frame fit, frame fit, ...
//
// An epoch is one life of the networks: reset and every restart control begin
// a new one, and the run message is sent again. Epochs count up from a random
// number, so that a run that was made anew under its old id is not mistaken for
// itself. Steps and history points count from 0 within their epoch. A control
// revision counts the changes of a run and never goes back.
//
// Commands carry an id of the client's choice (1 or more); the server answers
// each with one ack or one error that carries the same id:
//
//	> {"type":"change","id":7,"set":{"eps":0.001}}
//	< {"type":"ack","id":7,"revision":12,"step":4711,"epoch":3}
//	> {"type":"change","id":8,"set":{"eps":-1}}
//	< {"type":"error","id":8,"code":"out_of_range","control":"eps","reason":"eps -1 is below its least value 1e-12"}
//
// A change sets any number of controls at once, all or none. Every frame
// published after the ack has that revision or a later one; at most one older
// frame can still be on its way. Other viewers are told of it:
//
//	< {"type":"change","change":{"revision":12,"step":4711,"control":"eps","old":1e-6,"new":0.001,"epoch":3}}
//
// A change of a restart control is in the run message of the epoch that it
// begins, and told besides; its revision says that it is the same.
//
// The other commands are play, pause, step (with "steps", 1 to 100000, only
// while paused), reset, restore (of a diverged run), and watch (with "frames",
// false while nobody looks).
//
// Numbers that JSON cannot hold (NaN and the infinities, which are what a
// diverging run is made of) are null in messages and themselves in frames.
//
// # Frames
//
// A frame is little-endian and has a header of 40 bytes:
//
//	offset size  field
//	     0    4  magic, the bytes "GNLL"
//	     4    1  version, 1
//	     5    1  kind: 1 grid, 2 truth, 3 fit
//	     6    1  lane, counted from 0
//	     7    1  flags, 0
//	     8    4  epoch
//	    12    4  control revision
//	    16    8  step
//	    24    4  data revision: the grid that the columns stand on
//	    28    4  count: values in each column
//	    32    2  columns
//	    34    2  scalars
//	    36    4  zero
//	    40       scalars, then the columns one after the other, all float32
//
// Grid frames have one column, x, in the input's units. Truth frames have the
// true mean and the true standard deviation on that grid. Fit frames have the
// predicted mean and the predicted standard deviation on that grid, in the
// target's units, and the scalars that [Scalars] names, in that order. Those of an
// ensemble have a third column: the epistemic standard deviation, by which the
// members' means differ, and whose square is a part of the predicted variance.
//
// The standard deviation of a fit frame is what the variance head says, before
// the loss clamps it. What the loss sees, and what bands show, is
// max(std, floor), with the scalar "floor".
//
// Frames overtake messages: a fit frame of an epoch or a data revision that no
// run message has named yet is to be dropped.
//
// # A client (JavaScript, in a browser or Node 22)
//
//	const id = '...' // of GET /api/runs
//	const ws = new WebSocket(`ws://127.0.0.1:8080/api/runs/${id}/live`, 'gnllviz.v1')
//	ws.binaryType = 'arraybuffer'
//	ws.onopen = () => ws.send('{"type":"hello"}')
//	ws.onmessage = ({data}) => {
//	  if (typeof data === 'string') return console.log(JSON.parse(data))
//	  const h = new DataView(data)
//	  if (h.getUint8(5) !== 3) return
//	  const n = h.getUint32(28, true), at = 40 + 4 * h.getUint16(34, true)
//	  const mean = new Float32Array(data, at, n), std = new Float32Array(data, at + 4 * n, n)
//	  console.log(h.getBigUint64(16, true), mean[0], std[0])
//	}
package wire

//go:generate go run ./gen -o ../../web/src/generated/wire.ts
