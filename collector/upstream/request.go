package upstream

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Request is one GET, or a login's POST or DELETE.
type Request struct {
	Operation Operation
	// Method is GET where empty.
	Method string
	// Path below the target's URL, escaped.
	Path  string
	Query url.Values
	// RawQuery is sent as it is, in place of Query: a link's.
	RawQuery string
	// Base takes the place of the target's URL, which alone gets the target's own
	// headers.
	Base *url.URL
	// Header is sent beside the headers that all requests of the target have.
	Header http.Header
	// Body is sent as it is; its Content-Type stands in Header.
	Body       []byte
	Validators job.Validators
	// Explained are statuses that mean a failure, but whose replies may say more
	// than that: they are handed over too, with that failure in Reply.Failure.
	Explained []int

	// client takes the place of the target's own; nil: that one.
	client *http.Client
	// credentials that it carries; nil: none.
	credentials *credentials
	// detail is the Detail of the token that it carries.
	detail string
}

// Reply is an answer that a system has to look at itself: success, 304, 404 or
// 410, which may mean that the job is gone, and what Request.Explained names.
type Reply struct {
	// Request is what it answers.
	Request Request
	Status  int
	Header  http.Header
	// Body is valid only while the reply is being handled.
	Body       []byte
	Validators job.Validators
	// Detail is the Token.Detail of the login that the request was sent with.
	Detail string

	failure *Failure
}

// Failure is what the status of an explained reply means where the body says
// nothing better; nil for success, 304, 404 and 410.
func (r Reply) Failure() error {
	if r.failure == nil {
		return nil
	}
	return r.failure
}

// NotModified reports whether the upstream said that nothing changed.
func (r Reply) NotModified() bool { return r.Status == http.StatusNotModified }

// Missing reports whether the upstream said that there is nothing.
func (r Reply) Missing() bool {
	return r.Status == http.StatusNotFound || r.Status == http.StatusGone
}

// prepare makes a request of net/http, with all headers.
func (c *Client) prepare(ctx context.Context, account *account, r Request) (*http.Request, error) {
	location, err := c.location(r)
	if err != nil {
		return nil, err
	}
	httpRequest := (&http.Request{Method: r.httpMethod(), URL: location}).WithContext(ctx)
	r.putBody(httpRequest)
	httpRequest.Header = c.header(account, r)
	return httpRequest, nil
}

func (c *Client) location(r Request) (*url.URL, error) {
	base := c.target.URL
	if r.Base != nil {
		base = r.Base
	}
	location, err := endpoint(base, r.Path, r.Query)
	if err == nil && r.RawQuery != "" {
		location.RawQuery = r.RawQuery
	}
	return location, err
}

// putBody makes net/http send the body, again where a connection broke or a redirect wants it.
func (r Request) putBody(on *http.Request) {
	if len(r.Body) == 0 {
		return
	}
	on.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(r.Body)), nil }
	on.Body, _ = on.GetBody() // which cannot fail
	on.ContentLength = int64(len(r.Body))
}

func (r Request) httpMethod() string {
	if r.Method == "" {
		return http.MethodGet
	}
	return r.Method
}

// Name is how messages call a request: no host and no query.
func (r Request) Name() string {
	path := r.Path
	if r.client != nil {
		path = "token_url"
	}
	return fmt.Sprintf("%s: %s %s", r.Operation, r.httpMethod(), path)
}
