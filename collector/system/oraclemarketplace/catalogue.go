package oraclemarketplace

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"
)

// catalogue is what lists have said so far. A long list takes longer than
// a scrape has: it is walked through in parts, begun anew every few minutes,
// while the newest uploads are asked for each time. It is one of
//
//   - new: no walk has ended yet, so that more uploads may be there;
//   - walking: under way, also for the second time and on;
//   - walked: whole, until it is time to walk again.
type catalogue struct {
	mu    sync.Mutex
	known map[string]*knownUpload
	// named counts the uploads that were ever named.
	named int
	// walk is the walk under way, or the last one.
	walk walk
	// endedAt is when the last whole walk ended; zero: none has.
	endedAt time.Time
	// cut tells that the last walk ended before the list did.
	cut bool
	// largest is the number of items of the largest page.
	largest int
}

// walk is one way through all pages.
type walk struct {
	number    int
	underWay  bool
	startedAt time.Time
	// next is the offset of the page that comes next.
	next, pages int
	// found are the uploads of this walk.
	found int
}

// knownUpload is an upload that a list named.
type knownUpload struct {
	listedUpload
	// place is how many uploads were named before it.
	place int
	// walk is the last walk that came by it, and seenAt when any list named it last.
	walk   int
	seenAt time.Time
}

const (
	// walkEvery is how long a walk through the whole list is believed.
	walkEvery = 5 * time.Minute
	// mostPages and mostUploads end a list that does not end.
	mostPages   = 200
	mostUploads = 10_000
)

// beginWalk begins a walk where it is time for one.
func (c *catalogue) beginWalk(now time.Time) {
	if c.known == nil {
		c.known = map[string]*knownUpload{}
	}
	if !c.walk.underWay && (c.endedAt.IsZero() || now.Sub(c.endedAt) >= walkEvery) {
		c.walk = walk{number: c.walk.number + 1, underWay: true, startedAt: now}
	}
}

// see remembers the uploads of a page and returns how many were new.
func (c *catalogue) see(p page, now time.Time) (added int) {
	c.largest = max(c.largest, p.received)
	for _, upload := range p.uploads {
		known, ok := c.known[string(upload.ID)]
		if !ok {
			known = &knownUpload{place: c.named}
			c.named++
			c.known[string(upload.ID)] = known
			added++
		}
		known.listedUpload, known.seenAt = upload, now
	}
	return added
}

// step remembers the next page of the walk, and ends the walk with the last one,
// with one that names nothing new, or with as many as are allowed.
func (c *catalogue) step(p page, now time.Time) {
	c.see(p, now)
	added := 0
	for _, upload := range p.uploads {
		if known := c.known[string(upload.ID)]; known.walk != c.walk.number {
			known.walk = c.walk.number
			added++
		}
	}
	c.walk.next += p.received
	c.walk.pages++
	c.walk.found += added
	tooLong := c.walk.pages >= mostPages || c.walk.found >= mostUploads
	more := p.more(c.walk.next, c.largest) && added > 0
	if !more || tooLong {
		c.endWalk(more, now)
	}
}

// walked takes pages that reached from the first upload to the last for a walk.
func (c *catalogue) walked(pages []page, startedAt, now time.Time) {
	c.walk = walk{number: c.walk.number + 1, startedAt: startedAt}
	for _, p := range pages {
		for _, upload := range p.uploads {
			c.known[string(upload.ID)].walk = c.walk.number
		}
	}
	c.endWalk(false, now)
}

// endWalk forgets the uploads that no list has named since the walk began.
func (c *catalogue) endWalk(cut bool, now time.Time) {
	c.walk.underWay, c.endedAt, c.cut = false, now, cut
	maps.DeleteFunc(c.known, func(_ string, known *knownUpload) bool {
		return known.walk != c.walk.number && known.seenAt.Before(c.walk.startedAt)
	})
}

// whole reports whether the catalogue has all uploads that are listed.
func (c *catalogue) whole() bool { return !c.endedAt.IsZero() && !c.cut }

// newestFirst are all known uploads. Those beyond the bound are forgotten.
func (c *catalogue) newestFirst() []*knownUpload {
	all := slices.SortedFunc(maps.Values(c.known), func(a, b *knownUpload) int {
		return cmp.Or(b.Modified.Compare(a.Modified.Time), cmp.Compare(a.place, b.place))
	})
	for len(all) > mostUploads {
		c.cut = true
		delete(c.known, string(all[len(all)-1].ID))
		all = all[:len(all)-1]
	}
	return all
}
