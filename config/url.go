package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// targetURL checks the key "url" and completes it with the vendor's address;
// nil where it cannot be used. The text is never shown: it may hold a password.
func (p *parser) targetURL(node *yaml.Node, text string, system System, at place) *url.URL {
	line, at := lineOf(node, "url"), at.child("url")
	if text == "" && system != nil {
		text = system.DefaultURL()
	}
	if text == "" {
		p.found.add(line, at, "is missing")
		return nil
	}
	parsed, rule := parseHTTPURL(text)
	if rule == "" && (parsed.RawQuery != "" || strings.ContainsAny(text, "?#")) {
		rule = "must have no query and no fragment"
	}
	if rule != "" {
		p.found.add(line, at, "%s", rule)
		return nil
	}
	return &url.URL{Scheme: parsed.Scheme, Host: strings.TrimSuffix(parsed.Host, ":"), Path: strings.TrimRight(parsed.Path, "/"), RawPath: strings.TrimRight(parsed.RawPath, "/")}
}

// parseHTTPURL parses an absolute URL without credentials. rule says what is
// wrong with it, without quoting it.
func parseHTTPURL(text string) (parsed *url.URL, rule string) {
	parsed, rule = parseURL(text, "http", "https")
	if rule == "" && parsed.User != nil {
		return nil, "must hold no credentials: use basic_auth or another login key"
	}
	return parsed, rule
}

// parseURL parses a URL of one of some schemes that names a host.
func parseURL(text string, schemes ...string) (parsed *url.URL, rule string) {
	parsed, err := url.Parse(text) // its error quotes the URL
	switch {
	case err != nil:
		return nil, "is no valid URL"
	case !slices.Contains(schemes, parsed.Scheme):
		return nil, "must begin with " + strings.Join(schemes, ":// or ") + "://"
	case parsed.Hostname() == "":
		return nil, "must name a host"
	case !validPort(parsed.Port()):
		return nil, "must have a port from 1 to 65535, or none"
	default:
		return parsed, ""
	}
}

func validPort(port string) bool {
	number, err := strconv.ParseUint(port, 10, 16)
	return port == "" || (err == nil && number > 0)
}

// isLoopback tells whether what is sent to a host stays on this machine.
func isLoopback(host string) bool {
	if address, err := netip.ParseAddr(host); err == nil {
		return address.Unmap().IsLoopback()
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	return host == "localhost" || strings.HasSuffix(host, ".localhost")
}
