package web

import (
	"sync/atomic"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/internal/web/shown"
)

// scrapeClock notes when somebody last asked for jobs.
type scrapeClock struct{ last, whole atomic.Pointer[time.Time] }

// note notes a scrape. whole tells that it asked for all jobs.
func (c *scrapeClock) note(now time.Time, whole bool) {
	c.last.Store(&now)
	if whole {
		c.whole.Store(&now)
	}
}

func (c *scrapeClock) scrapes() shown.Scrapes {
	var so shown.Scrapes
	if at := c.last.Load(); at != nil {
		so.Last = *at
	}
	if at := c.whole.Load(); at != nil {
		so.Whole = *at
	}
	return so
}
