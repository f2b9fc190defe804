package collector

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/common/version"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Upstream sends the requests of one target: bounded in number, time and size,
// with the login that its system asked for, counted and traced.
type Upstream struct {
	target *config.Target
	now    func() time.Time
	logger *slog.Logger

	// withCredentials puts the configured credentials on a request, bare does not.
	withCredentials *http.Client
	bare            *http.Client
	// account is the login of configured oauth2; nil where there is none.
	account       *login
	accountClient *http.Client
	// session is the system's own login; nil where there is none.
	session *sessionLogin

	// header is sent with every request.
	header http.Header

	slots   chan struct{}
	pause   pause
	clock   clockCheck
	metrics *targetMetrics
	buffers sync.Pool
}

// newUpstream makes the clients of a target. It sends nothing.
func newUpstream(target *config.Target, metrics *targetMetrics, now func() time.Time, logger *slog.Logger) (*Upstream, error) {
	withCredentials, err := newClient(target, true)
	if err != nil {
		return nil, err
	}
	bare, err := newClient(target, false)
	if err != nil {
		return nil, err
	}
	u := &Upstream{
		target: target, now: now, logger: logger,
		withCredentials: withCredentials, bare: bare,
		header: http.Header{
			"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "User-Agent": {version.ComponentUserAgent("asyncjob_exporter")},
		},
		slots:   make(chan struct{}, target.MaxConcurrency),
		metrics: metrics,
		buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }},
	}
	if target.HTTP.OAuth2 != nil {
		if err := u.useOAuth2(target.HTTP.OAuth2); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// close logs out and closes the idle connections.
func (u *Upstream) close(ctx context.Context) {
	if u.session != nil {
		u.session.close(ctx, u)
	}
	u.withCredentials.CloseIdleConnections()
	u.bare.CloseIdleConnections()
	if u.accountClient != nil {
		u.accountClient.CloseIdleConnections()
	}
}

// get sends a GET with the target's login and hands the reply to handle, which
// must not keep the body. Where the login has run out meanwhile it logs in
// again, once.
func (u *Upstream) get(ctx context.Context, r request, handle func(reply) error) error {
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
	case err == nil, errors.Is(err, errUnknownJob):
		l.accept(current)
	}
	return err
}

// login is the login whose token reads carry; nil where they carry the
// configured credentials.
func (u *Upstream) login() *login {
	if u.session != nil {
		return u.session.login
	}
	return u.account
}

// ensureLogin logs in where that is needed and was not done yet.
func (u *Upstream) ensureLogin(ctx context.Context) error {
	l := u.login()
	if l == nil {
		return nil
	}
	_, err := l.token(ctx)
	return err
}

// sendWithToken sends a request with a token in place of the configured credentials.
func (u *Upstream) sendWithToken(ctx context.Context, t token, r request, handle func(reply) error) error {
	r.header = t.header
	return u.send(ctx, u.bare, r, handle)
}

func isUnauthorized(err error) bool {
	failure, ok := errors.AsType[*Failure](err)
	return ok && failure.Reason == ReasonUnauthorized
}

// refusedAfterLogin is the failure of a read whose brand-new login is refused.
func refusedAfterLogin(err error) error {
	failure := *failureOf(err)
	failure.Message += ", right after a login that was accepted"
	failure.ofTarget = true
	return &failure
}

// send sends one request when the target's pause and the number of parallel
// requests allow it.
func (u *Upstream) send(ctx context.Context, client *http.Client, r request, handle func(reply) error) error {
	select {
	case u.slots <- struct{}{}:
		defer func() { <-u.slots }()
	case <-ctx.Done():
		return &Failure{Reason: ReasonTimeout, Message: r.name() + ": not sent before the scrape's deadline"}
	}
	if until, paused := u.pause.active(u.now()); paused {
		tracef(ctx, u.now(), "%s: not sent, the target asked to be left alone until %s", r.name(), until.UTC().Format(time.RFC3339))
		return pausedFailure(until)
	}
	return u.sendNow(ctx, client, r, handle)
}

