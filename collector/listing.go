package collector

import (
	"context"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

const (
	// longestListing bounds one listing, which no scrape's deadline does.
	longestListing = 2 * time.Minute
	// staleListing is how long the last list serves while another is under way.
	staleListing = 5 * time.Minute
	// mostListed bounds the jobs that are known of one target by its lists.
	mostListed = 10_000
)

// listing is the last list of a target's jobs. One is read at a time, for all
// scrapes that want it and whatever their deadlines: what comes late is kept.
type listing struct {
	shards turns

	mu sync.Mutex
	// run is the listing under way; nil: none.
	run  *listRun
	jobs []system.Listed
	// at is when the last list ended that named all that there is.
	at time.Time
	// failure is why the last list failed; nil where it did not.
	failure *upstream.Failure
}

// listRun is one listing under way.
type listRun struct {
	link *link
	done chan struct{}
	stop context.CancelFunc
	// at is when it ended, and err why it failed, once it is done.
	at  time.Time
	err error
}

// discover lists the target's jobs, where that is configured. It waits for at
// most half of the time that the scrape has: a list that hangs must not cost the
// known jobs their reads. A list that ended since a time is new enough. fresh
// tells that one is.
func (t *Target) discover(ctx context.Context, r *round, since time.Time) (fresh bool) {
	lister, ok := t.link.reader.(system.Lister)
	if !t.settings.Discovery || !ok {
		return false
	}
	bounded, cancel := firstHalf(ctx)
	defer cancel()
	run := t.list.begin(ctx, t, lister, since)
	select {
	case <-run.done:
		r.settleList(run.err)
		return true
	case <-bounded.Done():
		if t.now().Sub(t.list.lastWhole()) > staleListing {
			r.settleList(&upstream.Failure{Reason: job.ReasonTimeout, Message: "list: no answer in time"})
		}
		return false
	}
}

// firstHalf ends when half of a context's time is over.
func firstHalf(ctx context.Context) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(ctx, time.Until(deadline)/2)
}

// begin returns the listing under way, or one that ended since a time, or begins one.
func (l *listing) begin(ctx context.Context, t *Target, lister system.Lister, since time.Time) *listRun {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.run != nil && l.run.link == t.link && (!l.run.ended() || l.run.at.After(since)) {
		return l.run
	}
	// The scrape that begins it may end before the list does.
	bounded, stop := context.WithTimeout(context.WithoutCancel(ctx), longestListing)
	run := &listRun{link: t.link, done: make(chan struct{}), stop: stop}
	l.run = run
	go func() {
		defer stop()
		defer close(run.done)
		found, err := t.listNow(bounded, lister)
		run.at, run.err = t.now(), err
		l.store(found, err, run.at)
		t.logListing(l, err)
	}()
	return run
}

func (r *listRun) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// stop ends the listing under way by a link that is not used any more, and waits
// for its end.
func (l *listing) stop(by *link) {
	l.mu.Lock()
	run := l.run
	l.mu.Unlock()
	if run != nil && run.link == by {
		run.stop()
		<-run.done
	}
}

// listNow lists once.
func (t *Target) listNow(ctx context.Context, lister system.Lister) (found system.Listing, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			found, err = system.Listing{Cut: true}, bugFailure(thrown)
		}
	}()
	if err := t.link.upstream.EnsureLogin(ctx); err != nil {
		return system.Listing{Cut: true}, err
	}
	return lister.List(ctx, t.now().Add(-t.settings.Retention))
}

// store keeps what was listed. A list that failed, or was cut off, adds to the
// one before: what it does not name may still be there.
func (l *listing) store(found system.Listing, err error, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.jobs
	named := make(map[string]bool, len(found.Jobs))
	l.jobs = make([]system.Listed, 0, len(found.Jobs))
	add := func(one system.Listed) {
		if !named[one.Job.ID] && len(l.jobs) < mostListed {
			named[one.Job.ID] = true
			l.jobs = append(l.jobs, one)
		}
	}
	for _, one := range found.Jobs {
		add(one)
	}
	if err == nil && !found.Cut {
		l.at = now
		return
	}
	for _, one := range before {
		one.Found = nil
		add(one)
	}
}

// lastWhole is when the last list ended that named all that there is.
func (l *listing) lastWhole() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at
}

// latest is the last list. It must not be changed.
func (l *listing) latest() []system.Listed {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.jobs
}

// outcome notes why the last list failed, nil where it did not, and returns what
// was noted before.
func (l *listing) outcome(failure *upstream.Failure) (before *upstream.Failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before, l.failure = l.failure, failure
	return before
}

// health is when the last list ended that named all that there is, and why the
// last one failed; nil: it did not.
func (l *listing) health() (at time.Time, failure *upstream.Failure) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.at, l.failure
}

// logListing logs when listing begins to fail, and when it works again.
func (t *Target) logListing(l *listing, err error) {
	var failure *upstream.Failure
	if err != nil {
		failure = upstream.FailureOf(err)
	}
	was := l.outcome(failure)
	switch {
	case failure != nil && (was == nil || was.Reason != failure.Reason):
		t.logger.Warn("listing the target's jobs failed", "reason", failure.Reason, "err", err)
	case failure == nil && was != nil:
		t.logger.Info("listing the target's jobs works again")
	}
}
