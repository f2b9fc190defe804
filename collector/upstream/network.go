package upstream

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// noAnswer is the failure of a request that got no answer, or whose redirect was
// refused.
func (c *Client) noAnswer(r Request, sent *http.Request, response *http.Response, err error) *Failure {
	if sent.URL.Scheme == "https" && r.client == nil && c.proxyOf(sent) != nil {
		if refused := proxyRefusal(r.Name(), err); refused != nil {
			return refused
		}
	}
	failure := transportFailure(r.Name(), err)
	if response != nil {
		failure.Status = response.StatusCode
	}
	return failure
}

// transportFailure classifies the error of a request that got no whole answer.
// attempt names the request without host or query.
func transportFailure(attempt string, err error) *Failure {
	if refused := (*redirectRefused)(nil); errors.As(err, &refused) {
		return &Failure{Reason: job.ReasonRedirect, Message: attempt + ": " + refused.Error()}
	}
	scope := ScopeJob
	if isDial(err) || isTLS(err) || answersTLS(err) {
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
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		err = withURL.Err
	}
	operation, network := errors.AsType[*net.OpError](err)
	switch {
	case isTLS(err):
		return tlsText(err)
	case network && operation.Op == "proxyconnect":
		return "the proxy cannot be reached: " + operation.Err.Error()
	case network:
		return operation.Error()
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "the connection ended before the answer did"
	case answersTLS(err):
		return "the port speaks TLS: url should begin with https"
	default:
		return "the connection broke, or the answer is not HTTP"
	}
}

// tlsText is the text of a failed handshake, with the certificate that was refused
// so that it can be compared. The names in it are the server's words.
func tlsText(err error) string {
	text := job.Clean(err.Error(), longestTLSText)
	if verification, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(verification.UnverifiedCertificates) > 0 {
		text += ", its SHA-256 thumbprint is " + fingerprint(verification.UnverifiedCertificates[0].Raw)
	}
	if errors.Is(err, http.ErrSchemeMismatch) || isPlain(err) {
		text += ": the port does not speak TLS: should url begin with http?"
	}
	return text
}

// longestTLSText is how much of a TLS error is shown: it may list all names of a certificate.
const longestTLSText = 400

func isPlain(err error) bool {
	record, ok := errors.AsType[tls.RecordHeaderError](err)
	return ok && strings.Contains(record.Msg, "does not look like a TLS handshake")
}

// answersTLS reports whether what is not HTTP is a TLS alert: net/http quotes it.
func answersTLS(err error) bool {
	return strings.Contains(err.Error(), `malformed HTTP response "\x15\x03`)
}

// proxyRefusal is the failure of a proxy that does not let us through; nil where
// it is not that. net/http makes a bare text of what the proxy answers, which is
// repeated only where it is that of a known status.
func proxyRefusal(attempt string, err error) *Failure {
	text, bare := bareText(err)
	if !bare {
		return nil
	}
	message := attempt + ": the proxy refused to connect"
	for status := http.StatusMultipleChoices; status <= http.StatusNetworkAuthenticationRequired; status++ {
		if known := http.StatusText(status); known != "" && strings.EqualFold(known, text) {
			message = fmt.Sprintf("%s: it answered %d %s", message, status, known)
			break
		}
	}
	return &Failure{Reason: job.ReasonConnection, Scope: ScopeTarget, Message: message}
}

// bareText is the text of a request's error that is nothing but a text, and not one
// of net/http's about a connection.
func bareText(err error) (text string, bare bool) {
	if withURL, ok := errors.AsType[*url.Error](err); ok {
		err = withURL.Err
	}
	text = err.Error()
	typed := errors.Unwrap(err) != nil || isTimeout(err) || isTLS(err) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	return text, !typed && !strings.Contains(text, "connection broken") && !strings.Contains(text, "malformed HTTP")
}
