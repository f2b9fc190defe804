package job

import (
	"errors"
)

// Reason is why a job could not be read: the label "reason".
type Reason string

// The reasons. What each one covers is in README.md.
const (
	ReasonTimeout       Reason = "timeout"
	ReasonConnection    Reason = "connection"
	ReasonTLS           Reason = "tls"
	ReasonUnauthorized  Reason = "unauthorized"
	ReasonForbidden     Reason = "forbidden"
	ReasonNotFound      Reason = "not_found"
	ReasonRateLimited   Reason = "rate_limited"
	ReasonUpstreamError Reason = "upstream_error"
	ReasonBadStatus     Reason = "bad_status"
	ReasonRedirect      Reason = "redirect"
	ReasonTooLarge      Reason = "too_large"
	ReasonDecode        Reason = "decode"
	ReasonLogin         Reason = "login"
	ReasonInternal      Reason = "internal"
)

// Reasons are all reasons.
func Reasons() []Reason {
	return []Reason{
		ReasonTimeout, ReasonConnection, ReasonTLS, ReasonUnauthorized, ReasonForbidden, ReasonNotFound, ReasonRateLimited,
		ReasonUpstreamError, ReasonBadStatus, ReasonRedirect, ReasonTooLarge, ReasonDecode, ReasonLogin, ReasonInternal,
	}
}

// ErrUnknown is a reader's answer for a job that the upstream says it does
// not know.
var ErrUnknown = errors.New("the upstream knows no such job")
