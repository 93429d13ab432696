package access

import (
	"cmp"
	"fmt"
	"time"

	"github.com/gnllviz/gnllviz/server/wire"
)

// Limits bound what a server takes on. A field that is 0 means its default,
// which [DefaultLimits] gives.
type Limits struct {
	SizeLimits
	RunLimits
	ViewerLimits
	TrafficLimits
	WorkLimits
}

// SizeLimits bound what is sent to the server.
type SizeLimits struct {
	// MessageBytes bounds a websocket message; a longer one is refused with a
	// reason, and one that is longer by far ends its connection.
	MessageBytes int

	// BodyBytes bounds the body of a request that holds settings.
	BodyBytes int

	// UploadBytes bounds an uploaded file.
	UploadBytes int

	// ModelBytes bounds a model that is brought back as a run.
	ModelBytes int

	// Rows, Columns and FieldBytes bound an uploaded table.
	Rows, Columns, FieldBytes int
}

// RunLimits bound the runs, and for how long they are kept.
type RunLimits struct {
	// Runs bounds the runs kept at a time. Beyond it the run with the least work in it
	// makes room, of those that nobody watches and nobody has changed, and that no
	// program has made of late. With a store the run that nobody has asked for longest
	// is put aside instead.
	Runs int

	// FramedRuns bounds those of them that were begun in frames of other sites.
	FramedRuns int

	// Keep is for how long a run that a program made does not make room.
	Keep time.Duration

	// RunRate is how many runs one peer may make in a minute, and at once.
	RunRate int

	// Idle is how long a run trains with nobody watching.
	Idle time.Duration

	// Drop is how long a run is kept that nobody watches or asks for.
	Drop time.Duration

	// Lanes bounds the networks of one run.
	Lanes int

	// Layers and Units bound a network: so many hidden layers of so many units.
	// They keep a step short, for which every change waits.
	Layers, Units int
}

// ViewerLimits bound the viewers, and what each of them may say.
type ViewerLimits struct {
	// Viewers bounds the viewers of one run, PeerViewers those of one peer among
	// them: an IPv4 address or an IPv6 network of 64 bits. A class behind one router is
	// one peer, and so is everybody behind a proxy that was not declared.
	Viewers     int
	PeerViewers int

	// Connections bounds the viewers of all runs, PeerConnections those of one peer.
	Connections     int
	PeerConnections int

	// KeySeats is how many viewers of a run there may be beside all these, if they
	// show its key before they come in.
	KeySeats int

	// Hello is how long a viewer may take to say hello.
	Hello time.Duration

	// Silence is how long a peer may go without answering a ping.
	Silence time.Duration

	// CommandRate is how many commands a second one websocket may give, and
	// CommandBurst how many at once. Beyond it, it waits.
	CommandRate  float64
	CommandBurst int

	// HelloRate is how many hellos a second one websocket may say, and at once:
	// a hello costs the run most, all of its history.
	HelloRate int
}

// TrafficLimits bound connections, requests and answers.
type TrafficLimits struct {
	// Sockets bounds the connections of any kind, websockets and others, below the
	// number of files that the process may open; PeerSockets those of one peer.
	Sockets     int
	PeerSockets int

	// Answers bounds the answers that are being made or sent at a time, but for
	// websockets; PeerAnswers those to one peer, RunAnswers those about one run.
	Answers     int
	PeerAnswers int
	RunAnswers  int

	// RequestRate is how many requests a second one peer may make, and ten times as
	// many at once. Beyond it, they wait.
	RequestRate int
}

// WorkLimits bound what others than viewers have computed.
type WorkLimits struct {
	// ReadingShare is what looking at runs may take of what the program has of the
	// processors, in percent, while runs train; making files may take a little more than
	// half as much.
	ReadingShare float64

	// PeerTurns bounds the files, the sweeps and the large bodies, each for themselves,
	// that are made or read at a time for one peer; the others wait.
	PeerTurns int

	// SweepSteps bounds the steps of all runs of a sweep together.
	SweepSteps int

	// SweepWork bounds what they take: steps times parameters, members and rows of a
	// batch, in billions.
	SweepWork int

	// ReplayWork bounds what a recipe that is done over again may cost, in millions of
	// rows times parameters over all its steps.
	ReplayWork int
}

