package web

import (
	"slices"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Besides the states of jobs, the page has a word for what the exporter does
// not know of them.
const (
	// stateUnavailable is for jobs whose last read failed: asyncjob_up is 0.
	stateUnavailable = "unavailable"
	// stateUnread is for jobs that nobody has scraped yet.
	stateUnread = "unread"
)

// shownStates are all words that a job can have on the page, those first that
// need somebody's attention.
func shownStates() []string {
	return []string{
		string(job.Failed), string(job.Expired), stateUnavailable, string(job.Unknown),
		string(job.Running), string(job.Pending), stateUnread,
		string(job.Gone), string(job.Canceled), string(job.Succeeded),
	}
}

// urgency orders the words as shownStates has them.
func urgency(state string) int {
	if at := slices.Index(shownStates(), state); at >= 0 {
		return at
	}
	return len(shownStates())
}

// shownState is the word for a job. A final state stays, whatever became of
// later reads.
func shownState(status *collector.JobStatus) string {
	switch {
	case status.Last != nil && (status.Failure == nil || status.Last.State.Final()):
		return string(status.Last.State)
	case status.Failure != nil:
		return stateUnavailable
	default:
		return stateUnread
	}
}

// neverFound reports whether the upstream was asked for the job but never said
// anything about it, only that it knows none of this id.
func neverFound(status *collector.JobStatus) bool {
	return status.Last != nil && status.Last.State == job.Gone && status.FirstSeen.IsZero()
}
