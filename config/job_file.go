package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// settleTime is how long ago a file must have been changed, as of its reading,
// for its modification time to tell a later change: file systems count in steps
// of up to two seconds, and an edit within the same step leaves no trace.
const settleTime = 2 * time.Second

// jobFile is the memory of one job file.
type jobFile struct {
	path string
	jobs []Job // the last good list
	err  error // why the present content is not good

	version os.FileInfo       // of the content read last; nil: read again
	settled bool              // version is old enough to be trusted
	digest  [sha256.Size]byte // of the content read last
}

// refresh reads the file again where it changed, and tells whether the outcome
// is another than before.
func (f *jobFile) refresh(list jobList) (changed bool) {
	info, err := os.Stat(f.path)
	if err == nil && f.isCurrent(info) {
		return false
	}
	var text []byte
	started := time.Now()
	if err == nil {
		text, info, err = readRegularFile(f.path)
	}
	if err != nil {
		f.version = nil
		return f.fail(err)
	}
	digest := sha256.Sum256(text)
	same := f.version != nil && digest == f.digest
	f.version, f.digest = info, digest
	f.settled = started.Sub(info.ModTime()) > settleTime
	if same {
		return false
	}
	jobs, err := parseJobs(text, f.path, list)
	if err != nil {
		return f.fail(err)
	}
	f.jobs, f.err = jobs, nil
	return true
}

// isCurrent tells whether the file is the one that was read last: a renamed file
// or a swapped link is another file, whatever its times.
func (f *jobFile) isCurrent(info os.FileInfo) bool {
	return f.version != nil && f.settled && os.SameFile(f.version, info) &&
		f.version.Size() == info.Size() && f.version.ModTime().Equal(info.ModTime())
}

// fail notes why the content is not good; the last good list stays.
func (f *jobFile) fail(err error) (changed bool) {
	changed = f.err == nil || f.err.Error() != err.Error()
	f.err = err
	return changed
}

// readRegularFile reads a whole file, and the version of exactly that content.
func readRegularFile(path string) (text []byte, info os.FileInfo, err error) {
	info, err = os.Stat(path)
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() { // opening a pipe would block
		return nil, nil, fmt.Errorf("%s is no regular file", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	defer file.Close()
	if info, err = file.Stat(); err != nil {
		return nil, nil, err
	}
	text, err = io.ReadAll(io.LimitReader(file, maxFileBytes+1))
	if err != nil {
		return nil, nil, err
	}
	if len(text) > maxFileBytes {
		return nil, nil, fmt.Errorf("%s is larger than %s", path, byteSize(maxFileBytes))
	}
	return text, info, nil
}

// parseJobs reads the list of jobs in the text of a job file, which is JSON
// where the file is named so and else YAML. An empty text is an empty list.
func parseJobs(text []byte, path string, list jobList) ([]Job, error) {
	found := &problems{file: path}
	list.found, list.decoder = found, &decoder{found: found, places: sync.OnceValue(list.systems.keyPlaces)}
	parse := yamlDocument
	if strings.EqualFold(filepath.Ext(path), ".json") {
		parse = jsonDocument
	}
	var jobs []Job
	if document := parse(WithoutMark(text), found); document != nil {
		jobs = list.read(document, place{})
	}
	if err := found.err(); err != nil {
		return nil, err
	}
	return jobs, nil
}

// isMissing tells whether an error says that a file is not there.
func isMissing(err error) bool { return errors.Is(err, os.ErrNotExist) }
