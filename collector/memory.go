package collector

import (
	"cmp"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/upstream"
	"github.com/asyncjob-exporter/asyncjob_exporter/config"
)

// maxProbed bounds the jobs of one target that are remembered only because
// /probe asked for them.
const maxProbed = 1000

// memory is what the exporter remembers of the jobs of one target. It outlives
// a reload that leaves the target's name, system and URL alone.
type memory struct {
	mu sync.Mutex
	// owner is the generation that decides what is known.
	owner uint64
	// named are the jobs that are configured, or were listed, by their id,
	// which is unique among them.
	named map[string]*entry
	// discovered is the number of those that are only listed.
	discovered int
	// probed are the jobs that only /probe asked for. Here two kinds of one id
	// are two jobs.
	probed map[jobKey]*entry
	// last is what came of the last scrape.
	last roundOutcome
	// tidied is when forgotten jobs were last dropped.
	tidied time.Time
}

// roundOutcome is what came of one scrape of a target.
type roundOutcome struct {
	ended time.Time
	// failure is why the target was not up; nil where it was.
	failure  *upstream.Failure
	duration time.Duration
}

// note remembers what came of a scrape.
func (m *memory) note(generation uint64, outcome roundOutcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if generation >= m.owner {
		m.last = outcome
	}
}

// outcome is what came of the last scrape.
func (m *memory) outcome() roundOutcome {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.last
}

// jobKey tells jobs of one target apart.
type jobKey struct {
	id, kind, contentType, path string
}

func keyOf(job *config.Job) jobKey {
	return jobKey{id: job.ID, kind: job.Kind, contentType: job.Type, path: job.Path}
}

// knownJob is a job and from where it is known.
type knownJob struct {
	// job belongs to the list that names it, and is never changed.
	job    *config.Job
	source Source
}

func newMemory() *memory {
	return &memory{named: map[string]*entry{}, probed: map[jobKey]*entry{}}
}

// own makes a generation the one that decides what is known.
func (m *memory) own(generation uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.owner = max(m.owner, generation)
}

// remember returns the entries of the jobs that are configured or listed now,
// in their order, and after them those that were listed not long ago. It
// forgets what nobody names any more. For a generation that has been replaced it
// changes nothing.
func (m *memory) remember(generation uint64, known []knownJob, now time.Time, retention time.Duration) []*entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := make([]*entry, 0, len(known))
	for _, k := range known {
		entries = append(entries, m.name(generation, k, now))
	}
	if generation < m.owner {
		return entries
	}
	entries = append(entries, m.forget(now, retention)...)
	m.tidied = now
	return entries
}

// rememberOne returns the entry of a job that is configured or listed now.
func (m *memory) rememberOne(generation uint64, k knownJob, now time.Time) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.name(generation, k, now)
}

// name finds or makes the entry of a named job. What was learned by probing it
// before it was named is kept.
func (m *memory) name(generation uint64, k knownJob, now time.Time) *entry {
	key := keyOf(k.job)
	e, ok := m.named[k.job.ID]
	known := ok && keyOf(e.knownAs()) == key
	if generation < m.owner {
		if !known {
			e = newEntry(k.job, k.source) // for this one scrape
		}
		return e
	}
	if !known {
		if e, ok = m.probed[key]; ok {
			delete(m.probed, key)
		} else {
			e = newEntry(k.job, k.source)
		}
		m.named[k.job.ID] = e
	}
	e.known(k.job, k.source, now)
	return e
}

// probe returns the entry of a job that somebody asks for and nothing else names.
func (m *memory) probe(job *config.Job, now time.Time) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := keyOf(job)
	e, ok := m.probed[key]
	if !ok {
		e = newEntry(job, SourceProbe)
		m.probed[key] = e
	}
	e.known(job, SourceProbe, now)
	m.limitProbed()
	return e
}

// find returns the entry of a job that was listed, by its id; nil where there is none.
func (m *memory) find(id string) *entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.named[id]
}

// forget drops what was not named now: at once where it was configured, after
// the retention where it was listed or probed. A job that is not listed any more
// because it ended longer ago than that has had its time. It returns the listed
// ones that stay, sorted by id.
func (m *memory) forget(now time.Time, retention time.Duration) []*entry {
	var lingering []entryState
	m.discovered = 0
	for id, e := range m.named {
		s := e.state()
		isNow := s.knownAt.Equal(now)
		switch {
		case s.source == SourceDiscovery && now.Sub(s.knownAt) <= retention && (isNow || !s.agedOut(now, retention)):
			m.discovered++
			if !isNow {
				lingering = append(lingering, s)
			}
		case !isNow:
			delete(m.named, id)
		}
	}
	for key, e := range m.probed {
		if now.Sub(e.state().knownAt) > retention {
			delete(m.probed, key)
		}
	}
	slices.SortFunc(lingering, func(a, b entryState) int { return cmp.Compare(a.job.ID, b.job.ID) })
	entries := make([]*entry, 0, len(lingering))
	for _, s := range lingering {
		entries = append(entries, m.named[s.job.ID])
	}
	return entries
}

// agedOut reports whether a job ended longer ago than the retention by now, and
// did not when it was last listed. One that was listed in spite of its age, and
// is not any more, has vanished.
func (s *entryState) agedOut(now time.Time, retention time.Duration) bool {
	if s.last == nil || !s.last.State.Final() {
		return false
	}
	ended := s.last.Ended
	if ended.IsZero() {
		ended = s.last.LastUpdate
	}
	return !ended.IsZero() && ended.Before(now.Add(-retention)) && !ended.Before(s.knownAt.Add(-retention))
}

// limitProbed drops the probed jobs that were not asked for the longest time,
// a tenth of them at once: to look for them costs more than to drop them.
func (m *memory) limitProbed() {
	if len(m.probed) <= maxProbed {
		return
	}
	asked := make(map[jobKey]time.Time, len(m.probed))
	for key, e := range m.probed {
		asked[key] = e.state().knownAt
	}
	keys := slices.SortedFunc(maps.Keys(asked), func(a, b jobKey) int { return asked[a].Compare(asked[b]) })
	for _, key := range keys[:maxProbed/10] {
		delete(m.probed, key)
	}
}

// untidy reports whether forgotten jobs have not been dropped for a while.
func (m *memory) untidy(now time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return now.Sub(m.tidied) > time.Minute
}

// size is the number of jobs that are configured or listed.
func (m *memory) size() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.named)
}

// numbers are the numbers of jobs that were only listed, or only probed.
func (m *memory) numbers() (discovered, probed int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.discovered, len(m.probed)
}

// states are copies of all that is remembered, in no order.
func (m *memory) states() []entryState {
	m.mu.Lock()
	defer m.mu.Unlock()
	states := make([]entryState, 0, len(m.named)+len(m.probed))
	for _, e := range m.named {
		states = append(states, e.state())
	}
	for _, e := range m.probed {
		states = append(states, e.state())
	}
	return states
}
