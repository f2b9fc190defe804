package upstream

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// outcome is what came of one request.
type outcome struct {
	// status is that of the answer; 0: none came.
	status int
	// size is the number of bytes read of the body.
	size int
	err  error
}

// exchange sends one request, reads the answer whole and lets it be handled.
func (c *Client) exchange(ctx context.Context, account *account, r Request, handle func(Reply) error) outcome {
	if r.Operation != OperationLogin && r.Operation != OperationLogout { // which have limits of their own
		var cancel context.CancelFunc
		ctx, cancel = c.bounded(ctx)
		defer cancel()
	}
	httpRequest, err := c.prepare(ctx, account, r)
	if err != nil {
		return outcome{err: &Failure{Reason: job.ReasonInternal, Message: fmt.Sprintf("%s: %v", r.Name(), err)}}
	}
	response, err := do(c.clientFor(r), httpRequest)
	if err != nil {
		return outcome{err: c.noAnswer(r, httpRequest, response, err)}
	}
	defer response.Body.Close()
	if r.Base == nil {
		c.clock.see(response.Header, c.Now(), c.logger)
	}
	failure := c.statusFailure(account, r, response)
	if failure != nil && !slices.Contains(r.Explained, response.StatusCode) {
		return outcome{status: response.StatusCode, err: failure}
	}
	return c.handleBody(r, response, failure, handle)
}

// bounded bounds one request by the target's timeout, unless the scrape ends before that.
func (c *Client) bounded(ctx context.Context) (context.Context, context.CancelFunc) {
	if timeLeft(ctx) <= c.target.Timeout {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, c.target.Timeout)
}

func (c *Client) clientFor(r Request) *http.Client {
	if r.client != nil {
		return r.client
	}
	return c.http
}

// handleBody reads an answer's body and hands the reply over.
func (c *Client) handleBody(r Request, response *http.Response, failure *Failure, handle func(Reply) error) outcome {
	buffer, _ := c.buffers.Get().(*bytes.Buffer)
	defer c.recycle(buffer)
	if err := readBody(buffer, response, c.target.MaxResponseBytes); err != nil {
		return outcome{status: response.StatusCode, size: buffer.Len(), err: bodyFailure(r.Name(), response.StatusCode, err)}
	}
	err := handle(Reply{
		Request: r,
		Status:  response.StatusCode,
		Header:  response.Header,
		Body:    buffer.Bytes(),
		Validators: job.Validators{
			Etag:         response.Header.Get("ETag"),
			LastModified: response.Header.Get("Last-Modified"),
		},
		Detail:  r.detail,
		failure: failure,
	})
	return outcome{status: response.StatusCode, size: buffer.Len(), err: answered(response, buffer.Bytes(), err)}
}

// answered adds what the answer shows to the failure of somebody who looked at it.
func answered(response *http.Response, body []byte, err error) error {
	failure, ok := errors.AsType[*Failure](err)
	if !ok || failure.Status != 0 {
		return err
	}
	failure.Status = response.StatusCode
	if isHTML(response.Header, body) && (failure.Reason == job.ReasonDecode || failure.Reason == job.ReasonNotFound) {
		failure.Message += ": the answer is a web page: is url that of the API?"
	}
	return err
}

func (c *Client) traceExchange(ctx context.Context, r Request, came outcome, took time.Duration) {
	meaning := "understood"
	switch {
	case errors.Is(came.err, job.ErrUnknown):
		meaning = came.err.Error()
	case came.err != nil:
		meaning = fmt.Sprintf("%s (%s)", FailureOf(came.err).Reason, came.err)
	}
	Tracef(ctx, c.Now(), "%s: status %s, %d bytes, %s: %s", r.Name(), Code(came.status), came.size, took.Round(time.Microsecond*100), meaning)
}

// largestKept is the size up to which a buffer is kept for the next body.
const largestKept = 256 << 10

func (c *Client) recycle(buffer *bytes.Buffer) {
	if buffer.Cap() <= largestKept {
		buffer.Reset()
		c.buffers.Put(buffer)
	}
}
