package upstream

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

var errOddToken = errors.New("what the answer holds cannot be a token")

// State is what a login is in.
type State string

// The states of a login.
const (
	StateNone     State = "none"
	StateValid    State = "valid"
	StateRenewing State = "renewing"
	StateResting  State = "resting"
)

const (
	// loginLimit bounds one login. Scrapes wait for it until their own deadline.
	loginLimit = 30 * time.Second
	// renewalPatience is how long reads wait for the successor of a token whose end
	// has come, before they try whether the old one is accepted all the same.
	renewalPatience = time.Second
	// longestMargin is how long before its end a token is renewed at most, and
	// lastMoment when it is too near to its end to be sent.
	longestMargin = time.Minute
	lastMoment    = 2 * time.Second
)

// login is one account's login: a session or a token that is asked for, renewed,
// shared by all reads of all targets of the account, and logged out of. It is in
// one of the four states, and at most one login is under way at a time.
type login struct {
	// ask asks for a token. Its error is a *Failure.
	ask    func(ctx context.Context, by *Client, lastDetail string) (Token, error)
	header func(Token) http.Header
	logout func(Token) Request
	owner  *account

	mu      sync.Mutex
	current *held    // nil: none
	attempt *attempt // nil: none is under way
	refused rest
	// silent are the rests after logins that were not answered, by the way that
	// was taken: one target's wrong proxy is not the other's.
	silent     map[string]*rest
	evidence   evidence
	lastDetail string
	// logged is the reason that the log last told of.
	logged job.Reason
	// ended: no login is made any more, and what comes late is logged out of.
	ended bool
}

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

func newLogin(owner *account, ask func(context.Context, *Client, string) (Token, error), header func(Token) http.Header, logout func(Token) Request) *login {
	return &login{owner: owner, ask: ask, header: header, logout: logout, silent: map[string]*rest{}, evidence: newEvidence()}
}

func (l *login) now() time.Time { return l.owner.accounts.now() }

// acquire returns a token to send a request with, to be given back by release.
// Where there is none it logs in, or waits for whoever does.
func (l *login) acquire(ctx context.Context, by *Client) (*held, error) {
	l.mu.Lock()
	now := l.now()
	if l.current != nil && !l.due(now) {
		return l.lend(), nil
	}
	under := l.begin(ctx, by, now)
	switch {
	case l.current != nil && (under == nil || now.Before(l.current.lastMoment())):
		return l.lend(), nil
	case l.current != nil:
		l.mu.Unlock()
		wait(ctx, under, renewalPatience-time.Since(under.began))
		l.mu.Lock()
		if l.current != nil {
			return l.lend(), nil
		}
		l.mu.Unlock()
	case under == nil:
		failure := l.resting(by, now)
		l.mu.Unlock()
		Tracef(ctx, now, "%s", failure.Message)
		return nil, failure
	default:
		l.mu.Unlock()
	}
	return l.await(ctx, under, by)
}