// sendNow sends one request and reports it: to the metrics, and to a trace.
func (u *Upstream) sendNow(ctx context.Context, client *http.Client, r request, handle func(reply) error) error {
	started := u.now()
	code, size, err := u.exchange(ctx, client, r, handle)
	took := u.now().Sub(started)
	u.metrics.count(r.operation, code, took)
	if traced(ctx) {
		u.traceExchange(ctx, r, code, size, took, err)
	}
	return err
}

func (u *Upstream) traceExchange(ctx context.Context, r request, code string, size int, took time.Duration, err error) {
	outcome := "understood"
	switch {
	case errors.Is(err, errUnknownJob):
		outcome = err.Error()
	case err != nil:
		outcome = fmt.Sprintf("%s (%s)", failureOf(err).Reason, err)
	}
	tracef(ctx, u.now(), "%s: status %s, %d bytes, %s: %s", r.name(), code, size, took.Round(time.Microsecond*100), outcome)
}

// exchange sends one request, reads the answer whole and lets it be handled.
// It returns the status code, or noCode, and the size of the body.
func (u *Upstream) exchange(ctx context.Context, client *http.Client, r request, handle func(reply) error) (code string, size int, err error) {
	ctx, cancel := context.WithTimeout(ctx, u.target.Timeout)
	defer cancel()
	httpRequest, err := u.prepare(ctx, r)
	if err != nil {
		return noCode, 0, &Failure{Reason: ReasonInternal, Message: fmt.Sprintf("%s: %v", r.name(), err)}
	}
	response, err := client.Do(httpRequest)
	if err != nil {
		return noCode, 0, transportFailure(r.name(), err)
	}
	defer response.Body.Close()
	u.clock.see(response.Header, u.now(), u.logger)
	code = strconv.Itoa(response.StatusCode)
	if failure := u.statusFailure(r, response); failure != nil {
		return code, 0, failure
	}
	buffer, _ := u.buffers.Get().(*bytes.Buffer)
	defer u.recycle(buffer)
	if err := readBody(buffer, response, u.target.MaxResponseBytes); err != nil {
		return code, buffer.Len(), bodyFailure(r.name(), err)
	}
	return code, buffer.Len(), handle(reply{
		status: response.StatusCode,
		body:   buffer.Bytes(),
		validators: validators{
			etag:         response.Header.Get("ETag"),
			lastModified: response.Header.Get("Last-Modified"),
		},
	})
}

// statusFailure is the failure that a status stands for; nil where somebody
// who knows the system has to look at the reply.
func (u *Upstream) statusFailure(r request, response *http.Response) *Failure {
	fail := func(reason Reason) *Failure {
		message := fmt.Sprintf("%s: answered %d %s", r.name(), response.StatusCode, http.StatusText(response.StatusCode))
		return &Failure{Reason: reason, Message: message, answered: true, busy: response.StatusCode == http.StatusServiceUnavailable}
	}
	status := response.StatusCode
	switch {
	case status >= 200 && status < 300, status == http.StatusNotFound, status == http.StatusGone:
		return nil
	case status == http.StatusNotModified && r.validators != validators{}:
		return nil
	case status == http.StatusUnauthorized:
		return fail(ReasonUnauthorized)
	case status == http.StatusForbidden:
		return fail(ReasonForbidden)
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return u.obey(response, fail)
	case status >= 500:
		return fail(ReasonUpstreamError)
	case status >= 300 && status < 400 && status != http.StatusNotModified:
		return fail(ReasonRedirect)
	default:
		return fail(ReasonBadStatus)
	}
}

// obey remembers until when the target wants to be left alone.
func (u *Upstream) obey(response *http.Response, fail func(Reason) *Failure) *Failure {
	until, asked := retryAfter(response.Header, u.now())
	if asked {
		u.pause.extend(until)
	}
	if asked || response.StatusCode == http.StatusTooManyRequests {
		return fail(ReasonRateLimited)
	}
	return fail(ReasonUpstreamError)
}

// largestKept is the size up to which a buffer is kept for the next body.
const largestKept = 256 << 10

func (u *Upstream) recycle(buffer *bytes.Buffer) {
	if buffer.Cap() <= largestKept {
		buffer.Reset()
		u.buffers.Put(buffer)
	}
}
