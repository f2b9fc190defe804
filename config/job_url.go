package config

import (
	"context"
	"net/url"
	"strconv"
	"time"

	promconfig "github.com/prometheus/common/config"
	"github.com/prometheus/common/model"
	"gopkg.in/yaml.v3"
)

const (
	defaultRefreshInterval  = 30 * time.Second
	shortestRefreshInterval = time.Second
)

// JobURL is where a list of jobs is fetched from.
type JobURL struct {
	// URL never has userinfo. Its query may be secret, as that of a signed URL is.
	URL *url.URL
	// RefreshInterval is the pause between two requests.
	RefreshInterval time.Duration
	// Items finds the list in a reply of another shape; nil: the reply is the list.
	Items Transform
	// ItemsText is Items as it was written.
	ItemsText string
	// HTTP is validated as that of a target.
	HTTP promconfig.HTTPClientConfig
}

// Transform finds a list of jobs, the text of a job file, in the JSON of a reply.
type Transform func(ctx context.Context, body []byte) ([]byte, error)

// jobURLKeys are the keys of one element of "job_urls".
type jobURLKeys struct {
	URL             string          `yaml:"url"`
	RefreshInterval *model.Duration `yaml:"refresh_interval"`
	Items           string          `yaml:"items"`

	HTTP promconfig.HTTPClientConfig `yaml:",inline"`
}

// jobURLs reads the key "job_urls" of a target.
func (p *parser) jobURLs(nodes []yaml.Node, at place) []JobURL {
	var urls []JobURL
	for i := range nodes {
		at := place{owner: at.owner, key: "job_urls[" + strconv.Itoa(i) + "]"}
		node := followAlias(&nodes[i])
		if node.Kind != yaml.MappingNode {
			p.found.add(node.Line, at, "must be a mapping with the key url, such as {url: \"https://ci.example.com/jobs.json\"}")
			continue
		}
		urls = append(urls, p.jobURL(node, at))
	}
	return urls
}

func (p *parser) jobURL(node *yaml.Node, at place) JobURL {
	keys := jobURLKeys{HTTP: defaultHTTPClient()}
	p.decoder.decode(node, &keys, at)
	made := JobURL{RefreshInterval: defaultRefreshInterval, ItemsText: keys.Items, URL: p.listURL(node, keys.URL, at)}
	if keys.RefreshInterval != nil {
		made.RefreshInterval = time.Duration(*keys.RefreshInterval)
	}
	if made.RefreshInterval < shortestRefreshInterval {
		p.found.wrong(lineOf(node, "refresh_interval"), at.child("refresh_interval"), model.Duration(made.RefreshInterval).String(), "must be 1s or longer")
	}
	made.HTTP = p.httpClient(node, keys.HTTP, at)
	made.Items = p.items(node, keys.Items, at)
	p.warnOfHTTP(node, made.URL, &made.HTTP, at)
	return made
}

// listURL checks the key "url" of an element of "job_urls".
func (p *parser) listURL(node *yaml.Node, text string, at place) *url.URL {
	line, at := lineOf(node, "url"), at.child("url")
	if text == "" {
		p.found.add(line, at, "is missing, such as https://ci.example.com/jobs.json")
		return nil
	}
	parsed, rule := parseHTTPURL(text)
	if rule != "" {
		p.wrongURL(line, at, text, rule)
		return nil
	}
	parsed.Fragment, parsed.RawFragment = "", ""
	return parsed
}

// items compiles the key "items" of an element of "job_urls".
func (p *parser) items(node *yaml.Node, text string, at place) Transform {
	if text == "" {
		return nil
	}
	line, at := lineOf(node, "items"), at.child("items")
	if p.rules.Items == nil {
		p.found.add(line, at, "this program knows no expressions")
		return nil
	}
	transform, err := p.rules.Items(text)
	if err != nil {
		p.found.wrong(line, at, text, "%s", err)
	}
	return transform
}

// publicURL is a URL without what may be secret in it.
func publicURL(from *url.URL) string {
	shown := url.URL{Scheme: from.Scheme, Host: from.Host, Path: from.Path, RawPath: from.RawPath}
	return shown.String()
}
