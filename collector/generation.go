package collector

import (
	"context"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// generation is the targets of one configuration. Scrapes that began on it
// finish on it.
type generation struct {
	targets []*Target
	users   int
	retired bool
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
			upstream.Close(bounded)
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
