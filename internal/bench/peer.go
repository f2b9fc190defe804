package main

import (
	"context"
	_ "embed"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/template"
)

// peerConfig is a configuration for json_exporter that reads as much of each
// job as its paths can express. The tokens are put in by findUpstreams: it
// cannot log in by itself.
//
//go:embed json_exporter.yml
var peerConfig string

// writePeerConfig fills in the headers.
func writePeerConfig(path string, found *upstreams) error {
	filled, err := template.New("peer").Funcs(template.FuncMap{
		"bearer":   func(h http.Header) string { return strings.TrimPrefix(h.Get("Authorization"), "Bearer ") },
		"user":     func(h http.Header) string { user, _, _ := (&http.Request{Header: h}).BasicAuth(); return user },
		"password": func(h http.Header) string { _, password, _ := (&http.Request{Header: h}).BasicAuth(); return password },
	}).Parse(peerConfig)
	if err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return filled.Execute(file, found.headers)
}

// probes are the requests that Prometheus would send to the peer for one scrape:
// as in the peer's own example, one for each reply, and one for its own metrics,
// which the exporter's answer has too.
func probes(address string, found *upstreams) []string {
	urls := []string{fmt.Sprintf("http://%s/metrics", address)}
	for _, c := range found.calls() {
		query := url.Values{"module": {c.module}, "target": {c.url}}
		urls = append(urls, fmt.Sprintf("http://%s/probe?%s", address, query.Encode()))
	}
	return urls
}

// startPeer starts the other exporter.
func startPeer(ctx context.Context, program, directory string, found *upstreams) (*process, []string, error) {
	path := directory + "/peer.yml"
	if err := writePeerConfig(path, found); err != nil {
		return nil, nil, fmt.Errorf("writing the peer's configuration: %w", err)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, nil, err
	}
	peer, err := start(ctx, program, "--config.file="+path, "--web.listen-address="+address, "--log.level=error")
	if err != nil {
		return nil, nil, err
	}
	return peer, probes(address, found), waitFor(ctx, address)
}
