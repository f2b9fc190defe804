package config

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	promconfig "github.com/prometheus/common/config"
	"gopkg.in/yaml.v3"
)

// target reads one element of "targets". names are the lines of the targets
// before it, by name.
func (p *parser) target(index int, node *yaml.Node, defaults settingsKeys, names map[string]int) *Target {
	at := targetPlace(index, node)
	if node.Kind != yaml.MappingNode {
		p.found.add(node.Line, at, "must be a mapping with the keys name, system and more, such as {name: samples, system: sample_exchange}")
		return nil
	}
	keys := targetKeys{HTTP: defaultHTTPClient()}
	before := len(p.found.list)
	system := p.systemOf(node)
	options := p.decodeTarget(node, &keys, system, at)

	target := &Target{
		Name:      keys.Name,
		System:    keys.System,
		Options:   options,
		Labels:    keys.Labels,
		Discovery: keys.Discovery,
	}
	p.name(node, keys.Name, at, names)
	if system == nil && !slices.Contains(p.sectionNames, keys.System) {
		p.unknownSystem(node, keys.System, at)
	}
	target.URL = p.targetURL(node, keys.URL, system, at)
	p.checkSettings(node, "", keys.Settings, at)
	target.Settings = overridden(defaultsOf(system, defaults), keys.Settings)
	target.Link = p.link(node, keys.Link, at)
	target.HTTP, target.OAuth2Headers = p.targetHTTP(node, &keys, at)
	target.Thumbprint = p.thumbprint(node, &keys, target, at)
	target.States = p.states(node, keys.States, at)
	target.JobFiles = p.jobFiles(node, keys.JobFiles, at)
	target.JobURLs = p.jobURLs(keys.JobURLs, at)
	target.Jobs = p.jobs(&keys.Jobs, system, at)
	p.rules.labels(node, target.Labels, at, p.found)
	p.warn(node, target, at)
	if system != nil && target.URL != nil {
		addAll(p.found, before, node, at, system.CheckTarget(target))
	}
	return target
}

// targetHTTP checks a target's HTTP client configuration, with the headers for
// its token URL that the library does not know.
func (p *parser) targetHTTP(node *yaml.Node, keys *targetKeys, at place) (promconfig.HTTPClientConfig, *promconfig.Headers) {
	if keys.OAuth2 == nil {
		return p.httpClient(node, keys.HTTP, at), nil
	}
	keys.HTTP.OAuth2 = &keys.OAuth2.Library
	headers := keys.OAuth2.HTTPHeaders
	if headers != nil {
		headers.SetDirectory(p.directory)
		p.headers(node, headers, at, "oauth2", "http_headers")
		if err := headers.Validate(); err != nil {
			p.found.add(lineOf(node, "oauth2", "http_headers"), at.child("oauth2.http_headers"), "%s", err)
		}
	}
	return p.httpClient(node, keys.HTTP, at), headers
}

// targetPlace names a target by its name, where it has one that can be shown.
func targetPlace(index int, node *yaml.Node) place {
	_, name := lookUp(node, "name")
	if name == nil || name.Kind != yaml.ScalarNode || isNull(name) || requiredTextProblem(name.Value) != "" {
		return place{owner: fmt.Sprintf("targets[%d]", index)}
	}
	return place{owner: "target " + strconv.Quote(name.Value)}
}

func (p *parser) name(node *yaml.Node, name string, at place, names map[string]int) {
	line, at := lineOf(node, "name"), at.child("name")
	if rule := requiredTextProblem(name); rule != "" {
		p.found.add(line, at, "%s", rule)
		return
	}
	if first, twice := names[name]; twice {
		p.found.wrong(line, at, name, "stands twice, first on line %d: choose another name", first)
		return
	}
	names[name] = line
}

func (p *parser) jobs(node *yaml.Node, system System, at place) []Job {
	if node.Kind == 0 {
		return nil
	}
	list := jobReader{rules: p.rules, systems: p.systems, system: system, found: p.found, decoder: p.decoder}
	return list.read(node, at.child("jobs"))
}

