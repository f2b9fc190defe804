// Package shown decides what people and programs see of the jobs that the
// exporter knows: a word for the state of each, what about it needs attention,
// which jobs a request asks for, and in which order. The page of jobs and the
// API show the same.
package shown

import (
	"slices"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Besides the states of jobs there is a word for what the exporter does not
// know of them.
const (
	// Unavailable is for jobs whose last read failed: asyncjob_up is 0.
	Unavailable = "unavailable"
	// Unread is for jobs that nobody has scraped yet.
	Unread = "unread"
	// Elsewhere is for jobs that scrapes of this exporter leave to another one.
	Elsewhere = "elsewhere"
)

// Forgotten is how long after its last scrape nobody is thought to scrape the
// exporter, or one of its jobs, any more.
const Forgotten = 5 * time.Minute

// States are all words that a job can have, those first that need somebody.
func States() []string {
	return []string{
		string(job.Failed), string(job.Expired), Unavailable, string(job.Unknown),
		string(job.Running), string(job.Pending), Unread, Elsewhere,
		string(job.Gone), string(job.Canceled), string(job.Succeeded),
	}
}

// stateRank orders the words as States has them.
func stateRank(state string) int {
	if at := slices.Index(States(), state); at >= 0 {
		return at
	}
	return len(States())
}

// Moment is when the jobs are looked at.
type Moment struct {
	Now time.Time
	// Scrapes are those of the exporter so far.
	Scrapes Scrapes
}

// Scrapes tell when somebody last scraped the exporter; zero: nobody ever did.
type Scrapes struct {
	Last time.Time
	// Whole is when somebody last asked for all jobs at once.
	Whole time.Time
}

// others reports whether scrapes of the exporter ask for some of the jobs only.
func (m Moment) others() bool {
	return lasting(m.Scrapes.Last, m.Now) && !lasting(m.Scrapes.Whole, m.Now)
}

// lasting reports whether something that happened is not Forgotten yet.
func lasting(at, now time.Time) bool { return !at.IsZero() && now.Sub(at) < Forgotten }

// stateOf is the word for a job. A final state stays, whatever became of later
// reads.
func stateOf(status *collector.JobStatus, m Moment) string {
	switch {
	case m.others() && !lasting(status.AskedAt, m.Now):
		return Elsewhere
	case status.Last != nil && (status.Failure == nil || status.Last.State.Final()):
		return string(status.Last.State)
	case status.Failure != nil:
		return Unavailable
	default:
		return Unread
	}
}

// NeverFound reports whether the upstream was asked for the job but never said
// anything about it, only that it knows none of this id.
func NeverFound(status *collector.JobStatus) bool {
	return status.Last != nil && status.Last.State == job.Gone && status.FirstSeen.IsZero()
}
