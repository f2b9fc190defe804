package config

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// JobFiles reads the job files of one target, and remembers the last good list
// of each.
type JobFiles struct {
	globs      []string
	list       jobList
	configured map[string]struct{} // ids that the configuration names itself

	mutex    sync.Mutex
	files    map[string]*jobFile
	jobs     []Job
	statuses []JobFileStatus
}

// JobFileStatus tells whether one job file is valid.
type JobFileStatus struct {
	// Path is the file's, as the glob found it. Two targets may name one file.
	Path string
	// Err says why the file is invalid, a line for each problem with the file's
	// name and, where known, the line; nil where it is valid.
	Err error
}

// JobFiles prepares to read the job files of one of its targets.
func (c *Config) JobFiles(target *Target) *JobFiles { return newJobFiles(target, c.rules) }

func newJobFiles(target *Target, rules Rules) *JobFiles {
	configured := make(map[string]struct{}, len(target.Jobs))
	for _, job := range target.Jobs {
		configured[job.ID] = struct{}{}
	}
	return &JobFiles{
		globs:      target.JobFiles,
		list:       jobList{rules: rules, systems: rules.Systems, system: rules.Systems.Find(target.System)},
		configured: configured,
		files:      map[string]*jobFile{},
	}
}

// Read returns the jobs of all files, without those that the configuration names
// itself, and the status of each file, sorted by path. It is meant to be called
// at each scrape, is safe for concurrent use, and reads only files that changed.
// A file that is invalid keeps its last good list. Of two files that name one
// id, the first by path has the job and the other is shown as invalid. The
// returned slices are shared: they must not be changed.
func (f *JobFiles) Read() ([]Job, []JobFileStatus) {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	changed := f.find()
	for _, file := range f.files {
		if file.refresh(f.list) {
			changed = true
		}
	}
	if changed {
		f.merge()
	}
	return f.jobs, f.statuses
}

// Follow takes over what the job files of the same target's last configuration
// read, so that a reload loses no last good list. previous may still be in use.
func (f *JobFiles) Follow(previous *JobFiles) {
	read := previous.copies()
	f.mutex.Lock()
	defer f.mutex.Unlock()
	for _, glob := range f.globs {
		for _, path := range pathsOf(glob) {
			if file, ok := read[path]; ok {
				f.files[path] = &file
			}
		}
	}
	f.merge()
}

func (f *JobFiles) copies() map[string]jobFile {
	f.mutex.Lock()
	defer f.mutex.Unlock()
	copies := make(map[string]jobFile, len(f.files))
	for path, file := range f.files {
		copies[path] = *file
	}
	return copies
}

// find brings the set of files up to date with what the globs match, and tells
// whether it changed.
func (f *JobFiles) find() (changed bool) {
	matched := map[string]struct{}{}
	for _, glob := range f.globs {
		for _, path := range pathsOf(glob) {
			matched[path] = struct{}{}
			if _, known := f.files[path]; !known {
				f.files[path] = &jobFile{path: path}
				changed = true
			}
		}
	}
	for path := range f.files {
		if _, still := matched[path]; !still && isGone(path) {
			delete(f.files, path)
			changed = true
		}
	}
	return changed
}

// isGone tells a removed file from one whose directory cannot be read just now.
func isGone(path string) bool {
	_, err := os.Lstat(path)
	return isMissing(err)
}

// merge makes the list of all jobs.
func (f *JobFiles) merge() {
	f.jobs, f.statuses = nil, nil
	owners := map[string]string{}
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		file := f.files[path]
		errs := []error{file.err}
		for _, job := range file.jobs {
			if _, ours := f.configured[job.ID]; ours {
				continue
			}
			if owner, taken := owners[job.ID]; taken {
				errs = append(errs, fmt.Errorf("%s: job %q: is in %s already", path, job.ID, owner))
				continue
			}
			owners[job.ID] = path
			f.jobs = append(f.jobs, job)
		}
		f.statuses = append(f.statuses, JobFileStatus{Path: path, Err: errors.Join(errs...)})
	}
}

// pathsOf lists the files that a glob stands for: the path itself, there or not,
// where it holds no pattern. As in a shell, a pattern matches no hidden files;
// nor does it match directories, of which a Kubernetes mount has some.
func pathsOf(glob string) []string {
	if path, literal := literalPath(glob); literal {
		return []string{path}
	}
	matches, _ := filepath.Glob(glob) // the pattern was checked by Load
	return slices.DeleteFunc(matches, func(path string) bool {
		hiddenFile := strings.HasPrefix(filepath.Base(path), ".") && !strings.HasPrefix(filepath.Base(glob), ".")
		return hiddenFile || isDirectory(path)
	})
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// literalPath is the one path that a glob without a pattern stands for.
func literalPath(glob string) (path string, literal bool) {
	var unescaped strings.Builder
	escaped := false
	for _, r := range glob {
		switch {
		case escaped:
			escaped = false
		case r == '\\' && runtime.GOOS != "windows":
			escaped = true
			continue
		case strings.ContainsRune("*?[", r):
			return "", false
		}
		unescaped.WriteRune(r)
	}
	return unescaped.String(), true
}
