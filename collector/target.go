package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Target is one configured target at work: its jobs, what is remembered of
// them, and how they are read. It belongs to one generation and is never
// changed; memory and list are shared with its successor.
type Target struct {
	generation uint64
	settings   *config.Target
	system     system.System
	meaning    meaning
	jobs       *jobList
	link       *link
	memory     *memory
	list       *listing
	now        func() time.Time
	logger     *slog.Logger
}

// link is the way to an upstream: it is kept by a reload that changes nothing
// about it, and closed when no scrape and no configuration uses it any more.
type link struct {
	upstream *upstream.Client
	reader   system.Reader
	metrics  *targetMetrics
	// users are the generations that have it. Collector.mu guards it.
	users int
}

// targetView is what one scrape shows of one target.
type targetView struct {
	target *Target
	// failure is why the target is not up; nil where it is.
	failure  *upstream.Failure
	duration time.Duration
	// known are the numbers of known jobs by source.
	known   map[Source]int
	entries []*entry
	jobs    []jobView
}

// jobView is what one scrape shows of one job.
type jobView struct {
	exposition.View
	// hidden tells that the job is not exported any more.
	hidden bool
}

// known are the entries of all jobs that belong on the page of metrics.
func (t *Target) known() []*entry {
	var listed []system.Listed
	if t.settings.Discovery {
		listed = t.list.latest()
		t.jobs.learnKinds(listed)
	}
	known := t.jobs.all()
	if len(listed) > 0 {
		known = slices.Clip(known)
		for i := range listed {
			if _, named := t.jobs.find(listed[i].Job.ID); !named {
				known = append(known, knownJob{&listed[i].Job, SourceDiscovery})
			}
		}
	}
	return t.memory.remember(t.generation, known, t.now(), t.settings.Retention)
}

// scrape reads all known jobs, or what the deadline allows of them.
func (t *Target) scrape(ctx context.Context) targetView {
	r := newRound(t.now())
	t.jobs.refresh(ctx, lookPatience)
	fresh := t.discover(ctx, r, r.started)
	entries := t.known()
	if fresh {
		t.takeListed(r)
	}
	return t.finish(ctx, r, entries)
}

// takeListed takes what a list said of whole jobs for reads of them.
func (t *Target) takeListed(r *round) {
	for _, listed := range t.list.latest() {
		if listed.Found == nil {
			continue
		}
		e := t.memory.find(listed.Job.ID)
		if e == nil {
			continue
		}
		s := e.state()
		if s.fresh(t.reader(), t.settings.FinishedTTL) && s.last.State == listed.Found.State {
			continue
		}
		t.link.metrics.avoided.WithLabelValues(avoidedListed).Inc()
		t.succeeded(e, unchanged(s.previous(t.meaning), listed.Found))
		r.listed(e)
	}
}

// unchanged is what was found, as the job that was known before where that says
// the same: what was made of it is then still good.
func unchanged(before, found *job.Job) *job.Job {
	if before != nil && reflect.DeepEqual(before, found) {
		return before
	}
	return found
}

// probe reads one job.
func (t *Target) probe(ctx context.Context, asked config.Job) targetView {
	r := newRound(t.now())
	r.inspected = upstream.Traced(ctx)
	return t.finish(ctx, r, []*entry{t.entry(asked)})
}

// entry is the entry of a job that somebody asks for.
func (t *Target) entry(asked config.Job) *entry {
	if known, ok := t.jobs.find(asked.ID); ok {
		return t.memory.rememberOne(t.generation, known, t.now())
	}
	if listed := t.memory.find(asked.ID); listed != nil {
		return listed
	}
	return t.memory.probe(&asked, t.now())
}

func (t *Target) finish(ctx context.Context, r *round, entries []*entry) targetView {
	views := t.readAll(ctx, r, entries)
	if failure := r.gaveUp(); failure != nil {
		upstream.Tracef(ctx, t.now(), "target %q was given up: %s", t.settings.Name, failure.Reason)
	}
	view := targetView{
		target:   t,
		failure:  r.outcome(),
		duration: t.now().Sub(r.started),
		known:    t.numbers(),
		entries:  entries,
		jobs:     views,
	}
	t.memory.note(t.generation, roundOutcome{ended: t.now(), failure: view.failure, duration: view.duration})
	return view
}

// numbers are the numbers of known jobs by source.
func (t *Target) numbers() map[Source]int {
	numbers := t.jobs.numbers()
	numbers[SourceDiscovery], numbers[SourceProbe] = t.memory.numbers()
	return numbers
}

// view is what is shown of an entry as it stands.
func (t *Target) view(s *entryState) jobView {
	view := exposition.View{
		Name:      nameOf(s),
		Kind:      s.job.Kind,
		FirstSeen: s.firstSeen,
		ErrorText: t.settings.ErrorText,
		MaxFiles:  t.settings.MaxFiles,
	}
	switch {
	case s.readable(t.meaning):
		view.Job = s.last
		if !s.last.State.Final() {
			view.MaxDuration = t.maxDuration(s.job)
		}
	case s.failure != nil:
		view.Reason = s.failure.Reason
	default: // what was read means something else by now
		view.Reason = job.ReasonTimeout
	}
	return jobView{View: view}
}

// maxDuration is how long the job may take before it is too slow; 0: for ever.
func (t *Target) maxDuration(of *config.Job) time.Duration {
	if of.MaxDuration > 0 {
		return of.MaxDuration
	}
	return t.settings.MaxDuration
}

// nameOf is what people know a job by: its configured name, else the upstream's
// word for what it works on, else its id.
func nameOf(s *entryState) string {
	if s.job.Name == "" && s.last != nil && s.last.Name != "" {
		return s.last.Name
	}
	return s.job.DisplayName()
}

// read reads one job.
func (t *Target) read(ctx context.Context, asked config.Job, last *job.Job) (found *job.Job, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			found, err = nil, bugFailure(thrown)
		}
	}()
	found, err = t.link.reader.Read(ctx, asked, last)
	if errors.Is(err, job.ErrUnknown) {
		return t.ended(last), job.ErrUnknown
	}
	return found, err
}

// bugFailure turns a panic, of a decoder say, into the failure of one read. What
// was thrown may hold parts of a reply: only its type is told.
func bugFailure(thrown any) *upstream.Failure {
	return &upstream.Failure{Reason: job.ReasonInternal, Message: fmt.Sprintf("a bug in the exporter: panic with %T", thrown)}
}

// ended is the state of a job that the upstream does not know any more. What
// was final stays so; a session whose time was up, by the upstream's clock, has
// expired.
func (t *Target) ended(last *job.Job) *job.Job {
	switch {
	case last != nil && last.State.Final():
		return last
	case last != nil && !last.Expiration.IsZero() && !t.upstreamNow().Before(last.Expiration):
		return job.Vanished(last, job.Expired)
	default:
		return job.Vanished(last, job.Gone)
	}
}

// upstreamNow is the time by the upstream's clock, as far as it is known.
func (t *Target) upstreamNow() time.Time {
	skew, _ := t.link.upstream.Skew()
	return t.now().Add(skew)
}
