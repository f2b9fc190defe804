package config

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"os"
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

// refresh reads the file again where it changed, and tells whether the outcome is
// another than before.
func (f *jobFile) refresh(reader jobReader) (changed bool) {
	info, err := os.Stat(f.path)
	if err == nil && f.isCurrent(info) {
		return false
	}
	var text []byte
	started := time.Now()
	if err == nil {
		text, info, err = readRegularFile(f.path, maxJobListBytes)
	}
	if err != nil {
		f.version = nil
		return f.fail(cleanError{err})
	}
	digest := sha256.Sum256(text)
	same := f.version != nil && digest == f.digest
	f.version, f.digest = info, digest
	f.settled = started.Sub(info.ModTime()) > settleTime
	if same {
		return false
	}
	jobs, err := parseJobs(text, f.path, isJSONName(f.path), reader)
	if err != nil {
		return f.fail(err)
	}
	f.jobs, f.err = jobs, nil
	return true
}

// fail notes why the content is not good; the last good list stays.
func (f *jobFile) fail(err error) (changed bool) {
	changed = errorText(f.err) != err.Error()
	f.err = err
	return changed
}

// isCurrent tells whether the file is the one that was read last: a renamed file
// or a swapped link is another file, whatever its times.
func (f *jobFile) isCurrent(info os.FileInfo) bool {
	return f.version != nil && f.settled && os.SameFile(f.version, info) &&
		f.version.Size() == info.Size() && f.version.ModTime().Equal(info.ModTime())
}

// cleanError is an error of the file system, whose text holds the file's name as
// it is.
type cleanError struct{ err error }

func (e cleanError) Error() string { return cleanName(e.err.Error()) }
func (e cleanError) Unwrap() error { return e.err }

// readRegularFile reads a whole file of at most limit bytes, and the version of
// exactly that content.
func readRegularFile(path string, limit int64) (text []byte, info os.FileInfo, err error) {
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
	if info.Size() <= limit {
		text, err = io.ReadAll(io.LimitReader(file, limit+1)) // it may grow meanwhile
	}
	if err != nil {
		return nil, nil, err
	}
	if info.Size() > limit || int64(len(text)) > limit {
		return nil, nil, fmt.Errorf("%s is larger than %s", path, byteSize(limit))
	}
	return text, info, nil
}

// isMissing tells whether an error says that a file is not there.
func isMissing(err error) bool { return errors.Is(err, os.ErrNotExist) }
