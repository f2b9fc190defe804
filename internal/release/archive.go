package main

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"time"
)

// entry is one file in an archive.
type entry struct {
	// name is its path in the archive, with slashes.
	name string
	// mode is 0644, or 0755 where the file can be run.
	mode    fs.FileMode
	content []byte
}

// contents are the files of one platform's archive: the program, the licences
// of what it is made of, and the documents, all below one directory.
func contents(src source, p platform, binary string, m materials) ([]entry, error) {
	program, err := os.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	top := src.baseName(p)
	entries := []entry{
		{path.Join(top, p.binary()), 0o755, program},
		{path.Join(top, "THIRD_PARTY_LICENSES.txt"), 0o644, m.licences},
	}
	for _, document := range src.documents {
		file := filepath.Join(src.directory, filepath.FromSlash(document))
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		mode, err := portableMode(file)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{path.Join(top, document), mode, content})
	}
	return entries, nil
}

// portableMode keeps of a file's mode only whether it can be run: the rest
// depends on the umask of whoever made the clone.
func portableMode(file string) (fs.FileMode, error) {
	info, err := os.Stat(file)
	if err != nil {
		return 0, err
	}
	if info.Mode()&0o111 != 0 {
		return 0o755, nil
	}
	return 0o644, nil
}

// writeArchive writes the entries in their order, all with the time given:
// as a zip for Windows, as a tar.gz elsewhere.
func writeArchive(file string, p platform, entries []entry, modified time.Time) (err error) {
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	write := writeTarGzip
	if p.os == "windows" {
		write = writeZip
	}
	if err := write(out, entries, modified); err != nil {
		return fmt.Errorf("write %s: %w", file, err)
	}
	return nil
}

func writeTarGzip(out io.Writer, entries []entry, modified time.Time) error {
	compressed := gzip.NewWriter(out)
	archive := tar.NewWriter(compressed)
	for _, e := range entries {
		header := &tar.Header{
			Typeflag: tar.TypeReg,
			Name:     e.name,
			Size:     int64(len(e.content)),
			Mode:     int64(e.mode.Perm()),
			ModTime:  modified,
			Format:   tar.FormatPAX,
		}
		if err := archive.WriteHeader(header); err != nil {
			return err
		}
		if _, err := archive.Write(e.content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), compressed.Close())
}

func writeZip(out io.Writer, entries []entry, modified time.Time) error {
	archive := zip.NewWriter(out)
	for _, e := range entries {
		header := &zip.FileHeader{Name: e.name, Method: zip.Deflate, Modified: modified}
		header.SetMode(e.mode)
		part, err := archive.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := part.Write(e.content); err != nil {
			return err
		}
	}
	return archive.Close()
}
