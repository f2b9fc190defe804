package upstream

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// do sends a request and follows redirects as the client does. That one copies the
// headers of each request in case there is one, and hardly ever there is: it gets
// only what was answered by a redirect, with the answer.
func do(client *http.Client, request *http.Request) (*http.Response, error) {
	response, err := client.Transport.RoundTrip(request)
	if err != nil || !isRedirect(response.StatusCode) {
		return response, err
	}
	following := *client
	following.Transport = &replayed{RoundTripper: client.Transport, first: response}
	return following.Do(request)
}

func isRedirect(status int) bool {
	return status >= http.StatusMultipleChoices && status < http.StatusBadRequest && status != http.StatusNotModified
}

// replayed has the answer to the first request already.
type replayed struct {
	http.RoundTripper
	first *http.Response
}

// RoundTrip sends all requests but the first.
func (r *replayed) RoundTrip(request *http.Request) (*http.Response, error) {
	if first := r.first; first != nil {
		r.first = nil
		return first, nil
	}
	return r.RoundTripper.RoundTrip(request)
}

// maxRedirects is the limit of net/http's own client.
const maxRedirects = 10

// redirectRefused is the error of a redirect that would take our credentials
// elsewhere, or never ends.
type redirectRefused struct{ why string }

func (r *redirectRefused) Error() string { return r.why }

// sameHostOnly follows redirects within one scheme and host: all headers,
// tokens among them, are sent along.
func sameHostOnly(next *http.Request, earlier []*http.Request) error {
	first := earlier[0].URL
	if next.URL.Scheme != first.Scheme || next.URL.Host != first.Host || next.URL.User != nil {
		last := earlier[len(earlier)-1].URL
		return &redirectRefused{why: "redirected to another scheme or host, which is never followed" + redirectHint(last, next.URL.String())}
	}
	if len(earlier) >= maxRedirects {
		return &redirectRefused{why: fmt.Sprintf("redirected more than %d times", maxRedirects)}
	}
	return nil
}

// longestPath is how much of a path or host is shown that an upstream names.
const longestPath = 128

// redirectHint says where an answer leads to, as far as that is no secret: of another
// host its path is left out, and its first label, which often names a tenant.
func redirectHint(from *url.URL, location string) string {
	to, err := from.Parse(location)
	if location == "" || err != nil {
		return ""
	}
	switch {
	case to.Host == from.Host && to.Scheme == from.Scheme:
		return ", which leads to " + job.Clean(to.EscapedPath(), longestPath)
	case to.Hostname() == from.Hostname() && to.Scheme != from.Scheme:
		return ", which leads to " + job.Clean(to.Scheme, longestPath) + ": should url begin with that?"
	case net.ParseIP(to.Hostname()) != nil:
		return ", which leads to " + to.Host
	}
	_, domain, found := strings.Cut(to.Hostname(), ".")
	if !found || !strings.Contains(domain, ".") {
		return ", which leads to another host"
	}
	return ", which leads to a host below " + job.Clean(domain, longestPath)
}
