package upstream

import (
	"context"
	"errors"
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

// margin is how long before its end a token is renewed.
func (h *held) margin() time.Duration { return min(h.Ends.Sub(h.made)/10, longestMargin) }

// lastMoment is when it is too late to send a token that has a successor.
func (h *held) lastMoment() time.Time { return h.Ends.Add(-min(h.margin()/2, lastMoment)) }

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
