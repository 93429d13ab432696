// Package operator answers whoever runs a server, beside the page: it lists the stored
// runs, deletes and exports them, and backs them up and restores them. [New] gives an
// http.Handler that asks for no rights, as only those reach it who may read the store's
// folder: [Serve] has it answer on a socket there, and a [Client] asks it, there or in this
// process.
//
// Everything here may be called from any goroutine. Serve owns a goroutine until its stop
// is called, and so does a Client of this process until Close is.
package operator

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/registry"
	"github.com/gnllviz/gnllviz/server/store"
)

// A Run is a stored run, as the list has it.
type Run struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`      // what its owner calls it, or nothing
	Dataset  string    `json:"dataset"`   // its name, or own
	State    string    `json:"state"`     // as GET /api/runs has it
	Step     uint64    `json:"step"`      // of a run that is not in memory: of its last checkpoint
	Created  time.Time `json:"created"`   // UTC
	LastUsed time.Time `json:"last_used"` // UTC, when it was last saved or loaded
	Bytes    int64     `json:"bytes"`     // on the disk
	InMemory bool      `json:"in_memory"` // of a server that is running
	Problem  string    `json:"problem"`   // why it cannot be loaded, or nothing
}

// noteHeader carries what an operator is to be told beside a file that was made.
const noteHeader = "Operator-Note"

// summaryTime is how long the list waits for a run in memory.
const summaryTime = 2 * time.Second

type operator struct {
	runs *registry.Registry
	log  *slog.Logger
}

// New returns the handler for the runs of a registry that has a store.
func New(runs *registry.Registry, log *slog.Logger) http.Handler {
	o := &operator{runs, log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /runs", o.list)
	mux.HandleFunc("DELETE /runs/{id}", o.remove)
	mux.HandleFunc("GET /runs/{id}/export", o.export)
	mux.HandleFunc("GET /backup", o.backup)
	mux.HandleFunc("POST /restore", o.restore)
	return mux
}

// list answers with the stored runs, those that were used last first. With check each that
// is not in memory is read whole first.
func (o *operator) list(w http.ResponseWriter, r *http.Request) {
	inMemory := map[string]*registry.Kept{}
	for _, k := range o.runs.List() {
		inMemory[k.ID()] = k
	}
	if r.FormValue("check") != "" {
		for _, m := range o.runs.Store.List() {
			if r.Context().Err() != nil {
				return
			}
			if inMemory[m.ID] == nil {
				o.check(r.Context(), m.ID)
			}
		}
	}
	all := []Run{} // a list in JSON, not null
	for _, m := range o.runs.Store.List() {
		one := Run{
			ID: m.ID, Name: m.Name, Dataset: m.Dataset, State: m.State, Step: m.Step,
			Created: m.Created.UTC(), LastUsed: m.Touched.UTC(), Bytes: m.Bytes, Problem: m.Trouble,
		}
		if k := inMemory[m.ID]; k != nil {
			ctx, cancel := context.WithTimeout(r.Context(), summaryTime)
			s, err := k.Summary(ctx)
			cancel()
			if err == nil { // else what is stored of it says enough
				one.InMemory, one.Dataset, one.State, one.Step = true, s.Dataset, string(s.State), s.Step
			}
		}
		all = append(all, one)
	}
	answer(w, all)
}

// check reads a run, whereupon the store's list says what is wrong with it.
func (o *operator) check(ctx context.Context, id string) {
	if _, err := o.runs.Store.Read(ctx, id); err != nil {
		o.log.Debug("checking a stored run", "run", id, "err", err)
	}
}

func (o *operator) remove(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	if !o.runs.Known(id) {
		unknown(id).Answer(w)
		return
	}
	if err := o.runs.DeleteAnywhere(r.Context(), id); err != nil {
		problem.Answer(w, http.StatusInternalServerError, err.Error())
		return
	}
	o.log.Info("run deleted by the operator", "run", id)
	w.WriteHeader(http.StatusNoContent)
}

func unknown(id string) *problem.Problem {
	return problem.New(http.StatusNotFound, fmt.Sprintf("there is no run %.64q in the store; gnllviz runs lists them", id))
}

// export answers with a file of a run: of the model called "model", or else of the first.
func (o *operator) export(w http.ResponseWriter, r *http.Request) {
	f, err := artifact.Find(r.FormValue("format"))
	if err == nil {
		f, err = f.In(r.FormValue("precision"))
	}
	if err != nil {
		problem.Answer(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	write, note, err := o.file(r, f)
	if p := (*problem.Problem)(nil); errors.As(err, &p) {
		p.Answer(w)
		return
	}
	if err != nil {
		problem.Answer(w, http.StatusInternalServerError, err.Error())
		return
	}
	if note != "" {
		w.Header().Set(noteHeader, quote(note))
	}
	w.Header().Set("Content-Type", f.Media)
	// It is written as it is made, but for what comes first: what cannot be made at all is told,
	// and what fails later is cut off, so that it does not pass for the whole.
	const first = 256 << 10
	s := &counted{w: w}
	b := bufio.NewWriterSize(s, first)
	err = write(b)
	switch {
	case err != nil && s.n == 0:
		problem.Answer(w, http.StatusInternalServerError, fmt.Sprintf("%s cannot be made: %v", f.File, err))
	case err != nil || b.Flush() != nil:
		panic(http.ErrAbortHandler)
	}
}

// counted counts what is written.
type counted struct {
	w io.Writer
	n int
}

// Write implements [io.Writer].
func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += n
	return n, err
}

// file returns what writes a file of a run.
func (o *operator) file(r *http.Request, f artifact.Format) (write func(io.Writer) error, note string, err error) {
	ctx, id := r.Context(), r.PathValue("id")
	x, err := o.runs.Peek(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil, "", unknown(id)
	}
	if err != nil {
		return nil, "", err
	}
	defer x.Close()
	if x.Lost != nil {
		note = fmt.Sprintf("not all of the stored run can be read: %v", x.Lost)
	}
	lane, err := laneOf(ctx, x, r.FormValue("model"))
	if err != nil {
		return nil, "", err
	}
	take := x.Capture
	if f.Small() {
		take = x.CaptureModel
	}
	record, err := take(ctx, lane)
	if err != nil {
		return nil, "", err
	}
	if r.FormValue("rows") == "false" {
		record = record.WithoutRows()
	}
	if !f.Makes(record) {
		return nil, "", problem.New(http.StatusUnprocessableEntity, f.Write(nil, record).Error())
	}
	return func(w io.Writer) error { return f.Write(w, record) }, note, nil
}

// laneOf returns the number of the model with that name, or nil for the first where there
// is no name.
func laneOf(ctx context.Context, x *registry.Peek, name string) (*uint8, error) {
	if name == "" {
		return nil, nil
	}
	s, err := x.Summary(ctx)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, l := range s.Lanes {
		if l.Name == name {
			return &l.Lane, nil
		}
		names = append(names, fmt.Sprintf("%q", l.Name))
	}
	return nil, problem.New(http.StatusUnprocessableEntity, fmt.Sprintf("the run has no model %.64q; it has %s", name, strings.Join(names, ", ")))
}

// answer answers with a value as JSON.
func answer(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever no longer wants it has left
}

// quote makes a text fit for a header.
func quote(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		panic("operator: " + err.Error()) // a text can be encoded
	}
	return string(b)
}
