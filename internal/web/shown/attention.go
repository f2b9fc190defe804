package shown

import (
	"slices"
	"strconv"
	"time"

	"github.com/asyncjob-exporter/asyncjob_exporter/collector"
	"github.com/asyncjob-exporter/asyncjob_exporter/collector/job"
)

// Reason is why a job needs somebody's attention.
type Reason string

// The reasons.
const (
	Failed           Reason = "failed"
	Expired          Reason = "expired"
	Stalled          Reason = "stalled"
	PartFailed       Reason = "part failed"
	FileFailed       Reason = "file failed"
	DataCenterFailed Reason = "data center failed"
	Warned           Reason = "preview warning"
	Expiring         Reason = "expires soon"
	TooLong          Reason = "running too long"
	CannotBeRead     Reason = "unavailable"
	NotFound         Reason = "not found"
	UnknownState     Reason = "unknown state"
	Waiting          Reason = "pending long"
)

// Reasons are all of them, the most urgent first.
func Reasons() []Reason {
	return []Reason{
		Failed, Expired, Stalled, PartFailed, FileFailed, DataCenterFailed, Warned, Expiring, TooLong, CannotBeRead, NotFound, UnknownState, Waiting,
	}
}

// Alert is the alert that is raised for the reason, some time later.
func (r Reason) Alert() string {
	return map[Reason]string{
		Failed: "AsyncJobFailed", Expired: "AsyncJobExpired", Stalled: "AsyncJobStalled", PartFailed: "AsyncJobPartFailed", FileFailed: "AsyncJobFileFailed",
		DataCenterFailed: "AsyncJobDataCenterFailed", Warned: "AsyncJobPreviewWarning", Expiring: "AsyncJobExpiringSoon",
		TooLong: "AsyncJobRunningTooLong", CannotBeRead: "AsyncJobStatusUnavailable", NotFound: "AsyncJobGone",
		UnknownState: "AsyncJobUnknownState", Waiting: "AsyncJobPending",
	}[r]
}

// The bounds are those of the alerts.
const (
	stalledAfter = 30 * time.Minute
	expiresSoon  = 2 * time.Minute
	waitsLong    = time.Hour
)

// attentionTo are the reasons why a job in a state needs somebody, the most
// urgent first.
func attentionTo(status *collector.JobStatus, state string, m Moment) []Reason {
	var reasons []Reason
	add := func(reason Reason, applies bool) {
		if applies {
			reasons = append(reasons, reason)
		}
	}
	last := status.Last
	switch {
	case state == Elsewhere:
	case state == Unavailable:
		add(CannotBeRead, true)
	case last == nil:
	case last.State.Final():
		add(Failed, last.State == job.Failed)
		add(Expired, last.State == job.Expired)
		add(DataCenterFailed, last.State != job.Failed && slices.ContainsFunc(last.DataCenters, dataCenterFailed))
		add(NotFound, NeverFound(status))
	default:
		add(Stalled, stalled(status))
		add(PartFailed, slices.ContainsFunc(last.Parts, partFailed))
		add(FileFailed, slices.ContainsFunc(last.Files, fileFailed))
		add(DataCenterFailed, slices.ContainsFunc(last.DataCenters, dataCenterFailed))
		add(Warned, last.Preview != nil && slices.ContainsFunc(last.Preview.Warnings, counts))
		add(Expiring, ExpiresSoon(status, m.Now))
		add(TooLong, tooLong(status, m.Now))
		add(UnknownState, last.State == job.Unknown)
		add(Waiting, last.State == job.Pending && lasts(StateSince(status), m.Now, waitsLong))
	}
	return reasons
}

func partFailed(p job.Part) bool             { return p.State == job.Failed }
func fileFailed(f job.File) bool             { return f.State == job.Failed }
func dataCenterFailed(d job.DataCenter) bool { return d.State == job.Failed }

// counts reports whether a warning will fail the session.
func counts(w job.PreviewWarning) bool { return !w.Ignored }

