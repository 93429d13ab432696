package export

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// What an archive may have. Ours have some twenty files.
const (
	maxEntries = 200
	maxRatio   = 100     // of a file's size to what it takes in the archive,
	freeSize   = 1 << 20 // beyond so many bytes, as small files may well be all zeros
)

// modelFiles are the files of an archive that have all of a model, best first.
func modelFiles() (names []string) {
	for _, f := range Formats() {
		if f.Read != nil {
			names = append(names, f.File)
		}
	}
	return names
}

// readZip reads the model of an archive, from memory alone. It refuses archives that
// would be dangerous to unpack, though it unpacks none.
func readZip(b []byte) (*Model, error) {
	m, err := parseZip(b)
	if err != nil {
		return nil, &ReadError{fmt.Errorf("an archive: %w", err)}
	}
	return m, nil
}

func parseZip(b []byte) (*Model, error) {
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // checkEntries names the path
		return nil, fmt.Errorf("it is damaged or cut short: %w", err)
	}
	if err := checkEntries(z.File); err != nil {
		return nil, err
	}
	for _, name := range modelFiles() {
		for _, f := range z.File {
			if f.Name != name {
				continue
			}
			file, err := unpack(f)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			m, err := readFile(file)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			return m, nil
		}
	}
	return nil, fmt.Errorf("none of %s is at its top: %w", strings.Join(modelFiles(), ", "), errNoModel)
}

func checkEntries(files []*zip.File) error {
	if len(files) > maxEntries {
		return fmt.Errorf("it has %d files; an archive with a model has at most %d", len(files), maxEntries)
	}
	seen := map[string]bool{}
	var total uint64
	for _, f := range files {
		name := strings.TrimSuffix(f.Name, "/")
		total += min(f.UncompressedSize64, MaxFile+1)
		switch {
		case !fs.ValidPath(name) || strings.ContainsAny(name, "\\:\x00"):
			return fmt.Errorf("its file %.60q would lie outside of the folder that it is unpacked into", f.Name)
		case seen[strings.ToLower(name)]:
			return fmt.Errorf("its file %.60q is there twice", f.Name)
		case f.Flags&1 != 0:
			return fmt.Errorf("its file %.60q is encrypted; unpack it and give the file itself", f.Name)
		case total > MaxFile:
			return fmt.Errorf("its files take more than %d bytes; give the model's file alone", MaxFile)
		case f.UncompressedSize64 > freeSize && f.UncompressedSize64/maxRatio > f.CompressedSize64:
			return fmt.Errorf("its file %.60q is packed to less than a %dth of its size, as only files are that are to fill a memory", f.Name, maxRatio)
		}
		seen[strings.ToLower(name)] = true
	}
	return nil
}

// unpack returns what is in a file, whose size may be another than it says.
func unpack(f *zip.File) ([]byte, error) {
	if !f.Mode().IsRegular() {
		return nil, errors.New("it is no regular file")
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("it cannot be unpacked: %w", err)
	}
	defer r.Close()
	b, err := io.ReadAll(io.LimitReader(r, int64(f.UncompressedSize64)+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("it is damaged: %w", err)
	case uint64(len(b)) > f.UncompressedSize64:
		return nil, fmt.Errorf("it is larger than the %d bytes that it says", f.UncompressedSize64)
	}
	return b, nil
}
