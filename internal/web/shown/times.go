package shown

import (
	"strconv"
	"strings"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Began is when a job began, and what is known to have begun then: its start,
// its creation, or else that the exporter first saw it. Zero: nothing is known.
func Began(status *collector.JobStatus) (at time.Time, what string) {
	switch last := status.Last; {
	case last == nil:
		return time.Time{}, ""
	case !last.Started.IsZero():
		return last.Started, "start"
	case !last.Created.IsZero():
		return last.Created, "creation"
	default:
		return status.FirstSeen, "first seen"
	}
}

// StateSince is since when the exporter has seen the job in its state.
func StateSince(status *collector.JobStatus) time.Time {
	if n := len(status.Changes); n > 0 {
		return status.Changes[n-1].At
	}
	return time.Time{}
}

// StillSince is since when the exporter has seen nothing change about the job.
func StillSince(status *collector.JobStatus) time.Time {
	return latest(status.MovedAt, StateSince(status))
}

// LastChange is when something about the job last changed, as far as the
// upstream or the exporter knows. Zero: neither does.
func LastChange(status *collector.JobStatus) time.Time {
	changed := status.MovedAt
	if n := len(status.Changes); n > 1 { // the first is when the exporter first saw the job
		changed = latest(changed, status.Changes[n-1].At)
	}
	if status.Last == nil {
		return changed
	}
	return latest(changed, latest(status.Last.LastUpdate, status.Last.Ended))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// leastProgress is what tells a pace.
const leastProgress = 0.01

// EstimatedEnd is when a running job will be done if it goes on as it did since
// its start. Zero: nobody can tell.
func EstimatedEnd(status *collector.JobStatus, now time.Time) time.Time {
	last := status.Last
	if last == nil || last.State != job.Running || status.Failure != nil || last.Progress == nil || stalled(status) {
		return time.Time{}
	}
	began, what := Began(status)
	ratio, took := *last.Progress, status.ReadAt.Sub(began)
	if what == "first seen" || !(ratio >= leastProgress && ratio < 1) || took <= 0 {
		return time.Time{}
	}
	end := status.ReadAt.Add(time.Duration(float64(took) * (1 - ratio) / ratio))
	return latest(end, now)
}

// Span says a duration in its two largest units.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	d = max(d, 0)
	switch {
	case d < time.Minute:
		return inUnits(d, time.Second, "s", 0, "")
	case d < time.Hour:
		return inUnits(d, time.Minute, "min", time.Second, "s")
	case d < day:
		return inUnits(d, time.Hour, "h", time.Minute, "min")
	default:
		return inUnits(d, day, "d", time.Hour, "h")
	}
}

// Brief says a duration as Span does, but without the smaller unit where there
// are many of the larger.
func Brief(d time.Duration) string {
	words := strings.Fields(Span(d))
	if len(words) > 2 && len(words[0]) > 1 {
		words = words[:2]
	}
	return strings.Join(words, " ")
}

// Rough says a duration in its largest unit.
func Rough(d time.Duration) string {
	words := strings.Fields(Span(d))
	return strings.Join(words[:2], " ")
}

// inUnits leaves out the smaller unit where there is none of it, or it is 0.
func inUnits(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	words := strconv.FormatInt(int64(d/large), 10) + " " + largeName
	if small > 0 && d%large >= small {
		words += " " + strconv.FormatInt(int64(d%large/small), 10) + " " + smallName
	}
	return words
}

// Number is a number as people write it.
func Number(value float64) string { return strconv.FormatFloat(value, 'f', -1, 64) }
