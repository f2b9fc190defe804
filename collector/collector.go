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
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Collector reads all configured targets, as they are configured now.
type Collector struct {
	systems map[string]System
	rules   config.Rules
	table   *metricTable
	metrics *selfMetrics
	logger  *slog.Logger
	now     func() time.Time

	mu      sync.Mutex
	current *generation
	// layout is the last one used.
	layout *labelLayout
	// jobFiles are the paths that asyncjob_exporter_job_file_valid shows.
	jobFiles map[string]bool
	// parts has *seriesParts for expositions.
	parts sync.Pool
	// closing counts upstreams that are being logged out of.
	closing sync.WaitGroup
}

// generation is the targets of one configuration. Scrapes that began on it
// finish on it.
type generation struct {
	targets []*Target
	users   int
	retired bool
}

// Options are what a Collector needs from outside.
type Options struct {
	Systems    []System
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
		systems:  map[string]System{},
		rules:    options.Rules,
		table:    newMetricTable(options.Systems),
		metrics:  metrics,
		logger:   options.Logger,
		now:      options.Now,
		current:  &generation{},
		jobFiles: map[string]bool{},
		parts:    sync.Pool{New: func() any { return newSeriesParts() }},
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
		target, err := c.build(settings)
		if err != nil {
			c.drop(ctx, made)
			return err
		}
		target.link.users++
		made.targets = append(made.targets, target)
	}
	old := c.current
	c.current = made
	c.forgetMetrics(old, made)
	old.retired = true
	if old.users == 0 {
		c.drop(ctx, old)
	}
	return nil
}

// build makes a target, with what can be kept of its predecessor.
func (c *Collector) build(settings *config.Target) (*Target, error) {
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
	target.jobs = &jobList{settings: settings, files: config.NewJobFiles(settings, c.rules), logger: target.logger}
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

func (t *Target) connect(system System, metrics *selfMetrics) error {
	own, err := metrics.of(t.settings)
	if err != nil {
		return fmt.Errorf("target %q: %w", t.settings.Name, err)
	}
	upstream, err := newUpstream(t.settings, own, t.now, t.logger)
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
	return part
}

// forgetDropped drops the exporter's own metrics of a target once nothing uses it any more:
// scrapes under way and the logout have counted on.
func (c *Collector) forgetDropped(settings *config.Target) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forgetMetrics(&generation{targets: []*Target{{settings: settings}}}, c.current)
}

// forgetMetrics drops the exporter's own metrics of targets that are gone.
func (c *Collector) forgetMetrics(old, next *generation) {
	for _, was := range old.targets {
		stays := slices.ContainsFunc(next.targets, func(t *Target) bool {
			return t.settings.Name == was.settings.Name && t.settings.System == was.settings.System
		})
		if !stays {
			c.metrics.forget(was.settings)
		}
	}
}

// acquire returns the current generation, which stays usable until it is released.
func (c *Collector) acquire() *generation {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.current.users++
	return c.current
}

func (c *Collector) release(ctx context.Context, g *generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	g.users--
	if g.retired && g.users == 0 {
		c.drop(ctx, g)
	}
}

// logoutTimeout bounds how long a dropped target's logout may take.
const logoutTimeout = 5 * time.Second

// drop lets go of the links of a generation and closes those that nothing uses
// any more, behind the caller's back: a logout is a request.
func (c *Collector) drop(ctx context.Context, g *generation) {
	for _, t := range g.targets {
		t.link.users--
		if t.link.users > 0 {
			continue
		}
		upstream := t.link.upstream
		c.closing.Go(func() {
			// The scrape or reload that dropped the target may end before the logout does.
			bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), logoutTimeout)
			defer cancel()
			upstream.close(bounded)
			c.forgetDropped(t.settings)
		})
	}
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
func (c *Collector) Scrape(ctx context.Context) *Exposition {
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
func (c *Collector) ScrapeTarget(ctx context.Context, name string, job *config.Job) (*Exposition, error) {
	g := c.acquire()
	defer c.release(ctx, g)
	target, err := g.find(name)
	if err != nil {
		return nil, err
	}
	if job == nil {
		return c.show(g, []targetView{target.scrape(ctx)}), nil
	}
	asked, err := target.identify(c.systems[target.settings.System], *job)
	if err != nil {
		return nil, err
	}
	return c.show(g, []targetView{target.probe(ctx, asked)}), nil
}

// show puts together what was found. All series of jobs get the same label
// names, whichever target they are from.
func (c *Collector) show(g *generation, views []targetView) *Exposition {
	x := &Exposition{table: c.table, layout: c.layoutOf(g), targets: targetFamilies(g, views), parts: &c.parts}
	var list seriesList
	for _, view := range views {
		for i, e := range view.entries {
			x.jobs = append(x.jobs, jobSeries{
				identity:   view.target.identity(x.layout, e),
				jobSamples: view.target.samples(c.table, e, view.jobs[i], &list),
			})
		}
	}
	c.publishJobFiles(g)
	return x
}

// layoutOf is the layout for all labels configured in a generation: the last
// one where that is still right.
func (c *Collector) layoutOf(g *generation) *labelLayout {
	names := map[string]bool{}
	for _, t := range g.targets {
		for _, name := range t.jobs.labels() {
			names[name] = true
		}
	}
	configured := slices.Sorted(maps.Keys(names))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.layout == nil || !slices.Equal(c.layout.names[3:], configured) {
		c.layout = c.table.layout(configured)
	}
	return c.layout
}

// publishJobFiles shows which job files are valid.
func (c *Collector) publishJobFiles(g *generation) {
	valid := map[string]bool{}
	for _, t := range g.targets {
		for _, file := range t.jobs.fileStates() {
			ok, seen := valid[file.Path]
			valid[file.Path] = file.Err == nil && (ok || !seen)
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for path := range c.jobFiles {
		if _, ok := valid[path]; !ok {
			c.metrics.jobFileValid.DeleteLabelValues(path)
		}
	}
	for path, ok := range valid {
		c.metrics.jobFileValid.WithLabelValues(path).Set(boolean(ok))
	}
	c.jobFiles = valid
}
