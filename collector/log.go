package collector

import (
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// logOutcome logs what changed with a read: not the same line every scrape.
func (t *Target) logOutcome(before, after *entryState) {
	id := after.job.ID
	was, is := reasonOf(before), reasonOf(after)
	switch {
	case is != "" && is != was:
		t.logger.Warn("reading the job failed", "job_id", id, "reason", is, "err", after.failure.Message)
	case is == "" && was != "":
		t.logger.Info("reading the job works again", "job_id", id)
	}
	if is != "" {
		return
	}
	t.logState(before, after)
	if before.last == nil && after.last.State == job.Gone && after.source != SourceDiscovery {
		t.logger.Warn("the upstream knows no job of this id: check it for a typo", "job_id", id)
	}
	if after.last.State == job.Unknown && (before.last == nil || before.last.State != job.Unknown) {
		t.logger.Warn("the job's state is a word in no table; the key \"states\" of the target can give it a meaning",
			"job_id", id, "upstream_state", job.Label(after.last.UpstreamState))
	}
}

// logState logs each change of a job's state once: an operator's log store is the
// history.
func (t *Target) logState(before, after *entryState) {
	if before.last == nil || before.last.State == after.last.State {
		return
	}
	t.logger.Info("The job's state changed",
		"job_id", after.job.ID, "job_name", nameOf(after),
		"was", before.last.State, "is", after.last.State, "after", t.inState(before).Round(time.Second))
}

// inState is how long the job was in the state that it has left, as far as the
// exporter has seen.
func (t *Target) inState(before *entryState) time.Duration {
	since := before.stateSince
	if since.IsZero() {
		since = before.firstSeen
	}
	if since.IsZero() {
		return 0
	}
	return t.now().Sub(since)
}

func reasonOf(s *entryState) job.Reason {
	if s.failure == nil {
		return ""
	}
	return s.failure.Reason
}
