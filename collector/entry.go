package collector

import (
	"context"
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
	SourceURL       Source = "url"
	SourceDiscovery Source = "discovery"
	SourceProbe     Source = "probe"
)

func sources() []Source {
	return []Source{SourceConfig, SourceFile, SourceURL, SourceDiscovery, SourceProbe}
}

// entry is what the exporter remembers of one job between scrapes.
type entry struct {
	mu sync.Mutex
	entryState
	// reading is closed when the scrape that reads the job has ended its read;
	// nil: none does.
	reading chan struct{}
	// shown are the samples of the last good read, as long as nothing changed.
	shown   exposition.Samples
	shownAs shownKey
}

// entryState is the part of an entry that others get a copy of.
type entryState struct {
	job    *config.Job
	source Source
	// knownAt is when the job was last configured, listed or asked for.
	knownAt time.Time

	// last is the last good read, made at readAt by the generation readBy, whose
	// words had this meaning; nil: never read.
	last      *job.Job
	meaning   meaning
	readBy    uint64
	readAt    time.Time
	firstSeen time.Time
	// stateSince is when the job was first seen in the state that it is in.
	stateSince time.Time
	// concluded counts the reads in a row that found nothing but that the
	// upstream knows no such job.
	concluded int

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

	history
}

// shownKey is all that the samples of an entry depend on: what was read, how it is
// configured, and what is configured of its target. When it was first seen is
// settled with the first read.
type shownKey struct {
	read   *job.Job
	job    *config.Job
	target *Target
}

func newEntry(known *config.Job, source Source) *entry {
	return &entry{entryState: entryState{job: known, source: source}}
}

// take waits for the read of another scrape, if there is one, and makes the caller
// the one that reads the job, until it gives that back. It is false where the
// context ended before.
func (e *entry) take(ctx context.Context) bool {
	for ctx.Err() == nil {
		e.mu.Lock()
		other := e.reading
		if other == nil {
			e.reading = make(chan struct{})
		}
		e.mu.Unlock()
		if other == nil {
			return true
		}
		select {
		case <-other:
		case <-ctx.Done():
		}
	}
	return false
}

// give lets others read the job.
func (e *entry) give() {
	e.mu.Lock()
	defer e.mu.Unlock()
	close(e.reading)
	e.reading = nil
}

// state is a copy of what is remembered.
func (e *entry) state() entryState {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.entryState
}

// knownAs is the job as it was last configured, listed or asked for.
func (e *entry) knownAs() *config.Job {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.job
}

// known notes that the job is configured, listed or asked for as of now.
func (e *entry) known(known *config.Job, source Source, now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.job, e.source, e.knownAt = known, source, now
}

func (e *entry) begin(now time.Time) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.triedAt = now
}

// reader is who reads a job: a target of some generation.
type reader struct {
	generation uint64
	meaning    meaning
	now        time.Time
}

// succeed remembers a good read and returns the state before and after it. Over
// what a later generation has read nothing is stored: then after is only what
// the caller may show.
func (e *entry) succeed(found *job.Job, by reader) (before, after entryState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before = e.entryState
	after = before.succeeded(found, by)
	if by.generation >= e.readBy {
		e.entryState = after
	}
	return before, after
}

// succeeded is what is remembered after a good read.
func (s entryState) succeeded(found *job.Job, by reader) entryState {
	if s.last == nil || s.last.State != found.State {
		s.stateSince = by.now
	}
	s.history = s.noted(s.last, found, by.now)
	s.last, s.meaning, s.readBy, s.readAt, s.settledAt = found, by.meaning, by.generation, by.now, by.now
	s.failure, s.settledFailure = nil, nil
	if s.firstSeen.IsZero() && found.State != job.Gone {
		s.firstSeen = by.now // else nobody has seen it: its id may hold a typo
	}
	if found.State.Concluded() {
		s.concluded++
	} else {
		s.concluded = 0
	}
	return s
}

// fail remembers a failed read. shared tells that scrapes that waited for it
// may take its outcome for their own.
func (e *entry) fail(failure *upstream.Failure, shared bool, by reader) (before, after entryState) {
	e.mu.Lock()
	defer e.mu.Unlock()
	before = e.entryState
	after = before
	after.failure, after.lastFailure, after.failedAt = failure, failure, by.now
	if shared {
		after.settledAt, after.settledFailure = by.now, failure
	}
	if by.generation >= e.readBy {
		e.entryState = after
	}
	return before, after
}

// fresh reports whether the job is final, was read within ttl, and means now what
// it meant then.
func (s *entryState) fresh(by reader, ttl time.Duration) bool {
	return s.final(by.meaning) && by.now.Sub(s.readAt) < min(ttl, s.rest())
}

// final reports whether the job is in a final state by words that mean the same now.
func (s *entryState) final(now meaning) bool {
	return s.last != nil && s.last.State.Final() && s.meaning == now
}

// forEver is longer than any finished_ttl.
const forEver = 1<<63 - 1

// rest is how long a final job is left alone before it is read again. What the
// exporter concluded is doubted at first: a new id is often unknown for some
// seconds, and a gateway recovers.
func (s *entryState) rest() time.Duration {
	if !s.last.State.Concluded() {
		return forEver
	}
	switch s.concluded {
	case 0, 1:
		return 0
	case 2:
		return time.Minute
	case 3:
		return 2 * time.Minute
	case 4:
		return 5 * time.Minute
	default:
		return forEver
	}
}

// readable reports whether the job's status is known as of its last read: it
// was read, or it is final, which no failure changes.
func (s *entryState) readable(now meaning) bool {
	return s.last != nil && s.meaning == now && (s.failure == nil || s.last.State.Final())
}

// previous is the last read as the next one may use it: where its words mean
// something else by now, it is not asked for whether it has changed.
func (s *entryState) previous(now meaning) *job.Job {
	if s.last == nil || s.meaning == now {
		return s.last
	}
	last := *s.last
	last.Validators = job.Validators{}
	return &last
}

// retired reports whether the job ended so long ago that it is no more exported:
// one that a job file or URL names, which nobody may ever clean up.
func (s *entryState) retired(now time.Time, retention time.Duration) bool {
	if retention <= 0 || s.last == nil || !s.last.State.Final() || s.source != SourceFile && s.source != SourceURL {
		return false
	}
	ended := s.last.Ended
	if ended.IsZero() || ended.After(s.stateSince) {
		ended = s.stateSince
	}
	return now.Sub(ended) >= retention
}
