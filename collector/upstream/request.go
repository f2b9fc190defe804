package upstream

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"

	"github.com/prometheus/common/version"

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
	// The URL is at hand: making it a text to be parsed would cost more than all the rest here.
	httpRequest, err := http.NewRequestWithContext(ctx, r.httpMethod(), "", r.body())
	if err != nil {
		return nil, err
	}
	httpRequest.URL, httpRequest.Host = location, location.Host
	if r.Base != nil {
		httpRequest.Header = commonHeader()
	} else {
		httpRequest.Header = maps.Clone(c.Header)
		maps.Copy(httpRequest.Header, account.as.headers)
	}
	maps.Copy(httpRequest.Header, r.Header)
	if r.Validators.Etag != "" {
		httpRequest.Header.Set("If-None-Match", r.Validators.Etag)
	}
	if r.Validators.LastModified != "" {
		httpRequest.Header.Set("If-Modified-Since", r.Validators.LastModified)
	}
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

// commonHeader is what all requests carry.
func commonHeader() http.Header {
	return http.Header{
		"Accept": {"application/json"}, "Accept-Encoding": {"gzip"}, "User-Agent": {version.ComponentUserAgent("asyncjob_exporter")},
	}
}

// body reads the request's body; net/http knows the length of these two.
func (r Request) body() io.Reader {
	if len(r.Body) == 0 {
		return http.NoBody
	}
	return bytes.NewReader(r.Body)
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
