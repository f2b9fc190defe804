package upstream

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// logoutLimit bounds one logout: less than the end of the program may take.
	logoutLimit = 3 * time.Second
	// quietTime is how long the reads of a scrape that began before a reload must
	// have been silent before their session is ended.
	quietTime = time.Second
	// longestQuiet is how long that is waited for.
	longestQuiet = time.Minute
	// logoutReserve is kept of the time for the end of the program: a login that is
	// waited for has to be logged out of.
	logoutReserve = time.Second
	// remembered is how long an account is remembered that no target uses: its rest
	// and its pause hold for a target that comes back.
	remembered = 2 * time.Hour
)

// Accounts are the accounts of all targets. An account is a url with its
// credentials, whatever number of targets, over scrapes and reloads: it has one
// login, and a pause that an upstream asks for is the account's.
type Accounts struct {
	now        func() time.Time
	loginLimit time.Duration
	files      secretFiles
	// working are logins, logouts and ends of accounts under way.
	working background
	// ending is closed by Close.
	ending    chan struct{}
	closeOnce sync.Once

	mu    sync.Mutex
	known map[accountKey]*account
	// expected are clients that a reload has made and that have sent nothing yet.
	expected map[*Client]struct{}
}

// accountKey is what makes an account: a url, credentials by their content, and
// the kind of login.
type accountKey struct {
	url, kind string
	digest    [32]byte
}

// account is one of the Accounts.
type account struct {
	accounts *Accounts
	key      accountKey
	as       *identity
	pause    pause
	// session is the system's own login, token that of configured oauth2; nil where
	// there is none.
	session, token *login
	// activity counts reads, to see whether any go on.
	activity atomic.Int64

	// Guarded by Accounts.mu.
	users  []*Client
	unused time.Time // since when there are none
	last   *Client   // who used it last
}

// NewAccounts makes the registry of accounts. now is the clock of rests and ends.
func NewAccounts(now func() time.Time) *Accounts {
	return &Accounts{
		now: now, loginLimit: loginLimit,
		files:  secretFiles{open: readSecret, files: map[string]*secretFile{}},
		ending: make(chan struct{}),
		known:  map[accountKey]*account{}, expected: map[*Client]struct{}{},
	}
}

// Reread makes the secret files be read again before they are used next: a reload
// says that something may have changed.
func (s *Accounts) Reread() { s.files.expire() }

// login is the login whose token reads carry; nil where they carry the configured
// credentials.
func (a *account) login() *login {
	if a.session != nil {
		return a.session
	}
	return a.token
}

// acquire returns the account of a key, which a client uses from now on.
func (s *Accounts) acquire(key accountKey, as *identity, by *Client) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forget()
	found := s.known[key]
	if found == nil {
		found = &account{accounts: s, key: key, as: as}
		if by.target.HTTP.OAuth2 != nil {
			found.token = newLogin(found, found.fetchToken, bearer, nil)
		}
		if spec := by.login; spec != nil {
			found.session = newLogin(found, found.asking(spec), spec.Header, spec.Logout)
		}
		s.known[key] = found
	}
	for _, l := range found.logins() {
		l.reopen()
	}
	found.users = append(found.users, by)
	return found
}

func (a *account) logins() []*login {
	var all []*login
	for _, l := range []*login{a.session, a.token} {
		if l != nil {
			all = append(all, l)
		}
	}
	return all
}

// asking is how an account asks for a token in the way that a system says.
func (a *account) asking(spec *Login) func(context.Context, *Client, string) (Token, error) {
	return func(ctx context.Context, by *Client, last string) (Token, error) {
		return spec.LogIn(ctx, &Asking{
			Username: a.as.username, Password: a.as.password, LastDetail: last,
			Started: a.accounts.now(), client: by, account: a,
		})
	}
}

// forget drops accounts that no target has used for long.
func (s *Accounts) forget() {
	for key, a := range s.known {
		if len(a.users) == 0 && s.now().Sub(a.unused) > remembered {
			delete(s.known, key)
		}
	}
}

