package upstream

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// login is one login at a target, kept over scrapes and shared by all reads:
// a session or a token that somebody has to fetch and that ends some day.
type login struct {
	// fetch logs in. Its error is a *Failure.
	fetch func(ctx context.Context) (Token, error)
	// header carries the token in requests, after prefix.
	header string
	prefix string
	// timeout bounds one fetch.
	timeout time.Duration
	now     func() time.Time

	// turn is held by the one caller that may log in.
	turn chan struct{}

	mu      sync.Mutex
	current Token
	// unproved counts logins in a row whose token no read was answered with.
	unproved int
	// refusals counts failed logins since the last good one.
	refusals  int
	failure   *Failure
	failedAt  time.Time
	notBefore time.Time
}

// Token is what a login got.
type Token struct {
	// Value is sent with each request; empty: there is no token.
	Value string
	// header is how it is sent.
	header http.Header
	made   time.Time
	// Ends is when the token becomes worthless; zero where nobody said.
	Ends time.Time
}

// newLogin makes a login at a target that is not logged in to yet.
func (u *Client) newLogin(header, prefix string, fetch func(context.Context) (Token, error)) *login {
	return &login{fetch: fetch, header: header, prefix: prefix, timeout: u.target.Timeout, now: u.Now, turn: make(chan struct{}, 1)}
}

// token returns the token to use, logging in first where there is none or it
// is about to end. Callers that come while somebody logs in wait for that one
// login and share what comes of it.
func (l *login) token(ctx context.Context) (Token, error) {
	asked := l.now()
	if current, ok := l.usable(); ok {
		return current, nil
	}
	select {
	case l.turn <- struct{}{}:
		defer func() { <-l.turn }()
	case <-ctx.Done():
		return Token{}, &Failure{Reason: job.ReasonTimeout, Message: "login: no answer in time", Scope: ScopeLogin}
	}
	if current, ok := l.usable(); ok {
		return current, nil
	}
	if failure := l.recentFailure(asked); failure != nil {
		return Token{}, failure
	}
	return l.renew(ctx)
}

// renewalMargin is how long before its end a token is renewed.
func renewalMargin(t Token) time.Duration {
	return min(t.Ends.Sub(t.made)/10, time.Minute)
}

func (l *login) usable() (Token, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current.Value == "" {
		return Token{}, false
	}
	if !l.current.Ends.IsZero() && !l.now().Before(l.current.Ends.Add(-renewalMargin(l.current))) {
		return Token{}, false
	}
	return l.current, true
}

// recentFailure is the failure of a login that was tried since asked, or that
// has to rest a while before it is tried again.
func (l *login) recentFailure(asked time.Time) *Failure {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failure != nil && (!l.failedAt.Before(asked) || l.now().Before(l.notBefore)) {
		return l.failure
	}
	return nil
}

func (l *login) renew(ctx context.Context) (Token, error) {
	bounded, cancel := context.WithTimeout(ctx, l.timeout)
	defer cancel()
	fetched, err := l.fetch(bounded)
	if err == nil && strings.ContainsFunc(fetched.Value, isControlOrSpace) {
		err = DecodeFailure("login", errors.New("what the answer holds cannot be a token"))
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if err == nil {
		fetched.made = l.now()
		fetched.header = http.Header{http.CanonicalHeaderKey(l.header): {l.prefix + fetched.Value}}
		l.current, l.refusals, l.failure = fetched, 0, nil
		l.unproved++
		return fetched, nil
	}
	if l.now().Before(l.current.Ends) {
		return l.current, nil // the old token still has a little time
	}
	l.current = Token{}
	failure := *FailureOf(err)
	failure.Scope = ScopeLogin
	if ctx.Err() == nil { // else it was this scrape's deadline, which says nothing about the next
		l.rest(&failure)
	}
	return Token{}, &failure
}

func isControlOrSpace(r rune) bool { return r <= ' ' || r == 0x7f }

// rest remembers a failure and decides when to try again. A refused login is
// not repeated with every scrape: some systems lock an account after a few.
func (l *login) rest(failure *Failure) {
	l.failure, l.failedAt = failure, l.now()
	if failure.Reason != job.ReasonLogin {
		l.notBefore = time.Time{}
		return
	}
	l.refusals++
	l.notBefore = l.failedAt.Add(loginRest(l.refusals, failure.Status == http.StatusServiceUnavailable))
}

const (
	firstLoginRest   = 30 * time.Second
	longestLoginRest = 5 * time.Minute
)

// loginRest is how long to leave a login alone after so many refusals in a row.
// One refusal may be a password that is being changed; a server that is too
// busy (503: vCenter's limit of sessions) is left alone from the first.
func loginRest(refusals int, busy bool) time.Duration {
	if !busy {
		refusals--
	}
	if refusals <= 0 {
		return 0
	}
	return min(firstLoginRest<<min(refusals-1, 10), longestLoginRest)
}

// accept notes that the upstream answered a read with this token.
func (l *login) accept(accepted Token) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current.Value == accepted.Value {
		l.unproved = 0
	}
}

// stale reports whether it is worth replacing a token that was refused. One
// that worked before has ended. One that never did is no better than the next
// one would be: an upstream that accepts every login and refuses what comes of
// it would be logged in to with every scrape.
func (l *login) stale(refused Token) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current.Value != refused.Value || l.unproved == 0 || l.now().Sub(l.current.made) >= loginRest(l.unproved, true)
}

// drop forgets a token that the upstream does not accept any more, unless it
// has been replaced already, which it reports.
func (l *login) drop(refused Token) (dropped bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.current.Value != refused.Value {
		return false
	}
	l.current = Token{}
	return true
}

// take removes and returns the current token, for a logout.
func (l *login) take() Token {
	l.mu.Lock()
	defer l.mu.Unlock()
	current := l.current
	l.current = Token{}
	return current
}
