package api

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"path"
	"strings"

	"github.com/gnllviz/gnllviz/server/access"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/problem"
	"github.com/gnllviz/gnllviz/server/run/capture"
)

// exportRoutes are those about files.
type exportRoutes struct {
	*core
	turns *access.Turns
}

func (a exportRoutes) register(to *API) {
	register(to, operation{
		at: "GET /api/formats", id: "listFormats", tag: "taking away", summary: "List the formats of files",
		help:    "The files that can be exported from a lane: models, source code, tables, charts, the report, and an archive of all of them.",
		example: `[{"name":"onnx","file":"model.onnx","media":"application/octet-stream","group":"model","label":"ONNX","of":"ONNX","form":"ONNX","help":"For ONNX Runtime and compatible tools. Takes x in data units; returns mean and variance, in double precision.","along":false,"rows":false,"read":true}]`,
	}, a.getFormats)
	register(to, operation{
		at: "GET /api/runs/{id}/export", id: "exportRun", tag: "taking away", summary: "Export a lane as a file", media: "application/octet-stream",
		help: "A file of a lane at the current step, of a type from GET /api/formats. Anyone who can watch a run can export its lanes, but without those rows of its owner that the page does not show: for these send the run's key. " +
			"POST /api/runs/import imports a JSON file exactly, if it contains its rows.",
		errors: map[int]string{
			http.StatusBadRequest:          "The lane is not a number, or rows is neither true nor false.",
			http.StatusForbidden:           "All rows were requested, which needs the run's key.",
			http.StatusUnprocessableEntity: "There is no such format or lane, or the run lacks what the file needs; the detail says which there are.",
			http.StatusServiceUnavailable:  "Too many files are being made; Retry-After says when to try again.",
		},
	}, a.getExport)
}

const (
	// MaxExports bounds the files that are made at a time. Those whose clients are slower
	// than that are bounded by what they hold.
	MaxExports = 4

	// maxFileBytes bounds what one file is made of: a history of a million steps has half of it.
	maxFileBytes = 128 << 20
)

// FileBytes is what may be in memory for one file that is being made, on a server of so much memory, as
// [registry.Memory] has it: a sixteenth.
func FileBytes(memory int) int { return min(maxFileBytes, memory/16) }

func (a exportRoutes) getFormats(context.Context, *request) (*body[[]artifact.Format], error) {
	return &body[[]artifact.Format]{artifact.Formats()}, nil
}

type exportRequest struct {
	request
	Format    string `query:"format" doc:"Which file, by the name that GET /api/formats has." example:"onnx" required:"true"`
	Lane      whole  `query:"lane" doc:"Which lane; without it the first." example:"0"`
	Precision string `query:"precision" doc:"For ONNX: \"double\" (default), or \"float\" for tools without double. The model card gives the loss of accuracy." example:"float"`
	Rows      string `query:"rows" doc:"Whether a file that contains the training data, as numbers or drawn, should contain them: \"false\" leaves them out. Without it the file contains the rows that the client may have: all with the run's key; otherwise, of the owner's own rows, those that the page shows. \"true\" is refused if that is not all." example:"false"`
}

// getExport makes a file of a lane as it is now. It is always one to be kept, never
// shown: a report is HTML with scripts, and they are not to run as the page's own.
func (a exportRoutes) getExport(ctx context.Context, q *exportRequest) (*download, error) {
	x, err := a.theRun(&q.request)
	if err != nil {
		return nil, err
	}
	f, err := artifact.Find(q.Format)
	if err != nil {
		return nil, problem.New(http.StatusUnprocessableEntity, err.Error())
	}
	if f, err = f.In(q.Precision); err != nil {
		return nil, problem.New(http.StatusUnprocessableEntity, err.Error())
	}
	lane, err := q.Lane.lane()
	if err != nil {
		return nil, err
	}
	peer, made := a.Proxies.PeerOf(q.r), false // and then the turn is the download's
	done := func() {}
	if !f.Small() {
		if done, err = a.turns.Take(ctx, peer, access.ExportWait); err != nil {
			return nil, err
		}
	}
	enough, err := a.Rations.Taking.Take(ctx, peer, x.ID())
	if err != nil {
		done()
		return nil, err
	}
	defer func() {
		if !made {
			enough()
			done()
		}
	}()
	record := x.Capture
	if f.Small() {
		record = x.CaptureModel
	}
	rec, err := record(ctx, lane)
	if err != nil {
		return nil, a.runFailed(x, err)
	}
	switch steers := access.RequestSteers(q.r); {
	case q.Rows == "false":
		rec = rec.WithoutRows()
	case q.Rows != "" && q.Rows != "true":
		return nil, problem.New(http.StatusBadRequest, fmt.Sprintf("rows %.40q is neither true nor false", q.Rows))
	case !steers && rec.Private && f.Rows && q.Rows == "true":
		return nil, problem.New(http.StatusForbidden, "the rows are the run's owner's; send the run's key as the header "+access.KeyHeader+", or leave them out")
	case !steers:
		rec = rec.Shown()
	}
	if !f.Makes(rec) {
		return nil, problem.New(http.StatusUnprocessableEntity, f.Write(nil, rec).Error())
	}
	// A file is written as it is made. What it is made of is in memory until it is sent.
	held := rec.Size() + pieceBytes*piecesAhead
	if held > a.FileBytes {
		return nil, problem.New(http.StatusUnprocessableEntity, fmt.Sprintf("%s would take more than %d bytes of memory; use a run with fewer steps, or raise --max-memory", f.File, a.FileBytes))
	}
	enough() // nobody waits for a turn who waits for room
	if err := a.Hold(ctx, int64(held)); err != nil {
		return nil, err
	}
	again, err := a.Rations.Taking.Take(ctx, peer, x.ID())
	if err != nil {
		return nil, err
	}
	enough = again
	d := &download{
		kind: f.Media, disposition: fmt.Sprintf("attachment; filename=%q", exportName(rec, f)), wanted: ctx,
		write: func(w io.Writer) error { return f.Write(w, rec) }, turn: []func(){enough, done},
		failed: func(err error) *problem.Problem {
			a.Log.Error("making a file", "run", x.ID(), "format", f.Name, "err", err)
			return problem.New(http.StatusInternalServerError, fmt.Sprintf("%s cannot be made: %v", f.File, err))
		},
	}
	made = true
	return d, nil
}

// exportName is what a browser is to call the file: what it is of, and in what
// format, in letters that no system minds.
func exportName(rec *capture.Capture, f artifact.Format) string {
	ending := path.Ext(f.File)
	name := fmt.Sprintf("gnllviz-%s-%s-step%d", safe(rec.Data.Name, "data"), safe(rec.Lane.Name, "lane"), rec.Step)
	switch what := strings.TrimPrefix(strings.TrimSuffix(f.File, ending), "model_"); what {
	case "model", "gnllviz":
	default:
		name += "-" + what
	}
	return name + ending
}

// safe keeps of a name the letters that no system minds, at most 40, or returns what
// stands for it.
func safe(name, otherwise string) string {
	var b strings.Builder
	for _, r := range name {
		switch {
		case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9', r == '_', r == '-':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "_"):
			b.WriteByte('_')
		}
		if b.Len() == 40 {
			break
		}
	}
	return cmp.Or(strings.Trim(b.String(), "_-"), otherwise)
}
