package collector

import (
	"errors"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// round is one scrape's view of one target: whether it is up, and whether it
// is worth sending more.
type round struct {
	started time.Time

	mu sync.Mutex
	// due tells that some read was needed.
	due bool
	// answered tells that some read got an HTTP answer other than 401.
	answered bool
	// broken tells that the login or the listing did not work.
	broken bool
	// gaveUp is the failure that the remaining reads share; nil: go on.
	gaveUp *upstream.Failure
	// alike counts failures that may be a job's own fault or its target's.
	alike map[job.Reason]int
}

// enoughAlike is the number of jobs that have to fail alike before the target
// is thought to be at fault where one failure alone does not show it.
const enoughAlike = 2

func newRound(now time.Time) *round {
	return &round{started: now, alike: map[job.Reason]int{}}
}

// abandoned is the failure of reads that are not worth sending; nil: send.
func (r *round) abandoned() *upstream.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.gaveUp
}

// needRead notes that a read is due.
func (r *round) needRead() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.due = true
}

// note judges the target by the outcome of one read.
func (r *round) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil || errors.Is(err, job.ErrUnknown) {
		r.answered = true
		return
	}
	failure := upstream.FailureOf(err)
	r.broken = r.broken || failure.Scope == upstream.ScopeLogin
	if failure.Answered() && failure.Scope == upstream.ScopeJob && failure.Reason != job.ReasonUnauthorized {
		r.answered = true
	}
	if failure.Scope != upstream.ScopeJob || r.hopeless(failure.Reason) {
		r.giveUp(failure)
	}
}

// noteList judges the target by the outcome of listing its jobs.
func (r *round) noteList(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.broken = true
	if failure := upstream.FailureOf(err); failure.Scope != upstream.ScopeJob {
		r.giveUp(failure)
	}
}

// hopeless reports whether jobs fail alike so often that the rest would too.
// A refusal or a silence tells that only while nothing else was answered; one
// slow job, or one that is forbidden, is no reason to leave out the others.
func (r *round) hopeless(reason job.Reason) bool {
	r.alike[reason]++
	switch reason {
	case job.ReasonTimeout, job.ReasonUnauthorized:
		return r.alike[reason] >= enoughAlike && !r.answered
	case job.ReasonRateLimited:
		return r.alike[reason] >= enoughAlike
	default:
		return false
	}
}

func (r *round) giveUp(failure *upstream.Failure) {
	if r.gaveUp == nil {
		r.gaveUp = failure
	}
}

// up reports whether the target is up, as asyncjob_target_up has it.
func (r *round) up() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return !r.broken && (!r.due || r.answered)
}
