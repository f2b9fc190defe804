package collector

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/system"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// Apply makes a configuration the current one. Everything is built before
// anything changes, outside any lock that a scrape needs; on an error the old
// configuration stays. Targets that did not change keep their login,
// connections and memory.
func (c *Collector) Apply(ctx context.Context, next *config.Config) error {
	c.applying.Lock()
	defer c.applying.Unlock()
	c.accounts.Reread()
	old := c.acquire()
	defer c.release(ctx, old)
	made, err := c.build(ctx, old, next)
	if err != nil {
		return err
	}
	c.swap(ctx, made)
	return nil
}

// build makes the generation of a configuration, with what can be kept of the
// old one.
func (c *Collector) build(ctx context.Context, old *generation, next *config.Config) (*generation, error) {
	made := &generation{number: old.number + 1, systems: next.Systems, unused: make(chan struct{})}
	for _, settings := range next.Targets {
		target, err := c.buildTarget(ctx, made, old, next, settings)
		if err != nil {
			c.let(ctx, made)
			return nil, err
		}
		c.hold(target.link)
		made.targets = append(made.targets, target)
	}
	made.table = exposition.NewTable(made.infos())
	if !made.table.Fits() {
		c.let(ctx, made)
		return nil, errTooManySystems
	}
	made.readJobs(ctx)
	return made, nil
}

// errTooManySystems is the error of targets of more systems than there is room for.
var errTooManySystems = errors.New("the targets use more than 200 systems, each of which has a metric of its own: use fewer")

// readJobs waits a little for the lists of jobs of all targets.
func (g *generation) readJobs(ctx context.Context) {
	var lists sync.WaitGroup
	for _, t := range g.targets {
		lists.Go(func() { t.jobs.refresh(ctx, firstLookPatience) })
	}
	lists.Wait()
}

// infos are the info metrics of the systems in use, in the order of the systems.
func (g *generation) infos() []exposition.SystemInfo {
	var infos []exposition.SystemInfo
	for _, known := range g.systems {
		used := slices.IndexFunc(g.targets, func(t *Target) bool { return t.system.Name() == known.Name() })
		if used >= 0 {
			infos = append(infos, exposition.SystemInfo{System: known.Name(), Metric: g.targets[used].system.Info()})
		}
	}
	return infos
}

// buildTarget makes one target of a generation.
func (c *Collector) buildTarget(ctx context.Context, made, old *generation, next *config.Config, settings *config.Target) (*Target, error) {
	found, ok := made.systems.Find(settings.System).(system.System)
	if !ok {
		return nil, fmt.Errorf("target %q: unknown system %q", settings.Name, settings.System)
	}
	target := &Target{
		generation: made.number,
		settings:   settings,
		system:     found,
		meaning:    meaningOf(found, settings),
		now:        c.now,
		logger:     c.logger.With("system", settings.System, "target", settings.Name),
	}
	before := old.predecessor(settings)
	var lastJobs *jobList
	if before == nil {
		target.memory, target.list = newMemory(), &listing{}
	} else {
		target.memory, target.list, lastJobs = before.memory, before.list, before.jobs
	}
	if before != nil && target.sameLink(before) {
		target.link = before.link
	} else if err := target.connect(c.accounts, c.metrics); err != nil {
		return nil, err
	}
	target.jobs = newJobList(ctx, settings, next.JobSources(settings, target.logger), lastJobs, &c.closing)
	return target, nil
}

// predecessor is the target of the same name that talks about the same jobs;
// nil where there is none.
func (g *generation) predecessor(settings *config.Target) *Target {
	for _, t := range g.targets {
		if t.settings.Name == settings.Name && t.settings.System == settings.System && t.settings.URL.String() == settings.URL.String() {
			return t
		}
	}
	return nil
}

// connect makes the way to the target's upstream. It sends nothing.
func (t *Target) connect(accounts *upstream.Accounts, metrics *selfMetrics) error {
	own, err := metrics.of(t.settings)
	if err != nil {
		return fmt.Errorf("target %q: %w", t.settings.Name, err)
	}
	client, err := upstream.New(t.settings, accounts, own.requests.count, t.logger)
	if err != nil {
		return err
	}
	t.link = &link{upstream: client, reader: t.system.Connect(t.settings, client), metrics: own}
	return nil
}

// sameLink reports whether two targets reach their upstream in the same way and
// understand its replies alike: they may differ in jobs and in what is shown of
// them.
func (t *Target) sameLink(other *Target) bool {
	return t.meaning == other.meaning && reflect.DeepEqual(linkPart(t.settings), linkPart(other.settings))
}

func linkPart(t *config.Target) config.Target {
	part := *t
	part.Jobs, part.JobFiles, part.JobURLs, part.Labels, part.Discovery = nil, nil, nil, nil, false
	part.MaxFiles, part.ErrorText, part.FinishedTTL, part.Retention = 0, false, 0, 0
	part.Link, part.FinishedRetention, part.MaxDuration = "", 0, 0
	return part
}

// swap makes a generation the current one. From then on its targets own what is
// remembered: scrapes that are still on the old one finish without changing it.
func (c *Collector) swap(ctx context.Context, made *generation) {
	for _, t := range made.targets {
		t.memory.own(made.number)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	old := c.current
	c.current = made
	for _, was := range old.targets {
		c.forgetMetrics(was.settings)
		if !made.has(was.link) {
			// Scrapes under way or not: nobody is logged in for a target that is not there.
			c.closing.Go(func() { was.link.upstream.Close(context.WithoutCancel(ctx)) })
		}
	}
	old.retired = true
	c.dropUnused(ctx, old)
}

// has reports whether a generation has a target that uses a link.
func (g *generation) has(l *link) bool {
	return slices.ContainsFunc(g.targets, func(t *Target) bool { return t.link == l })
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
	c.dropUnused(ctx, g)
}

// dropUnused drops a generation that has a successor and no scrape on it.
func (c *Collector) dropUnused(ctx context.Context, g *generation) {
	if g.retired && g.users == 0 {
		c.drop(ctx, g)
		close(g.unused)
	}
}

// hold notes one more user of a link.
func (c *Collector) hold(l *link) {
	c.mu.Lock()
	defer c.mu.Unlock()
	l.users++
}

// let is drop for a generation that never was the current one.
func (c *Collector) let(ctx context.Context, g *generation) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.drop(ctx, g)
}

// drop lets go of the links of a generation and closes those that nothing uses
// any more, behind the caller's back: a logout is a request.
func (c *Collector) drop(ctx context.Context, g *generation) {
	for _, t := range g.targets {
		t.jobs.stop()
		t.link.users--
		if t.link.users > 0 {
			continue
		}
		c.closing.Go(func() {
			t.list.stop(t.link)
			// The scrape or reload that dropped the target may end before the logout does.
			t.link.upstream.Close(context.WithoutCancel(ctx))
			c.mu.Lock()
			defer c.mu.Unlock()
			c.forgetMetrics(t.settings) // scrapes under way and the logout have counted on
		})
	}
}

// forgetMetrics drops the exporter's own metrics of a target that is not
// configured any more.
func (c *Collector) forgetMetrics(was *config.Target) {
	stays := slices.ContainsFunc(c.current.targets, func(t *Target) bool {
		return t.settings.Name == was.Name && t.settings.System == was.System
	})
	if !stays {
		c.metrics.forget(was)
	}
}
