package config

import (
	"fmt"
	"net/url"
	"slices"
	"time"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

// hidden stands where a secret was. Prometheus writes the same.
const hidden = "<secret>"

// shownTarget is a target as Redacted writes it: the keys of the configuration
// file, all defaults filled in.
type shownTarget struct {
	Name              string            `yaml:"name"`
	System            string            `yaml:"system"`
	URL               string            `yaml:"url"`
	Timeout           model.Duration    `yaml:"timeout"`
	MaxConcurrency    int               `yaml:"max_concurrency"`
	MaxResponseBytes  byteSize          `yaml:"max_response_bytes"`
	MaxFiles          int               `yaml:"max_files"`
	ErrorText         bool              `yaml:"error_text"`
	FinishedTTL       model.Duration    `yaml:"finished_ttl"`
	Retention         model.Duration    `yaml:"retention"`
	FinishedRetention model.Duration    `yaml:"finished_retention"`
	MaxDuration       model.Duration    `yaml:"max_duration"`
	TLSThumbprint     string            `yaml:"tls_thumbprint,omitempty"`
	States            map[string]string `yaml:"states,omitempty"`
	Labels            map[string]string `yaml:"labels,omitempty"`
	Discovery         bool              `yaml:"discovery"`
	JobFiles          []string          `yaml:"job_files,omitempty"`
	JobURLs           []shownJobURL     `yaml:"job_urls,omitempty"`
	Link              string            `yaml:"link,omitempty"`
	Jobs              []shownJob        `yaml:"jobs,omitempty"`

	HTTP promconfig.HTTPClientConfig `yaml:",inline"`
}

type shownJobURL struct {
	URL             string         `yaml:"url"`
	RefreshInterval model.Duration `yaml:"refresh_interval"`
	Items           string         `yaml:"items,omitempty"`

	HTTP promconfig.HTTPClientConfig `yaml:",inline"`
}

type shownJob struct {
	ID     string            `yaml:"id"`
	Name   string            `yaml:"name,omitempty"`
	Kind   string            `yaml:"kind,omitempty"`
	Type   string            `yaml:"type,omitempty"`
	Path   string            `yaml:"path,omitempty"`
	Labels map[string]string `yaml:"labels,omitempty"`

	MaxDuration model.Duration `yaml:"max_duration,omitempty"`
}

// Redacted writes the effective configuration as YAML, defaults filled in and
// secrets left out: it may be shown to anyone who may see the metrics.
func (c *Config) Redacted() ([]byte, error) {
	var shown struct {
		Systems yaml.Node    `yaml:"systems,omitempty"`
		Targets []*yaml.Node `yaml:"targets"`
	}
	if len(c.described) > 0 {
		shown.Systems = *shownSections(c.described)
	}
	for _, target := range c.Targets {
		node, err := shownNode(target)
		if err != nil {
			return nil, fmt.Errorf("writing target %q of %s: %w", target.Name, c.Path, err)
		}
		shown.Targets = append(shown.Targets, node)
	}
	text, err := yaml.Marshal(shown)
	if err != nil {
		return nil, fmt.Errorf("writing the configuration of %s: %w", c.Path, err)
	}
	return text, nil
}

// shownSections are all descriptions of systems, wherever they stand.
func shownSections(sections []*Section) *yaml.Node {
	shown := &yaml.Node{Kind: yaml.MappingNode}
	for _, section := range sections {
		node := resolved(section.node)
		for _, key := range *section.secrets {
			node = hiddenBelow(node, key)
		}
		shown.Content = append(shown.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: section.Name}, node)
	}
	return shown
}

// generalKeys are the keys that stand before those of the system: name, system, url.
const generalKeys = 3

// shownNode is a target with the keys of its system among those of all.
func shownNode(target *Target) (*yaml.Node, error) {
	var node, options yaml.Node
	if err := node.Encode(redacted(target)); err != nil {
		return nil, err
	}
	if err := addOAuth2Headers(&node, target); err != nil {
		return nil, err
	}
	if target.Options == nil {
		return &node, nil
	}
	if err := options.Encode(target.Options); err != nil {
		return nil, err
	}
	node.Content = slices.Insert(node.Content, 2*generalKeys, options.Content...)
	return &node, nil
}

// addOAuth2Headers shows the headers below "oauth2", which the library's type has
// no place for.
func addOAuth2Headers(node *yaml.Node, target *Target) error {
	_, oauth2 := ownKey(node, "oauth2")
	if oauth2 == nil || target.OAuth2Headers == nil {
		return nil
	}
	var headers yaml.Node
	if err := headers.Encode(redactedHeaders(target.OAuth2Headers)); err != nil {
		return err
	}
	oauth2.Content = append(oauth2.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: "http_headers"}, &headers)
	return nil
}