// release ends a client's use of an account. The returned channel is closed when
// that is through, with a logout where nobody else uses it.
func (s *Accounts) release(ctx context.Context, a *account, by *Client) <-chan struct{} {
	done := make(chan struct{})
	s.mu.Lock()
	defer s.mu.Unlock()
	if at := slices.Index(a.users, by); at >= 0 {
		a.users = slices.Delete(a.users, at, at+1)
	}
	if len(a.users) > 0 {
		close(done)
		return done
	}
	a.unused, a.last = s.now(), by
	if a.session == nil || a.session.logout == nil {
		close(done) // its token, if any, may serve a target that comes back
		return done
	}
	s.working.Go(func() {
		defer close(done)
		s.awaitQuiet(a)
		s.closeUnused(ctx, a, by)
	})
	return done
}

// awaitQuiet waits until no read of a scrape goes on that began before the account
// went out of use.
func (s *Accounts) awaitQuiet(a *account) {
	limit := time.NewTimer(longestQuiet)
	defer limit.Stop()
	for {
		seen := a.activity.Load()
		select {
		case <-time.After(quietTime):
		case <-limit.C:
			return
		case <-s.ending:
			return
		}
		if a.activity.Load() == seen {
			return
		}
	}
}

// closeUnused logs out of an account, unless a target has begun to use it again.
func (s *Accounts) closeUnused(ctx context.Context, a *account, by *Client) {
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.loginLimit)
	defer cancel()
	s.awaitExpected(bounded, a)
	s.mu.Lock()
	used := len(a.users) > 0
	s.mu.Unlock()
	if !used {
		a.session.close(bounded, by)
	}
}

// awaitExpected lets clients that a reload has made take an account over: which is
// theirs is known only when their secret files are read.
func (s *Accounts) awaitExpected(ctx context.Context, a *account) {
	var coming []*Client
	s.mu.Lock()
	for c := range s.expected {
		if c.target.URL.String() == a.key.url && c.login.Name == a.key.kind {
			coming = append(coming, c)
		}
	}
	s.mu.Unlock()
	for _, c := range coming {
		_, _ = c.enter(ctx) // whoever reads is told
	}
}

// expect notes a client that will use an account; arrived, that it does, or never will.
func (s *Accounts) expect(c *Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected[c] = struct{}{}
}

func (s *Accounts) arrived(c *Client) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.expected, c)
}

// targets are the names of the targets that use an account.
func (s *Accounts) targets(a *account) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var names []string
	for _, user := range a.users {
		names = append(names, user.target.Name)
	}
	slices.Sort(names)
	return names
}

// Close ends all logins: it waits for those that are under way, logs out of all
// sessions, and returns when that is through, or when the context ends.
func (s *Accounts) Close(ctx context.Context) error {
	s.closeOnce.Do(func() { close(s.ending) })
	patient, cancel := reserved(ctx, logoutReserve)
	defer cancel()
	s.mu.Lock()
	var closing sync.WaitGroup
	for _, a := range s.known {
		by := a.last
		if len(a.users) > 0 {
			by = a.users[0]
		}
		for _, l := range a.logins() {
			closing.Go(func() { l.close(patient, by) })
		}
	}
	s.mu.Unlock()
	closing.Wait()
	if err := s.working.wait(ctx); err != nil {
		return errors.New("not all logouts were answered in time")
	}
	return nil
}

// reserved is a context that ends some time before another.
func reserved(ctx context.Context, reserve time.Duration) (context.Context, context.CancelFunc) {
	deadline, ok := ctx.Deadline()
	if !ok {
		return context.WithCancel(ctx)
	}
	return context.WithDeadline(ctx, deadline.Add(-reserve))
}

// key is the key of a client's account as of its present credentials.
func (c *Client) key(as *identity) accountKey {
	kind := ""
	if c.login != nil {
		kind = c.login.Name
	}
	return accountKey{url: c.target.URL.String(), kind: kind, digest: as.digest}
}

// way names how a target reaches its upstream: what may fail for one target of an
// account and not for another.
func wayOf(c *Client) string {
	http := c.target.HTTP
	return fmt.Sprintf("%v|%v|%v|%v|%x", http.TLSConfig, http.ProxyConfig, http.FollowRedirects, http.EnableHTTP2, c.target.Thumbprint)
}
