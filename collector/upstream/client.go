// Package upstream is the HTTP of one account on one upstream: requests bounded
// in number, time and size, logins, pauses that were asked for, and failures by
// their reasons. It knows no system and no metric.
package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/common/version"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Client sends the requests of one target: bounded in number, time and size,
// with the login that its system asked for, counted and traced.
type Client struct {
	target *config.Target
	Now    func() time.Time
	logger *slog.Logger

	// withCredentials puts the configured credentials on a request, bare does not.
	withCredentials *http.Client
	bare            *http.Client
	// account is the login of configured oauth2; nil where there is none.
	account       *login
	accountClient *http.Client
	// session is the system's own login; nil where there is none.
	session *sessionLogin

	// Header is sent with every request.
	Header http.Header

	slots   chan struct{}
	pause   pause
	clock   clockCheck
	observe Observe
	buffers sync.Pool
}

// Observe is told of each request: what it was for, the status that it was
// answered with or "none", and how long that took.
type Observe func(operation Operation, code string, took time.Duration)

// New makes the clients of a target. It sends nothing.
func New(target *config.Target, observe Observe, now func() time.Time, logger *slog.Logger) (*Client, error) {
	withCredentials, err := newClient(target, true)
	if err != nil {
		return nil, err
	}
	bare, err := newClient(target, false)
	if err != nil {
		return nil, err
	}
	u := &Client{
		target: target, Now: now, logger: logger,
		withCredentials: withCredentials, bare: bare,
		Header: http.Header{
			"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "User-Agent": {version.ComponentUserAgent("asyncjob_exporter")},
		},
		slots:   make(chan struct{}, target.MaxConcurrency),
		observe: observe,
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
	if target.HTTP.OAuth2 != nil {
		if err := u.useOAuth2(target.HTTP.OAuth2); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// Close logs out and closes the idle connections.
func (u *Client) Close(ctx context.Context) {
	if u.session != nil {
		u.session.close(ctx, u)
	}
	u.withCredentials.CloseIdleConnections()
	u.bare.CloseIdleConnections()
	if u.accountClient != nil {
		u.accountClient.CloseIdleConnections()
	}
}

// Get sends a GET with the target's login and hands the reply to handle, which
// must not keep the body. Where the login has run out meanwhile it logs in
// again, once.
func (u *Client) Get(ctx context.Context, r Request, handle func(Reply) error) error {
	l := u.login()
	if l == nil {
		return u.send(ctx, u.withCredentials, r, handle)
	}
	current, err := l.token(ctx)
	if err != nil {
		return err
	}
	err = u.sendWithToken(ctx, current, r, handle)
	if isUnauthorized(err) && l.stale(current) {
		if l.drop(current) && u.session != nil {
			defer u.session.end(ctx, u, current) //nolint:errcheck // most likely it has ended already
		}
		if current, err = l.token(ctx); err != nil {
			return err
		}
		err = u.sendWithToken(ctx, current, r, handle)
	}
	switch {
	case isUnauthorized(err):
		return refusedAfterLogin(err)
	case err == nil, errors.Is(err, job.ErrUnknown):
		l.accept(current)
	}
	return err
}

// login is the login whose token reads carry; nil where they carry the
// configured credentials.
func (u *Client) login() *login {
	if u.session != nil {
		return u.session.login
	}
	return u.account
}

// EnsureLogin logs in where that is needed and was not done yet.
func (u *Client) EnsureLogin(ctx context.Context) error {
	l := u.login()
	if l == nil {
		return nil
	}
	_, err := l.token(ctx)
	return err
}

// sendWithToken sends a request with a token in place of the configured credentials.
func (u *Client) sendWithToken(ctx context.Context, t Token, r Request, handle func(Reply) error) error {
	if len(r.Header) == 0 {
		r.Header = t.header // shared: nobody writes to it
	} else {
		r.Header = maps.Clone(r.Header)
		maps.Copy(r.Header, t.header)
	}
	return u.send(ctx, u.bare, r, handle)
}

func isUnauthorized(err error) bool {
	failure, ok := errors.AsType[*Failure](err)
	return ok && failure.Reason == job.ReasonUnauthorized
}

// refusedAfterLogin is the failure of a read whose brand-new login is refused.
func refusedAfterLogin(err error) error {
	failure := *FailureOf(err)
	failure.Message += ", right after a login that was accepted"
	return &failure
}

// send sends one request when the target's pause and the number of parallel
// requests allow it.
func (u *Client) send(ctx context.Context, client *http.Client, r Request, handle func(Reply) error) error {
	select {
	case u.slots <- struct{}{}:
		defer func() { <-u.slots }()
	case <-ctx.Done():
		return &Failure{Reason: job.ReasonTimeout, Message: r.Name() + ": not sent before the scrape's deadline"}
	}
	if until, paused := u.pause.active(u.Now()); paused {
		Tracef(ctx, u.Now(), "%s: not sent, the target asked to be left alone until %s", r.Name(), until.UTC().Format(time.RFC3339))
		return pausedFailure(until)
	}
	return u.sendNow(ctx, client, r, handle)
}

// sendNow sends one request and reports it: to the metrics, and to a trace.
func (u *Client) sendNow(ctx context.Context, client *http.Client, r Request, handle func(Reply) error) error {
	started := u.Now()
	code, size, err := u.exchange(ctx, client, r, handle)
	took := u.Now().Sub(started)
	u.observe(r.Operation, code, took)
	if Traced(ctx) {
		u.traceExchange(ctx, r, code, size, took, err)
	}
	return err
}

func (u *Client) traceExchange(ctx context.Context, r Request, code string, size int, took time.Duration, err error) {
	outcome := "understood"
	switch {
	case errors.Is(err, job.ErrUnknown):
		outcome = err.Error()
	case err != nil:
		outcome = fmt.Sprintf("%s (%s)", FailureOf(err).Reason, err)
	}
	Tracef(ctx, u.Now(), "%s: status %s, %d bytes, %s: %s", r.Name(), code, size, took.Round(time.Microsecond*100), outcome)
}

// exchange sends one request, reads the answer whole and lets it be handled.
// It returns the status code, or noCode, and the size of the body.
func (u *Client) exchange(ctx context.Context, client *http.Client, r Request, handle func(Reply) error) (code string, size int, err error) {
	ctx, cancel := context.WithTimeout(ctx, u.target.Timeout)
	defer cancel()
	httpRequest, err := u.prepare(ctx, r)
	if err != nil {
		return noCode, 0, &Failure{Reason: job.ReasonInternal, Message: fmt.Sprintf("%s: %v", r.Name(), err)}
	}
	response, err := client.Do(httpRequest)
	if err != nil {
		return noCode, 0, transportFailure(r.Name(), err)
	}
	defer response.Body.Close()
	u.clock.see(response.Header, u.Now(), u.logger)
	code = strconv.Itoa(response.StatusCode)
	failure := u.statusFailure(r, response)
	if failure != nil && !slices.Contains(r.Explained, response.StatusCode) {
		return code, 0, failure
	}
	buffer, _ := u.buffers.Get().(*bytes.Buffer)
	defer u.recycle(buffer)
	if err := readBody(buffer, response, u.target.MaxResponseBytes); err != nil {
		return code, buffer.Len(), bodyFailure(r.Name(), response.StatusCode, err)
	}
	err = handle(Reply{
		Status: response.StatusCode,
		Header: response.Header,
		Body:   buffer.Bytes(),
		Validators: job.Validators{
			Etag:         response.Header.Get("ETag"),
			LastModified: response.Header.Get("Last-Modified"),
		},
		failure: failure,
	})
	return code, buffer.Len(), answeredWith(response.StatusCode, err)
}

// answeredWith notes the status in the failure of somebody who looked at the answer.
func answeredWith(status int, err error) error {
	if failure, ok := errors.AsType[*Failure](err); ok && failure.Status == 0 {
		failure.Status = status
	}
	return err
}

// statusFailure is the failure that a status stands for; nil where somebody
// who knows the system has to look at the reply.
func (u *Client) statusFailure(r Request, response *http.Response) *Failure {
	fail := func(reason job.Reason) *Failure {
		message := fmt.Sprintf("%s: answered %d %s", r.Name(), response.StatusCode, http.StatusText(response.StatusCode))
		return &Failure{Reason: reason, Message: message, Status: response.StatusCode}
	}
	status := response.StatusCode
	switch {
	case status >= 200 && status < 300, status == http.StatusNotFound, status == http.StatusGone:
		return nil
	case status == http.StatusNotModified && r.Validators != job.Validators{}:
		return nil
	case status == http.StatusUnauthorized:
		return fail(job.ReasonUnauthorized)
	case status == http.StatusForbidden:
		return fail(job.ReasonForbidden)
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return u.obey(response, fail)
	case status >= 500:
		return fail(job.ReasonUpstreamError)
	case status >= 300 && status < 400 && status != http.StatusNotModified:
		return fail(job.ReasonRedirect)
	default:
		return fail(job.ReasonBadStatus)
	}
}

// obey remembers until when the target wants to be left alone.
func (u *Client) obey(response *http.Response, fail func(job.Reason) *Failure) *Failure {
	until, asked := retryAfter(response.Header, u.Now())
	if asked {
		u.pause.extend(until)
	}
	if asked || response.StatusCode == http.StatusTooManyRequests {
		return fail(job.ReasonRateLimited)
	}
	return fail(job.ReasonUpstreamError)
}

// largestKept is the size up to which a buffer is kept for the next body.
const largestKept = 256 << 10

func (u *Client) recycle(buffer *bytes.Buffer) {
	if buffer.Cap() <= largestKept {
		buffer.Reset()
		u.buffers.Put(buffer)
	}
}