const (
	// The largest networks that a run may have, with the optimiser's moments beside
	// their weights, and a table of --max-upload-bytes as its rows.
	maxModelBytes = 32 << 20

	// What one peer may have of a run's viewers, and of the server's: one in so many.
	peerViewersPart     = 2
	peerConnectionsPart = 4

	// Of the default network that is a minute and a half of two cores.
	maxSweepSteps = 2_000_000

	// And the largest networks take two minutes of two cores for that.
	maxSweepWork = 3000

	// As for a recipe that no server bounds, in millions.
	maxReplayWork = 1_000_000
)

// DefaultLimits returns the limits of a server that was not told others.
func DefaultLimits() Limits {
	return Limits{
		SizeLimits: SizeLimits{
			MessageBytes: 64 << 10, BodyBytes: 64 << 10, UploadBytes: 6 << 20, ModelBytes: maxModelBytes,
			Rows: 100_000, Columns: 64, FieldBytes: 1 << 10,
		},
		RunLimits: RunLimits{
			Runs: 64, FramedRuns: 8, Keep: 6 * time.Hour, RunRate: 60, Idle: time.Minute, Drop: 30 * time.Minute,
			Lanes: wire.MaxLanes, Layers: wire.MaxLayers, Units: wire.MaxUnits,
		},
		ViewerLimits: ViewerLimits{
			Viewers: 1000, PeerViewers: 1000 / peerViewersPart, Connections: 2000, PeerConnections: 2000 / peerConnectionsPart, KeySeats: 8,
			Hello: 10 * time.Second, Silence: time.Minute, CommandRate: 200, CommandBurst: 100, HelloRate: 4,
		},
		TrafficLimits: TrafficLimits{
			Sockets: 5000, PeerSockets: 2500, Answers: 512, PeerAnswers: 128, RunAnswers: 256, RequestRate: 500,
		},
		WorkLimits: WorkLimits{
			ReadingShare: 5, PeerTurns: 1, SweepSteps: maxSweepSteps, SweepWork: maxSweepWork, ReplayWork: maxReplayWork,
		},
	}
}

// A Limit is one field of a Limits, with the flag that sets it.
type Limit struct {
	Flag  string
	Help  string
	Value any // the field: *int, *float64 or *time.Duration
}

