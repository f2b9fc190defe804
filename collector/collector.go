// Package collector turns jobs on other people's systems into metrics. Data
// flows one way: a target's configuration, HTTP reads of its upstream, a pure
// decoder per system, the Job that all systems share, and the table of metrics.
package collector

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"reflect"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Collector reads all configured targets, as they are configured now.
type Collector struct {
	systems map[string]system.System
	rules   config.Rules
	table   *exposition.Table
	metrics *selfMetrics
	logger  *slog.Logger
	now     func() time.Time

	mu      sync.Mutex
	current *generation
	// layout is the last one used.
	layout *exposition.Layout
	// jobFiles are the paths that asyncjob_exporter_job_file_valid shows.
	jobFiles map[string]bool
	// parts has *seriesParts for expositions.
	parts *sync.Pool
	// closing counts upstreams that are being logged out of.
	closing sync.WaitGroup
}

// Options are what a Collector needs from outside.
type Options struct {
	Systems    []system.System
	Rules      config.Rules
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
		systems:  map[string]system.System{},
		rules:    options.Rules,
		table:    exposition.NewTable(infosOf(options.Systems)),
		metrics:  metrics,
		logger:   options.Logger,
		now:      options.Now,
		current:  &generation{},
		jobFiles: map[string]bool{},
		parts:    exposition.NewPartsPool(),
	}
	for _, system := range options.Systems {
		c.systems[system.Name()] = system
	}
	if c.now == nil {
		c.now = time.Now
	}
	return c, nil
}

// Apply makes a configuration the current one. Everything is built before
// anything changes; on an error the old configuration stays. Targets that did
// not change keep their login, connections and memory.
func (c *Collector) Apply(ctx context.Context, next *config.Config) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := &generation{}
	for _, settings := range next.Targets {
		target, err := c.build(next, settings)
		if err != nil {
			c.drop(ctx, made)
			return err
		}
		target.link.users++
		made.targets = append(made.targets, target)
	}
	old := c.current
	c.current = made
	for _, was := range old.targets {
		c.forgetMetrics(was.settings)
	}
	old.retired = true
	if old.users == 0 {
		c.drop(ctx, old)
	}
	return nil
}

// build makes a target, with what can be kept of its predecessor.
func (c *Collector) build(next *config.Config, settings *config.Target) (*Target, error) {
	system, ok := c.systems[settings.System]
	if !ok {
		return nil, fmt.Errorf("target %q: unknown system %q", settings.Name, settings.System)
	}
	target := &Target{
		settings: settings,
		memory:   newMemory(),
		list:     listing{turn: make(chan struct{}, 1)},
		now:      c.now,
		logger:   c.logger.With("system", settings.System, "target", settings.Name),
	}
	target.jobs = &jobList{settings: settings, files: next.JobFiles(settings), logger: target.logger}
	old := c.predecessor(settings)
	if old != nil {
		target.memory = old.memory
		target.list.jobs = old.list.latest()
		target.jobs.files.Follow(old.jobs.files)
	}
	if old != nil && sameLink(old.settings, settings) {
		target.link = old.link
	} else if err := target.connect(system, c.metrics); err != nil {
		return nil, err
	}
	if old != nil && !maps.Equal(old.settings.States, settings.States) {
		target.memory.reread()
	}
	target.jobs.refresh()
	return target, nil
}

func (t *Target) connect(system system.System, metrics *selfMetrics) error {
	own, err := metrics.of(t.settings)
	if err != nil {
		return fmt.Errorf("target %q: %w", t.settings.Name, err)
	}
	upstream, err := upstream.New(t.settings, own.count, t.now, t.logger)
	if err != nil {
		return err
	}
	t.link = &link{upstream: upstream, reader: system.Connect(t.settings, upstream), metrics: own}
	return nil
}

// predecessor is the current target of the same name that talks about the same
// jobs; nil where there is none.
func (c *Collector) predecessor(settings *config.Target) *Target {
	for _, t := range c.current.targets {
		if t.settings.Name == settings.Name && t.settings.System == settings.System && t.settings.URL.String() == settings.URL.String() {
			return t
		}
	}
	return nil
}

// sameLink reports whether two configurations of a target reach its upstream in
// the same way: they may differ in jobs and in what is shown of them.
func sameLink(a, b *config.Target) bool {
	return reflect.DeepEqual(linkPart(a), linkPart(b))
}

func linkPart(t *config.Target) config.Target {
	part := *t
	part.Jobs, part.JobFiles, part.Labels, part.Discovery = nil, nil, nil, false
	part.MaxFiles, part.ErrorText, part.FinishedTTL, part.Retention = 0, false, 0, 0
	part.Link, part.FinishedRetention, part.MaxDuration = "", 0, 0
	return part
}

// Close drops all targets and waits until they are logged out of.
func (c *Collector) Close(ctx context.Context) error {
	if err := c.Apply(ctx, &config.Config{}); err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.closing.Wait()
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("closing the targets: not all logouts were answered in time")
	}
}

// Scrape reads all jobs of all targets, in parallel, until the context ends.
func (c *Collector) Scrape(ctx context.Context) *exposition.Exposition {
	g := c.acquire()
	defer c.release(ctx, g)
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
	g := c.acquire()
	defer c.release(ctx, g)
	target, err := g.find(name)
	if err != nil {
		return nil, err
	}
	if job == nil {
		return c.show(g, []targetView{target.scrape(ctx)}), nil
	}
	asked, err := target.identify(c.rules.Systems, *job)
	if err != nil {
		return nil, err
	}
	return c.show(g, []targetView{target.probe(ctx, asked)}), nil
}

// publishJobFiles shows which job files are valid.
func (c *Collector) publishJobFiles(g *generation) {
	files := map[string]bool{}
	for _, t := range g.targets {
		for _, file := range t.jobs.fileStates() {
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
