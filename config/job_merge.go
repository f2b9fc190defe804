package config

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
)

// JobList is what the job files and URLs of a target hold.
type JobList struct {
	// Files and URLs are the jobs by where they come from, without those that the
	// configuration names itself. Their ids are unique over both.
	Files, URLs []Job
	// Statuses are of each file and URL, sorted by path within each, and of each
	// glob whose directory is at fault.
	Statuses []JobSourceStatus
}

// JobSourceStatus tells whether one source of jobs is valid.
type JobSourceStatus struct {
	// Path is the file's name, as the glob found it, the glob, or the URL without
	// what may be secret in it. It is valid UTF-8. Two targets may have one source.
	Path string
	// Err says why the source is invalid, a line for each problem with its name
	// and, where known, the line; nil where it is valid.
	Err error
}

// jobSource is a list of jobs, and why what is there now is not good.
type jobSource struct {
	name   string
	jobs   []Job // the last good list
	err    error
	isFile bool // read as one file: no glob, no URL
}

// jobMerger makes one list of several. Of two sources that name one id, the first
// has the job and the other is shown as invalid.
type jobMerger struct {
	target     string
	configured map[string]struct{} // ids that the configuration names itself
	labels     *labelNames
	admitted   map[string][]Job // the last list of each source that labels knows of
	refused    bool             // labels did not admit some list
}

func newJobMerger(target *Target, labels *labelNames) jobMerger {
	configured := make(map[string]struct{}, len(target.Jobs))
	for _, job := range target.Jobs {
		configured[job.ID] = struct{}{}
	}
	return jobMerger{target: target.Name, configured: configured, labels: labels, admitted: map[string][]Job{}}
}

func (m *jobMerger) merge(files, urls []jobSource) *JobList {
	m.forgetOthers(slices.Concat(files, urls))
	m.refused = false
	made := &JobList{}
	owners := map[string]string{}
	for _, source := range files {
		made.Files = append(made.Files, m.add(made, source, owners)...)
	}
	for _, source := range urls {
		made.URLs = append(made.URLs, m.add(made, source, owners)...)
	}
	return made
}

// add notes a source's status and returns the jobs that count.
func (m *jobMerger) add(made *JobList, source jobSource, owners map[string]string) []Job {
	path := cleanName(source.name)
	errs := []error{source.err}
	defer func() { made.Statuses = append(made.Statuses, JobSourceStatus{Path: path, Err: errors.Join(errs...)}) }()
	if m.labels.admit(m.key(source), labelNamesOf(source.jobs)) {
		m.admitted[m.key(source)] = source.jobs
	} else {
		m.refused = true
		errs = append(errs, fmt.Errorf("%s: its labels are too many: all targets together may have %d names of labels", path, maxLabelNames))
	}
	var counting []Job
	for _, job := range m.admitted[m.key(source)] {
		if _, ours := m.configured[job.ID]; ours {
			continue
		}
		if owner, taken := owners[job.ID]; taken {
			if len(errs) <= maxProblems {
				errs = append(errs, fmt.Errorf("%s: job %q: is in %s already", path, job.ID, owner))
			}
			continue
		}
		owners[job.ID] = path
		job.NamedBy = path
		counting = append(counting, job)
	}
	return counting
}

// key names a source among those of all targets.
func (m *jobMerger) key(source jobSource) string { return m.target + "\x00" + source.name }

// forgetOthers frees the label names of sources that are gone.
func (m *jobMerger) forgetOthers(sources []jobSource) {
	now := map[string]struct{}{}
	for _, source := range sources {
		now[m.key(source)] = struct{}{}
	}
	for key := range m.admitted {
		if _, still := now[key]; !still {
			m.labels.forget(key)
			delete(m.admitted, key)
		}
	}
}

// withHanging are the sources, one of which cannot be read to its end.
func withHanging(sources []jobSource, path string) []jobSource {
	hanging := jobSource{name: path, isFile: true}
	others := slices.Clone(sources)
	if at := slices.IndexFunc(others, func(s jobSource) bool { return s.name == path }); at >= 0 {
		hanging.jobs = others[at].jobs
		others = slices.Delete(others, at, at+1)
	}
	hanging.err = fmt.Errorf("%s: is being read for more than %s, by a file system that does not answer", cleanName(path), slowLook)
	return append(others, hanging)
}

// logStatuses logs the sources whose validity is not what it was.
func logStatuses(logger *slog.Logger, before, now []JobSourceStatus) {
	broken := map[string]bool{}
	for _, status := range before {
		broken[status.Path] = status.Err != nil
	}
	for _, status := range now {
		switch was := broken[status.Path]; {
		case status.Err != nil && !was:
			logger.Warn("List of jobs is invalid, its last good list stays in force", "path", status.Path, "err", status.Err)
		case status.Err == nil && was:
			logger.Info("List of jobs is valid again", "path", status.Path)
		}
	}
}
