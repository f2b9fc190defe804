package vsphere

import (
	"context"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// askAgain is how long a library item's name is not asked for again that was
// not told. One that was told is never asked for again.
const askAgain = 10 * time.Minute

// mostNames is how many names are asked for within namesTime, about a scrape: the
// status of other sessions has to wait for each. With many sessions the names come
// bit by bit.
const (
	mostNames = 100
	namesTime = 10 * time.Second
)

// nameRequests counts the names that are asked for.
type nameRequests struct {
	mu    sync.Mutex
	since time.Time
	asked int
}

// allow reports whether one more name may be asked for now, and counts it.
func (n *nameRequests) allow(now time.Time) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if now.Sub(n.since) >= namesTime {
		n.since, n.asked = now, 0
	}
	if n.asked == mostNames {
		return false
	}
	n.asked++
	return true
}

// name gives a session the name of its library item. A session without one is
// as good: it is shown by its id.
func (r *reader) name(ctx context.Context, asked config.Job, found, last *job.Job) {
	if last != nil {
		found.Name, found.NameAskedAt = last.Name, last.NameAskedAt
	}
	now := r.upstream.Now()
	if found.Name != "" || !wantsName(asked, last) || itemOf(found) == "" || now.Sub(found.NameAskedAt) < askAgain {
		return
	}
	if !r.names.allow(now) {
		return // it will be its turn in one of the next scrapes
	}
	found.NameAskedAt = now
	if item, err := r.item(ctx, itemOf(found)); err == nil {
		found.Name = string(item.Name)
	}
}

// wantsName reports whether a name is worth a request. Nobody sees it where one
// is configured; what was listed has nothing else to be known by; and where
// somebody wrote the id down, the first scrape has enough to do without.
func wantsName(asked config.Job, last *job.Job) bool {
	return asked.Name == "" && (last != nil || asked.Listed)
}

// itemOf is the library item of a session; empty where it is not known.
func itemOf(session *job.Job) string {
	if len(session.Info) == 0 {
		return ""
	}
	return session.Info[0]
}
