package upstream

import (
	"errors"
	"fmt"
	"net/http"
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
