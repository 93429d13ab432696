package access

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/gnllviz/gnllviz/server/problem"
)

// A Ration shares out the time that reading takes: training has the processors first.
// Of each peer, of each run and in all one reader computes at a time; the others wait in
// the order of coming. What the work of a reader took is charged to its peer, to its run
// and to all readers, as far as runs were training meanwhile. Where more was spent than
// the share that readers may have of what the program has of the processors, the next one
// waits until it is paid back.
type Ration struct {
	what  string        // in words, as the subject of a sentence
	share float64       // of the program's work
	burst time.Duration // may be spent at once
	most  time.Duration // that one waits
	busy  func() float64
	clock func() time.Duration // what the thread has worked
	speed func() float64       // seconds that the program works in each second

	all *account

	mu       sync.Mutex
	accounts map[string]*account // of peers and of runs
}

const (
	// partOfOne is what one peer, or the readers of one run, may have of the share of all.
	partOfOne = 0.75

	// answeringPart is what encoding and sending answers to one peer may have of the share
	// of looking at runs, besides.
	answeringPart = 0.5

	// quiet is the part of the time up to which training is nobody's to be disturbed.
	quiet = 0.02

	// readingBurst is what readers may spend at once while runs train.
	readingBurst = time.Second / 4

	// takingPart is what making files may have of the share of looking at runs, besides.
	takingPart = 0.6

	// AnswerWait is how long an answer waits for its turn, ExportWait a file.
	AnswerWait = 10 * time.Second
	ExportWait = 30 * time.Second

	// maxAccounts bounds the peers and runs that are remembered when they have paid.
	maxAccounts = 10_000
)

// An account is what one peer, one run or all readers have spent.
type account struct {
	room chan struct{} // for the one who computes
	part float64       // of the share

	// ---- guarded by the ration's mu ----
	people int       // who compute or wait
	free   time.Time // when what was spent is paid back
}

func newAccount(part float64) *account { return &account{room: make(chan struct{}, 1), part: part} }

// newRation returns a ration. busy says in which part of the time runs train just now,
// from 0 to 1, and speed how many seconds the program works in each second.
func newRation(what string, share float64, burst, most time.Duration, busy, speed func() float64) *Ration {
	return &Ration{what: what, share: share, burst: burst, most: most, busy: busy, speed: speed, clock: threadTime, all: newAccount(1), accounts: map[string]*account{}}
}

// Take waits for the turn of a reader of a run, or of none where that is empty, and
// returns what ends it, on the same goroutine, or a *problem.Problem, or problem.ErrLeft. What ends it may
// be called twice.
func (t *Ration) Take(ctx context.Context, peer, run string) (done func(), err error) {
	ctx, cancel := context.WithTimeout(ctx, t.most)
	defer cancel()
	line := t.join(peer, run)
	held := 0
	leave := func() {
		for held > 0 {
			held--
			<-line[held].room
		}
		t.leave(line)
	}
	for _, a := range line {
		select {
		case a.room <- struct{}{}:
			held++
			if t.awaitPaid(ctx, a) {
				continue
			}
		case <-ctx.Done():
		}
		leave()
		return nil, t.refused(ctx)
	}
	begun, clock := time.Now(), t.clock
	runtime.LockOSThread() // whose time is looked at
	spent := clock()
	return sync.OnceFunc(func() {
		spent = clock() - spent
		runtime.UnlockOSThread()
		t.charge(line, begun, spent)
		leave()
	}), nil
}

// refused is why nothing came of waiting.
func (t *Ration) refused(ctx context.Context) error {
	if !errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return problem.ErrLeft
	}
	return problem.After(t.most, http.StatusTooManyRequests, fmt.Sprintf(
		"%s takes more than the %.0f %% of the processors that it may have while runs train; ask more rarely, or raise --reading-share", t.what, 100*t.share))
}

// Await waits until a peer is not in debt, for those whose work is known when it is done
// and charged by ChargePeer. Its errors are those of Take.
func (t *Ration) Await(ctx context.Context, peer string) error {
	ctx, cancel := context.WithTimeout(ctx, t.most)
	defer cancel()
	line := t.join(peer, "")
	defer t.leave(line)
	if !t.awaitPaid(ctx, line[0]) {
		return t.refused(ctx)
	}
	return nil
}

// ChargePeer charges a peer, and nobody else, with work that was done.
func (t *Ration) ChargePeer(peer string, work time.Duration) {
	line := t.join(peer, "")
	defer t.leave(line)
	t.charge(line[:1], time.Now(), work)
}

// join returns the accounts of a reader, those of the fewest first.
func (t *Ration) join(peer, run string) []*account {
	t.mu.Lock()
	defer t.mu.Unlock()
	var line []*account
	for _, name := range []string{"peer " + peer, "run " + run} {
		if name == "run " {
			continue
		}
		a := t.accounts[name]
		if a == nil {
			if len(t.accounts) >= maxAccounts {
				t.forget()
			}
			a = newAccount(partOfOne)
			t.accounts[name] = a
		}
		line = append(line, a)
	}
	line = append(line, t.all)
	for _, a := range line {
		a.people++
	}
	return line
}

// forget drops the accounts of those who have paid. Callers hold mu.
func (t *Ration) forget() {
	now := time.Now()
	for name, a := range t.accounts {
		if a.people == 0 && a.free.Before(now) {
			delete(t.accounts, name)
		}
	}
}

func (t *Ration) leave(line []*account) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range line {
		a.people--
	}
}

// charge notes that a reader whose turn had begun has computed for so long.
func (t *Ration) charge(line []*account, begun time.Time, work time.Duration) {
	work = time.Duration(float64(work) * t.busy())
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, a := range line {
		if a.free.Before(begun) {
			a.free = begun
		}
		a.free = a.free.Add(t.payback(a, work))
	}
}

// payback is how long it takes to pay for so much work.
func (t *Ration) payback(a *account, work time.Duration) time.Duration {
	return time.Duration(float64(work) / (t.share * a.part * t.speed()))
}

// awaitPaid waits until an account is not in debt any more, or nobody trains.
func (t *Ration) awaitPaid(ctx context.Context, a *account) bool {
	for {
		t.mu.Lock()
		owed := time.Until(a.free.Add(-t.payback(a, t.burst)))
		t.mu.Unlock()
		if owed <= 0 || t.busy() < quiet {
			return ctx.Err() == nil
		}
		again := time.NewTimer(min(owed, time.Second/4))
		select {
		case <-again.C:
		case <-ctx.Done():
			again.Stop()
			return false
		}
	}
}

// Rations are what everybody who reads may have of the processors while runs train.
type Rations struct {
	Looking   *Ration // at runs
	Taking    *Ration // of files
	Answering *Ration // each peer for itself
}

// NewRations returns the rations of a server whose runs give it such a load. share is
// the part of what the program has of the processors that looking at runs may take.
func NewRations(share float64, load *Load) Rations {
	speed := newWorkRate(runtime.GOMAXPROCS(0), programTime)
	return Rations{
		Looking:   newRation("reading", share, readingBurst, AnswerWait, load.Busy, speed.now),
		Answering: newRation("answering you", share*answeringPart, readingBurst, AnswerWait, load.Busy, speed.now),
		Taking:    newRation("the making of files", share*takingPart, readingBurst, ExportWait, load.Busy, speed.now),
	}
}
