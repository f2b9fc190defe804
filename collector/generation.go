package collector

import (
	"maps"
	"slices"
	"sync"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// generation is what one configuration made: its systems, its targets and the
// table of their metrics. It is swapped whole and never changed; a scrape that
// began on it finishes on it.
type generation struct {
	// number grows with each generation.
	number  uint64
	systems config.Systems
	table   *exposition.Table
	targets []*Target
	layouts layoutCache

	// users are the scrapes on it, and retired tells that another generation has
	// its place. Collector.mu guards both.
	users   int
	retired bool
	// unused is closed when it is retired and no scrape is on it any more.
	unused chan struct{}
}

// find returns the target of a name.
func (g *generation) find(name string) (*Target, error) {
	for _, t := range g.targets {
		if t.settings.Name == name {
			return t, nil
		}
	}
	return nil, ErrUnknownTarget
}

// size is about how many jobs a scrape of all targets shows.
func (g *generation) size() int {
	size := 0
	for _, t := range g.targets {
		size += t.memory.size()
	}
	return size
}

// layout is the layout for all labels that are configured now: job lists bring
// labels too, so it may change within a generation.
func (g *generation) layout() *exposition.Layout {
	names := map[string]bool{}
	for _, t := range g.targets {
		for _, name := range t.jobs.labels() {
			names[name] = true
		}
	}
	return g.layouts.of(g.table, slices.Sorted(maps.Keys(names)))
}

// targetLabelNames are the names of the labels configured for targets, sorted.
func (g *generation) targetLabelNames() []string {
	names := map[string]bool{}
	for _, t := range g.targets {
		for name := range t.settings.Labels {
			names[name] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// layoutCache keeps the last layout: label names hardly ever change.
type layoutCache struct {
	mu   sync.Mutex
	last *exposition.Layout
}

func (c *layoutCache) of(table *exposition.Table, configured []string) *exposition.Layout {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil || !slices.Equal(c.last.Configured(), configured) {
		c.last = table.Layout(configured)
	}
	return c.last
}
