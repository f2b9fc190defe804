package upstream

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

const (
	// mostTokens bounds how many tokens one read is tried with: that it began with,
	// those made for it, and one that somebody else has made meanwhile.
	mostTokens = 4
	// mostLogins bounds the logins that are made for one read. A second one is for
	// a session that was ended before anything was read with it.
	mostLogins = 2
)

// Get sends a GET with the account's login and hands the reply to handle, which
// must not keep the body. Where the login has run out meanwhile it is made anew, once.
func (c *Client) Get(ctx context.Context, r Request, handle func(Reply) error) error {
	return c.GetWith(ctx, func(string) Request { return r }, handle)
}

// GetWith is Get for requests that depend on what the login found out: on its
// Token.Detail, which Reply.Detail repeats.
func (c *Client) GetWith(ctx context.Context, request func(detail string) Request, handle func(Reply) error) error {
	account, err := c.enter(ctx)
	if err != nil {
		return err
	}
	l := account.login()
	if l == nil {
		r := request("")
		r.credentials = account.as.credentials
		return c.sendConditional(ctx, account, r, handle)
	}
	token, err := l.acquire(ctx, c)
	if err != nil {
		return err
	}
	return c.getWithToken(ctx, account, token, request, handle)
}

// getWithToken reads with a token, and with another one where a 401 shows that it
// has ended.
func (c *Client) getWithToken(ctx context.Context, account *account, token *held, request func(string) Request, handle func(Reply) error) error {
	l, logins := account.login(), 0
	for tried := 1; ; tried++ {
		r := request(token.Detail)
		r.detail = token.Detail
		r.credentials = token.credentials
		err := c.sendConditional(ctx, account, r, handle)
		l.release(ctx, token, c)
		if !isUnauthorized(err) {
			if err == nil || errors.Is(err, job.ErrUnknown) {
				l.accept(r.resource(), token, logins > 0)
			}
			return err
		}
		if tried == mostTokens {
			l.refuse(r.resource())
			return err
		}
		next, loggedIn, failure := l.doubt(ctx, c, token, r.resource(), logins < mostLogins)
		switch {
		case failure != nil:
			return failure
		case next == nil:
			l.refuse(r.resource())
			return err
		}
		token = next
		if loggedIn {
			logins++
		}
	}
}

// resource names what a request reads, apart from the query of a list, which
// changes from page to page.
func (r Request) resource() string {
	switch {
	case r.Operation == OperationList:
		return r.Path
	case r.RawQuery != "":
		return r.Path + "?" + r.RawQuery
	case len(r.Query) > 0:
		return r.Path + "?" + r.Query.Encode()
	default:
		return r.Path
	}
}

func isUnauthorized(err error) bool {
	failure, ok := errors.AsType[*Failure](err)
	return ok && failure.Reason == job.ReasonUnauthorized
}

// EnsureLogin logs in where that is needed and was not done yet.
func (c *Client) EnsureLogin(ctx context.Context) error {
	account, err := c.enter(ctx)
	if err != nil || account.login() == nil {
		return err
	}
	token, err := account.login().acquire(ctx, c)
	if err == nil {
		account.login().release(ctx, token, c)
	}
	return err
}

// sendConditional sends a request, and once more without its condition where that
// may be what the upstream, or a gateway before it, does not understand. Asking
// whether something changed is an economy and must never cost the read.
func (c *Client) sendConditional(ctx context.Context, account *account, r Request, handle func(Reply) error) error {
	if (r.Validators == job.Validators{}) {
		return c.send(ctx, account, r, handle)
	}
	resource := r.resource()
	if c.unconditional.has(resource) {
		r.Validators = job.Validators{}
		return c.send(ctx, account, r, handle)
	}
	err := c.send(ctx, account, r, handle)
	if err == nil || errors.Is(err, job.ErrUnknown) || !refusesCondition(FailureOf(err)) {
		return err
	}
	r.Validators = job.Validators{}
	if again := c.send(ctx, account, r, handle); again == nil || errors.Is(again, job.ErrUnknown) {
		c.unconditional.add(resource)
		return again
	}
	return err
}

// refusesCondition reports whether a failure may come of the request's condition.
func refusesCondition(failure *Failure) bool {
	switch status := failure.Status; status {
	case 0, http.StatusNotModified, http.StatusNotFound, http.StatusGone, http.StatusUnauthorized,
		http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return false
	default:
		return status >= 300
	}
}

// send sends one request when the account's pause and the number of parallel
// requests allow it. Logins and logouts wait for no other request: they are one at
// a time, and reads wait for them.
func (c *Client) send(ctx context.Context, account *account, r Request, handle func(Reply) error) error {
	if r.Operation != OperationLogin && r.Operation != OperationLogout {
		account.activity.Add(1)
		select {
		case c.slots <- struct{}{}:
			defer func() { <-c.slots }()
		case <-ctx.Done():
			return &Failure{Reason: job.ReasonTimeout, Message: r.Name() + ": not sent before the scrape's deadline"}
		}
	}
	started := c.Now()
	if until, paused := account.pause.active(started); paused {
		Tracef(ctx, started, "%s: not sent, the target asked to be left alone until %s", r.Name(), until.UTC().Format(time.RFC3339))
		return pausedFailure(until)
	}
	outcome := c.exchange(ctx, account, r, handle)
	took := c.Now().Sub(started)
	if !c.gone.Load() {
		c.observe(r.Operation, outcome.status, took)
	} else {
		c.closeIdle()
	}
	if Traced(ctx) {
		c.traceExchange(ctx, r, outcome, took)
	}
	return outcome.err
}
