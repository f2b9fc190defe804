package config

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// lookInterval is how often job files are looked at where nobody asks.
	lookInterval = 5 * time.Second
	// lookShare bounds the share of time that is spent on looking at files, as its
	// inverse: where that takes long it is done less often.
	lookShare = 4
	// slowLook is how long a look may take before the file that it waits for is
	// shown as invalid.
	slowLook = 10 * time.Second
)

// JobSources are the job files and URLs of one target. They are read in the
// background, however long that takes: who wants the jobs gets the last list.
type JobSources struct {
	urls   []*jobURLPoller
	logger *slog.Logger
	latest atomic.Pointer[JobList]

	// files is for the look under way alone, lookAtFiles is its look; fileSources is
	// what the last one saw.
	files       *jobFiles
	lookAtFiles func(reading func(path string)) (changed bool)

	mutex       sync.Mutex
	merger      jobMerger
	fileSources []jobSource
	unmatched   []string
	hung        bool          // fileSources shows a file that is waited for
	started     time.Time     // of the look under way; zero: none is
	next        chan struct{} // closed at the end of the look that begins next
	wanted      chan struct{} // has an element where a look is wanted now
}

// JobSources prepares to read the lists of jobs of one of the configuration's
// targets. It reads nothing yet.
func (c *Config) JobSources(target *Target, logger *slog.Logger) *JobSources {
	reader := jobReader{rules: c.rules, systems: c.rules.Systems, system: c.rules.Systems.Find(target.System)}
	s := &JobSources{
		logger: logger,
		files:  newJobFiles(target.JobFiles, reader),
		merger: newJobMerger(target, c.labels),
		next:   make(chan struct{}),
		wanted: make(chan struct{}, 1),
	}
	for _, settings := range target.JobURLs {
		s.urls = append(s.urls, newJobURLPoller(settings, target.Timeout, reader))
	}
	s.lookAtFiles = s.files.look
	s.latest.Store(&JobList{})
	return s
}

// Follow takes over the last good lists of the same target's last configuration,
// so that a reload loses none. It waits for nothing that previous may be reading.
func (s *JobSources) Follow(previous *JobSources) {
	previous.mutex.Lock()
	files := previous.fileSources
	previous.mutex.Unlock()
	s.files.follow(files)
	for _, poller := range s.urls {
		for _, other := range previous.urls {
			poller.follow(other)
		}
	}
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.fileSources = s.files.sources()
	s.latest.Store(s.merger.merge(s.fileSources, s.urlSources()))
}

// Latest are the jobs as they were last read. It never blocks, and returns the
// same list while nothing changed, which must not be changed.
func (s *JobSources) Latest() *JobList { return s.latest.Load() }

// Run keeps the lists up to date until the context ends.
func (s *JobSources) Run(ctx context.Context) {
	if s.isEmpty() {
		return
	}
	var pollers sync.WaitGroup
	for _, poller := range s.urls {
		pollers.Go(func() { poller.run(ctx, s.changed) })
	}
	s.watchFiles(ctx)
	pollers.Wait()
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.merger.forgetOthers(nil)
}

// Look asks for a look at the files now, and waits until it is done and each URL
// was asked once, but no longer than patience, and not at all where a file hangs.
// Something must Run.
func (s *JobSources) Look(ctx context.Context, patience time.Duration) {
	if s.isEmpty() {
		return
	}
	s.mutex.Lock()
	done := s.next
	hangs := !s.started.IsZero() && time.Since(s.started) > patience
	s.mutex.Unlock()
	select {
	case s.wanted <- struct{}{}:
	default: // it is wanted already
	}
	if hangs {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	waitFor(ctx, done)
	for _, poller := range s.urls {
		waitFor(ctx, poller.asked)
	}
}

func (s *JobSources) isEmpty() bool { return len(s.files.globs)+len(s.urls) == 0 }

func waitFor(ctx context.Context, done <-chan struct{}) {
	select {
	case <-done:
	case <-ctx.Done():
	}
}

// watchFiles looks at the files whenever that is due or wanted.
func (s *JobSources) watchFiles(ctx context.Context) {
	for ctx.Err() == nil {
		took := s.lookUntil(ctx)
		pause := time.NewTimer(max(lookInterval, lookShare*took))
		select {
		case <-pause.C:
		case <-s.wanted:
		case <-ctx.Done():
		}
		pause.Stop()
	}
}

// lookUntil looks at the files, and leaves a look behind that the file system
// does not let end before the context does.
func (s *JobSources) lookUntil(ctx context.Context) (took time.Duration) {
	started := time.Now()
	var reading atomic.Pointer[string]
	done := make(chan bool, 1)
	waiting := s.beginLook(started)
	go func() { done <- s.lookAtFiles(func(path string) { reading.Store(&path) }) }()
	slow := time.NewTimer(slowLook)
	defer slow.Stop()
	for {
		select {
		case changed := <-done:
			s.endLook(waiting, changed)
			return time.Since(started)
		case <-slow.C:
			s.hangsAt(reading.Load())
		case <-ctx.Done():
			return time.Since(started)
		}
	}
}

// beginLook returns what those wait for who ask before this look begins.
func (s *JobSources) beginLook(now time.Time) (waiting chan struct{}) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.started = now
	waiting, s.next = s.next, make(chan struct{})
	return waiting
}

func (s *JobSources) endLook(waiting chan struct{}, changed bool) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.started = time.Time{}
	if changed || s.hung || s.merger.refused {
		s.hung = false
		s.fileSources = s.files.sources()
		s.publish()
	}
	for _, glob := range s.files.unmatched {
		if !slices.Contains(s.unmatched, glob) {
			s.logger.Info("No job file matches", "glob", cleanName(glob))
		}
	}
	s.unmatched = s.files.unmatched
	close(waiting)
}

// hangsAt shows the file as invalid that a look waits for; nil: a directory.
func (s *JobSources) hangsAt(path *string) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if path == nil {
		s.logger.Warn("Directories of job files cannot be listed in time, the last good lists stay in force", "globs", s.files.globs)
		return
	}
	s.hung = true
	s.fileSources = withHanging(s.fileSources, *path)
	s.publish()
}

// changed publishes what a URL brought.
func (s *JobSources) changed() {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	s.publish()
}

// publish makes the list of all jobs and logs what is new of their sources.
func (s *JobSources) publish() {
	made := s.merger.merge(s.fileSources, s.urlSources())
	logStatuses(s.logger, s.latest.Swap(made).Statuses, made.Statuses)
}

func (s *JobSources) urlSources() []jobSource {
	sources := make([]jobSource, 0, len(s.urls))
	for _, poller := range s.urls {
		sources = append(sources, poller.source())
	}
	return sources
}
