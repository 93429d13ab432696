package bundle

import (
	"archive/zip"
	"io"

	"github.com/gnllviz/gnllviz/server/run"
)

// writeZip writes all files into one archive.
func writeZip(w io.Writer, r *run.Record) error {
	z := zip.NewWriter(w)
	for _, f := range Files(r) {
		into, err := z.CreateHeader(&zip.FileHeader{Name: f.File, Method: zip.Deflate, Modified: r.Model.Card.Time})
		if err != nil {
			return err
		}
		if err := f.Write(into, r); err != nil {
			return err
		}
	}
	return z.Close()
}