// lend counts one more reader of the current token, and unlocks.
func (l *login) lend() *held {
	l.current.readers++
	lent := l.current
	l.mu.Unlock()
	return lent
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

// margin is how long before its end a token is renewed.
func (h *held) margin() time.Duration { return min(h.Ends.Sub(h.made)/10, longestMargin) }

// lastMoment is when it is too late to send a token that has a successor.
func (h *held) lastMoment() time.Time { return h.Ends.Add(-min(h.margin()/2, lastMoment)) }

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

// due reports whether the current token ends soon, or has ended.
func (l *login) due(now time.Time) bool {
	return !l.current.Ends.IsZero() && !now.Before(l.current.Ends.Add(-l.current.margin()))
}

// resting is the failure of a login that is left alone for a time; nil where it
// may be tried.
func (l *login) resting(by *Client, now time.Time) *Failure {
	switch silent := l.silent[by.way]; {
	case l.ended:
		return endedFailure()
	case l.refused.active(now):
		return l.refused.told(now)
	case silent.active(now):
		return silent.told(now)
	default:
		return nil
	}
}

func endedFailure() *Failure {
	return &Failure{Reason: job.ReasonLogin, Scope: ScopeLogin, Message: "login: ended, since the target is not configured any more"}
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
	fresh := &held{Token: got, header: l.header(got), made: now}
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

// retire logs out of a token that another took the place of, once no read uses it.
func (l *login) retire(ctx context.Context, was *held, by *Client) {
	if was == nil || was.Value == l.current.Value {
		return
	}
	was.replaced = true
	if was.readers == 0 {
		l.end(ctx, was, by, logoutLimit)
	}
}

// release gives a token back that a read has used.
func (l *login) release(ctx context.Context, lent *held, by *Client) {
	l.mu.Lock()
	defer l.mu.Unlock()
	lent.readers--
	l.owner.activity.Add(1)
	if lent.replaced && lent.readers == 0 {
		l.end(ctx, lent, by, logoutLimit)
	}
}

// end logs out of a session behind everybody's back: it is a request. Also one
// that the upstream refused is ended: it may count against a limit of sessions. The
// returned channel is closed when that is through, which is within the limit.
func (l *login) end(ctx context.Context, session *held, by *Client, limit time.Duration) <-chan struct{} {
	done := make(chan struct{})
	if l.logout == nil {
		close(done)
		return done
	}
	expected := session.replaced // most likely it has ended already
	l.owner.accounts.working.Go(func() {
		defer close(done)
		bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
		defer cancel()
		r := l.logout(session.Token)
		r.Operation = OperationLogout
		r.Header = merged(r.Header, session.header)
		err := by.send(bounded, l.owner, r, func(Reply) error { return nil })
		if err != nil && !expected {
			by.logger.Warn("logging out failed; the session ends by itself when idle", "err", err)
		}
	})
	return done
}

// accept notes that a resource was read with a token; helped, that it was not
// before a login was made for it.
func (l *login) accept(resource string, with *held, helped bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if helped {
		l.evidence.guessedRight()
	}
	l.evidence.accept(resource, with, l.now())
}

// refuse notes that a resource is refused with any token.
func (l *login) refuse(resource string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.evidence.refuse(resource, l.now())
}

// doubt decides what to do about a 401: it returns another token to try the
// read with, nil where the 401 is the resource's own, or a failure to log in.
// mayLogIn: not too many logins were made for this read yet.
func (l *login) doubt(ctx context.Context, by *Client, token *held, resource string, mayLogIn bool) (*held, bool, error) {
	l.mu.Lock()
	if l.current != nil && l.current != token {
		return l.lend(), false, nil // somebody has logged in meanwhile
	}
	now := l.now()
	found, under := l.evidence.against(token, resource, now), l.attempt
	if found == ownRefusal || !mayLogIn || found == guessEnded && under == nil && !l.evidence.mayGuess(now) {
		l.mu.Unlock()
		return nil, false, nil
	}
	if under == nil {
		if under = l.begin(ctx, by, now); under == nil {
			defer l.mu.Unlock()
			return nil, false, l.resting(by, now)
		}
		if found == guessEnded {
			l.evidence.guess(now)
		}
	}
	l.mu.Unlock()
	next, err := l.renewed(ctx, by, under, token)
	return next, true, err
}

// replace makes a new token in the place of one that was refused.
func (l *login) replace(ctx context.Context, by *Client, token *held) (*held, error) {
	l.mu.Lock()
	if l.current != nil && l.current != token {
		return l.lend(), nil
	}
	now := l.now()
	under := l.begin(ctx, by, now)
	if under == nil {
		defer l.mu.Unlock()
		return nil, l.resting(by, now)
	}
	l.mu.Unlock()
	return l.renewed(ctx, by, under, token)
}

// renewed waits for the successor of a token.
func (l *login) renewed(ctx context.Context, by *Client, under *attempt, token *held) (*held, error) {
	next, err := l.await(ctx, under, by)
	if err != nil || next != token {
		return next, err
	}
	l.release(ctx, next, by) // it is the same: the login failed
	l.mu.Lock()
	defer l.mu.Unlock()
	if failure := l.resting(by, l.now()); failure != nil {
		return nil, failure
	}
	return nil, under.failure
}

// close ends the login: it logs out, and waits for a login that is under way, within
// the context, to log out of what comes of it. by is who sends the logout.
func (l *login) close(ctx context.Context, by *Client) {
	l.mu.Lock()
	l.ended = true
	under := l.attempt
	var out <-chan struct{}
	if session := l.current; session != nil && l.logout != nil {
		l.current = nil
		out = l.end(ctx, session, by, min(logoutLimit, timeLeft(ctx)))
	}
	l.mu.Unlock()
	if under != nil {
		select {
		case <-under.done:
		case <-ctx.Done():
			under.cancel()
			<-under.done
		}
	}
	if out != nil {
		<-out
	}
}

// timeLeft is the time until a context's deadline; very long where it has none.
func timeLeft(ctx context.Context) time.Duration {
	deadline, ok := ctx.Deadline()
	if !ok {
		return math.MaxInt64
	}
	return time.Until(deadline)
}

// reopen takes a login up again whose account is configured once more.
func (l *login) reopen() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ended = false
}
