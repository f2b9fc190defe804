package upstream

import (
	"context"
	"math"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

func endedFailure() *Failure {
	return &Failure{Reason: job.ReasonLogin, Scope: ScopeLogin, Message: "login: ended, since the target is not configured any more"}
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
		r.credentials = session.credentials
		err := by.send(bounded, l.owner, r, func(Reply) error { return nil })
		if err != nil && !expected {
			by.logger.Warn("logging out failed; the session ends by itself when idle", "err", err)
		}
	})
	return done
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
