package config

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/retryafter"
)

// listAnswer is what a request for a list got.
type listAnswer struct {
	status   int
	header   http.Header
	location *url.URL // nil: none
	body     []byte
}

// refusesCondition tells of an answer that a request without condition may not get.
func (a *listAnswer) refusesCondition() bool {
	switch a.status {
	case http.StatusNotModified, http.StatusUnauthorized, http.StatusNotFound, http.StatusGone, http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return false
	default:
		return a.status/100 != 2
	}
}

// restsUntil is until when the server asked to be left alone; zero: it did not.
func (a *listAnswer) restsUntil(now time.Time) (until time.Time) {
	switch a.status {
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		until, _ = retryafter.Until(a.header, now)
	case http.StatusForbidden:
		until, _ = retryafter.QuotaReset(a.header, now)
	}
	return until
}

// refusal says what an answer without a list is. restsUntil is when the server lets
// itself be asked again; zero: it does not say.
func (a *listAnswer) refusal(restsUntil time.Time) error {
	status := fmt.Sprintf("answered %d %s", a.status, http.StatusText(a.status))
	if a.location != nil {
		return fmt.Errorf("%s to %s://%s: redirects are followed with follow_redirects only, and to no other host", status, a.location.Scheme, cleanName(a.location.Host))
	}
	if !restsUntil.IsZero() {
		status += ", and asked to be left alone until " + restsUntil.UTC().Format("15:04:05 UTC")
	}
	return errors.New(status)
}
