package collector

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"net/url"
)

// request is one GET, or a login's POST or DELETE.
type request struct {
	operation Operation
	// method is GET where empty.
	method string
	// path below the target's URL, escaped.
	path       string
	query      url.Values
	header     http.Header
	validators validators
}

// validators are what a reply said of its version, to be sent back.
type validators struct {
	etag         string
	lastModified string
}

// reply is an answer that a system has to look at itself: success, 304, and
// 404 or 410, which may mean that the job is gone.
type reply struct {
	status int
	// body is valid only while the reply is being handled.
	body       []byte
	validators validators
}

// notModified reports whether the upstream said that nothing changed.
func (r reply) notModified() bool { return r.status == http.StatusNotModified }

// missing reports whether the upstream said that there is nothing.
func (r reply) missing() bool {
	return r.status == http.StatusNotFound || r.status == http.StatusGone
}

// prepare makes a request of net/http, with all headers.
func (u *Upstream) prepare(ctx context.Context, r request) (*http.Request, error) {
	location, err := endpoint(u.target.URL, r.path, r.query)
	if err != nil {
		return nil, err
	}
	// The URL is at hand: making it a text to be parsed would cost more than all the rest here.
	httpRequest, err := http.NewRequestWithContext(ctx, r.httpMethod(), "", http.NoBody)
	if err != nil {
		return nil, err
	}
	httpRequest.URL, httpRequest.Host = location, location.Host
	httpRequest.Header = maps.Clone(u.header)
	maps.Copy(httpRequest.Header, r.header)
	if r.validators.etag != "" {
		httpRequest.Header.Set("If-None-Match", r.validators.etag)
	}
	if r.validators.lastModified != "" {
		httpRequest.Header.Set("If-Modified-Since", r.validators.lastModified)
	}
	return httpRequest, nil
}

func (r request) httpMethod() string {
	if r.method == "" {
		return http.MethodGet
	}
	return r.method
}

// name is how messages call a request: no host and no query.
func (r request) name() string {
	return fmt.Sprintf("%s: %s %s", r.operation, r.httpMethod(), r.path)
}