func redacted(target *Target) shownTarget {
	shown := shownTarget{
		Name:              target.Name,
		System:            target.System,
		Timeout:           shownDuration(target.Timeout),
		MaxConcurrency:    target.MaxConcurrency,
		MaxResponseBytes:  byteSize(target.MaxResponseBytes),
		MaxFiles:          target.MaxFiles,
		ErrorText:         target.ErrorText,
		FinishedTTL:       shownDuration(target.FinishedTTL),
		Retention:         shownDuration(target.Retention),
		FinishedRetention: shownDuration(target.FinishedRetention),
		MaxDuration:       shownDuration(target.MaxDuration),
		TLSThumbprint:     formatThumbprint(target.Thumbprint),
		States:            target.States,
		Labels:            target.Labels,
		Discovery:         target.Discovery,
		JobFiles:          target.JobFiles,
		Link:              target.Link,
		HTTP:              redactedHTTPClient(target.HTTP),
	}
	if target.URL != nil {
		shown.URL = redactedURL(target.URL).String()
	}
	for _, list := range target.JobURLs {
		shown.JobURLs = append(shown.JobURLs, shownJobURL{
			URL:             redactedURL(list.URL).String(),
			RefreshInterval: shownDuration(list.RefreshInterval),
			Items:           list.ItemsText,
			HTTP:            redactedHTTPClient(list.HTTP),
		})
	}
	for _, job := range target.Jobs {
		shown.Jobs = append(shown.Jobs, shownJob{
			ID: job.ID, Name: job.Name, Kind: job.Kind, Type: job.Type, Path: job.Path, Labels: job.Labels,
			MaxDuration: shownDuration(job.MaxDuration),
		})
	}
	return shown
}

func shownDuration(d time.Duration) model.Duration { return model.Duration(d) }

// redactedHTTPClient hides what the library's own marshalling shows. Fields of
// type Secret are hidden by that type.
func redactedHTTPClient(from promconfig.HTTPClientConfig) promconfig.HTTPClientConfig {
	shown := from
	shown.ProxyConfig = redactedProxy(from.ProxyConfig)
	shown.TLSConfig = redactedTLS(from.TLSConfig)
	shown.HTTPHeaders = redactedHeaders(from.HTTPHeaders)
	if from.OAuth2 != nil {
		oauth2 := *from.OAuth2
		oauth2.ProxyConfig = redactedProxy(oauth2.ProxyConfig)
		oauth2.TLSConfig = redactedTLS(oauth2.TLSConfig)
		oauth2.TokenURL = redactedTokenURL(oauth2.TokenURL)
		oauth2.EndpointParams = hiddenValues(oauth2.EndpointParams, hidden)
		oauth2.Claims = hiddenValues(oauth2.Claims, any(hidden))
		shown.OAuth2 = &oauth2
	}
	return shown
}

// redactedTLS hides certificates given in the text of the configuration: a PEM
// file often holds the private key too.
func redactedTLS(tls promconfig.TLSConfig) promconfig.TLSConfig {
	if tls.CA != "" {
		tls.CA = hidden
	}
	if tls.Cert != "" {
		tls.Cert = hidden
	}
	return tls
}

func redactedProxy(proxy promconfig.ProxyConfig) promconfig.ProxyConfig {
	if proxy.ProxyURL.URL != nil {
		proxy.ProxyURL.URL = redactedURL(proxy.ProxyURL.URL)
	}
	return proxy
}

func redactedHeaders(headers *promconfig.Headers) *promconfig.Headers {
	if headers == nil {
		return nil
	}
	shown := &promconfig.Headers{Headers: map[string]promconfig.Header{}}
	for name, header := range headers.Headers {
		values := make([]string, len(header.Values))
		for i := range values {
			values[i] = hidden
		}
		header.Values = values
		shown.Headers[name] = header
	}
	return shown
}

func redactedTokenURL(text string) string {
	parsed, err := url.Parse(text)
	if err != nil {
		return hidden
	}
	return redactedURL(parsed).String()
}

// redactedURL hides a URL's user, password and query.
func redactedURL(from *url.URL) *url.URL {
	shown := *from
	if shown.User != nil {
		shown.User = url.User("xxxxx")
	}
	if shown.RawQuery != "" {
		shown.RawQuery = "xxxxx"
	}
	shown.Fragment, shown.RawFragment = "", ""
	return &shown
}

func hiddenValues[V any](from map[string]V, instead V) map[string]V {
	if from == nil {
		return nil
	}
	shown := make(map[string]V, len(from))
	for name := range from {
		shown[name] = instead
	}
	return shown
}
