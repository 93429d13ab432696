package operator

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/gnllviz/gnllviz/server/store"
)

const (
	// runsHeader says before a backup how many runs are to be in it.
	runsHeader = "Backup-Runs"

	// After a backup failedTrailer says why it is worth nothing, and leftTrailer, once for
	// each, why a run is not in it.
	failedTrailer = "Backup-Failed"
	leftTrailer   = "Backup-Left"
)

// backup answers with a file of the runs whose ids are given, or of all.
func (o *operator) backup(w http.ResponseWriter, r *http.Request) {
	ids := r.URL.Query()["id"]
	for _, id := range ids {
		if _, ok := o.runs.Store.Meta(id); !ok {
			unknown(id).Answer(w)
			return
		}
	}
	if len(ids) == 0 {
		for _, m := range o.runs.Store.List() {
			ids = append(ids, m.ID)
		}
	}
	h := w.Header()
	h.Set("Content-Type", "application/x-tar")
	h.Set(runsHeader, strconv.Itoa(len(ids)))
	h["Trailer"] = []string{failedTrailer, leftTrailer}
	err := o.runs.Store.Backup(r.Context(), w, ids...)
	var left *store.LeftOutError
	switch {
	case errors.As(err, &left):
		for _, why := range left.Runs {
			h.Add(leftTrailer, quote(why.Error()))
		}
	case err != nil:
		h.Set(failedTrailer, quote(err.Error()))
	}
}

// Restored says what came of a backup that was to be restored.
type Restored struct {
	Runs    int      `json:"runs"`    // that were restored
	Skipped []string `json:"skipped"` // ids of runs that were in the store already
	Failed  string   `json:"failed"`  // why no more of them could be, or nothing
	File    bool     `json:"file"`    // the file is to blame for that
}

// restore stores the runs of the backup that the body is.
func (o *operator) restore(w http.ResponseWriter, r *http.Request) {
	n, err := o.runs.Store.Restore(r.Context(), r.Body)
	done := Restored{Runs: n, Skipped: []string{}}
	var skipped *store.SkippedError
	var file *store.FileError
	switch {
	case errors.As(err, &skipped):
		done.Skipped = skipped.IDs
	case err != nil:
		done.Failed, done.File = err.Error(), errors.As(err, &file)
	}
	o.log.Info("runs restored by the operator", "runs", n, "skipped", len(done.Skipped), "failed", done.Failed)
	// Whoever sends is not told before all was taken: it would not listen.
	_, _ = io.Copy(io.Discard, r.Body)
	answer(w, done)
}