// Table returns every field of l, under the name by which refusals call it.
// Flags are made from it.
func (l *Limits) Table() []Limit {
	return []Limit{
		{"max-runs", "runs to keep in memory; a new run beyond this replaces the one with the least work that nobody watches or has changed, or puts aside the one that was left alone longest, if there is a store", &l.Runs},
		{"max-framed-runs", "of these, runs started in frames of other sites; they replace only one another", &l.FramedRuns},
		{"keep", "time for which a run made by a program is not replaced; if given, stored runs that nobody has used for that long are deleted (else after 2160h)", &l.Keep},
		{"max-lanes", fmt.Sprintf("models in one run, at most %d", wire.MaxLanes), &l.Lanes},
		{"max-viewers", "viewers of one run", &l.Viewers},
		{"max-peer-viewers", "viewers of one run at one address (IPv6: in one /64); a class behind a router shares one address; default: half of --max-viewers", &l.PeerViewers},
		{"max-connections", "viewers of all runs", &l.Connections},
		{"max-peer-connections", "viewers of all runs at one address; default: a quarter of --max-connections", &l.PeerConnections},
		{"key-seats", "extra viewers of one run who have its key", &l.KeySeats},
		{"hello", "time after which a viewer that has not said hello is disconnected", &l.Hello},
		{"max-sockets", "connections of any kind, if the number of open files allows", &l.Sockets},
		{"max-peer-sockets", "connections of any kind from one address", &l.PeerSockets},
		{"max-answers", "answers under way at a time, without websockets", &l.Answers},
		{"max-peer-answers", "answers to one address at a time", &l.PeerAnswers},
		{"max-run-answers", "answers about one run at a time", &l.RunAnswers},
		{"reading-share", "percentage of the program's processor time that viewing may take while runs train", &l.ReadingShare},
		{"request-rate", "requests per second from one address, with bursts of ten times as many; more must wait", &l.RequestRate},
		{"peer-turns", "files, sweeps and large bodies from one address at a time, each", &l.PeerTurns},
		{"silence", "time after which a viewer that does not answer is disconnected", &l.Silence},
		{"idle", "time after which a run that nobody watches stops training", &l.Idle},
		{"drop", "time after which a run that nobody watches or asks for is forgotten", &l.Drop},
		{"command-rate", "commands per second from one websocket", &l.CommandRate},
		{"command-burst", "commands at once from one websocket", &l.CommandBurst},
		{"hello-rate", "hellos per second from one websocket", &l.HelloRate},
		{"run-rate", "runs that one address may create per minute", &l.RunRate},
		{"max-message-bytes", "bytes of a websocket message", &l.MessageBytes},
		{"max-body-bytes", "bytes of a request with settings", &l.BodyBytes},
		{"max-upload-bytes", "bytes of an uploaded file", &l.UploadBytes},
		{"max-model-bytes", "bytes of an imported model", &l.ModelBytes},
		{"max-sweep-steps", "steps of all runs of a sweep together", &l.SweepSteps},
		{"max-sweep-work", "billions of multiplications of all runs of a sweep together", &l.SweepWork},
		{"max-replay-work", "work of replaying a recipe, in millions of rows times parameters", &l.ReplayWork},
		{"max-rows", "rows of an uploaded table", &l.Rows},
		{"max-columns", "columns of an uploaded table", &l.Columns},
		{"max-field-bytes", "bytes of one field of an uploaded table", &l.FieldBytes},
		{"max-layers", fmt.Sprintf("hidden layers of a network, at most %d", wire.MaxLayers), &l.Layers},
		{"max-units", fmt.Sprintf("units of a hidden layer, at most %d", wire.MaxUnits), &l.Units},
	}
}

// Share has what one peer may have of the viewers follow from how many there may be,
// unless it is among the flags that were given.
func (l *Limits) Share(given func(flag string) bool) {
	part := func(of, parts int) int { return (of + parts - 1) / parts }
	if !given("max-peer-viewers") {
		l.PeerViewers = part(l.Viewers, peerViewersPart)
	}
	if !given("max-peer-connections") {
		l.PeerConnections = part(l.Connections, peerConnectionsPart)
	}
}

// Check returns an error unless every field is at least 1, and every time at
// least a second.
func (l Limits) Check() error {
	for _, x := range l.Table() {
		switch v := x.Value.(type) {
		case *int:
			if *v < 1 {
				return fmt.Errorf("--%s %d is less than 1", x.Flag, *v)
			}
		case *float64:
			if !(*v >= 1) {
				return fmt.Errorf("--%s %v is less than 1", x.Flag, *v)
			}
		case *time.Duration:
			if *v < time.Second {
				return fmt.Errorf("--%s %v is less than 1s", x.Flag, *v)
			}
		}
	}
	return nil
}

// OrDefaults returns l with defaults in place of zeros.
func (l Limits) OrDefaults() Limits {
	defaults := DefaultLimits()
	from := defaults.Table()
	for i, x := range l.Table() {
		switch v := x.Value.(type) {
		case *int:
			*v = cmp.Or(*v, *from[i].Value.(*int))
		case *float64:
			*v = cmp.Or(*v, *from[i].Value.(*float64))
		case *time.Duration:
			*v = cmp.Or(*v, *from[i].Value.(*time.Duration))
		}
	}
	return l
}
