package upstream

import (
	"context"
	"fmt"
	"maps"
	"net/http"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// sessionLogin is a login that a system has of its own, made with the
// target's credentials: later requests carry only what it returned.
type sessionLogin struct {
	*login
	// logout is the request that ends the session; nil where tokens just run out.
	logout func() Request
}

// UseSession makes all reads of the target carry the token of a login of the
// system's own in a header, after prefix. logIn sends the login requests, by Upstream.logIn.
func (u *Client) UseSession(header, prefix string, logIn func(context.Context) (Token, error), logout func() Request) {
	u.session = &sessionLogin{login: u.newLogin(header, prefix, logIn), logout: logout}
}

// LogIn sends one login request with the configured credentials. Whatever the
// upstream answers but success, and a pause, is a refused login.
func (u *Client) LogIn(ctx context.Context, r Request, handle func(Reply) error) error {
	r.Operation = OperationLogin
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if u.account != nil {
		account, err := u.account.token(ctx)
		if err != nil {
			return err
		}
		maps.Copy(r.Header, account.header)
	}
	return asRefusedLogin(u.send(ctx, u.withCredentials, r, func(answer Reply) error {
		if answer.Missing() {
			return &Failure{
				Reason:  job.ReasonLogin,
				Message: fmt.Sprintf("%s: answered %d: there is no such login here, check url", r.Name(), answer.Status),
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
	failure := *FailureOf(err)
	switch failure.Reason {
	case job.ReasonUnauthorized, job.ReasonForbidden:
		failure.Reason = job.ReasonLogin
		failure.Message += ": check the target's credentials"
	case job.ReasonUpstreamError, job.ReasonBadStatus:
		failure.Reason = job.ReasonLogin
	}
	return &failure
}

// close logs out, once, if there is a session.
func (s *sessionLogin) close(ctx context.Context, u *Client) {
	if err := s.end(ctx, u, s.take()); err != nil {
		u.logger.Warn("logging out failed; the session ends by itself when idle", "target", u.target.Name, "err", err)
	}
}

// end logs out of one session. Also one that the upstream refused is ended: it
// may count against a limit of sessions. Then an error is only what was expected.
func (s *sessionLogin) end(ctx context.Context, u *Client, session Token) error {
	if session.Value == "" || s.logout == nil {
		return nil
	}
	r := s.logout()
	r.Operation = OperationLogout
	return u.sendWithToken(ctx, session, r, func(Reply) error { return nil })
}
