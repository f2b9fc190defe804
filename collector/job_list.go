package collector

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

const (
	// lookPatience is how long a scrape waits for job files to be looked at, so that
	// a file which was written before a scrape counts in it.
	lookPatience = 100 * time.Millisecond
	// firstLookPatience is how long a new configuration waits for its lists.
	firstLookPatience = 2 * time.Second
)

// jobList is the jobs that the configuration and the job files and URLs of one
// target name. It is worked out again only when one of these changed.
type jobList struct {
	settings *config.Target
	sources  *config.JobSources
	stop     context.CancelFunc

	mu sync.Mutex
	// read is what the files and URLs last said; nil at first.
	read  *config.JobList
	known []knownJob
	// byID are the places in known, sorted by the ids there.
	byID []int32
	// kinds are those that lists said for jobs whose kind was only assumed, by id.
	kinds map[string]string
	// labelNames are the names of all labels of the target and its jobs, sorted.
	labelNames []string
}

// newJobList makes a list that is kept up to date until it is stopped. It takes
// over what the list of the target's last configuration read; nil: there is none.
func newJobList(ctx context.Context, settings *config.Target, sources *config.JobSources, previous *jobList, running *sync.WaitGroup) *jobList {
	if previous != nil {
		sources.Follow(previous.sources)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	running.Go(func() { sources.Run(ctx) })
	return &jobList{settings: settings, sources: sources, stop: stop}
}

// refresh takes what the job files and URLs say now. Reading them takes as long as
// it takes: after the patience the last lists count.
func (l *jobList) refresh(ctx context.Context, patience time.Duration) {
	l.sources.Look(ctx, patience)
	read := l.sources.Latest()
	l.mu.Lock()
	defer l.mu.Unlock()
	if read != l.read {
		l.read = read
		l.build()
	}
}

func (l *jobList) build() {
	l.known = make([]knownJob, 0, len(l.settings.Jobs)+len(l.read.Files)+len(l.read.URLs))
	l.add(l.settings.Jobs, SourceConfig)
	l.add(l.read.Files, SourceFile)
	l.add(l.read.URLs, SourceURL)
	l.byID = make([]int32, len(l.known))
	names := map[string]bool{}
	for name := range l.settings.Labels {
		names[name] = true
	}
	for i, k := range l.known {
		l.byID[i] = int32(i)
		for name := range k.job.Labels {
			names[name] = true
		}
	}
	slices.SortFunc(l.byID, func(a, b int32) int { return cmp.Compare(l.known[a].job.ID, l.known[b].job.ID) })
	l.labelNames = slices.Sorted(maps.Keys(names))
}

// add adds jobs of one source, which keeps them.
func (l *jobList) add(jobs []config.Job, source Source) {
	for i := range jobs {
		l.known = append(l.known, knownJob{l.withKind(&jobs[i]), source})
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
	at, ok := l.place(id)
	if !ok {
		return knownJob{}, false
	}
	return l.known[at], true
}

// place is where the named job of an id is.
func (l *jobList) place(id string) (at int, ok bool) {
	found, ok := slices.BinarySearchFunc(l.byID, id, func(place int32, id string) int { return cmp.Compare(l.known[place].job.ID, id) })
	if !ok {
		return 0, false
	}
	return int(l.byID[found]), true
}

// numbers are the numbers of jobs by where they are named.
func (l *jobList) numbers() map[Source]int {
	read := l.sources.Latest()
	return map[Source]int{SourceConfig: len(l.settings.Jobs), SourceFile: len(read.Files), SourceURL: len(read.URLs)}
}

// sourceStates tell which job files and URLs are valid.
func (l *jobList) sourceStates() []config.JobSourceStatus { return l.sources.Latest().Statuses }

// labels are the names of all configured labels.
func (l *jobList) labels() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.labelNames
}
