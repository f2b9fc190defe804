package upstream

import (
	"context"
	"fmt"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// attempt is a login under way.
type attempt struct {
	done   chan struct{}
	cancel context.CancelFunc
	began  time.Time // by the wall clock
	// way is how whoever began it reaches the upstream.
	way string
	// failure is what came of it, once done; nil: it worked.
	failure *Failure
}

// await waits for a login under way, as long as the context allows.
func (l *login) await(ctx context.Context, under *attempt, by *Client) (*held, error) {
	select {
	case <-under.done:
	case <-ctx.Done():
		return nil, &Failure{
			Reason: job.ReasonTimeout, Scope: ScopeLogin,
			Message: "login: no answer in time; it is still waited for, and what comes of it serves the next scrape",
		}
	}
	l.mu.Lock()
	if l.current != nil {
		return l.lend(), nil
	}
	if failure := l.resting(by, l.now()); failure != nil {
		l.mu.Unlock()
		return nil, failure
	}
	if under.failure != nil && under.way != by.way {
		// It failed on another way than this target's, which may be better.
		own := l.begin(ctx, by, l.now())
		l.mu.Unlock()
		return l.await(ctx, own, by)
	}
	defer l.mu.Unlock()
	if under.failure != nil {
		return nil, under.failure
	}
	return nil, endedFailure()
}

// wait waits for a login for a limited time, whatever comes of it.
func wait(ctx context.Context, under *attempt, patience time.Duration) {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	select {
	case <-under.done:
	case <-limit.C:
	case <-ctx.Done():
	}
}

// begin returns the login under way, beginning one where there is none; nil where
// it rests. It goes on when whoever began it has gone.
func (l *login) begin(ctx context.Context, by *Client, now time.Time) *attempt {
	if l.attempt != nil {
		return l.attempt
	}
	if l.resting(by, now) != nil {
		return nil
	}
	detached, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.owner.accounts.loginLimit)
	under := &attempt{done: make(chan struct{}), cancel: cancel, began: time.Now(), way: by.way}
	l.attempt = under
	last := l.lastDetail
	l.owner.accounts.working.Go(func() {
		defer cancel()
		got, err := l.try(detached, by, last)
		l.finish(detached, under, by, got, err)
	})
	return under
}

// try asks for a token. A bug in reading the answer is a failure like others.
func (l *login) try(ctx context.Context, by *Client, last string) (got Token, err error) {
	defer func() {
		if thrown := recover(); thrown != nil {
			err = &Failure{Reason: job.ReasonInternal, Message: fmt.Sprintf("login: a bug in the exporter: panic with %T", thrown)}
		}
	}()
	if got, err = l.ask(ctx, by, last); err == nil {
		err = got.usable()
	}
	return got, err
}

// finish takes what came of a login.
func (l *login) finish(ctx context.Context, under *attempt, by *Client, got Token, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	l.attempt = nil
	defer close(under.done)
	if err != nil {
		under.failure = l.fail(by, asRefused(FailureOf(err)), now)
		return
	}
	fresh := &held{Token: got, credentials: &credentials{header: l.header(got)}, made: now}
	if l.ended {
		l.end(ctx, fresh, by, logoutLimit)
		return
	}
	l.refused, l.lastDetail = rest{}, got.Detail
	clear(l.silent)
	if l.logged != "" {
		l.logged = ""
		by.logger.Info("logging in works again", "url", by.target.URL.String())
	}
	was := l.current
	l.current = fresh
	l.evidence.unproved++
	l.retire(ctx, was, by)
}

// fail begins a rest, and logs it where it is news. The old token stays: whether
// it is good is for the upstream to say.
func (l *login) fail(by *Client, failure *Failure, now time.Time) *Failure {
	if failure.Reason == job.ReasonLogin {
		l.refused.begin(failure, refusals(), now)
		clear(l.silent)
		failure = l.refused.told(now)
	} else {
		if l.silent[by.way] == nil {
			l.silent[by.way] = &rest{}
		}
		l.silent[by.way].begin(failure, silences(), now)
		failure = l.silent[by.way].told(now)
	}
	if failure.Reason != l.logged && !l.ended {
		l.logged = failure.Reason
		by.logger.Warn("logging in failed", "url", by.target.URL.String(), "reason", failure.Reason, "err", failure)
	}
	return failure
}
