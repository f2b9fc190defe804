package web

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strings"
)

// location is where the endpoints are: to the exporter's own server, and to
// those who reach it through a proxy.
type location struct {
	// prefix is before the path of each route; empty: none.
	prefix string
	// external is what the outside sees before the path of each endpoint. Its
	// scheme and host are empty where nobody configured them.
	external url.URL
}

// plainPath is a path that needs no escaping.
func plainPath(given string) bool {
	return regexp.MustCompile(`^/[A-Za-z0-9._~/-]*$`).MatchString(given) && path.Clean(given) == given
}

// newLocation reads the flags --web.external-url and --web.route-prefix, which
// mean what they mean in blackbox_exporter.
func newLocation(externalURL, routePrefix string) (location, error) {
	external, err := parseExternalURL(externalURL)
	if err != nil {
		return location{}, err
	}
	if routePrefix == "" {
		return location{prefix: external.Path, external: external}, nil
	}
	prefix := withoutSlash(routePrefix)
	if prefix != "" && !plainPath(prefix) {
		return location{}, fmt.Errorf("--web.route-prefix=%q: must be a path such as /asyncjob, of letters, digits and . _ ~ -", routePrefix)
	}
	if externalURL == "" {
		external.Path = prefix
	}
	return location{prefix: prefix, external: external}, nil
}

func parseExternalURL(given string) (url.URL, error) {
	parsed, err := url.Parse(given)
	if err != nil {
		return url.URL{}, fmt.Errorf("--web.external-url=%q: cannot be parsed as a URL", given)
	}
	absolute := (parsed.Scheme == "http" || parsed.Scheme == "https") && parsed.Host != ""
	onlyPath := parsed.Scheme == "" && parsed.Host == "" && (given == "" || strings.HasPrefix(given, "/"))
	trimmed := withoutSlash(parsed.Path)
	switch {
	case parsed.User != nil, parsed.RawQuery != "", parsed.Fragment != "":
		return url.URL{}, fmt.Errorf("--web.external-url: must have no credentials, query or fragment")
	case !absolute && !onlyPath:
		return url.URL{}, fmt.Errorf("--web.external-url=%q: must be a URL such as https://mon.example.com/asyncjob", given)
	case trimmed != "" && !plainPath(trimmed):
		return url.URL{}, fmt.Errorf("--web.external-url=%q: its path must be of letters, digits and . _ ~ -", given)
	}
	return url.URL{Scheme: parsed.Scheme, Host: parsed.Host, Path: trimmed}, nil
}

func withoutSlash(given string) string { return strings.TrimRight(given, "/") }

// pattern is the route of a path, "/{$}" for example.
func (l location) pattern(method, of string) string { return method + " " + l.prefix + of }

// scheme and host are the address of the exporter as the client of a request
// can reach it.
func (l location) scheme(r *http.Request) string {
	switch {
	case l.external.Scheme != "":
		return l.external.Scheme
	case r.TLS != nil:
		return "https"
	default:
		return "http"
	}
}

func (l location) host(r *http.Request) string {
	if l.external.Host != "" {
		return l.external.Host
	}
	return r.Host
}

// redirectTo leads to an address relative to that of the request, which holds
// whatever a proxy puts before it.
func redirectTo(relative string, code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Location", relative)
		w.WriteHeader(code)
	}
}
