// Package collector turns jobs on other people's systems into metrics. Data
// flows one way: a target's configuration, HTTP reads of its upstream, a pure
// decoder per system, the Job that all systems share, and the table of metrics.
package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Collector reads all configured targets, as they are configured now.
type Collector struct {
	metrics  *selfMetrics
	logger   *slog.Logger
	now      func() time.Time
	encoding encodingCost
	// accounts are the logins of all targets, over all generations.
	accounts *upstream.Accounts
	// parts is what expositions share to allocate less.
	parts *sync.Pool

	// stopping is closed by Stop.
	stopping chan struct{}
	stopOnce sync.Once

	// applying is held while a generation is made: no scrape needs it.
	applying sync.Mutex

	mu      sync.Mutex
	current *generation
	// jobFiles are the paths that asyncjob_exporter_job_file_valid shows.
	jobFiles map[string]bool
	// closing counts upstreams that are being logged out of.
	closing sync.WaitGroup
}

// Options are what a Collector needs from outside.
type Options struct {
	Registerer prometheus.Registerer
	Logger     *slog.Logger
	// Now is the clock; time.Now where nil.
	Now func() time.Time
}

// New makes a Collector without targets; Apply gives it some. The error is one
// of registering the exporter's own metrics.
func New(options Options) (*Collector, error) {
	metrics, err := newSelfMetrics(options.Registerer)
	if err != nil {
		return nil, fmt.Errorf("registering the collector's metrics: %w", err)
	}
	c := &Collector{
		metrics:  metrics,
		logger:   options.Logger,
		now:      options.Now,
		parts:    exposition.NewPartsPool(),
		current:  &generation{table: exposition.NewTable(nil), unused: make(chan struct{})},
		jobFiles: map[string]bool{},
		stopping: make(chan struct{}),
	}
	if c.now == nil {
		c.now = time.Now
	}
	c.accounts = upstream.NewAccounts(c.now)
	return c, nil
}

// Stop ends the reads of the scrapes under way and of those to come: they are
// answered with what is known.
func (c *Collector) Stop() { c.stopOnce.Do(func() { close(c.stopping) }) }

// Close stops, drops all targets and waits until they are logged out of.
func (c *Collector) Close(ctx context.Context) error {
	c.Stop()
	last := c.acquire()
	c.release(ctx, last)
	if err := c.Apply(ctx, &config.Config{}); err != nil {
		return err
	}
	if err := c.accounts.Close(ctx); err != nil {
		return fmt.Errorf("closing the targets: %w", err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-last.unused // the scrapes under way are answered
		c.closing.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("closing the targets: not all reads ended in time")
	}
}

// begin makes the current generation usable until the returned end, which is to
// be called once, and bounds a context by the collector's own end.
func (c *Collector) begin(ctx context.Context) (g *generation, bounded context.Context, end func()) {
	bounded, cancel := context.WithCancel(ctx)
	go func() {
		select {
		case <-c.stopping:
			cancel()
		case <-bounded.Done():
		}
	}()
	g = c.acquire()
	return g, bounded, func() {
		cancel()
		c.release(ctx, g)
	}
}

// Scrape reads all jobs of all targets, in parallel, until the context ends.
func (c *Collector) Scrape(ctx context.Context) *exposition.Exposition {
	g, ctx, end := c.begin(ctx)
	defer end()
	ctx, cancel := c.encoding.before(ctx, g.size())
	defer cancel()
	views := make([]targetView, len(g.targets))
	var targets sync.WaitGroup
	for i, target := range g.targets {
		targets.Go(func() { views[i] = target.scrape(ctx) })
	}
	targets.Wait()
	return c.show(g, views)
}

// ScrapeTarget reads all jobs of one target, or, where job is not nil, that one.
func (c *Collector) ScrapeTarget(ctx context.Context, name string, job *config.Job) (*exposition.Exposition, error) {
	g, ctx, end := c.begin(ctx)
	defer end()
	target, err := g.find(name)
	if err != nil {
		return nil, err
	}
	if job == nil {
		return c.show(g, []targetView{target.scrape(ctx)}), nil
	}
	asked, err := target.identify(ctx, g.systems, *job)
	if err != nil {
		return nil, err
	}
	return c.show(g, []targetView{target.probe(ctx, asked)}), nil
}

// publishJobFiles shows which job files and URLs are valid.
func (c *Collector) publishJobFiles(g *generation) {
	files := map[string]bool{}
	for _, t := range g.targets {
		for _, file := range t.jobs.sourceStates() {
			ok, seen := files[file.Path]
			files[file.Path] = file.Err == nil && (ok || !seen)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for path := range c.jobFiles {
		if _, ok := files[path]; !ok {
			c.metrics.jobFileValid.DeleteLabelValues(path)
		}
	}
	for path, ok := range files {
		valid := 0.0
		if ok {
			valid = 1
		}
		c.metrics.jobFileValid.WithLabelValues(path).Set(valid)
	}
	c.jobFiles = files
}
