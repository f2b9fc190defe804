package collector

import (
	"context"
	"fmt"
	"maps"
	"net/http"
)

// sessionLogin is a login that a system has of its own, made with the
// target's credentials: later requests carry only what it returned.
type sessionLogin struct {
	*login
	// logout is the request that ends the session; nil where tokens just run out.
	logout func() request
}

// useSession makes all reads of the target carry the token of a login of the
// system's own in a header, after prefix. logIn sends the login requests, by Upstream.logIn.
func (u *Upstream) useSession(header, prefix string, logIn func(context.Context) (token, error), logout func() request) {
	u.session = &sessionLogin{login: u.newLogin(header, prefix, logIn), logout: logout}
}

// logIn sends one login request with the configured credentials. Whatever the
// upstream answers but success, and a pause, is a refused login.
func (u *Upstream) logIn(ctx context.Context, r request, handle func(reply) error) error {
	r.operation = OperationLogin
	if r.header == nil {
		r.header = http.Header{}
	}
	if u.account != nil {
		account, err := u.account.token(ctx)
		if err != nil {
			return err
		}
		maps.Copy(r.header, account.header)
	}
	return asRefusedLogin(u.send(ctx, u.withCredentials, r, func(answer reply) error {
		if answer.missing() {
			return &Failure{
				Reason:   ReasonLogin,
				Message:  fmt.Sprintf("%s: answered %d: there is no such login here, check url", r.name(), answer.status),
				answered: true,
				noLogin:  true,
			}
		}
		return handle(answer)
	}))
}

// asRefusedLogin gives the failures that mean "answered and refused" their reason.
func asRefusedLogin(err error) error {
	if err == nil {
		return nil
	}
	failure := *failureOf(err)
	switch failure.Reason {
	case ReasonUnauthorized, ReasonForbidden:
		failure.Reason = ReasonLogin
		failure.Message += ": check the target's credentials"
	case ReasonUpstreamError, ReasonBadStatus:
		failure.Reason = ReasonLogin
	}
	return &failure
}

// close logs out, once, if there is a session.
func (s *sessionLogin) close(ctx context.Context, u *Upstream) {
	if err := s.end(ctx, u, s.take()); err != nil {
		u.logger.Warn("logging out failed; the session ends by itself when idle", "target", u.target.Name, "err", err)
	}
}

// end logs out of one session. Also one that the upstream refused is ended: it
// may count against a limit of sessions. Then an error is only what was expected.
func (s *sessionLogin) end(ctx context.Context, u *Upstream, session token) error {
	if session.value == "" || s.logout == nil {
		return nil
	}
	r := s.logout()
	r.operation = OperationLogout
	return u.sendWithToken(ctx, session, r, func(reply) error { return nil })
}
