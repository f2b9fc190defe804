package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Failure is an unsuccessful read. Its text is made here or by the network
// libraries, never taken from a reply, so that it can be shown and logged.
type Failure struct {
	Reason job.Reason
	// Message says what was attempted and what came of it.
	Message string
	// Scope is what else would fail alike.
	Scope Scope
	// Status is the HTTP status of the answer, if only of a refusal; 0: none came.
	Status int
	// Until is when it is tried next, where that is known: the end of a pause that
	// was asked for, or of a login's rest.
	Until time.Time
}

// Scope is how far a Failure reaches.
type Scope int

// The scopes. What came of one request is the job's; whether several of them
// say something of the target is for the caller to judge.
const (
	// ScopeJob: another read of the target may succeed.
	ScopeJob Scope = iota
	// ScopeLogin: the account's login failed, so that no read could be sent.
	ScopeLogin
	// ScopeTarget: nothing can be read: no connection, a refused certificate, a pause.
	ScopeTarget
)

// Answered reports whether the upstream answered with HTTP.
func (f *Failure) Answered() bool { return f.Status != 0 }

// Missing reports whether the upstream answered that there is nothing at that address.
func (f *Failure) Missing() bool {
	return f.Status == http.StatusNotFound || f.Status == http.StatusGone
}

func (f *Failure) Error() string { return f.Message }

// FailureOf finds the Failure in an error; any other error is the exporter's own fault.
func FailureOf(err error) *Failure {
	if failure, ok := errors.AsType[*Failure](err); ok {
		return failure
	}
	return &Failure{Reason: job.ReasonInternal, Message: "internal error: " + err.Error()}
}

// DecodeFailure is the failure of a reply that could not be understood.
func DecodeFailure(what string, err error) *Failure {
	return &Failure{Reason: job.ReasonDecode, Message: fmt.Sprintf("%s: %v", what, err)}
}

// NotFoundFailure is a 404 that does not say that the job is unknown: more
// likely the URL is wrong.
func NotFoundFailure(what, hint string) *Failure {
	return &Failure{
		Reason:  job.ReasonNotFound,
		Message: fmt.Sprintf("%s: answered 404 without saying that the job is unknown: %s", what, hint),
	}
}

// transportFailure classifies the error of a request that got no whole answer.
// attempt names the request without host or query.
func transportFailure(attempt string, err error) *Failure {
	if refused := (*redirectRefused)(nil); errors.As(err, &refused) {
		return &Failure{Reason: job.ReasonRedirect, Message: attempt + ": " + refused.Error()}
	}
	scope := ScopeJob
	if isDial(err) || isTLS(err) {
		scope = ScopeTarget
	}
	switch {
	case isTimeout(err):
		return &Failure{Reason: job.ReasonTimeout, Message: attempt + ": no answer in time", Scope: scope}
	case isTLS(err):
		return &Failure{Reason: job.ReasonTLS, Message: attempt + ": " + networkText(err), Scope: scope}
	default:
		return &Failure{Reason: job.ReasonConnection, Message: attempt + ": " + networkText(err), Scope: scope}
	}
}

func isTimeout(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) ||
		errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}

func isDial(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && (operation.Op == "dial" || operation.Op == "proxyconnect")
}

func isTLS(err error) bool {
	var (
		verification *tls.CertificateVerificationError
		record       tls.RecordHeaderError
		alert        tls.AlertError
		authority    x509.UnknownAuthorityError
		hostname     x509.HostnameError
		invalid      x509.CertificateInvalidError
		thumbprint   *thumbprintMismatch
		operation    *net.OpError
	)
	return errors.As(err, &verification) || errors.As(err, &record) || errors.As(err, &alert) || errors.As(err, &authority) ||
		errors.Is(err, http.ErrSchemeMismatch) || errors.As(err, &hostname) || errors.As(err, &invalid) || errors.As(err, &thumbprint) ||
		errors.As(err, &operation) && (operation.Op == "remote error" || operation.Op == "local error")
}

// networkText is the text of a network error without its URL. The libraries'
// errors about an answer that is not HTTP quote it, headers included, so only
// the text of errors that do not is repeated.
func networkText(err error) string {
	var (
		withURL   *url.Error
		operation *net.OpError
		file      *fs.PathError
	)
	if errors.As(err, &withURL) {
		err = withURL.Err
	}
	switch {
	case isTLS(err):
		return err.Error()
	case errors.As(err, &operation) && operation.Op == "proxyconnect" && !errors.As(operation.Err, new(net.Error)):
		return "the proxy refused to connect"
	case errors.As(err, &operation):
		return operation.Error()
	case errors.As(err, &file): // a secret's
		return file.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	default:
		return "the connection broke, or the answer is not HTTP"
	}
}

// pausedFailure is the failure of a read that was not sent because the target
// asked for a pause.
func pausedFailure(until time.Time) *Failure {
	return &Failure{
		Reason:  job.ReasonRateLimited,
		Message: "not sent: the target asked to be left alone until " + until.UTC().Format(time.RFC3339),
		Scope:   ScopeTarget,
		Until:   until,
	}
}
