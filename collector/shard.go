package collector

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/exposition"
)

// MostShards is into how many parts the jobs can be spread.
const MostShards = 1024

// Shard is one of several parts of all jobs, each about as large. Which part a
// job is in depends on its target's name and its id alone, so that all exporters
// agree on it.
type Shard struct{ Index, Of int }

// ErrBadShard is the error of a text that names no shard.
var ErrBadShard = errors.New("must be K/N, with K from 0 to below N, and N at most " + strconv.Itoa(MostShards))

// ParseShard reads a shard written as K/N.
func ParseShard(text string) (Shard, error) {
	index, of, _ := strings.Cut(text, "/")
	var parsed Shard
	var errIndex, errOf error
	parsed.Index, errIndex = strconv.Atoi(index)
	parsed.Of, errOf = strconv.Atoi(of)
	if errIndex != nil || errOf != nil || parsed.Index < 0 || parsed.Index >= parsed.Of || parsed.Of > MostShards || parsed.String() != text {
		return Shard{}, ErrBadShard
	}
	return parsed, nil
}

func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index, s.Of) }

// Has reports whether a job is in the shard; without an id, whether the target's
// own series are, whatever jobs it has.
func (s Shard) Has(target, id string) bool {
	hash := fnv.New64a()
	hash.Write([]byte(target))
	hash.Write([]byte{0})
	hash.Write([]byte(id))
	sum := hash.Sum64()
	// The low bits of this hash know little of one another's neighbours.
	sum ^= sum >> 32
	return sum%uint64(s.Of) == uint64(s.Index) //nolint:gosec // neither is negative, ParseShard sees to it
}

// ScrapeShard reads the jobs of a shard, those of one target where its name is
// not empty. A target is shown where it has jobs in the shard, and in one shard
// whatever jobs it has.
func (c *Collector) ScrapeShard(ctx context.Context, shard Shard, name string) (*exposition.Exposition, error) {
	g, ctx, end := c.begin(ctx)
	defer end()
	targets := g.targets
	if name != "" {
		one, err := g.find(name)
		if err != nil {
			return nil, err
		}
		targets = []*Target{one}
	}
	ctx, cancel := c.encoding.before(ctx, g.size()/shard.Of)
	defer cancel()
	found := make([]*targetView, len(targets))
	var reading sync.WaitGroup
	for i, target := range targets {
		reading.Go(func() { found[i] = target.scrapeShard(ctx, shard) })
	}
	reading.Wait()
	views := make([]targetView, 0, len(found))
	for _, view := range found {
		if view != nil {
			views = append(views, *view)
		}
	}
	return c.show(g, views), nil
}

// scrapeShard reads the target's jobs of a shard; nil where it shows nothing of
// the target.
func (t *Target) scrapeShard(ctx context.Context, shard Shard) *targetView {
	r := newRound(t.now())
	t.jobs.refresh(ctx, lookPatience)
	fresh := t.discover(ctx, r, t.list.shards.last(shard))
	t.list.shards.had(shard, t.now())
	ours := slices.DeleteFunc(t.known(), func(e *entry) bool { return !shard.Has(t.settings.Name, e.knownAs().ID) })
	if len(ours) == 0 && !shard.Has(t.settings.Name, "") {
		return nil
	}
	if fresh {
		t.takeListed(r)
	}
	view := t.finish(ctx, r, ours)
	return &view
}

// turns tell when each shard last had a list. All shards of a round share one: a
// new one is read when the first of them comes round again.
type turns struct {
	mu sync.Mutex
	at map[Shard]time.Time
}

// last is when a shard last had a list: one that ended since then is new to it.
func (t *turns) last(shard Shard) time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.at[shard]
}

func (t *turns) had(shard Shard, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.at) >= MostShards { // of numbers of shards that nobody uses any more
		maps.DeleteFunc(t.at, func(s Shard, _ time.Time) bool { return s.Of != shard.Of })
	}
	if t.at == nil {
		t.at = map[Shard]time.Time{}
	}
	t.at[shard] = now
}
