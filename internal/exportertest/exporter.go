// Package exportertest runs the whole exporter inside a test: its collector and
// its endpoints, wired as main wires them, behind a real HTTP server, reading
// upstreams over real HTTP.
package exportertest

import (
	"bytes"
	"compress/gzip"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/systems"
	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web"
)

// TB is the part of testing.TB that is used here, so that only tests import testing.
type TB interface {
	Helper()
	Errorf(format string, arguments ...any)
	Fatalf(format string, arguments ...any)
	Logf(format string, arguments ...any)
	Failed() bool
	Cleanup(cleanup func())
	TempDir() string
	Context() context.Context
}

// Options say how an exporter differs from one without flags. The zero value
// of each field but Config is the default of the flag.
type Options struct {
	// Config is the configuration file's text.
	Config string
	// Systems are what can be read; nil: all.
	Systems []system.System
	// Now is the exporter's clock; nil: time.Now.
	Now func() time.Time
	// Budget replaces the scrape's default timeout and offset.
	Budget web.Budget
	// MaxRequests is the number of scrapes at once; 0: no limit.
	MaxRequests int
	// WithoutJobs leaves the jobs off /metrics.
	WithoutJobs bool
	// ExternalURL and RoutePrefix are the flags of these names.
	ExternalURL string
	RoutePrefix string
	// MetricsPath is /metrics where empty.
	MetricsPath string
	EnablePprof bool
}

// Exporter is a running exporter.
type Exporter struct {
	// URL is where its endpoints are.
	URL string
	// Log is all that it has logged, at level debug.
	Log *Log
	// Collector and Reloader are its parts, for tests that need to reach behind HTTP.
	Collector *collector.Collector
	Reloader  *config.Reloader

	tb     TB
	path   string
	server *httptest.Server
	client *http.Client
	close  sync.Once
}

// defaultBudget is that of the flags.
const (
	defaultTimeout = 30 * time.Second
	defaultOffset  = 500 * time.Millisecond
	closeTimeout   = 5 * time.Second
)

// Start runs an exporter until the test ends. A configuration that it refuses
// ends the test.
func Start(tb TB, options Options) *Exporter {
	tb.Helper()
	e := &Exporter{tb: tb, Log: &Log{}, path: filepath.Join(tb.TempDir(), "asyncjob.yml"), client: &http.Client{Transport: &http.Transport{
		DisableCompression: true, // tests of the formats look at the encoding
	}}}
	handler, err := e.wire(options)
	if err != nil {
		tb.Fatalf("starting the exporter: %v", err)
	}
	e.server = httptest.NewServer(handler)
	e.URL = e.server.URL
	tb.Cleanup(e.Close)
	return e
}

// wire puts the parts together as main does.
func (e *Exporter) wire(options Options) (http.Handler, error) {
	if options.Budget == (web.Budget{}) {
		options.Budget = web.Budget{Timeout: defaultTimeout, Offset: defaultOffset}
	}
	if options.MetricsPath == "" {
		options.MetricsPath = "/metrics"
	}
	if options.Systems == nil {
		options.Systems = systems.Collected()
	}
	rules := systems.RulesOf(options.Systems)
	if err := os.WriteFile(e.path, []byte(options.Config), 0o600); err != nil {
		return nil, err
	}
	registry, logger := prometheus.NewRegistry(), e.Log.Logger()
	reader, err := collector.New(collector.Options{Registerer: registry, Logger: logger, Now: options.Now})
	if err != nil {
		return nil, err
	}
	apply := func(next *config.Config) error { return reader.Apply(e.tb.Context(), next) }
	reloader, err := config.NewReloader(e.path, rules, apply, registry, logger)
	if err != nil {
		return nil, err
	}
	e.Collector, e.Reloader = reader, reloader
	return web.New(web.Options{
		Collector: reader, Registry: registry, Logger: logger,
		ExternalURL: options.ExternalURL, RoutePrefix: options.RoutePrefix,
		MetricsPath: options.MetricsPath, MetricsJobs: !options.WithoutJobs, MaxRequests: options.MaxRequests,
		Budget: options.Budget, EnablePprof: options.EnablePprof,
		Reload:        reloader.Reload,
		Refusal:       reloader.Refusal,
		Configuration: func() ([]byte, error) { return reloader.Current().Redacted() },
	})
}

