package server

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/gnllviz/gnllviz/server/bundle"
	"github.com/gnllviz/gnllviz/server/run"
)

const (
	// maxExports bounds the files that are made or sent at a time, which lie in
	// memory as long.
	maxExports = 4

	// exportWait is how long one waits for its turn.
	exportWait = 10 * time.Second

	// maxExportBytes bounds one file: a history of a million steps has half of it.
	maxExportBytes = 128 << 20

	// slowestDownload is what a line must carry, in bytes a second, lest who reads
	// slowly keep others from a turn.
	slowestDownload = 16 << 10

	// pieceBytes is how much of a file has a deadline of its own, lest who reads
	// nothing keep a turn for as long as all of a large file may take.
	pieceBytes = 256 << 10
)

func (s *Server) getFormats(context.Context, *request) (*body[[]bundle.Format], error) {
	return &body[[]bundle.Format]{bundle.Formats()}, nil
}

type exportRequest struct {
	request
	Format string `query:"format" doc:"Which file, by the name that GET /api/formats has." example:"onnx" required:"true"`
	Lane   whole  `query:"lane" doc:"Which lane; without it the first." example:"0"`
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
	f, err := bundle.Find(q.Format)
	if err != nil {
		return nil, refuse(http.StatusUnprocessableEntity, err.Error())
	}
	lane, err := q.Lane.lane()
	if err != nil {
		return nil, err
	}
	done, err := turnAt(ctx, s.exports, exportWait, fmt.Sprintf("%d files are being made or sent already, which is the limit; come again in a moment", maxExports))
	if err != nil {
		return nil, err
	}
	sent := false
	defer func() {
		if !sent {
			done()
		}
	}()
	rec, err := x.Record(ctx, lane)
	if err != nil {
		return nil, s.runFailed(x, err)
	}
	if !f.Makes(rec) {
		return nil, refuse(http.StatusUnprocessableEntity, f.Write(nil, rec).Error())
	}
	b := bounded{most: maxExportBytes}
	switch err := f.Write(&b, rec); {
	case errors.Is(err, errTooLarge):
		return nil, refuse(http.StatusUnprocessableEntity, fmt.Sprintf("%s would have more than %d bytes; take the parts of it for themselves, or from a run of fewer steps", f.File, maxExportBytes))
	case err != nil:
		s.log.Error("making a file", "run", x.ID(), "format", f.Name, "err", err)
		return nil, refuse(http.StatusInternalServerError, fmt.Sprintf("%s cannot be made: %v", f.File, err))
	}
	sent = true
	return &download{
		Type: f.Media, Disposition: fmt.Sprintf("attachment; filename=%q", exportName(rec, f)), Length: b.Len(),
		Body: func(ctx huma.Context) {
			defer done()
			sendPieces(ctx.BodyWriter(), http.NewResponseController(q.w), b.Bytes())
		},
	}, nil
}

// sendPieces sends a file piece by piece. Where a deadline cannot be set, and where the
// client leaves, there is nothing to do.
func sendPieces(w io.Writer, control *http.ResponseController, b []byte) {
	for piece := range slices.Chunk(b, pieceBytes) {
		_ = control.SetWriteDeadline(time.Now().Add(writeTime + time.Duration(len(piece))*time.Second/slowestDownload))
		if _, err := w.Write(piece); err != nil {
			return
		}
	}
}

// exportName is what a browser is to call the file: what it is of, and in what
// format, in letters that no system minds.
func exportName(rec *run.Record, f bundle.Format) string {
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

// A bounded buffer takes no more than so many bytes.
type bounded struct {
	bytes.Buffer
	most int
}

// Write implements [io.Writer].
func (b *bounded) Write(p []byte) (int, error) {
	if b.Len()+len(p) > b.most {
		return 0, errTooLarge
	}
	return b.Buffer.Write(p)
}
