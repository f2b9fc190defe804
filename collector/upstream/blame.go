package upstream

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// Whose fault a failure is, as far as an answer shows it: a proxy's refusal must
// not send people to the vendor, nor a mistaken url.

// hint is what an answer's status and headers tell beyond the status itself, to be
// put at the end of a message.
func (c *Client) hint(response *http.Response) string {
	request := response.Request
	switch status := response.StatusCode; {
	case status == http.StatusProxyAuthRequired:
		return ": it is the proxy that wants a login"
	case status >= 300 && status < 400:
		return redirectHint(request.URL, response.Header.Get("Location"))
	case status == http.StatusBadRequest && request.URL.Scheme == "http" && saysTLS(response):
		return ": the port speaks TLS: url should begin with https"
	case status == http.StatusForbidden, status == http.StatusBadGateway, status == http.StatusServiceUnavailable:
		if request.URL.Scheme == "http" && c.proxyOf(request) != nil {
			return ": it may be the proxy's answer"
		}
	}
	return ""
}

// proxyOf is the proxy that a request goes through; nil where it goes straight.
func (c *Client) proxyOf(request *http.Request) *url.URL {
	choose := c.target.HTTP.Proxy()
	if choose == nil {
		return nil
	}
	proxy, err := choose(request)
	if err != nil {
		return nil
	}
	return proxy
}

// saysTLS reports whether a server complains, in the words of Go, nginx, Apache and
// HAProxy, that it is spoken to without TLS. The body can be read all the same.
func saysTLS(response *http.Response) bool {
	start := make([]byte, 1024)
	n, _ := io.ReadFull(response.Body, start) // what cannot be read says nothing
	response.Body = &readAgain{Reader: io.MultiReader(bytes.NewReader(start[:n]), response.Body), Closer: response.Body}
	text := strings.ToLower(string(start[:n]))
	return strings.Contains(text, "https server") || strings.Contains(text, "https port") || strings.Contains(text, "ssl-enabled server port")
}

// readAgain is a body whose start was looked at.
type readAgain struct {
	io.Reader
	io.Closer
}

// isHTML reports whether an answer is a web page, by its label or by its looks.
func isHTML(header http.Header, body []byte) bool {
	if strings.HasPrefix(strings.ToLower(header.Get("Content-Type")), "text/html") {
		return true
	}
	start := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 64)]))
	return bytes.HasPrefix(start, []byte("<!doctype html")) || bytes.HasPrefix(start, []byte("<html"))
}