// jobFiles checks the globs and begins them at the configuration's directory.
func (p *parser) jobFiles(node *yaml.Node, globs []string, at place) []string {
	var joined []string
	for i, glob := range globs {
		full, rule := p.glob(glob)
		if rule != "" {
			p.found.add(lineOf(node, "job_files"), at.child("job_files").item(i), "%s", rule)
			continue
		}
		joined = append(joined, full)
	}
	return joined
}

// glob begins a glob at the configuration's directory. rule says what is wrong with it.
func (p *parser) glob(glob string) (full, rule string) {
	_, err := filepath.Match(glob, "")
	switch {
	case glob == "":
		return "", "is empty"
	case err != nil:
		return "", shown(glob) + ": is no valid pattern: a [ has no ], or the pattern ends in \\"
	case filepath.IsAbs(glob):
		return glob, ""
	default:
		return filepath.Join(literally(p.directory), glob), ""
	}
}

// warn notes what is allowed but unwise.
func (p *parser) warn(node *yaml.Node, target *Target, at place) {
	http := &target.HTTP
	if len(target.Jobs)+len(target.JobFiles)+len(target.JobURLs) == 0 && !target.Discovery {
		p.warnings.add(node.Line, at, "has no jobs: name some in jobs, job_files or job_urls, or switch on discovery where the system can list them; only /probe can ask for one")
	}
	for i, glob := range target.JobFiles {
		if advice := homeAdvice(glob); advice != "" {
			p.warnings.add(lineOf(node, "job_files"), at.child("job_files").item(i), "%s%s", glob, advice)
		}
	}
	p.warnOfHTTP(node, target.URL, http, at)
}

// warnOfHTTP notes what is unwise in how a URL is asked.
func (p *parser) warnOfHTTP(node *yaml.Node, to *url.URL, http *promconfig.HTTPClientConfig, at place) {
	if to != nil && inClear(to) && hasCredentials(http) {
		p.warnings.add(lineOf(node, "url"), at.child("url"), "sends credentials over http to a host that is not this machine: anyone on the way can read them")
	}
	if http.TLSConfig.InsecureSkipVerify {
		p.warnings.add(lineOf(node, "tls_config", "insecure_skip_verify"), at.child("tls_config.insecure_skip_verify"), "any certificate is accepted: tls_thumbprint accepts exactly one")
	}
	if http.OAuth2 == nil {
		return
	}
	if token, err := url.Parse(http.OAuth2.TokenURL); err == nil && inClear(token) {
		p.warnings.add(lineOf(node, "oauth2", "token_url"), at.child("oauth2.token_url"), "sends credentials over http to a host that is not this machine: anyone on the way can read them")
	}
	if http.OAuth2.TLSConfig.InsecureSkipVerify {
		p.warnings.add(lineOf(node, "oauth2", "tls_config", "insecure_skip_verify"), at.child("oauth2.tls_config.insecure_skip_verify"), "any certificate is accepted")
	}
}

// inClear tells whether others can read what is sent to a URL.
func inClear(to *url.URL) bool {
	return to.Scheme == "http" && !isLoopback(to.Hostname())
}

// hasCredentials tells whether requests carry anything secret.
func hasCredentials(http *promconfig.HTTPClientConfig) bool {
	return http.BasicAuth != nil || http.Authorization != nil || http.OAuth2 != nil || http.HTTPHeaders != nil
}

// addAll notes each message of a System's check, on the line of the key that it
// begins with, unless there is a problem with that key since the given one: what
// could not be read is not missing too.
func addAll(found *problems, since int, node *yaml.Node, at place, err error) {
	if err == nil {
		return
	}
	for _, message := range lines(err) {
		key := strings.TrimRight(strings.SplitN(message, " ", 2)[0], ":")
		if !found.since(since, at.child(key)) {
			found.add(lineOf(node, strings.Split(key, ".")...), at, "%s", message)
		}
	}
}
