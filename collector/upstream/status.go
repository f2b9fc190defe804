package upstream

import (
	"fmt"
	"net/http"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/retryafter"
)

// statusFailure is the failure that a status stands for; nil where somebody
// who knows the system has to look at the reply.
func (c *Client) statusFailure(account *account, r Request, response *http.Response) *Failure {
	fail := func(reason job.Reason) *Failure {
		message := fmt.Sprintf("%s: answered %d %s", r.Name(), response.StatusCode, http.StatusText(response.StatusCode))
		return &Failure{Reason: reason, Message: message + c.hint(response), Status: response.StatusCode}
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
		if _, usedUp := retryafter.QuotaReset(response.Header, c.Now()); usedUp {
			return c.obey(account, r, response, fail)
		}
		return fail(job.ReasonForbidden)
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable:
		return c.obey(account, r, response, fail)
	case status >= 500:
		return fail(job.ReasonUpstreamError)
	case status >= 300 && status < 400 && status != http.StatusNotModified:
		return fail(job.ReasonRedirect)
	default:
		return fail(job.ReasonBadStatus)
	}
}

// obey remembers until when the upstream wants to be left alone. A token URL's
// wish is about tokens only.
func (c *Client) obey(account *account, r Request, response *http.Response, fail func(job.Reason) *Failure) *Failure {
	until, asked := retryafter.Until(response.Header, c.Now())
	if asked && r.Base == nil {
		account.pause.extend(until)
	}
	if !asked && response.StatusCode != http.StatusTooManyRequests {
		return fail(job.ReasonUpstreamError)
	}
	failure := fail(job.ReasonRateLimited)
	failure.Until = until
	return failure
}
