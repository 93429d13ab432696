package artifact

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/gnllviz/gnllviz/server/run/capture"
)

// sumsFile names the file of the archive that has the SHA-256 of each other, as
// sha256sum -c reads it.
const sumsFile = "SHA256SUMS"

func zipFormat() Format {
	return Format{
		Name: "zip", File: "gnllviz.zip", Media: "application/zip", Group: groupAll, Form: "everything",
		Help: "All the files below in one archive, with their SHA-256.", Rows: true, Read: true, alone: true, write: writeZip,
	}
}

// writeZip writes all files into one archive.
func writeZip(w io.Writer, r *capture.Capture) error {
	z := zip.NewWriter(w)
	create := func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: r.Model.Card.Time})
	}
	var sums bytes.Buffer
	for _, f := range Files(r) {
		into, err := create(f.File)
		if err != nil {
			return err
		}
		h := sha256.New()
		if err := f.Write(io.MultiWriter(into, h), r); err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", h.Sum(nil), f.File)
	}
	into, err := create(sumsFile)
	if err != nil {
		return err
	}
	if _, err := into.Write(sums.Bytes()); err != nil {
		return err
	}
	return z.Close()
}
