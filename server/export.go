package server

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gnllviz/gnllviz/server/artifact"
	"github.com/gnllviz/gnllviz/server/run/capture"
)

const (
	// maxExports bounds the files that are made at a time. Those that are being sent
	// are bounded by their bytes.
	maxExports = 4

	// exportWait is how long one waits for its turn.
	exportWait = 30 * time.Second

	// takingPart is what making files may have of the share of looking at runs, besides.
	takingPart = 0.6

	// maxExportBytes bounds one file: a history of a million steps has half of it.
	maxExportBytes = 128 << 20
)

// exportBytes is what one file may have, on a server of so much memory: a sixteenth.
func exportBytes(memory int) int {
	return min(maxExportBytes, max(cmp.Or(memory, defaultMemory), leastMemory)/16)
}

func (s *Server) getFormats(context.Context, *request) (*body[[]artifact.Format], error) {
	return &body[[]artifact.Format]{artifact.Formats()}, nil
}

type exportRequest struct {
	request
	Format    string `query:"format" doc:"Which file, by the name that GET /api/formats has." example:"onnx" required:"true"`
	Lane      whole  `query:"lane" doc:"Which lane; without it the first." example:"0"`
	Precision string `query:"precision" doc:"Of ONNX: \"double\", which it is without it, or \"float\" for runtimes that know float32 alone. The model card says what float costs on this model." example:"float"`
	Rows      string `query:"rows" doc:"Whether the rows that were learned from are in the file, as numbers or drawn, if it is of a format that has them: \"false\" leaves them out. Without it they are in it as far as whoever asks may have them: all with the run's key, and without it, of rows of the owner's, those that the page shows; \"true\" is refused where that is not all." example:"false"`
}

// A download is a file that is sent once its headers are.
type download struct {
	Type        string `header:"Content-Type" hidden:"true"`
	Disposition string `header:"Content-Disposition" hidden:"true"`
	Length      int    `header:"Content-Length" hidden:"true"`
	Body        func(huma.Context)
}

// getExport makes a file of a lane as it is now. It is always one to be kept, never
// shown: a report is HTML with scripts, and they are not to run as the page's own.
func (s *Server) getExport(ctx context.Context, q *exportRequest) (*download, error) {
	x, err := s.theRun(&q.request)
	if err != nil {
		return nil, err
	}
	f, err := artifact.Find(q.Format)
	if err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, err.Error())
	}
	if f, err = f.In(q.Precision); err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, err.Error())
	}
	lane, err := q.Lane.lane()
	if err != nil {
		return nil, err
	}
	done := func() {}
	if !f.Small() {
		if done, err = s.exports.take(ctx, s.proxies.peerOf(q.r), exportWait); err != nil {
			return nil, err
		}
	}
	defer done()
	enough, err := s.taking.take(ctx, s.proxies.peerOf(q.r), x.ID())
	if err != nil {
		return nil, err
	}
	defer enough()
	record := x.Capture
	if f.Small() {
		record = x.CaptureModel
	}
	rec, err := record(ctx, lane)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	switch steers := requestSteers(q.r); {
	case q.Rows == "false":
		rec = rec.WithoutRows()
	case q.Rows != "" && q.Rows != "true":
		return nil, refuse(http.StatusBadRequest, fmt.Sprintf("rows %.40q is neither true nor false", q.Rows))
	case !steers && rec.Private && f.Rows && q.Rows == "true":
		return nil, refuse(http.StatusForbidden, "the rows are the run's owner's; send the run's key as the header "+keyHeader+", or leave them out")
	case !steers:
		rec = rec.Shown()
	}
	if !f.Makes(rec) {
		return nil, refuse(http.StatusUnprocessableEntity, f.Write(nil, rec).Error())
	}
	b := bounded{most: s.fileBytes, wanted: ctx}
	switch err := f.Write(&b, rec); {
	case ctx.Err() != nil:
		return nil, errLeft
	case errors.Is(err, errTooLarge):
		return nil, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("%s would have more than %d bytes; take the parts of it for themselves, or from a run of fewer steps", f.File, s.fileBytes))
	case err != nil:
		s.log.Error("making a file", "run", x.ID(), "format", f.Name, "err", err)
		return nil, refuse(http.StatusInternalServerError, fmt.Sprintf("%s cannot be made: %v", f.File, err))
	}
	// The turn ends with the making. What is to be sent has a bound of its own.
	enough()
	if x := flightOf(ctx); x != nil {
		if err := s.flights.hold(ctx, x, int64(b.Len())); err != nil {
			return nil, err
		}
	}
	return &download{
		Type: f.Media, Disposition: fmt.Sprintf("attachment; filename=%q", exportName(rec, f)), Length: b.Len(),
		Body: func(ctx huma.Context) {
			_, _ = ctx.BodyWriter().Write(b.Bytes()) // an error is the client's leaving
		},
	}, nil
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

var errTooLarge = errors.New("the file grows too large")

// A bounded buffer takes no more than so many bytes, and none when nobody wants them any
// more.
type bounded struct {
	bytes.Buffer
	most   int
	wanted context.Context
}

// Write implements [io.Writer].
func (b *bounded) Write(p []byte) (int, error) {
	if b.wanted.Err() != nil {
		return 0, errLeft
	}
	if b.Len()+len(p) > b.most {
		return 0, errTooLarge
	}
	return b.Buffer.Write(p)
}
