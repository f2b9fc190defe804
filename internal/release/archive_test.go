package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

var (
	linux   = platform{"linux", "amd64"}
	windows = platform{"windows", "amd64"}
	commit  = time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
)

func someEntries() []entry {
	return []entry{
		{"top/program", 0o755, []byte("\x7fELF")},
		{"top/README.md", 0o644, []byte("read me")},
	}
}

func TestAnArchiveHoldsWhatWasPutIn(t *testing.T) {
	for _, test := range []struct {
		platform platform
		read     func(*testing.T, []byte) []entry
	}{
		{linux, readTarGzip},
		{windows, readZip},
	} {
		t.Run(test.platform.String(), func(t *testing.T) {
			got := test.read(t, archiveBytes(t, test.platform))
			want := someEntries()
			if len(got) != len(want) {
				t.Fatalf("got %d entries, want %d", len(got), len(want))
			}
			for i := range want {
				if got[i].name != want[i].name || got[i].mode != want[i].mode || !bytes.Equal(got[i].content, want[i].content) {
					t.Errorf("entry %d: got %+v, want %+v", i, got[i], want[i])
				}
			}
		})
	}
}

func TestTheSameEntriesGiveTheSameArchiveLater(t *testing.T) {
	for _, p := range []platform{linux, windows} {
		t.Run(p.String(), func(t *testing.T) {
			first := archiveBytes(t, p)
			// Formats that keep the time of writing keep it in whole seconds.
			time.Sleep(1100 * time.Millisecond)
			if !bytes.Equal(first, archiveBytes(t, p)) {
				t.Error("the second archive differs from the first")
			}
		})
	}
}

func TestAModeKeepsOnlyWhetherAFileCanBeRun(t *testing.T) {
	for _, test := range []struct{ on, want fs.FileMode }{
		{0o600, 0o644},
		{0o664, 0o644},
		{0o700, 0o755},
		{0o775, 0o755},
	} {
		file := filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Chmod(file, test.on); err != nil {
			t.Fatal(err)
		}
		if got, err := portableMode(file); err != nil || got != test.want {
			t.Errorf("%o: got %o, %v, want %o", test.on, got, err, test.want)
		}
	}
}

func archiveBytes(t *testing.T, p platform) []byte {
	t.Helper()
	file := filepath.Join(t.TempDir(), "archive")
	if err := writeArchive(file, p, someEntries(), commit); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func readTarGzip(t *testing.T, content []byte) []entry {
	t.Helper()
	compressed, err := gzip.NewReader(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	for archive := tar.NewReader(compressed); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return entries
		}
		if err != nil {
			t.Fatal(err)
		}
		if !header.ModTime.Equal(commit) {
			t.Errorf("%s: time %s, want %s", header.Name, header.ModTime, commit)
		}
		entries = append(entries, entry{header.Name, header.FileInfo().Mode(), readAll(t, archive)})
	}
}

func readZip(t *testing.T, content []byte) []entry {
	t.Helper()
	archive, err := zip.NewReader(bytes.NewReader(content), int64(len(content)))
	if err != nil {
		t.Fatal(err)
	}
	var entries []entry
	for _, file := range archive.File {
		if !file.Modified.Equal(commit) {
			t.Errorf("%s: time %s, want %s", file.Name, file.Modified, commit)
		}
		part, err := file.Open()
		if err != nil {
			t.Fatal(err)
		}
		entries = append(entries, entry{file.Name, file.Mode(), readAll(t, part)})
	}
	return entries
}

func readAll(t *testing.T, r io.Reader) []byte {
	t.Helper()
	content, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return content
}
