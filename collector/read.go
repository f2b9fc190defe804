package collector

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// readAll brings the entries up to date, as far as the deadline and the target
// allow, and returns what to show of each, in their order.
func (t *Target) readAll(ctx context.Context, r *round, entries []*entry) []jobView {
	views := make([]jobView, len(entries))
	due := make([]dueJob, 0, len(entries))
	finished := 0
	by := t.reader()
	for i, e := range entries {
		s := e.wanted(by.now)
		switch {
		case s.retired(by.now, t.settings.FinishedRetention):
			views[i].hidden = true
		case s.fresh(by, t.settings.FinishedTTL) && !r.inspected:
			if upstream.Traced(ctx) {
				upstream.Tracef(ctx, by.now, "job %q: not read, it is %s", s.job.ID, s.last.State)
			}
			finished++
			views[i] = t.view(&s)
		case r.wasListed(e):
			views[i] = t.view(&s)
		default:
			due = append(due, dueJob{
				index: i, named: s.source != SourceDiscovery, wasReadable: s.last != nil && s.failure == nil, triedAt: s.triedAt,
			})
		}
	}
	t.link.metrics.avoided.WithLabelValues(avoidedFinished).Add(float64(finished))
	r.hopeful = slices.ContainsFunc(due, func(d dueJob) bool { return d.wasReadable })
	t.readDue(ctx, r, &queue{due: inTurn(due)}, entries, views)
	return views
}

// readDue reads the jobs of a queue, as many at once as the target allows.
func (t *Target) readDue(ctx context.Context, r *round, waiting *queue, entries []*entry, views []jobView) {
	var workers sync.WaitGroup
	for range min(t.settings.MaxConcurrency, len(waiting.due)) {
		workers.Go(func() {
			for !waiting.empty() {
				trial, failure := r.permit(ctx)
				i, ok := waiting.next(trial)
				switch {
				case !ok && failure == nil:
					r.withdraw()
				case ok && failure == nil:
					views[i] = t.bringUpToDate(ctx, r, entries[i])
				case ok:
					views[i] = t.failed(entries[i], failure, false, false)
				}
			}
		})
	}
	workers.Wait()
}

// dueJob is a job to be read, by its place among all.
type dueJob struct {
	index int
	// named tells that somebody named the job: it is not only listed.
	named bool
	// wasReadable tells that its last read was good.
	wasReadable bool
	// triedAt is when a read of it was last begun.
	triedAt time.Time
}

// inTurn orders the due jobs: named ones first, and so that, where the deadline
// never allows all of them, each has its turn.
func inTurn(due []dueJob) []dueJob {
	slices.SortStableFunc(due, func(a, b dueJob) int {
		if a.named != b.named {
			if a.named {
				return -1
			}
			return 1
		}
		return a.triedAt.Compare(b.triedAt)
	})
	return due
}

// queue hands out due jobs.
type queue struct {
	mu    sync.Mutex
	due   []dueJob
	taken int
}

func (q *queue) empty() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.due) == 0
}

// next takes the first job, and the second time the last one: what befalls both
// has little to do with either. On trial it takes one that was readable before.
func (q *queue) next(trial bool) (index int, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.due) == 0 {
		return 0, false
	}
	at := 0
	if q.taken == 1 {
		at = len(q.due) - 1
	}
	if trial {
		at = max(0, slices.IndexFunc(q.due, func(d dueJob) bool { return d.wasReadable }))
	}
	q.taken++
	index = q.due[at].index
	if at == 0 {
		q.due = q.due[1:] // which moves nothing, however many there are
	} else {
		q.due = slices.Delete(q.due, at, at+1)
	}
	return index, true
}

// reader is this target as one that reads a job now.
func (t *Target) reader() reader {
	return reader{generation: t.generation, meaning: t.meaning, now: t.now()}
}

// bringUpToDate reads one job, unless another scrape does so at this moment:
// then it takes what that one finds.
func (t *Target) bringUpToDate(ctx context.Context, r *round, e *entry) jobView {
	if !e.take(ctx) {
		failure := notBeforeDeadline()
		r.settle(failure)
		return t.failed(e, failure, false, true)
	}
	defer e.give()
	before := e.state()
	if before.settledAt.After(r.started) && (before.settledFailure != nil || before.meaning == t.meaning) {
		upstream.Tracef(ctx, t.now(), "job %q: shares the read of a scrape at the same time", before.job.ID)
		return t.shared(r, &before)
	}
	return t.readNow(ctx, r, e, &before)
}

// shared is the outcome of another scrape's read.
func (t *Target) shared(r *round, s *entryState) jobView {
	s.failure = s.settledFailure
	if s.failure != nil {
		r.settle(s.failure)
	} else {
		r.settle(nil)
	}
	return t.view(s)
}

// readNow reads one job and remembers the outcome.
func (t *Target) readNow(ctx context.Context, r *round, e *entry, before *entryState) jobView {
	e.begin(t.now())
	last := before.previous(t.meaning)
	if r.inspected && last != nil {
		whole := *last
		whole.Validators = job.Validators{}
		last = &whole
	}
	found, err := t.read(ctx, *before.job, last)
	r.settle(err)
	if err != nil && !errors.Is(err, job.ErrUnknown) {
		// A read that this scrape's own deadline ended says nothing to others.
		return t.failed(e, upstream.FailureOf(err), ctx.Err() == nil, true)
	}
	if found == last {
		if err == nil {
			t.link.metrics.avoided.WithLabelValues(avoidedNotModified).Inc()
		}
	} else if found.State.Final() {
		found = job.Shared(found)
	}
	return t.succeeded(e, found)
}

// succeeded remembers a good read, or what a list said, and shows it.
func (t *Target) succeeded(e *entry, found *job.Job) jobView {
	if found.HasUnknownWord() {
		t.link.metrics.unknownStates.Inc()
	}
	earlier, now := e.succeed(found, t.reader())
	t.logOutcome(&earlier, &now)
	return t.view(&now)
}

// failed remembers a failure and shows what is left. sent tells that the read was
// sent: what a whole target shares is not logged for each of its jobs.
func (t *Target) failed(e *entry, failure *upstream.Failure, shared, sent bool) jobView {
	t.link.metrics.failures.WithLabelValues(string(failure.Reason)).Inc()
	earlier, now := e.fail(failure, shared, t.reader())
	if sent {
		t.logOutcome(&earlier, &now)
	}
	return t.view(&now)
}
