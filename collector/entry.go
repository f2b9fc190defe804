package collector

import (
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Source tells from where the exporter knows a job: the label "source".
type Source string

// The sources. A job known from several counts for the first of them.
const (
	SourceConfig    Source = "config"
	SourceFile      Source = "file"
	SourceDiscovery Source = "discovery"
	SourceProbe     Source = "probe"
)

func sources() []Source {
	return []Source{SourceConfig, SourceFile, SourceDiscovery, SourceProbe}
}

// entry is what the exporter remembers of one job between scrapes.
type entry struct {
	// turn is held by the one scrape that reads the job.
	turn chan struct{}

	mu sync.Mutex
	entryState
	// shown are the samples of the last good read, as long as nothing changed.
	shown   exposition.Samples
	shownAs shownKey
}

// entryState is the part of an entry that others get a copy of.
type entryState struct {
	job    config.Job
	source Source
	// knownAt is when the job was last configured, listed or asked for.
	knownAt time.Time

	// last is the last good read, made at readAt; nil: never read.
	last      *job.Job
	readAt    time.Time
	firstSeen time.Time

	// failure is the last failed read, made at failedAt; nil where reading works.
	failure  *upstream.Failure
	failedAt time.Time
	// lastFailure stays when reading works again.
	lastFailure *upstream.Failure

	// settledAt is when the last read ended whose outcome any scrape may share,
	// and settledFailure that outcome, nil where it was good. A read that was
	// cut off by the deadline of its own scrape settles nothing.
	settledAt      time.Time
	settledFailure *upstream.Failure
	// triedAt is when a read was last begun.
	triedAt time.Time
}

// shownKey is all that the samples of an entry depend on.
type shownKey struct {
	job       *job.Job
	firstSeen time.Time
	name      string
	settings  *Target
}

func newEntry(job config.Job, source Source) *entry {
	return &entry{turn: make(chan struct{}, 1), entryState: entryState{job: job, source: source}}
}

// state is a copy of what is remembered.
func (e *entry) state() entryState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.entryState
}

// known notes that the job is configured, listed or asked for as of now.
func (e *entry) known(job config.Job, source Source, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.job, e.source, e.knownAt = job, source, now
}

func (e *entry) begin(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.triedAt = now
}

// succeed remembers a good read and returns the state before and after it.
func (e *entry) succeed(found *job.Job, now time.Time) (before, after entryState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before = e.entryState
	e.last, e.readAt, e.settledAt = found, now, now
	e.failure, e.settledFailure = nil, nil
	if e.firstSeen.IsZero() && found.State != job.Gone {
		e.firstSeen = now // else nobody has seen it: its id may hold a typo
	}
	return before, e.entryState
}

// reread makes the next scrape read the job whole, whatever is remembered.
func (e *entry) reread() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.readAt = time.Time{}
	if e.last != nil {
		last := *e.last
		last.Validators = job.Validators{}
		e.last = &last
	}
}

// fail remembers a failed read. shared tells that scrapes that waited for it
// may take its outcome for their own.
func (e *entry) fail(failure *upstream.Failure, shared bool, now time.Time) (before, after entryState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before = e.entryState
	e.failure, e.lastFailure, e.failedAt = failure, failure, now
	if shared {
		e.settledAt, e.settledFailure = now, failure
	}
	return before, e.entryState
}

// fresh reports whether the job is final and was read within ttl.
func (s *entryState) fresh(now time.Time, ttl time.Duration) bool {
	return s.last != nil && s.last.State.Final() && now.Sub(s.readAt) < ttl
}

// readable reports whether the job's status is known as of its last read: it
// was read, or it is final, which no failure changes.
func (s *entryState) readable() bool {
	return s.last != nil && (s.failure == nil || s.last.State.Final())
}
