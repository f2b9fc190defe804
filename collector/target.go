package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Target is one configured target at work: its jobs, what is remembered of
// them, and how they are read.
type Target struct {
	settings *config.Target
	jobs     *jobList
	link     *link
	memory   *memory
	list     listing
	now      func() time.Time
	logger   *slog.Logger
}

// link is the way to an upstream: it is kept by a reload that changes nothing
// about it, and closed when no scrape and no configuration uses it any more.
type link struct {
	upstream *upstream.Client
	reader   system.Reader
	metrics  *targetMetrics
	users    int
}

// targetView is what one scrape shows of one target.
type targetView struct {
	target   *Target
	up       bool
	duration time.Duration
	// known are the numbers of known jobs by source.
	known   map[Source]int
	entries []*entry
	jobs    []exposition.View
}

// known are the entries of all jobs that belong on the page of metrics.
func (t *Target) known() []*entry {
	known := t.jobs.all()
	if t.settings.Discovery {
		known = slices.Clip(known)
		listed := map[string]bool{}
		for _, job := range t.list.latest() {
			if _, named := t.jobs.find(job.ID); !named && !listed[job.ID] {
				listed[job.ID] = true
				known = append(known, knownJob{job, SourceDiscovery})
			}
		}
	}
	return t.memory.remember(known, t.now(), t.settings.Retention)
}

// scrape reads all known jobs, or what the deadline allows of them.
func (t *Target) scrape(ctx context.Context) targetView {
	r := newRound(t.now())
	t.jobs.refresh()
	t.discover(ctx, r)
	return t.finish(ctx, r, t.known())
}

// probe reads one job.
func (t *Target) probe(ctx context.Context, job config.Job) targetView {
	r := newRound(t.now())
	return t.finish(ctx, r, []*entry{t.entry(job)})
}

// entry is the entry of a job that somebody asks for.
func (t *Target) entry(job config.Job) *entry {
	if known, ok := t.jobs.find(job.ID); ok {
		return t.memory.rememberOne(known, t.now())
	}
	if listed := t.memory.find(job.ID); listed != nil {
		return listed
	}
	return t.memory.probe(job, t.now())
}

func (t *Target) finish(ctx context.Context, r *round, entries []*entry) targetView {
	views := t.readAll(ctx, r, entries)
	if failure := r.abandoned(); failure != nil {
		upstream.Tracef(ctx, t.now(), "target %q was given up: %s", t.settings.Name, failure.Reason)
	}
	return targetView{
		target:   t,
		up:       r.up(),
		duration: t.now().Sub(r.started),
		known:    t.numbers(),
		entries:  entries,
		jobs:     views,
	}
}

// numbers are the numbers of known jobs by source.
func (t *Target) numbers() map[Source]int {
	configured, fromFiles := t.jobs.numbers()
	discovered, probed := t.memory.numbers()
	return map[Source]int{
		SourceConfig: configured, SourceFile: fromFiles, SourceDiscovery: discovered, SourceProbe: probed,
	}
}

// view is what is shown of an entry as it stands.
func (t *Target) view(s *entryState) exposition.View {
	view := exposition.View{
		Name:      s.job.DisplayName(),
		Kind:      s.job.Kind,
		FirstSeen: s.firstSeen,
		ErrorText: t.settings.ErrorText,
		MaxFiles:  t.settings.MaxFiles,
	}
	if s.readable() {
		view.Job = s.last
	} else {
		view.Reason = s.failure.Reason
	}
	return view
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
// was final stays so; a session whose time was up has expired.
func (t *Target) ended(last *job.Job) *job.Job {
	switch {
	case last != nil && last.State.Final():
		return last
	case last != nil && !last.Expiration.IsZero() && !t.now().Before(last.Expiration):
		return job.Vanished(last, job.Expired)
	default:
		return job.Vanished(last, job.Gone)
	}
}
