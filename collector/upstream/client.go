// Package upstream is the HTTP of one account on one upstream: requests bounded
// in number, time and size, logins, pauses that were asked for, and failures by
// their reasons. It knows no system and no metric.
package upstream

import (
	"bytes"
	"context"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Client sends the requests of one target: bounded in number, time and size,
// with the login of its account, counted and traced.
type Client struct {
	target   *config.Target
	accounts *Accounts
	logger   *slog.Logger
	observe  Observe

	http *http.Client
	// tokenClient asks for the tokens of configured oauth2; nil where there is none.
	tokenClient *http.Client
	// way names how the upstream is reached.
	way string
	// login is the system's own; nil where there is none.
	login *Login

	// Header is sent with every request; it is not changed after the first.
	Header http.Header
	// common is what the last request carried beside what was its own.
	common atomic.Pointer[commonHeaders]

	slots         chan struct{}
	clock         clockCheck
	unconditional resources
	buffers       sync.Pool
	secrets       secrets

	mu      sync.Mutex
	account *account // nil: not known yet
	closed  bool
	// gone: what is still sent is not counted any more, and keeps no connection.
	gone atomic.Bool
	// released is closed when the end of its use of the account is through.
	released <-chan struct{}
}

// Observe is told of each request: what it was for, the status that it was answered
// with, 0 where it was not, and how long that took.
type Observe func(operation Operation, status int, took time.Duration)

// New makes the client of a target. It sends nothing.
func New(target *config.Target, accounts *Accounts, observe Observe, logger *slog.Logger) (*Client, error) {
	client, err := newClient(target)
	if err != nil {
		return nil, err
	}
	tokenClient, err := newTokenClient(target)
	if err != nil {
		return nil, err
	}
	c := &Client{
		target: target, accounts: accounts, logger: logger, observe: observe,
		http: client, tokenClient: tokenClient,
		Header:        plainHeader(),
		slots:         make(chan struct{}, target.MaxConcurrency),
		unconditional: newResources(),
		buffers:       sync.Pool{New: func() any { return new(bytes.Buffer) }},
		secrets:       secrets{target: target, files: &accounts.files},
	}
	c.way = wayOf(c)
	return c, nil
}

// Now is the time by the accounts' clock.
func (c *Client) Now() time.Time { return c.accounts.now() }

// UseLogin makes all reads of the target carry the token of a login of the
// system's own. It is called once, before the first read.
func (c *Client) UseLogin(l Login) {
	c.login = &l
	c.accounts.expect(c)
}

// UseCredential makes requests carry what scheme makes of basic_auth, in place of
// the Basic scheme. It is called once, before the first read.
func (c *Client) UseCredential(scheme func(username, password string) http.Header) {
	c.secrets.scheme = scheme
}

// enter returns the account of the target's present credentials. Where they cannot
// be read, a session that was made before serves on.
func (c *Client) enter(ctx context.Context) (*account, error) {
	as, failure := c.secrets.identity(ctx)
	c.mu.Lock()
	defer c.mu.Unlock()
	if failure != nil {
		if c.account != nil && c.account.loggedIn() {
			return c.account, nil
		}
		Tracef(ctx, c.Now(), "nothing is sent: %s", failure.Message)
		return nil, failure
	}
	if c.account != nil && (c.account.as == as || c.account.as.digest == as.digest) {
		return c.account, nil
	}
	if c.closed {
		return nil, endedFailure()
	}
	c.accounts.arrived(c)
	before := c.account
	c.account = c.accounts.acquire(c.key(as), as, c)
	if before != nil {
		c.accounts.release(ctx, before, c)
	}
	return c.account, nil
}

// loggedIn reports whether there is a token to read with.
func (a *account) loggedIn() bool {
	l := a.login()
	if l == nil {
		return false
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.current != nil
}

// Close ends the target's use of its account: it is not configured any more, or
// not like this. Reads of a scrape under way go on with the session until they have
// been quiet for a moment, or end with a failure. It returns when the logout is
// through, where nobody else uses the account, or when the context ends. More than
// once is no harm.
func (c *Client) Close(ctx context.Context) {
	c.mu.Lock()
	if !c.closed {
		c.closed = true
		c.accounts.arrived(c)
		if c.account != nil {
			c.released = c.accounts.release(ctx, c.account, c)
		}
	}
	released := c.released
	c.mu.Unlock()
	if released != nil {
		select {
		case <-released:
		case <-ctx.Done():
		}
	}
	c.gone.Store(true)
	c.closeIdle()
}

func (c *Client) closeIdle() {
	c.http.CloseIdleConnections()
	if c.tokenClient != nil {
		c.tokenClient.CloseIdleConnections()
	}
}

// PausedUntil is the end of a pause that the upstream asked for; zero: there is none.
func (c *Client) PausedUntil() time.Time {
	account := c.entered()
	if account == nil {
		return time.Time{}
	}
	if until, active := account.pause.active(c.Now()); active {
		return until
	}
	return time.Time{}
}

// entered is the account as of the last request; nil where there was none.
func (c *Client) entered() *account {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.account
}

// LoginStatus is what an account's login is in, for people to look at.
type LoginStatus struct {
	// State is empty where the target needs no login.
	State State
	// Since is when the token was made, or when the login failed.
	Since time.Time
	// Until is when the token ends, where that is known, or the next try.
	Until time.Time
	// Failure is why the last login failed; nil where it did not.
	Failure *Failure
	// Shared are the other targets that use the account, sorted.
	Shared []string
}

// Login is the state of the target's login.
func (c *Client) Login() LoginStatus {
	account := c.entered()
	if account == nil || account.login() == nil {
		if c.login == nil && c.tokenClient == nil {
			return LoginStatus{}
		}
		return LoginStatus{State: StateNone}
	}
	status := account.login().status(c)
	for _, name := range c.accounts.targets(account) {
		if name != c.target.Name {
			status.Shared = append(status.Shared, name)
		}
	}
	return status
}

// status is the state as the login stands now.
func (l *login) status(of *Client) LoginStatus {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.now()
	status := LoginStatus{State: StateNone}
	failure := l.resting(of, now)
	switch {
	case l.current != nil && l.attempt != nil:
		status.State, status.Since, status.Until = StateRenewing, l.current.made, l.current.Ends
	case l.current != nil:
		status.State, status.Since, status.Until = StateValid, l.current.made, l.current.Ends
		status.Failure = failure
	case failure != nil:
		status.State, status.Failure, status.Until = StateResting, failure, failure.Until
		status.Since = l.refused.at
		if silent := l.silent[of.way]; !l.refused.active(now) && silent != nil {
			status.Since = silent.at
		}
	}
	return status
}