// stalled reports whether a job was read for long without anything changing
// that could have. What nobody read says nothing.
func stalled(status *collector.JobStatus) bool {
	return status.Last.State == job.Running && status.Last.Moves() && lasts(StillSince(status), status.ReadAt, stalledAfter)
}

// ExpiresSoon reports whether the upstream is about to drop a job that is not
// done. Downloads end like that.
func ExpiresSoon(status *collector.JobStatus, now time.Time) bool {
	last := status.Last
	return last != nil && !last.State.Final() && !last.Expiration.IsZero() && status.Job.Kind != "download" && last.Expiration.Sub(now) < expiresSoon
}

func tooLong(status *collector.JobStatus, now time.Time) bool {
	began, _ := Began(status)
	return status.MaxDuration > 0 && lasts(began, now, status.MaxDuration)
}

// lasts reports whether something has gone on for so long since a known time.
func lasts(since, until time.Time, atLeast time.Duration) bool {
	return !since.IsZero() && until.Sub(since) >= atLeast
}

// Words say what a reason means for a job, in one line.
func (r Reason) Words(status *collector.JobStatus, now time.Time) string {
	last := status.Last
	switch r {
	case Failed:
		return ErrorOf(last)
	case Expired:
		return "it ran out before it was completed"
	case Stalled:
		return "nothing has changed for " + Span(now.Sub(StillSince(status)))
	case PartFailed:
		return failedParts(last.Parts, partFailed, func(p job.Part) string { return p.Name })
	case FileFailed:
		return failedParts(last.Files, fileFailed, func(f job.File) string { return f.Name })
	case DataCenterFailed:
		return failedParts(last.DataCenters, dataCenterFailed, func(d job.DataCenter) string { return d.Name })
	case Warned:
		return failedParts(last.Preview.Warnings, counts, func(w job.PreviewWarning) string { return w.Type }) + ": completing it will fail"
	case Expiring:
		return expiryWords(last.Expiration.Sub(now))
	case TooLong:
		began, _ := Began(status)
		return "for " + Span(now.Sub(began)) + ", longer than " + Span(status.MaxDuration)
	case CannotBeRead:
		return string(status.Failure.Reason) + ": " + job.ErrorText(status.Failure.Message)
	case NotFound:
		return "the upstream knows no job of this id: check it for a typo"
	case UnknownState:
		return "the upstream says “" + job.Label(last.UpstreamState) + "”"
	case Waiting:
		return "for " + Span(now.Sub(StateSince(status)))
	default:
		return ""
	}
}

// failedParts names the first of the parts that something is wrong with, and
// says how many more there are.
func failedParts[Part any](parts []Part, wrong func(Part) bool, nameOf func(Part) string) string {
	first, more := "", -1
	for _, part := range parts {
		if wrong(part) {
			if more < 0 {
				first = job.Label(nameOf(part))
			}
			more++
		}
	}
	if more > 0 {
		return first + " and " + strconv.Itoa(more) + " more"
	}
	return first
}

func expiryWords(left time.Duration) string {
	if left < 0 {
		return "its time was up " + Span(-left) + " ago"
	}
	return "in " + Span(left)
}

// ErrorOf is the upstream's reason for a failure, fit to be shown.
func ErrorOf(failed *job.Job) string {
	words := ""
	for _, text := range []string{failed.Error.ID, failed.Error.Message} {
		switch text = job.ErrorText(text); {
		case text == "":
		case words == "":
			words = text
		default:
			words += ": " + text
		}
	}
	if failed.ResultStatusCode != nil {
		if words != "" {
			words += ": "
		}
		words += "result status " + Number(*failed.ResultStatusCode)
	}
	switch {
	case words != "":
		return words
	case failed.UpstreamState != "":
		return "the upstream says only “" + job.Label(failed.UpstreamState) + "”"
	default:
		return "the upstream gave no reason"
	}
}
