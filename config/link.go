package config

import (
	"net/url"
	"regexp"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// linkPlaceholders are what "link" may hold in braces.
func linkPlaceholders() []string { return []string{"job_id", "job_name", "target"} }

// JobLink is the address at which people find a job of the target; empty where
// the target has no "link".
func (t *Target) JobLink(id, name string) string {
	return strings.NewReplacer(
		"{job_id}", escaped(id), "{job_name}", escaped(name), "{target}", escaped(t.Name),
	).Replace(t.Link)
}

// escaped is a text that means itself in any part of a URL.
func escaped(text string) string { return strings.ReplaceAll(url.QueryEscape(text), "+", "%20") }

// link checks the key "link" of a target.
func (p *parser) link(node *yaml.Node, link string, at place) string {
	if link == "" {
		return ""
	}
	line, at := lineOf(node, "link"), at.child("link")
	for _, found := range regexp.MustCompile(`\{([^{}]*)\}`).FindAllStringSubmatch(link, -1) {
		if !slices.Contains(linkPlaceholders(), found[1]) {
			p.found.add(line, at, "%s is unknown: it may hold {job_id}, {job_name} and {target}%s", found[0], nearest(found[1], linkPlaceholders()))
			return ""
		}
	}
	// What is filled in must not decide where the link leads.
	filled := (&Target{Link: link, Name: "target"}).JobLink("id", "name")
	if _, rule := parseHTTPURL(filled); rule != "" {
		p.found.add(line, at, "%s", rule)
	} else if host, _, _ := strings.Cut(strings.SplitN(link, "://", 2)[1], "/"); strings.Contains(host, "{") {
		p.found.add(line, at, "must not hold {job_id}, {job_name} or {target} in its host")
	}
	return link
}
