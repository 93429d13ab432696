// Package wire is the language between a run and whoever watches it: the
// messages, the binary frames and the one table of controls.
//
// Everything here is a value or a pure function; any goroutine may call it.
// The package imports nothing else of this module, so that a client written in
// Go can import it alone.
//
// # Protocol gnllviz.v2
//
// Open a websocket at /api/runs/{id}/live with the subprotocol "gnllviz.v2".
// Text messages are JSON objects with a "type"; binary messages are frames.
//
// The first thing to send is a hello. It may be sent again at any time, and
// then says from where to replay:
//
//	> {"type":"hello","key":"..."}
//	> {"type":"hello","key":"...","generation":3,"next":120}
//
// Whoever says none within ten seconds (--hello) has to leave. Where a run or a server
// is full, who brings the key to the door still comes in: as a second subprotocol,
// "key." and the key, or as the header Run-Key.
//
// The key is what POST /api/runs answered besides the id. Whoever sends it controls the
// run; a hello without it is a viewer's, who watches. The server answers with
// who one is, the whole state of the run, the grid frames, the history from point
// "next" on (from 0 if the generation is no longer that one), and from then on
// whatever happens:
//
//	< {"type":"welcome","steer":true,"you":{"person":17,"colour":4}}
//	< {"type":"run","id":"k3v9...","generation":3,"revision":12,"state":"playing","lanes":[...],...}
//	< frames grid and truth (if the data set knows it)
//	< {"type":"history","generation":3,"first":120,"points":[...]}
//	< frames fit, rows, calibration and PIT of each lane; and again; ...
//
// A generation is one life of the networks: reset and every restart control begin
// a new one, and the run message is sent again. Generations count up from a random
// number, so that a run that was made again under its old id is not mistaken for
// itself. Steps and history points count from 0 within their generation, but for an
// undo that brings an earlier generation's networks back, which continue counting. A
// revision counts the changes of a run and never goes back.
//
// A run has one lane or more: networks that train side by side on the same rows,
// from the same seed, step by step. Controls with "run" true are the run's, and
// stand in the run message's "controls"; each lane has values of its own for the
// others.
//
// A control whose "auto" says something takes "auto" in place of a number. The
// member "auto" of the rows has what that comes to on them, and so the data message
// tells of it when rows come or go.
//
// # Commands
//
// Commands carry an id of the client's choice (1 or more); the server answers
// each with one ack or one error that carries the same id:
//
//	> {"type":"change","id":7,"set":{"eps":0.001}}
//	< {"type":"ack","id":7,"revision":12,"step":4711,"generation":3,"lane":0}
//	> {"type":"change","id":8,"lane":1,"set":{"eps":-1}}
//	< {"type":"error","id":8,"code":"out_of_range","control":"eps","reason":"eps must be 0 or from 1e-12 to 10, not -1"}
//
// A change sets any number of controls at once, all or none; without a lane
// those of the first. Every frame published after the ack has that revision or a
// later one; at most one older frame can still be on its way. All viewers are
// told of it:
//
//	< {"type":"change","change":{"revision":12,"step":4711,"kind":"control","lane":0,"control":"eps","old":1e-6,"new":0.001,...}}
//
// A change of a restart control is in the run message of the generation that it
// begins, and told besides; its revision says that it is the same.
//
// When steps are made:
//
//	{"type":"play","id":1}                        on and on
//	{"type":"pause","id":1}
//	{"type":"step","id":1,"steps":10}             1 to 100000, of a paused run
//	{"type":"epoch","id":1}                       every training row once, of a paused run
//	{"type":"until","id":1,"step":5000}           up to a step, or
//	{"type":"until","id":1,"nll":4.1}             to a lane's test NLL, or
//	{"type":"until","id":1,"plateau":2000}        until none has fallen for so long
//
// Lanes:
//
//	{"type":"lane_add","id":1,"copy":0,"name":"beta","set":{"loss":"beta_nll"}}
//	{"type":"lane_edit","id":1,"lane":1,"name":"calm","colour":3}
//	{"type":"lane_remove","id":1,"lane":1}
//
// Rows, while the run trains; of these "data" alone begins a new generation:
//
//	{"type":"edit","id":1,"add":[{"x":[20],"y":-50}],"move":[{"row":7,"x":[21],"y":3}],"erase":[9]}
//	{"type":"acquire","id":1,"count":1}           where the control acquire_by says
//	{"type":"data","id":1,"data":{"formula":{"mean":"sin(x)","std":"0.1+0.05*abs(x)","from":-3,"to":3,"rows":200}}}
//	{"type":"data","id":1,"data":{"csv":{"text":"x,y\n1,2\n...","target":"y"}}}
//
// The ack of a command that brought a file says what was left out of it, in left_out,
// and what else there is to know, in warnings; nobody but who brought it is told:
//
//	< {"type":"ack","id":1,...,"left_out":[{"column":"y","reason":"empty","rows":3,"first_row":9}],"warnings":["..."]}
//
// Everything at once, as POST /api/runs would begin it; what is not named is at its
// default:
//
//	{"type":"begin","id":1,"title":"two losses","set":{"dataset":"sine"},"lanes":[{"name":"NLL"},{"controls":{"loss":"beta_nll"}}]}
//
// Back in time, with weights and all:
//
//	{"type":"undo","id":1}                        the last change, or "revision" and all that came after it
//	{"type":"redo","id":1}
//	{"type":"return","id":1,"step":800}           to the newest snapshot of that step or before
//	{"type":"return","id":1,"step":800,"lane":0,"set":{"lr":0.003}}  one lane alone, with other settings
//	{"type":"restore","id":1}                     of a diverged run: to before that
//	{"type":"reset","id":1}                       to the first weights; with "rows":true to the first rows, too
//	{"type":"reset","id":1,"lanes":[{"lane":0,"set":{"lr":0.003}}]}  with other settings
//
// And {"type":"open","id":1,"open":true} lets everybody who watches steer. After undo and redo the run message is sent again; "lanes" and "data"
// messages tell of lanes and rows that have become others.
//
// # People
//
// A viewer is somebody: a number, a colour, and a name if they choose one ([Person]).
// What a viewer says of itself is a watch command, which a run takes from everybody and
// no recipe has:
//
//	{"type":"watch","id":1,"frames":false}        sends no fit frames, as nobody looks
//	{"type":"watch","id":1,"name":"Ada"}          what others are to call this viewer
//	{"type":"watch","id":1,"presents":{"lane":1,"step":800,"view":"panel:residual~loss:nll"}}
//
// A change that a viewer made says so, in "by"; files that are made of a run do not. Who
// has the key is told how many watch, at most once a second:
//
//	< {"type":"viewers","watching":31,"steering":2,"named":[{"person":17,"name":"Ada","colour":4}]}
//
// What somebody with the key presents (the lane in focus, the earlier step that is looked
// back at, and how the page shows it) goes to those without, at most four times a second,
// and to each who comes later. They may follow it. When that viewer has gone "here" is
// false, and nothing is presented:
//
//	< {"type":"view","here":true,"lane":1,"step":800,"view":"panel:residual~loss:nll"}
//	< {"type":"view","here":false,"lane":0}
//
// Whoever watches can have a copy of the run: POST /api/runs with {"from":"..."}, the id,
// makes another with the same lanes, weights, rows, settings, seed and history, whose key
// is in the answer. Rows that not everyone who watches may have need the run's key.
//
// # Liveness
//
// When there is nothing else to tell, {"type":"alive"} comes every [AliveSeconds]: a
// viewer who hears nothing for some 7 seconds has lost the connection, whether or not
// it was told so, and opens another.
//
// The member "trouble" of the run and of state messages lists the lanes whose training went
// wrong: what is not finite, and what is finite but learns nothing any more, such as a
// network whose units are all saturated. It is empty where all is well. Each has the
// sentences that people read, and what makes it well: a return command, or a reset where
// the cause takes a restart, or an undo where rows that were changed are to blame:
//
//	< {"type":"state","state":"playing","trouble":[{"kind":"units","lane":0,"since":3008,"step":2944,
//	   "cause":{"control":"lr","value":1,"suggested":0.003},"text":"Training has gone wrong since ...",...}],...}
//	> {"type":"return","id":9,"lane":0,"step":2944,"set":{"lr":0.003}}
//
// Numbers that JSON cannot hold (NaN and the infinities, which are what a
// diverging run is made of) are null in messages and themselves in frames.
//
// # Events
//
// Where websockets do not get through, GET /api/runs/{id}/events is the same
// connection as a stream of server-sent events. It says the first hello itself: with
// the header Run-Key, and "generation" and "next" in the query.
//
//	event: stream
//	data: {"id":"..."}
//
//	data: {"type":"welcome","steer":true}
//
//	event: frames
//	data: (a binary message, in base64)
//
//	event: ping
//	data: 17
//
//	event: close
//	data: {"code":1001,"reason":"the run has ended"}
//
// Events without a name are the text messages. What a websocket would send is posted
// to /api/runs/{id}/events/{stream}, one or more messages, each on a line of its own,
// and answered in the stream. One request is under way at a time, so that they keep
// their order. Who asks for "pongs=true" answers each ping by posting
// {"type":"pong","ping":17}, as websockets do by themselves: frames then wait for a
// slow line where they can be replaced, and who falls silent is let go.
//
// # Frames
//
// A binary message is one frame or more, one after the other; those of one message
// are of one moment. A frame is little-endian and has a header of 40 bytes:
//
//	offset size  field
//	     0    4  magic, the bytes "GNLL"
//	     4    1  version, 1
//	     5    1  kind: 1 grid, 2 truth, 3 fit, 4 rows, 5 calibration, 6 PIT
//	     6    1  lane
//	     7    1  flags: 1 if origins follow the columns
//	     8    4  generation
//	    12    4  control revision
//	    16    8  step
//	    24    4  data revision: the grid that the columns stand on
//	    28    4  count: values in each column
//	    32    2  columns
//	    34    2  scalars
//	    36    4  zero
//	    40       scalars, then the columns one after the other, all float32, and
//	             with flag 1 an origin for each column, float64
//
// The values of a column with an origin are counted from it: what is meant is origin
// plus value, in float64. Columns that are far from 0 for what they span have one, as
// time stamps do; without flag 1 all are counted from 0.
//
// Grid frames have one column, x, in the units of the input that the data's
// "slice" names; other inputs stand at their means. Where "slice" is 0 there are
// two inputs and two columns, the inputs of each place on a square map, row by
// row: the first input rises along a row, the second from row to row. Truth frames have the
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
// Rows frames have a value for each row of the data, in their order; see [FrameRows].
// Calibration and PIT frames tell of the test rows; see [FrameCalibration] and
// [FramePIT].
//
// Frames overtake messages: a fit frame of a generation or a data revision that no run
// or data message has named yet is to be dropped.
//
// # Clients
//
// examples/watch.mjs (JavaScript, for Node or a browser) makes a run, changes eps
// and reads frames over the websocket; examples/watch.py (Python, with nothing but
// its standard library) does the same by HTTP. They are tested against the server.
// The HTTP routes describe themselves, in OpenAPI, at /api/openapi.json.
package wire

//go:generate go run ./gen -o ../../web/src/generated
