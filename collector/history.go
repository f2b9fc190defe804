package collector

import (
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// mostChanges is how many changes of its state are remembered of a job.
const mostChanges = 20

// history is what happened to a job, for people who look at it. A copy may be
// kept: what it refers to never changes.
type history struct {
	// changes are the last changes of state, the oldest first.
	changes []job.Change
	// movedAt is when a read last found that something else had changed.
	movedAt time.Time
	// askedAt is when a scrape last wanted the job.
	askedAt time.Time
}

// noted is the history with one more good read. before is what the last one said.
func (h history) noted(before, found *job.Job, now time.Time) history {
	if before != nil && found.MovedSince(before) {
		h.movedAt = now
	}
	if before == nil || before.State != found.State {
		kept := h.changes[max(0, len(h.changes)-mostChanges+1):]
		h.changes = append(slices.Clone(kept), job.Change{At: now, State: found.State, UpstreamState: job.Label(found.UpstreamState)})
	}
	return h
}

// wanted notes that a scrape wants the job, and is a copy of what is remembered.
func (e *entry) wanted(now time.Time) entryState {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.askedAt = now
	return e.entryState
}
