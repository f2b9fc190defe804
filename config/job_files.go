package config

import (
	"maps"
	"os"
	"slices"
)

// jobFiles are the job files of one target, with the last good list of each. It
// is for one goroutine at a time: reading may take as long as a file system does.
type jobFiles struct {
	globs  []string
	reader jobReader
	files  map[string]*jobFile
	// faults are the globs whose directory cannot be read, and why.
	faults map[string]error
	// unmatched are the globs that match nothing, though they could be followed.
	unmatched []string
}

func newJobFiles(globs []string, reader jobReader) *jobFiles {
	return &jobFiles{globs: globs, reader: reader, files: map[string]*jobFile{}}
}

// look brings the lists up to date with the files, and tells whether something
// changed. reading is called with the path of each file before it is looked at.
func (f *jobFiles) look(reading func(path string)) (changed bool) {
	changed = f.find()
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		reading(path)
		if f.files[path].refresh(f.reader) {
			changed = true
		}
	}
	return changed
}

// find brings the set of files up to date with what the globs match.
func (f *jobFiles) find() (changed bool) {
	matched := map[string]struct{}{}
	before := f.faults
	f.faults, f.unmatched = map[string]error{}, nil
	for _, glob := range f.globs {
		paths, err := filesOfGlob(glob)
		if err != nil {
			f.faults[glob] = err
		} else if len(paths) == 0 {
			f.unmatched = append(f.unmatched, glob)
		}
		for _, path := range paths {
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
	return changed || !maps.EqualFunc(before, f.faults, sameError)
}

func sameError(a, b error) bool { return errorText(a) == errorText(b) }

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// isGone tells a removed file from one whose directory cannot be read just now.
func isGone(path string) bool {
	_, err := os.Lstat(path)
	return isMissing(err)
}

// sources are the lists as they are now: copies, which stay as they are.
func (f *jobFiles) sources() []jobSource {
	var sources []jobSource
	for _, path := range slices.Sorted(maps.Keys(f.files)) {
		file := f.files[path]
		sources = append(sources, jobSource{name: path, jobs: file.jobs, err: file.err, isFile: true})
	}
	for _, glob := range slices.Sorted(maps.Keys(f.faults)) {
		sources = append(sources, jobSource{name: glob, err: f.faults[glob]})
	}
	return sources
}

// follow takes over the last good lists that were read for another configuration.
// They are read again: what is good may be another thing now.
func (f *jobFiles) follow(sources []jobSource) {
	for _, source := range sources {
		if source.isFile && f.named(source.name) {
			f.files[source.name] = &jobFile{path: source.name, jobs: source.jobs, err: source.err}
		}
	}
}

// named tells whether one of the globs names a path. No directory is read for it.
func (f *jobFiles) named(path string) bool {
	return slices.ContainsFunc(f.globs, func(glob string) bool { return globNames(glob, path) })
}
