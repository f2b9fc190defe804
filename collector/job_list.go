package collector

import (
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// jobList is the jobs that the configuration and the job files of one target
// name. It is worked out again only when a job file changed.
type jobList struct {
	settings *config.Target
	files    *config.JobFiles
	logger   *slog.Logger

	mu    sync.Mutex
	built bool
	// fromFiles and states are what the job files last said.
	fromFiles []config.Job
	states    []config.JobFileStatus

	known []knownJob
	// byID are the places in known.
	byID map[string]int
	// labelNames are the names of all labels of the target and its jobs, sorted.
	labelNames []string
}

func newJobList(settings *config.Target, files *config.JobFiles, logger *slog.Logger) *jobList {
	return &jobList{settings: settings, files: files, logger: logger}
}

// follow takes over what the list of the target's last configuration read.
func (l *jobList) follow(previous *jobList) { l.files.Follow(previous.files) }

// refresh reads the job files that changed.
func (l *jobList) refresh() {
	jobs, states := l.files.Read()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range states {
		l.logChange(s)
	}
	l.states = states
	if !l.built || !sameSlice(jobs, l.fromFiles) {
		l.fromFiles = jobs
		l.build()
	}
}

// sameSlice reports whether two slices are the same memory: JobFiles returns
// its last list again where nothing changed.
func sameSlice(a, b []config.Job) bool {
	return len(a) == len(b) && (len(a) == 0 || &a[0] == &b[0])
}

func (l *jobList) build() {
	l.built = true
	l.known = make([]knownJob, 0, len(l.settings.Jobs)+len(l.fromFiles))
	for _, job := range l.settings.Jobs {
		l.known = append(l.known, knownJob{job, SourceConfig})
	}
	for _, job := range l.fromFiles {
		l.known = append(l.known, knownJob{job, SourceFile})
	}
	l.byID = make(map[string]int, len(l.known))
	names := map[string]bool{}
	for name := range l.settings.Labels {
		names[name] = true
	}
	for i, k := range l.known {
		l.byID[k.job.ID] = i
		for name := range k.job.Labels {
			names[name] = true
		}
	}
	l.labelNames = slices.Sorted(maps.Keys(names))
}

// logChange logs a job file whose validity is not what it was.
func (l *jobList) logChange(now config.JobFileStatus) {
	before := slices.IndexFunc(l.states, func(s config.JobFileStatus) bool { return s.Path == now.Path })
	wasBroken := before >= 0 && l.states[before].Err != nil
	switch {
	case now.Err != nil && !wasBroken:
		l.logger.Warn("job file is invalid, its last good list stays in force", "path", now.Path, "err", now.Err)
	case now.Err == nil && wasBroken:
		l.logger.Info("job file is valid again", "path", now.Path)
	}
}

// all are the named jobs, those of the configuration first.
func (l *jobList) all() []knownJob {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.known
}

// find returns the named job of an id.
func (l *jobList) find(id string) (knownJob, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i, ok := l.byID[id]
	if !ok {
		return knownJob{}, false
	}
	return l.known[i], true
}

// numbers are the numbers of jobs by where they are named.
func (l *jobList) numbers() map[Source]int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return map[Source]int{SourceConfig: len(l.settings.Jobs), SourceFile: len(l.fromFiles), SourceURL: 0}
}

// fileStates tell which job files are valid.
func (l *jobList) fileStates() []config.JobFileStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.states
}

// labels are the names of all configured labels.
func (l *jobList) labels() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.labelNames
}
