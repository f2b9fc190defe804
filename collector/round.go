package collector

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
)

// verdict is what a round thinks of its target.
type verdict int

const (
	// open: nothing tells yet whether the target answers.
	open verdict = iota
	// answering: something was answered, so what is refused is a job's own fault.
	answering
	// doubted: jobs were refused alike and nothing else was answered. Those under
	// way are waited for, and where a job was readable before, one such is asked
	// before the target is given up.
	doubted
	// abandoned: the remaining reads would fail alike, and are not sent.
	abandoned
)

// round is one scrape's view of one target: whether it is up, and whether it is
// worth sending more. It decides by what was answered, in whatever order.
type round struct {
	started time.Time
	// inspected tells that somebody looks at how one job is read: it is read
	// whole, though it is final or did not change.
	inspected bool

	mu      sync.Mutex
	verdict verdict
	// why is the failure that the remaining reads share, once abandoned.
	why *upstream.Failure
	// reading is the number of reads under way.
	reading int
	// changed is closed when the verdict or the number of reads changes; nil where
	// nobody waits for that.
	changed chan struct{}
	// due tells that some read was needed.
	due bool
	// answered tells that some read got an HTTP answer other than 401.
	answered bool
	// login, list and read are the first failures of each sort.
	login, list, read *upstream.Failure
	// hopeful tells that some job to be read was readable before, and tried that
	// one was asked in doubt. refusal is the last 401.
	hopeful bool
	tried   bool
	refusal *upstream.Failure
	// said are the jobs that a list of this round said all of.
	said map[*entry]bool
	// alike counts failures that may be a job's own fault or its target's.
	alike map[job.Reason]int
}

// enoughAlike is the number of jobs that have to fail alike before the target
// is thought to be at fault where one failure alone does not show it.
const enoughAlike = 2

func newRound(now time.Time) *round {
	return &round{started: now, alike: map[job.Reason]int{}}
}

// permit asks whether a read may be sent. Where it may, the caller tells by
// settle what came of it; where it may not, failure says why. trial tells that
// the target is in doubt and that this read decides.
func (r *round) permit(ctx context.Context) (trial bool, failure *upstream.Failure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.due = true
	for r.verdict == doubted && r.reading > 0 {
		if r.changed == nil {
			r.changed = make(chan struct{})
		}
		changed := r.changed
		r.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		r.mu.Lock()
		if ctx.Err() != nil {
			return false, notBeforeDeadline()
		}
	}
	trial = r.verdict == doubted
	if trial && (r.tried || !r.hopeful) {
		r.abandon(r.refusal)
	}
	if r.verdict == abandoned {
		return false, r.why
	}
	r.tried = r.tried || trial
	r.reading++
	return trial, nil
}

// notBeforeDeadline is the failure of a read that the scrape had no time for.
func notBeforeDeadline() *upstream.Failure {
	return &upstream.Failure{Reason: job.ReasonTimeout, Message: "not read before the scrape's deadline"}
}

// withdraw gives a permit back: there was nothing left to read.
func (r *round) withdraw() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reading--
	r.tell()
}

// settle judges the target by the outcome of a read that was permitted.
func (r *round) settle(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reading--
	r.judge(err)
	r.tell()
}

// tell wakes those who wait for a verdict.
func (r *round) tell() {
	if r.changed != nil {
		close(r.changed)
		r.changed = nil
	}
}

func (r *round) judge(err error) {
	if err == nil || errors.Is(err, job.ErrUnknown) {
		r.accept()
		return
	}
	failure := upstream.FailureOf(err)
	r.read = first(r.read, failure)
	switch {
	case failure.Scope == upstream.ScopeLogin:
		r.login = first(r.login, failure)
		r.abandon(failure)
	case failure.Reason == job.ReasonUnauthorized:
		r.refused(failure)
	case failure.Scope == upstream.ScopeTarget:
		r.abandon(failure)
	case failure.Answered():
		r.accept()
		r.limited(failure)
	case failure.Reason == job.ReasonTimeout:
		r.silent(failure)
	}
}

// accept notes an HTTP answer other than 401.
func (r *round) accept() {
	r.answered = true
	if r.verdict != abandoned {
		r.verdict = answering
	}
}

// refused notes a 401. Where other jobs are read with the same login it is the
// job's own; where nothing is, the target's.
func (r *round) refused(failure *upstream.Failure) {
	r.refusal = failure
	r.alike[failure.Reason]++
	if r.verdict == open && r.alike[failure.Reason] >= enoughAlike {
		r.verdict = doubted
	}
}

// silent notes a read without answer: one slow job is no reason to leave out the
// others, two are while nothing else was answered.
func (r *round) silent(failure *upstream.Failure) {
	r.alike[failure.Reason]++
	if r.alike[failure.Reason] >= enoughAlike && !r.answered {
		r.abandon(failure)
	}
}

// limited notes an answer that may ask for fewer requests: 429 that does not say
// for how long.
func (r *round) limited(failure *upstream.Failure) {
	if failure.Reason != job.ReasonRateLimited {
		return
	}
	r.alike[failure.Reason]++
	if r.alike[failure.Reason] >= enoughAlike {
		r.abandon(failure)
	}
}

func (r *round) abandon(failure *upstream.Failure) {
	if r.verdict != abandoned {
		r.verdict, r.why = abandoned, failure
	}
}

func first(known, other *upstream.Failure) *upstream.Failure {
	if known != nil {
		return known
	}
	return other
}

// settleList judges the target by the outcome of listing its jobs.
func (r *round) settleList(err error) {
	if err == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	failure := upstream.FailureOf(err)
	r.list = first(r.list, failure)
	if failure.Scope == upstream.ScopeLogin {
		r.login = first(r.login, failure)
	}
	if failure.Scope != upstream.ScopeJob {
		r.abandon(failure)
	}
}

// outcome is what a round makes of its target: nil where it is up, as
// asyncjob_target_up has it, else why it is not.
func (r *round) outcome() *upstream.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch {
	case r.login != nil:
		return r.login
	case r.list != nil:
		return r.list
	case !r.due || r.answered:
		return nil
	case r.why != nil:
		return r.why
	case r.read != nil:
		return r.read
	default:
		return notBeforeDeadline()
	}
}

// listed notes that a list said all of a job: it needs no read.
func (r *round) listed(e *entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.said == nil {
		r.said = map[*entry]bool{}
	}
	r.said[e] = true
	r.answered = true
}

// wasListed reports whether a list of this round said all of a job.
func (r *round) wasListed(e *entry) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.said[e]
}

// gaveUp is why the remaining reads were not sent; nil where all were.
func (r *round) gaveUp() *upstream.Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.why
}
