package simulator

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"
)

// account is a user, or a client of OAuth2, and its password.
type account struct{ user, password string }

// basic says whether a request carries the account's Basic credentials.
func (a account) basic(r *http.Request) bool {
	user, password, given := r.BasicAuth()
	return given && user == a.user && password == a.password
}

// bearer is the request's bearer token; empty where it has none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// logins are all sessions and tokens that the systems have issued.
type logins struct {
	clock      func() time.Time
	sessionTTL time.Duration
	tokenTTL   time.Duration
	secrets    *secrets

	mutex sync.Mutex
	// issued is by session id or token.
	issued map[string]login
}

// login is one session or token.
type login struct {
	system, user string
	// session: it can be logged out of, and every use prolongs it.
	session bool
	// ends is zero for a session without end.
	ends time.Time
}

func newLogins(clock func() time.Time, sessionTTL, tokenTTL time.Duration, secrets *secrets) *logins {
	return &logins{clock: clock, sessionTTL: sessionTTL, tokenTTL: tokenTTL, secrets: secrets, issued: map[string]login{}}
}

// openSession logs a user in and returns the session's id.
func (l *logins) openSession(system, user string) string {
	return l.issue(login{system: system, user: user, session: true, ends: l.sessionEnd()})
}

// issueToken returns a bearer token for a user.
func (l *logins) issueToken(system, user string) string {
	return l.issue(login{system: system, user: user, ends: l.clock().Add(l.tokenTTL)})
}

func (l *logins) issue(login login) string {
	id := rand.Text()
	l.secrets.add(id)
	l.mutex.Lock()
	defer l.mutex.Unlock()
	l.issued[id] = login
	return id
}

// use is the user whom a system's session or token belongs to; empty where it
// is not valid.
func (l *logins) use(system, id string) string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	login, found := l.issued[id]
	if !found || login.system != system || l.ended(login) {
		return ""
	}
	if login.session {
		login.ends = l.sessionEnd()
		l.issued[id] = login
	}
	return login.user
}

// end logs a session out.
func (l *logins) end(id string) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	delete(l.issued, id)
}

func (l *logins) openSessions() int {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	open := 0
	for _, login := range l.issued {
		if login.session && !l.ended(login) {
			open++
		}
	}
	return open
}

func (l *logins) forget() {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	clear(l.issued)
}

func (l *logins) ended(login login) bool {
	return !login.ends.IsZero() && !l.clock().Before(login.ends)
}

func (l *logins) sessionEnd() time.Time {
	if l.sessionTTL == 0 {
		return time.Time{}
	}
	return l.clock().Add(l.sessionTTL)
}
