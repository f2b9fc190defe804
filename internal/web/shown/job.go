package shown

import (
	"math"
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Job is a job with its word, and what about it needs somebody.
type Job struct {
	*collector.JobStatus
	// State is one of States.
	State string
	// Attention are the reasons, the most urgent first; nil: none.
	Attention []Reason

	// urgency is its place among the reasons and states, and since is about when
	// the reason came up; zero where there is none.
	urgency int
	since   time.Time
}

func newJob(status *collector.JobStatus, m Moment) Job {
	state := stateOf(status, m)
	made := Job{JobStatus: status, State: state, Attention: attentionTo(status, state, m)}
	made.urgency = len(Reasons()) + stateRank(state)
	if len(made.Attention) > 0 {
		made.urgency = slices.Index(Reasons(), made.Attention[0])
		made.since = urgentSince(status)
	}
	return made
}

// urgentSince is about since when a job needs somebody.
func urgentSince(status *collector.JobStatus) time.Time {
	if status.Last != nil && status.Last.State.Final() {
		return LastChange(status)
	}
	return StateSince(status)
}

// Progress is the ratio that the upstream tells, within 0 to 1.
func (j *Job) Progress() (ratio float64, ok bool) {
	if j.Last == nil || j.Last.Progress == nil || math.IsNaN(*j.Last.Progress) {
		return 0, false
	}
	return min(max(*j.Last.Progress, 0), 1), true
}

// Expires is when the upstream drops the job, unless that does not matter any
// more. Zero: never.
func (j *Job) Expires() time.Time {
	if j.Last == nil || j.Last.State.Final() && j.Last.State != job.Expired {
		return time.Time{}
	}
	return j.Last.Expiration
}
