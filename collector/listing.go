package collector

import (
	"context"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// listing is the last list of a target's jobs, shared by concurrent scrapes.
type listing struct {
	turn chan struct{}

	mu   sync.Mutex
	jobs []config.Job
	at   time.Time
	// failed is why the last list failed; empty where it did not.
	failed job.Reason
}

// discover lists the target's jobs, where that is configured. Scrapes that
// come while one lists take its list.
func (t *Target) discover(ctx context.Context, r *round) {
	lister, ok := t.link.reader.(system.Lister)
	if !t.settings.Discovery || !ok {
		return
	}
	select {
	case t.list.turn <- struct{}{}:
		defer func() { <-t.list.turn }()
	case <-ctx.Done():
		r.noteList(&upstream.Failure{Reason: job.ReasonTimeout, Message: "list: no answer in time"})
		return
	}
	if t.list.since(r.started) {
		return
	}
	jobs, err := t.listNow(ctx, lister)
	r.noteList(err)
	t.logListing(err)
	if err == nil {
		t.list.store(jobs, t.now())
	}
}

// listNow lists in at most half of the time that the scrape has after a login:
// a list that hangs must not cost the known jobs their reads.
func (t *Target) listNow(ctx context.Context, lister system.Lister) (listed []config.Job, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			listed, err = nil, bugFailure(thrown)
		}
	}()
	if err := t.link.upstream.EnsureLogin(ctx); err != nil {
		return nil, err
	}
	ctx, cancel := firstHalf(ctx)
	defer cancel()
	listing, err := lister.List(ctx, t.now().Add(-t.settings.Retention))
	for _, one := range listing.Jobs {
		listed = append(listed, one.Job)
	}
	return listed, err
}

// firstHalf ends when half of a context's time is over.
func firstHalf(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// logListing logs when listing begins to fail, and when it works again.
func (t *Target) logListing(err error) {
	reason := job.Reason("")
	if err != nil {
		reason = upstream.FailureOf(err).Reason
	}
	was := t.list.outcome(reason)
	switch {
	case reason != "" && reason != was:
		t.logger.Warn("listing the target's jobs failed", "reason", reason, "err", err)
	case reason == "" && was != "":
		t.logger.Info("listing the target's jobs works again")
	}
}

func (l *listing) since(started time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at.After(started)
}

func (l *listing) store(jobs []config.Job, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.jobs, l.at = jobs, now
}

// outcome notes why the last list failed, empty where it did not, and returns
// what was noted before.
func (l *listing) outcome(failed job.Reason) (before job.Reason) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.failed = l.failed, failed
	return before
}

// latest is the last list.
func (l *listing) latest() []config.Job {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jobs
}
