package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"
)

// targetURL checks the key "url" and completes it with the vendor's address;
// nil where it cannot be used. The text is shown only where it holds no password.
func (p *parser) targetURL(node *yaml.Node, text string, system System, at place) *url.URL {
	line, at := lineOf(node, "url"), at.child("url")
	if text == "" && system != nil {
		text = system.DefaultURL()
	}
	if text == "" {
		if system != nil { // a system that is unknown may have a default
			p.found.add(line, at, "is missing, such as https://host.example.com")
		}
		return nil
	}
	parsed, rule := parseHTTPURL(text)
	if rule == "" && (parsed.RawQuery != "" || strings.ContainsAny(text, "?#")) {
		rule = fmt.Sprintf("must have no query and no fragment: write %s://%s", parsed.Scheme, parsed.Host)
	}
	if rule != "" {
		p.wrongURL(line, at, text, rule)
		return nil
	}
	return &url.URL{Scheme: parsed.Scheme, Host: strings.TrimSuffix(parsed.Host, ":"), Path: strings.TrimRight(parsed.Path, "/"), RawPath: strings.TrimRight(parsed.RawPath, "/")}
}

// wrongURL notes a problem with a URL, which is shown up to where a user name, a
// password or a token could be.
func (p *parser) wrongURL(line int, at place, text, rule string) {
	if regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?(/[A-Za-z0-9/._-]*)?$`).MatchString(text) {
		rule += ": write https://" + text
	}
	if strings.Contains(text, "${") || strings.Contains(text, "{{") {
		rule += ": the exporter expands no variables and no templates"
	}
	if strings.ContainsAny(text, "“”„‘’") {
		rule += `: quotes are " or ' in YAML`
	}
	if strings.Contains(text, "@") {
		p.found.add(line, at, "%s", rule)
		return
	}
	before, _, _ := strings.Cut(text, "?")
	before, _, _ = strings.Cut(before, "#")
	if before != text {
		before += "…"
	}
	p.found.wrong(line, at, before, "%s", rule)
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
