package collector

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// readAll brings the entries up to date, as far as the deadline and the target
// allow, and returns what to show of each, in their order.
func (t *Target) readAll(ctx context.Context, r *round, entries []*entry) []exposition.View {
	views := make([]exposition.View, len(entries))
	due := make([]dueJob, 0, len(entries))
	for i, e := range entries {
		if s := e.state(); s.fresh(t.now(), t.settings.FinishedTTL) {
			if upstream.Traced(ctx) {
				upstream.Tracef(ctx, t.now(), "job %q: not read, it is %s", s.job.ID, s.last.State)
			}
			views[i] = t.view(&s)
		} else {
			due = append(due, dueJob{index: i, triedAt: s.triedAt})
		}
	}
	t.link.metrics.avoided.WithLabelValues(avoidedFinished).Add(float64(len(entries) - len(due)))
	oldestFirst(due)
	queue := make(chan int, len(due))
	for _, job := range due {
		queue <- job.index
	}
	close(queue)
	var workers sync.WaitGroup
	for range min(t.settings.MaxConcurrency, len(due)) {
		workers.Go(func() {
			for i := range queue {
				views[i] = t.bringUpToDate(ctx, r, entries[i])
			}
		})
	}
	workers.Wait()
	return views
}

// dueJob is a job to be read, by its place among all, and when that was last tried.
type dueJob struct {
	index   int
	triedAt time.Time
}

// oldestFirst orders the due jobs so that, where the deadline never allows all
// of them, each has its turn.
func oldestFirst(due []dueJob) {
	slices.SortStableFunc(due, func(a, b dueJob) int { return a.triedAt.Compare(b.triedAt) })
}

// bringUpToDate reads one job, unless another scrape does so at this moment:
// then it takes what that one finds.
func (t *Target) bringUpToDate(ctx context.Context, r *round, e *entry) exposition.View {
	r.needRead()
	if failure := r.abandoned(); failure != nil {
		return t.failed(r, e, failure, false)
	}
	select {
	case e.turn <- struct{}{}:
		defer func() { <-e.turn }()
	case <-ctx.Done():
		return t.failed(r, e, &upstream.Failure{Reason: job.ReasonTimeout, Message: "not read before the scrape's deadline"}, false)
	}
	if ctx.Err() != nil {
		return t.failed(r, e, &upstream.Failure{Reason: job.ReasonTimeout, Message: "not read before the scrape's deadline"}, false)
	}
	before := e.state()
	if before.settledAt.After(r.started) {
		upstream.Tracef(ctx, t.now(), "job %q: shares the read of a scrape at the same time", before.job.ID)
		return t.shared(r, &before)
	}
	return t.readNow(ctx, r, e, &before)
}

// shared is the outcome of another scrape's read.
func (t *Target) shared(r *round, s *entryState) exposition.View {
	s.failure = s.settledFailure
	if s.failure != nil {
		r.note(s.failure)
	} else {
		r.note(nil)
	}
	return t.view(s)
}

// readNow reads one job and remembers the outcome.
func (t *Target) readNow(ctx context.Context, r *round, e *entry, before *entryState) exposition.View {
	e.begin(t.now())
	found, err := t.read(ctx, before.job, before.last)
	if err != nil && !errors.Is(err, job.ErrUnknown) {
		// A read that this scrape's own deadline ended says nothing to others.
		return t.failed(r, e, upstream.FailureOf(err), ctx.Err() == nil)
	}
	r.note(err)
	if err == nil && found == before.last {
		t.link.metrics.avoided.WithLabelValues(avoidedNotModified).Inc()
	}
	if found.HasUnknownWord() {
		t.link.metrics.unknownStates.Inc()
	}
	earlier, now := e.succeed(found, t.now())
	t.logOutcome(&earlier, &now)
	return t.view(&now)
}

// failed remembers a failure and shows what is left.
func (t *Target) failed(r *round, e *entry, failure *upstream.Failure, shared bool) exposition.View {
	t.link.metrics.failures.WithLabelValues(string(failure.Reason)).Inc()
	sent := r.abandoned() != failure
	if sent {
		r.note(failure)
	}
	earlier, now := e.fail(failure, shared, t.now())
	if sent {
		t.logOutcome(&earlier, &now)
	}
	return t.view(&now)
}

// logOutcome logs what changed with a read: not the same line every scrape.
func (t *Target) logOutcome(before, after *entryState) {
	id := after.job.ID
	was, is := reasonOf(before), reasonOf(after)
	switch {
	case is != "" && is != was:
		t.logger.Warn("reading the job failed", "job_id", id, "reason", is, "err", after.failure.Message)
	case is == "" && was != "":
		t.logger.Info("reading the job works again", "job_id", id)
	}
	if is == "" && before.last == nil && after.firstSeen.IsZero() {
		t.logger.Warn("the upstream knows no job of this id: check it for a typo", "job_id", id)
	}
	if is == "" && after.last.State == job.Unknown && (before.last == nil || before.last.UpstreamState != after.last.UpstreamState) {
		t.logger.Warn("the job's state is a word in no table; the key \"states\" of the target can give it a meaning",
			"job_id", id, "upstream_state", job.Label(after.last.UpstreamState))
	}
}

func reasonOf(s *entryState) job.Reason {
	if s.failure == nil {
		return ""
	}
	return s.failure.Reason
}