// Close ends the exporter as SIGTERM does: it waits for the scrapes under way
// and logs out of all targets. More than once is no harm.
func (e *Exporter) Close() {
	e.close.Do(func() {
		e.server.Close()
		e.client.CloseIdleConnections()
		ctx, cancel := context.WithTimeout(context.WithoutCancel(e.tb.Context()), closeTimeout)
		defer cancel()
		if err := e.Collector.Close(ctx); err != nil {
			e.tb.Errorf("closing the exporter: %v", err)
		}
	})
}

// Reply is an endpoint's answer.
type Reply struct {
	Status int
	Header http.Header
	Body   string
}

// Do sends one request, with headers given as name, value, name, value. A
// request that gets no answer is reported and has status 0.
func (e *Exporter) Do(ctx context.Context, method, path string, headers ...string) Reply {
	e.tb.Helper()
	reply, err := e.Try(ctx, method, path, headers...)
	if err != nil {
		e.tb.Errorf("%s %s: %v", method, path, err)
	}
	return reply
}

// Try is Do for requests that may get no answer, such as abandoned ones.
func (e *Exporter) Try(ctx context.Context, method, path string, headers ...string) (Reply, error) {
	request, err := http.NewRequestWithContext(ctx, method, e.URL+path, http.NoBody)
	if err != nil {
		return Reply{}, err
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Add(headers[i], headers[i+1])
	}
	response, err := e.client.Do(request)
	if err != nil {
		return Reply{}, err
	}
	defer response.Body.Close()
	body, err := readAll(response)
	return Reply{Status: response.StatusCode, Header: response.Header, Body: body}, err
}

func readAll(response *http.Response) (string, error) {
	body, err := io.ReadAll(response.Body)
	if err != nil || response.Header.Get("Content-Encoding") != "gzip" {
		return string(body), err
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	body, err = io.ReadAll(unpacked)
	return string(body), err
}

// Get is Do for GET.
func (e *Exporter) Get(path string, headers ...string) Reply {
	e.tb.Helper()
	return e.Do(e.tb.Context(), http.MethodGet, path, headers...)
}

// TimeoutHeader is what Prometheus sends with a scrape that it waits so long for.
func TimeoutHeader(timeout time.Duration) []string {
	return []string{"X-Prometheus-Scrape-Timeout-Seconds", strconv.FormatFloat(timeout.Seconds(), 'g', -1, 64)}
}

// Scrape reads /metrics as a Prometheus with this scrape timeout does, and
// checks what must hold for every exposition.
func (e *Exporter) Scrape(timeout time.Duration) *Exposition {
	e.tb.Helper()
	return e.exposition("/metrics", timeout)
}

// Probe is Scrape for /probe with a query.
func (e *Exporter) Probe(query string, timeout time.Duration) *Exposition {
	e.tb.Helper()
	return e.exposition("/probe?"+query, timeout)
}

// Measured is Scrape, with the time until the answer's end.
func (e *Exporter) Measured(timeout time.Duration) (*Exposition, time.Duration) {
	e.tb.Helper()
	started := time.Now()
	reply := e.Get("/metrics", TimeoutHeader(timeout)...)
	took := time.Since(started)
	return e.parsed("/metrics", reply), took
}

func (e *Exporter) exposition(path string, timeout time.Duration) *Exposition {
	e.tb.Helper()
	return e.parsed(path, e.Get(path, TimeoutHeader(timeout)...))
}

func (e *Exporter) parsed(path string, reply Reply) *Exposition {
	e.tb.Helper()
	if reply.Status != http.StatusOK {
		e.tb.Errorf("GET %s: %d %s", path, reply.Status, strings.TrimSpace(reply.Body))
	}
	parsed, err := Parse(reply.Body)
	if err != nil {
		e.tb.Errorf("GET %s: %v", path, err)
	}
	return parsed
}

// Reload writes the configuration file and has it read.
func (e *Exporter) Reload(text string) Reply {
	e.tb.Helper()
	if err := os.WriteFile(e.path, []byte(text), 0o600); err != nil {
		e.tb.Fatalf("writing the configuration: %v", err)
	}
	return e.Do(e.tb.Context(), http.MethodPost, "/-/reload")
}

// CloseIdleConnections closes the test's own connections that nothing uses, for
// tests that count goroutines.
func (e *Exporter) CloseIdleConnections() { e.client.CloseIdleConnections() }
